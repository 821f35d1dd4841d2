"""Texts of pictures: their widths, cut and broken into lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.labels import ELLIPSIS, fit, width, wrap

# One character of the usual width at this size.
SIZE = 10.0
USUAL = width("x", SIZE)


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("short", 5, "short"),
        ("abcdefghxjkl", 8, "abc…jkl"),
        ("abcdefghxjkl", 7, "ab…jkl"),
        ("abc", 2.9, "…c"),
        ("abc", 2, "…"),
        ("abc", 0, "…"),
    ],
)
def test_long_names_lose_their_middle(text: str, room: float, shown: str) -> None:
    assert fit(text, room * USUAL, SIZE) == shown


@pytest.mark.parametrize(
    ("wider", "than"), [("M", "x"), ("W", "A"), ("A", "a"), ("7", "a"), ("漢", "A"), ("\U0001f600", "A"), ("Ж", "a")]
)
def test_broad_characters_count_more(wider: str, than: str) -> None:
    assert width(wider, SIZE) > width(than, SIZE)


def test_a_mark_on_a_character_has_no_width() -> None:
    assert width("e\u0301", SIZE) == width("e", SIZE)


def test_lines_are_broken_between_words() -> None:
    assert wrap("one six three", 7 * USUAL, SIZE, 3) == ("one six", "three")
    assert wrap("one six three", 20 * USUAL, SIZE, 3) == ("one six three",)
    assert wrap("one six three four", 7 * USUAL, SIZE, 2) == ("one six", "three…")
    assert wrap("one six", 7 * USUAL, SIZE, 1) == ("one six",)
    assert wrap("", 7 * USUAL, SIZE, 3) == ("",)
    # A word that is longer than a line, in one that is not the last.
    assert wrap("abcdefghxjkl six", 8 * USUAL, SIZE, 2) == ("abc…jkl", "six")


TEXTS = st.text(st.characters(codec="utf-8"), max_size=80)


@given(TEXTS, st.floats(20, 400), st.integers(1, 4))
def test_whatever_the_text_it_is_in_its_room(text: str, room: float, most: int) -> None:
    assert width(fit(text, room, SIZE), SIZE) <= room + 1e-6
    lines = wrap(text, room, SIZE, most)
    assert 1 <= len(lines) <= most
    assert all(width(line, SIZE) <= room + 1e-6 for line in lines)
    if not any(ELLIPSIS in line for line in lines):
        assert " ".join(lines).split() == text.split()
