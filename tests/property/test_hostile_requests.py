"""Invalid input from clients of the lab and for the emulated programs: it is rejected only in the documented way."""

from __future__ import annotations

import threading
import xml.etree.ElementTree as ET
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.cim.errors import CimError
from lab.cim.repository import Repository
from lab.cim.wql import Select, parse
from lab.cim.wql_bind import bind
from lab.clock import LabClock
from lab.configmgr.names import nal_path, parse_nal
from lab.estate_file.reader import DEFAULT_FILE, EstateError
from lab.estate_file.reader import load as load_estate
from lab.estate_file.reader import parse as parse_estate
from lab.windows.command_line import UnsupportedLine, expand_variables, handed_over, program_words
from lab.windows.curl.options import CurlError, version_of
from lab.windows.curl.options import parse as parse_curl
from lab.windows.install import build_machine
from lab.windows.programs.built_in import BUILT_IN
from lab.windows.shell import Shell
from lab.winrm.message import Caller
from lab.winrm.programs import CommandLine
from tests.fuzz.targets import TARGETS

REQUESTS = sorted((Path(__file__).parents[1] / "fuzz" / "corpus" / "request").iterdir())
ESTATE = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
TEXT = st.text(max_size=40)
SCALARS = st.sampled_from(
    [
        "",
        " ",
        "0",
        "-1",
        "1e9",
        "99999999999999999999",
        "true",
        "P1D",
        "P1DT",
        "PT1S",
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "99999999999999.999999+999",
        "00000001000000.000000:000",
        "********000000.000000+***",
        "٣",
        "\U0001f600",
        "a" * 70_000,
    ]
)


@pytest.mark.parametrize("request_file", REQUESTS, ids=lambda file: file.name)
@settings(max_examples=60)
@given(data=st.data())
def test_a_request_with_something_wrong_is_refused(request_file: Path, data: st.DataObject) -> None:
    root = ET.fromstring(request_file.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        element = data.draw(st.sampled_from(list(root.iter())))
        match data.draw(st.sampled_from(["text", "attribute", "twice", "away", "child", "rename"])):
            case "text":
                element.text = data.draw(SCALARS | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20))
            case "attribute":
                name = data.draw(st.sampled_from(["Name", "{http://www.w3.org/2001/XMLSchema-instance}nil", "type"]))
                element.set(name, data.draw(SCALARS))
            case "twice":
                element.extend(list(element))
            case "away":
                for child in list(element)[:1]:
                    element.remove(child)
            case "child":
                ET.SubElement(element, data.draw(st.sampled_from([each.tag for each in root.iter()])))
            case "rename":
                element.tag = data.draw(st.sampled_from([each.tag for each in root.iter()]))
    # "twice" makes an element a sibling of its own descendant, never a circle; requests that are too large to send are not tried.
    sent = ET.tostring(root)
    if len(sent) < 500_000:
        TARGETS["request"](sent)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_refused(data: bytes) -> None:
    TARGETS["request"](data)


REPOSITORY = Repository()
REPOSITORY.compile("class T { [key] string Name; sint32 A; uint64 B; boolean C; datetime D; real64 E; string F[]; };", "root/t")
ROW = REPOSITORY.new("root/t", "T", Name="x", A=1, B=2, C=True, E=1.5)
LITERALS = st.sampled_from(
    [
        "'x'",
        "''",
        "'20260131080000.000000+000'",
        "'********000000.000000+***'",
        "1",
        "-1",
        "1.5",
        "1e300",
        "0xFFFFFFFFFFFFFFFF",
        "99999999999999999999",
        "true",
        "null",
        "'true'",
        "'[a-'",
        "'%'",
    ]
)


@given(st.sampled_from("NameABCDEFX"), st.sampled_from(["=", "<>", "<", ">=", "like", "is", "in ("]), LITERALS)
def test_any_comparison_holds_or_not_or_is_refused(name: str, sign: str, literal: str) -> None:
    with suppress(CimError):
        query = parse(f"select * from T where {name} {sign} {literal}{')' if '(' in sign else ''}", extended=True)
        assert isinstance(query, Select)
        assert bind(query.where, ROW.cls)(ROW) in (True, False)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a YAML document, as keys and indexes."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(found for key, value in items for found in places(value, (*path, key)))]


def replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = node.copy()
    copy[path[0]] = replaced(node[path[0]], path[1:], value)
    return copy


ODD_YAML: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
    st.sampled_from(
        ["a" * 65536, "10.0.0.1", "127.0.0.1", "CAS", "scp01", r"CORP\x", "CORP\\", "*", "1-0", "99999-1", "]]>", "\u202e"]
    ),
    st.lists(st.integers() | TEXT.filter(str.isprintable), max_size=3),
    st.dictionaries(st.sampled_from(["name", "server", "x"]), st.integers(), max_size=2),
)
PLACES = places(ESTATE)


@settings(max_examples=150)
@given(st.sampled_from(PLACES), ODD_YAML)
def test_an_estate_with_something_wrong_is_an_estate_or_names_its_line(path: tuple[Any, ...], value: Any) -> None:
    text = yaml.dump(replaced(ESTATE, path, value), Dumper=yaml.CSafeDumper, allow_unicode=True)
    try:
        parse_estate(text, "estate.yml")
    except EstateError as error:
        assert str(error).startswith("estate.yml:")  # noqa: PT017 - most values are rejected, some are valid


@given(TEXT | st.text("{}[]&*!|>-: \n\"'#%@`ab", max_size=60))
def test_any_text_is_no_estate(text: str) -> None:
    with pytest.raises(EstateError, match=r"^estate\.yml:"):
        parse_estate(text, "estate.yml")


@pytest.mark.parametrize("text", ["[" * 5_000, "- " * 20_000, "{a: " * 5_000, "&a [*a]", "a: &a {b: *a}"])
def test_an_estate_that_is_nested_without_end(text: str) -> None:
    with pytest.raises(EstateError, match=r"^estate\.yml:"):
        parse_estate(text, "estate.yml")


def test_an_estate_of_aliases_does_not_grow() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 60))]
    with pytest.raises(EstateError, match=r"^estate\.yml:"):
        parse_estate("\n".join(lines), "estate.yml")


CMD = st.text(st.sampled_from("ab %^&|<>\"'\\/-\t\r\n\0ü:="), max_size=60) | TEXT


@given(CMD)
def test_any_line_is_words_or_has_a_sign_that_the_lab_does_not_know(line: str) -> None:
    with suppress(UnsupportedLine):
        handed_over(expand_variables(line, {"a": "%b%", "b": "%a%"}))
    assert program_words(line)


def _shell() -> Shell:
    estate = load_estate()
    machine = build_machine(estate, estate.machine("scp01"), LabClock(1, threading.RLock()))
    return Shell(machine, BUILT_IN)


@given(st.sampled_from(["", *sorted(BUILT_IN)]), CMD, st.booleans())
def test_any_line_is_run_or_complained_about(program: str, line: str, alone: bool) -> None:
    _SHELL(CommandLine(Caller("scpadmin", "CORP"), f"{program} {line}", skip_shell=alone))


_SHELL = _shell()

CURL_WORDS = st.lists(
    st.sampled_from(
        [
            "-K",
            "-",
            "--config",
            "-w",
            "%{http_code",
            "%{json}",
            "-m",
            "1",
            "--max-time",
            "x",
            "--next",
            "-sSf",
            "--no-silent",
            "-Z",
            "--parallel-max",
            "99999999999",
            "http://a",
            "file:///C:/x",
            "-r",
            "-5",
            "--",
            "",
            "--url",
            "-o",
            "NUL",
            "-é",
        ]
    )
    | TEXT,
    max_size=8,
)


@given(CURL_WORDS, CMD, st.sampled_from(["7.55.1", "8.21.0"]))
def test_any_arguments_of_curl_are_read_or_refused(words: list[str], config: str, version: str) -> None:
    with suppress(CurlError):
        parse_curl(words, version_of(version), lambda _name: config)


@given(TEXT | st.text('["]Display=\\MSWNET:SMS_SITE=ab1.', max_size=60))
def test_any_text_is_a_nal_path_or_none(text: str) -> None:
    found = parse_nal(text)
    assert found is None or parse_nal(nal_path(found.server, found.site_code)) is not None
