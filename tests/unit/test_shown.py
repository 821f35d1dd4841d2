from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain\ttext\nline", "plain\ttext\nline"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb\u2066c\u2028", "a\\u202eb\\u2066c\\u2028"),
        ("\ud800", "\\ud800"),
        ("a\rb", "a\\x0db"),
        ("<b>&amp;", "<b>&amp;"),
        ("Prüfung 日本", "Prüfung 日本"),
    ],
)
def test_what_a_terminal_would_obey_is_spelled_out(text: str, safe: str) -> None:
    assert shown(text) == safe


def test_the_length_is_bounded() -> None:
    assert shown("x" * 10, 10) == "x" * 10
    assert shown("x" * 11, 10) == "x" * 10 + " [... 1 more characters]"
    assert shown("x" * 15, 10) == "x" * 10 + " [... 5 more characters]"
    assert len(shown("\x1b" * 100_000, 1000)) < 4100
