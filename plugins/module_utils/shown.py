# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Text of logs as results have it: of limited length, without characters that move a terminal's cursor or reverse its text.

Markup is unchanged: it is text, and code that makes a page from it must escape it.
"""

from __future__ import annotations

import re

MOST_CHARACTERS = 1000

# Control characters except tab and line feed, text direction marks, line separators, and what cannot be encoded as UTF-8.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def shown(text: str, limit: int = MOST_CHARACTERS) -> str:
    r"""``text`` with unsafe characters as escapes (``\x1b``), cut after ``limit`` characters, with the number of missing ones."""
    left_out = len(text) - limit
    safe = _UNSAFE.sub(_spelled, text[:limit])
    return f"{safe} [... {left_out} more characters]" if left_out > 0 else safe


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
