"""The log parser accepts any text: no exception, no lost record, and time proportional to the size of the log."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.encodings import decode
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Judge
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import parse, split_lines
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.report import report

PIECES = st.sampled_from(
    [
        "$$<",
        "$$<SMS_X><03-02-2026 10:00:00.000-60><thread=1 (0x1)>",
        "$$&lt;SMS_X&gt;",
        "<![LOG[",
        "]LOG]!>",
        '<time="10:00:00.000-60" date="3-2-2026" component="X" type="3">',
        "\r\n",
        "\n",
        "\r",
        "ERROR: (407)",
        "-2146233079",
        "Hasn't synced recently.",
        "EasySetupDownloadSinglePackage downloading 7d3a9c1e-52b4-4f0b-9e66-0c5d2a8f4b11",
        "Generating state message: 4 for package 7d3a9c1e-52b4-4f0b-9e66-0c5d2a8f4b11",
        "8/2/2016 2:20:24 PM\t7568 (0x1D90)",
        " (0x1",
        "\x00",
        "\ufeff",
    ]
)
RUBBLE = st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=30).map("".join)
# Text without anything that could be interpreted as a mark of a record.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="<>[]$\r\n\ufeff", exclude_categories=["Cc", "Cs", "Z"]), min_size=1
)
SCENE = st.lists(st.tuples(st.sampled_from(["native", "cmtrace", "rubble"]), WORDS), min_size=1, max_size=25)


def judged(data: bytes, cut: bool) -> Judge:
    judge = Judge()
    judge.read({"dmpdownloader.log": parse(split_lines(decode(data, cut=cut).text), cut=cut)})
    report(judge, datetime(2026, 3, 2, tzinfo=UTC))
    return judge


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes(data: bytes, cut: bool) -> None:
    judged(data, cut)


@given(RUBBLE, st.sampled_from(["utf-8", "utf-16", "utf-16-le", "cp1252"]), st.booleans())
def test_any_mixture_of_marks(text: str, encoding: str, cut: bool) -> None:
    judged(text.encode(encoding, "replace"), cut)


@given(RUBBLE)
def test_no_word_is_lost(text: str) -> None:
    """Every word between marks is in some message or field of the result."""
    words = ["alpha1", "beta22", "gamma3"]
    lines = f"{words[0]} {text} {words[1]}\n{words[2]}\n"
    found = list(parse(split_lines(lines)))
    told = "\n".join(f"{r.message}\n{r.component}\n{r.time and r.time.written}\n{r.source}" for r in found)
    assert all(word in told for word in words)


@given(SCENE)
def test_no_record_is_lost_in_a_mixed_log(scene: list[tuple[str, str]]) -> None:
    lines = []
    for number, (kind, words) in enumerate(scene):
        message = f"m{number}x {words}"
        if kind == "native":
            lines.append(f"{message} $$<SMS_X><03-02-2026 10:00:00.{number:03d}-60><thread={number} (0x{number:X})>")
        elif kind == "cmtrace":
            fields = f'time="10:00:00.{number:03d}-60" date="3-2-2026" component="X" type="1" thread="{number}"'
            lines.append(f"<![LOG[{message}]LOG]!><{fields}>")
        else:
            lines.append(f"<![LOG[{message}")
    found = [record for record in parse(lines) if record.time is not None]
    wanted = [number for number, (kind, _words) in enumerate(scene) if kind != "rubble"]
    assert [record.thread for record in found] == wanted
    assert [record.message.partition("x ")[0] for record in found if record.form == "cmtrace"] == [
        f"m{number}" for number in wanted if scene[number][0] == "cmtrace"
    ]


def hostile(name: str, size: int) -> str:
    """Texts that make careless patterns slow, about ``size`` characters each."""
    shapes: dict[str, Callable[[], str]] = {
        "closings": lambda: "]LOG]!>" * (size // 7),
        "openings": lambda: "<![LOG[" * (size // 7),
        "trailers": lambda: "$$<" * (size // 3),
        "attributes": lambda: ']LOG]!><a="' * (size // 11),
        "blanks": lambda: " " * size + "x)",
        "columns": lambda: "a (0x1" * (size // 6) + ")",
        "escaped": lambda: "$$&lt;<p " * (size // 9) + ">",
        "statuses": lambda: "error error " * (size // 12),
        "numbers": lambda: "-2146233079" * (size // 11),
        "lines": lambda: "x\n" * (size // 2),
        "quotes": lambda: "]LOG]!><time=" + '"' * size,
        "tags": lambda: "<br" * (size // 3) + "$$&lt;>",
    }
    return shapes[name]()


@pytest.mark.parametrize(
    "name",
    [
        "closings",
        "openings",
        "trailers",
        "attributes",
        "blanks",
        "columns",
        "escaped",
        "statuses",
        "numbers",
        "lines",
        "quotes",
        "tags",
    ],
)
def test_the_work_grows_with_the_size(name: str) -> None:
    """Eight times the size may take eight times as long, and three times that much on a busy machine; quadratic is 64 times."""

    def seconds(size: int) -> float:
        data = hostile(name, size).encode()
        best = float("inf")
        for _run in range(3):
            began = time.process_time()
            judged(data, False)
            best = min(best, time.process_time() - began)
        return best

    small, large = seconds(25_000), seconds(200_000)
    assert large < 24 * small + 0.1
