"""How cmd.exe parses a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.windows.command_line import (
    UnsupportedLine,
    expand_variables,
    handed_over,
    program_words,
    split_line,
    without_outer_quotes,
)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", ()),
        ("  \t ", ()),
        ("hostname", ("hostname",)),
        ('type "C:\\Program Files\\x.log"', ("type", "C:\\Program Files\\x.log")),
        ('a""b "" c', ("ab", "", "c")),
        ('echo "a|b&c"', ("echo", "a|b&c")),
        ("echo a^&b ^", ("echo", "a&b", "")),
        ('x "open', ("x", "open")),
    ],
)
def test_words(line: str, words: tuple[str, ...]) -> None:
    assert split_line(line) == words


@pytest.mark.parametrize("line", ["a | b", "a > b", "a & b", "a<b"])
def test_operators_are_refused(line: str) -> None:
    with pytest.raises(UnsupportedLine):
        split_line(line)


@given(st.lists(st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"]), min_size=0), min_size=1))
def test_quoted_words_come_back_whole(words: list[str]) -> None:
    assert split_line(" ".join(f'"{word}"' for word in words)) == tuple(words)


def test_variables() -> None:
    assert expand_variables("%computername% %NONE% 5%", {"COMPUTERNAME": "SCP01"}) == "SCP01 %NONE% 5%"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("curl -s  -o NUL", ("curl", "-s", "-o", "NUL")),
        (
            r'"C:\Program Files\curl.exe" -w "%{http_code} %{url}\n"',
            (r"C:\Program Files\curl.exe", "-w", r"%{http_code} %{url}\n"),
        ),
        (r"curl a\\b c\d", ("curl", r"a\\b", r"c\d")),
        (r'curl "a\"b" "c\\" d', ("curl", 'a"b', "c\\", "d")),
        (r'curl "a\\\"b" \"x', ("curl", r"a\"b", '"x')),
        ('curl "a""b" ""', ("curl", 'a"b', "")),
        ('curl a"b c"d', ("curl", "ab cd")),
        ("curl\t-s", ("curl", "-s")),
        ("", ("",)),
    ],
)
def test_a_program_splits_its_line_by_the_rules_of_the_c_runtime(line: str, words: tuple[str, ...]) -> None:
    assert program_words(line) == words


def test_cmd_hands_over_the_line_without_its_carets() -> None:
    assert handed_over('curl ^"a^" "b^c" d^&e') == 'curl "a" "b^c" d&e'
    with pytest.raises(UnsupportedLine):
        handed_over(r'curl "a\"&b"')


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ('"echo hi"', "echo hi"),
        ('  "echo hi" there', "echo hi there"),
        (r'"C:\my tools\run.exe"', r'"C:\my tools\run.exe"'),
        (r'"C:\my tools\run.exe" /x', r'"C:\my tools\run.exe" /x'),
        (r'"C:\my tools\run.exe" "a b"', r'C:\my tools\run.exe" "a b'),
        (r'"C:\my (tools)\run.exe"', r"C:\my (tools)\run.exe"),
        (r'"C:\tools\run.exe"', r"C:\tools\run.exe"),
        ('"echo hi', "echo hi"),
        ('echo "hi there"', 'echo "hi there"'),
        ("", ""),
    ],
)
def test_outer_quotes(line: str, read: str) -> None:
    programs = (r"C:\my tools\run.exe", r"C:\my (tools)\run.exe", r"C:\tools\run.exe")
    assert without_outer_quotes(line, programs.__contains__) == read
