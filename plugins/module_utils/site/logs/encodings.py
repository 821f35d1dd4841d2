# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Decodes a log file or its end: by its byte order mark, else UTF-16 by its zero bytes, else UTF-8, else an ANSI code page."""

from __future__ import annotations

import codecs
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
_LONGEST_UTF8 = 4


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
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    enough = _ZERO_SHARE * len(sample) / 2
    if len(sample) < 2 or max(even, odd) <= enough or min(even, odd) > enough:
        return None
    if odd > even:
        return "utf-16-le", 0
    # Zeroes first: big-endian, or (Windows writes little-endian) a cut inside a pair.
    return ("utf-16-le", 1) if cut else ("utf-16-be", 0)


def _whole_signs(data: bytes, cut: bool) -> bytes:
    """Without incomplete UTF-8 characters at the beginning of a cut piece, and at the end of a file that is being written."""
    begin = 0
    while cut and begin < min(_LONGEST_UTF8 - 1, len(data)) and data[begin] & 0xC0 == 0x80:
        begin += 1
    end = len(data)
    for back in range(1, min(_LONGEST_UTF8, end - begin) + 1):
        byte = data[end - back]
        if byte & 0xC0 != 0x80:
            needed = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
            end -= back if needed > back else 0
            break
    return data[begin:end]
