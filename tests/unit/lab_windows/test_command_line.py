"""How cmd.exe reads a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.windows.command_line import UnsupportedLine, expand_variables, split_line


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
