from __future__ import annotations

import time

import pytest

from lab.cim.errors import CimError
from lab.cim.like import like


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("abc", "ABC", True),
        ("abc", "abcd", False),
        ("%b%", "abc", True),
        ("%", "", True),
        ("a_c", "abc", True),
        ("a_", "a", False),
        ("[a-c]x", "Bx", True),
        ("[a=c]x", "bx", True),
        ("[a-c]x", "dx", False),
        ("[^a-c]x", "dx", True),
        ("[^a-c]x", "ax", False),
        ("[abc-]", "-", True),
        ("[%]", "%", True),
        ("[%]", "x", False),
        ("[_]x", "_x", True),
        ("[[]x", "[x", True),
        ("[]]", "]", True),
        ("SMS%connector", "SMS Dmp Connector", True),
        ("%a%b%c", "xxaxxbxxc", True),
        ("%a%b%c", "xxaxxbxxcx", False),
        ("^", "^", True),
        ("a.c", "abc", False),
        ("a%\n%c", "a\nc", True),
    ],
)
def test_patterns(pattern: str, text: str, fits: bool) -> None:
    assert like(pattern)(text) is fits


def test_open_set_is_refused() -> None:
    with pytest.raises(CimError, match="without ']'"):
        like("a[bc")


def test_many_wildcards_do_not_explode() -> None:
    began = time.monotonic()
    assert not like("%a" * 200 + "b")("a" * 5000)
    assert time.monotonic() - began < 5


def test_a_long_pattern_and_a_long_text_do_not_take_minutes() -> None:
    began = time.monotonic()
    assert not like("%" + "a" * 3000 + "b")("a" * 60_000)
    assert time.monotonic() - began < 10
    with pytest.raises(CimError) as refused:
        like("[" * 60_000)
    assert len(str(refused.value)) < 300
