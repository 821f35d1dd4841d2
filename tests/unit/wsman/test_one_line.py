"""Text from other programs as part of a sentence."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("  a\r\n\tb  ", "a b"),
        ("a\u202eb\x1b[2Jc", "a b [2Jc"),
        ("ten signs.", "ten signs."),
        ("eleven sign", "eleven sig..."),
        (" " * 37 + "abc", "abc"),
        (" " * 38 + "abc", "ab..."),
        # What is behind forty blanks is not looked at, but that it is there is told.
        ("a" + " " * 60 + "b", "a..."),
    ],
)
def test_one_line_of_ten_signs(text: str, line: str) -> None:
    assert one_line(text, 10) == line
