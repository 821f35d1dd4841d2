# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The fields at the end of a record in the native format, also where a web page or a line wrap changed them. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import pasted, times

MOST_BROKEN_LINES = 3
"""A line wrap breaks the fields of a record into few lines."""

_THREAD = r"<thread=\s*(\d{1,10})?\s*(?:\(0x([0-9A-Fa-f]{1,8})\))?\s*>"
_FIELDS = rf"\$\$<([^<>]{{0,200}})><([^<>]{{4,120}})>(?:\s*{_THREAD})?"
_BARE = r"\$\$<(\d{1,2}-\d{1,2}-\d{4} [^<>]{4,60})>"
# Component, time, thread, thread in hexadecimal.
TRAILER = re.compile(_FIELDS, re.ASCII)
# A time alone: a converter took the other fields for tags.
BARE_TRAILER = re.compile(_BARE, re.ASCII)
# Both, in web text: at the end of a line or of a block.
WEB_TRAILER = re.compile(rf"(?:{_FIELDS}|{_BARE})[ \t]{{0,20}}(?=[\n{pasted.BOUNDARY}]|\Z)", re.ASCII)
_ALONE = re.compile(rf"\s{{0,20}}{_THREAD}\s*", re.ASCII)
_BETWEEN = re.compile(r">[ \t]{1,20}<")


def thread_number(number: str | None, hexadecimal: str | None) -> int | None:
    """The thread by its number, else by its number in hexadecimal; None without both."""
    return int(number) if number else int(hexadecimal, 16) if hexadecimal else None


def thread_alone(line: str) -> int | None:
    """The thread in a line that has nothing else."""
    found = _ALONE.fullmatch(line)
    return thread_number(found[1], found[2]) if found else None


def rejoined(begun: Sequence[str], text: str) -> str:
    """The lines of a record whose fields were broken, as one line; an empty text when they are not those of a record."""
    if not begun or len(begun) > MOST_BROKEN_LINES or ">" not in text:
        return ""
    message, mark, fields = begun[0].rpartition("$$")
    parts = [fields, *begun[1:], text]
    joined = _BETWEEN.sub("><", " ".join(part.replace(pasted.BOUNDARY, " ").strip() for part in parts))
    found = WEB_TRAILER.match(mark + joined)
    return "" if found is None or times.native(found[2] or found[5]).local is None else message + mark + joined
