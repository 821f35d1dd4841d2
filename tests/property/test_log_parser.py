"""The log parser accepts any text: no exception, no lost record, and time proportional to the size of the log."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
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
        "&lt;",
        "&gt;",
        "&lt;thread=1 (0x1)&gt;",
        "&lt;![LOG[",
        "]LOG]!&gt;",
        "<br>",
        "</p>",
        "> ",
        "- ",
        "```",
        "|",
        "\t",
        '"',
        "02.08.2016 14:20:24 ",
        "Message,Component,Thread\n",
        "Message\tComponent\tDate\tTime\n",
        "\u00a0",
        "\x00",
        "\ufeff",
    ]
)
RUBBLE = st.lists(st.one_of(PIECES, st.text(max_size=20)), max_size=30).map("".join)
# Text without anything that could be interpreted as a mark of a record.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="<>[]$\r\n\ufeff", exclude_categories=["Cc", "Cf", "Cs", "Z"]), min_size=1
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
    assert [record.message.partition("x")[0] for record in found if record.form == "cmtrace"] == [
        f"m{number}" for number in wanted if scene[number][0] == "cmtrace"
    ]


# What pasted lines have around them, and what log viewers copy. In a record as the site wrote it, it belongs to the message.
ADDED = st.sampled_from(
    [
        "> ",
        "- ",
        "1. ",
        "`",
        "```",
        "[code]",
        "<p>",
        "</em>",
        "<br>",
        "&lt;b&gt;",
        "&nbsp;",
        "\u00a0",
        "\u200b",
        "\t",
        "|",
        ",",
        '"',
        "$$&lt;SMS_Y&gt;&lt;03-02-2026 10:00:00.000-60&gt;&lt;thread=9 (0x9)&gt;",
        "$$<SMS_Y><03-02-2026 10:00:00.000-60><thread=9 (0x9)>",
        "\tSMS_Y\t8/2/2016 2:20:24 PM\t7568 (0x1D90)",
        "SMS_Y 7568 (0x1D90) ",
        "02.08.2016 14:20:24 ",
        "Message,Component,Thread",
        "~~",
    ]
)
MESSAGE = st.lists(st.one_of(ADDED, WORDS, st.just(" ")), min_size=1, max_size=6).map("".join)
# Lines of a message in which no record ends.
INNER = st.lists(
    st.one_of(
        st.sampled_from(["<p>", "</em>", "<br>", "&lt;b&gt;", "&nbsp;", "\t", "|", "- ", "1. ", "02.08.2016 14:20:24 ", " "]),
        WORDS,
    ),
    min_size=1,
    max_size=4,
).map("".join)


def cleaned(message: str) -> str:
    *lines, last = message.split("\n")
    return "\n".join([*(line.rstrip() for line in lines), last]).strip("~ \t\r\n")


def native(message: str, number: int) -> str:
    return f"{message} $$<SMS_X><03-02-2026 10:00:00.{number:03d}-60><thread={number} (0x{number:X})>"


def cmtrace(message: str, number: int) -> str:
    fields = f'time="10:00:00.{number:03d}-60" date="3-2-2026" component="SMS_X" type="1" thread="{number}"'
    return f"<![LOG[{message}]LOG]!><{fields}>"


@given(st.lists(st.tuples(st.booleans(), MESSAGE), max_size=8))
def test_records_of_a_site_keep_their_messages(scene: list[tuple[bool, str]]) -> None:
    """Whatever is in a message on one line, a record that the site wrote is read as it is."""
    messages = [(True, "the first"), *scene]
    lines = [native(message, n) if plain else cmtrace(message, n) for n, (plain, message) in enumerate(messages)]
    found = list(parse(lines))
    assert [(record.message, record.thread, record.component, record.whole) for record in found] == [
        (cleaned(message), n, "SMS_X", True) for n, (_plain, message) in enumerate(messages)
    ]


@given(st.lists(st.tuples(st.booleans(), st.lists(INNER, min_size=1, max_size=5)), max_size=6))
def test_records_of_several_lines_keep_their_messages(scene: list[tuple[bool, list[str]]]) -> None:
    messages = [(True, "the first"), *((plain, "\n".join(["x", *inner])) for plain, inner in scene)]
    lines = [native(message, n) if plain else cmtrace(message, n) for n, (plain, message) in enumerate(messages)]
    found = list(parse(split_lines("\n".join(lines))))
    assert [(record.message, record.thread, record.form) for record in found] == [
        (cleaned(message), n, "native" if plain else "cmtrace") for n, (plain, message) in enumerate(messages)
    ]


LOG = st.lists(
    st.tuples(st.booleans(), st.lists(st.one_of(WORDS, st.just('<&">')), min_size=1, max_size=3)), min_size=1, max_size=6
)
WRAPS = st.sampled_from(
    ["{}", "<p>{}</p>", "<p><em>{}\n</em></p>", "{}<br>", "<pre><code>{}</code></pre>", "<li>{}</li>", "{}&nbsp;"]
)


def written(log: list[tuple[bool, list[str]]]) -> list[str]:
    return [(native if plain else cmtrace)("\n".join(["x", *words]), n) for n, (plain, words) in enumerate(log)]


def same(lines: list[str], pasted: str) -> None:
    wanted = [record._replace(line=0) for record in parse(split_lines("\n".join(lines)))]
    assert [record._replace(line=0) for record in parse(split_lines(pasted))] == wanted


@given(LOG, WRAPS)
def test_a_log_in_a_web_page_is_the_same_log(log: list[tuple[bool, list[str]]], wrap: str) -> None:
    lines = written(log)
    same(lines, "\n".join(wrap.replace("{}", html.escape(line)) for line in lines))


@given(LOG, st.sampled_from(["Look:\n\n", ""]))
def test_a_quoted_log_is_the_same_log(log: list[tuple[bool, list[str]]], prose: str) -> None:
    lines = written(log)
    quoted = "".join(f"> {line}\n" for line in split_lines("\n".join(lines)))
    found = list(parse(split_lines(prose + quoted)))
    same(lines, quoted)
    assert len(found) == len(lines) + bool(prose)


@given(LOG, st.data())
def test_a_log_with_broken_fields_is_the_same_log(log: list[tuple[bool, list[str]]], data: st.DataObject) -> None:
    lines = written(log)
    broken = []
    for line in lines:
        begin = max(line.rfind("$$<"), line.rfind("]LOG]!>") + 6)
        places = [n for n in range(begin + 1, len(line)) if line[n] == " " or line[n - 1 : n + 1] == "><"]
        place = data.draw(st.sampled_from(places))
        broken.append(f"{line[:place]}\n{line[place:].lstrip()}")
    same(lines, "\n".join(broken))


COLUMNS = st.permutations(["message", "component", "when", "thread"])


@given(
    st.lists(st.lists(WORDS, min_size=2, max_size=4), min_size=1, max_size=4),
    COLUMNS,
    st.sampled_from(["8/2/2016 2:20:24 PM", "02.08.2016 14:20:24", "2016-08-02 14:20:24", "2016-08-02T14:20:24.000"]),
    st.sampled_from(["SMS_DMP_DOWNLOADER", "Configuration Manager Setup"]),
    st.sampled_from(["\t", " | ", ","]),
)
def test_copied_columns_in_any_order(
    messages: list[list[str]], order: list[str], when: str, component: str, separator: str
) -> None:
    lines, wanted = [], []
    for number, words in enumerate(messages):
        message = "m " + " ".join(words)
        row = {"message": message, "component": component, "when": when, "thread": f"{number} (0x{number:X})"}
        cells = [row[column] for column in order]
        if separator == ",":
            cells = ['"' + cell.replace('"', '""') + '"' for cell in cells]
        line = separator.join(cells)
        lines.append(f"| {line} |" if separator == " | " else line)
        wanted.append((cleaned(message), component, datetime(2016, 8, 2, 14, 20, 24), number))
    assume(separator != " | " or not any("|" in line for words in messages for line in words))
    found = list(parse(lines))
    assert [(r.message, r.component, r.time and r.time.local, r.thread) for r in found] == wanted


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
        "broken": lambda: "$$<x\n>\n" * (size // 7),
        "entities": lambda: "&lt;" * (size // 4),
        "web lines": lambda: "$$&lt;\n" * (size // 7),
        "web records": lambda: "$$&lt;X&gt;&lt;03-02-2026 10:00:00.0-6&gt;<br>" * (size // 49),
        "cells": lambda: "\t" * size + "1 (0x1)",
        "bars": lambda: "|" * size + "1 (0x1)",
        "commas": lambda: '"a",' * (size // 4) + "1 (0x1)",
        "marks": lambda: "> " * (size // 2),
        "dates": lambda: "1/1/2016 1:01:01 " * (size // 17) + "(0x1",
        "dated lines": lambda: "1/1/2016 1:01:01 x\n" * (size // 19),
        "threads": lambda: "1 (0x1) " * (size // 8),
        "held": lambda: "]LOG]!>\n<" * (size // 9),
        "back quotes": lambda: "`" * size,
        "fences": lambda: "```\n" * (size // 4),
        "closing tags": lambda: "</p> " * (size // 5),
        "escaped marks": lambda: "&lt;![LOG[" * (size // 10),
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
        "broken",
        "entities",
        "web lines",
        "web records",
        "cells",
        "bars",
        "commas",
        "marks",
        "dates",
        "dated lines",
        "threads",
        "held",
        "back quotes",
        "fences",
        "closing tags",
        "escaped marks",
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
