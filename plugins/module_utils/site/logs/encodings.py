# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Decodes a log file or its end: by its byte order mark, else UTF-16 by its zero bytes, else UTF-8, else an ANSI code page."""

from __future__ import annotations

import codecs
import re
from typing import NamedTuple

DEFAULT_ANSI = "cp1252"
# What Windows uses as an ANSI code page; the code pages of consoles and others cannot be chosen.
ANSI = (
    "cp874",
    "cp932",
    "cp936",
    "cp949",
    "cp950",
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp1258",
)

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_SAMPLE_BYTES = 4096
# Plain text has no zero bytes; in Latin text as UTF-16, every second byte is zero.
_ZERO_SHARE = 0.3
# A UTF-8 character is one to four bytes; all but its first are 10xxxxxx, and the first tells how many follow.
_HALF_AT_BEGINNING = re.compile(rb"\A[\x80-\xbf]{1,3}")
_HALF_AT_END = re.compile(rb"(?:[\xc0-\xff]|[\xe0-\xff][\x80-\xbf]|[\xf0-\xff][\x80-\xbf]{2})\Z")


class Decoded(NamedTuple):
    """Text, its encoding, and how many characters could not be decoded (each is replaced by U+FFFD)."""

    text: str
    encoding: str
    unreadable_signs: int


def decode(data: bytes, ansi: str = DEFAULT_ANSI, *, cut: bool = False) -> Decoded:
    """The text of ``data``; never fails.

    :param ansi: the code page for data that has no mark and is not UTF-8.
    :param cut: whether ``data`` begins inside the file, so that its first character may be incomplete and a mark is not in it.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _lenient(data[len(mark) :], encoding)
    wide = _wide(data, cut)
    if wide:
        encoding, skipped = wide
        return _lenient(data[skipped:], encoding)
    whole = _whole_signs(data, cut)
    try:
        return Decoded(whole.decode("utf-8"), "utf-8", 0)
    except UnicodeDecodeError:
        return _mixed(whole, ansi) or _lenient(data, ansi)


def _mixed(data: bytes, ansi: str) -> Decoded | None:
    """Line by line, so that one bad line does not affect the others; None if less than half of the non-ASCII lines are UTF-8."""
    lines = data.split(b"\n")
    in_utf8: dict[int, str] = {}
    other = 0
    for number, line in enumerate(lines):
        if line.isascii():
            continue
        try:
            in_utf8[number] = line.decode("utf-8")
        except UnicodeDecodeError:
            other += 1
    if len(in_utf8) < other:
        return None
    read = [Decoded(in_utf8[n], "utf-8", 0) if n in in_utf8 else _lenient(line, ansi) for n, line in enumerate(lines)]
    text = "\n".join(part.text for part in read)
    return Decoded(text, f"utf-8, {other} lines {ansi}", sum(part.unreadable_signs for part in read))


def _lenient(data: bytes, encoding: str) -> Decoded:
    if encoding.startswith("utf-16"):
        # An incomplete character at the end of a file that is being written.
        data = data[: len(data) & ~1]
    mark = "\ufffd".encode(encoding, "ignore")
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, max(0, text.count("\ufffd") - (data.count(mark) if mark else 0)))


def _wide(data: bytes, cut: bool) -> tuple[str, int] | None:
    """UTF-16 without a mark, and how many bytes to skip so that pairs begin."""
    sample = data[:_SAMPLE_BYTES]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    enough = _ZERO_SHARE * len(sample) / 2
    if len(sample) < 2 or max(even, odd) <= enough or min(even, odd) > enough:
        return None
    if odd > even:
        return "utf-16-le", 0
    # Zeroes first: big-endian, or (Windows writes little-endian) a cut inside a pair.
    return ("utf-16-le", 1) if cut else ("utf-16-be", 0)


def _whole_signs(data: bytes, cut: bool) -> bytes:
    """Without incomplete UTF-8 characters at the beginning of a cut piece, and at the end of a file that is being written."""
    return _HALF_AT_END.sub(b"", _HALF_AT_BEGINNING.sub(b"", data) if cut else data)
