# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Texts in the pictures of the page: how wide they are about, and cut to the room that they have. Pure.

A page cannot measure its fonts before it is opened. The widths are those of a wide font; the page clips what is wider.
"""

from __future__ import annotations

import unicodedata

# Width of a character, as a part of the size of the font. Other characters have the first width.
_USUAL, _DIGIT, _CAPITAL, _BROAD = 0.6, 0.64, 0.74, 1.1
_BROAD_LETTERS = frozenset("mwMW@%&—…")
_LATIN = 0x250
ELLIPSIS = "…"


def width(text: str, size: float) -> float:
    """About how wide a text is at a size of the font, in the same unit."""
    return size * sum(map(_em, text))


def fit(text: str, room: float, size: float) -> str:
    """A text that is at most ``room`` wide; a longer one loses its middle, since servers differ at both ends."""
    if width(text, size) <= room:
        return text
    head, tail, left = 0, 0, room - width(ELLIPSIS, size)
    while head + tail < len(text):
        # The end gets one character more than the beginning: it is what two long names differ in most often.
        at_end = tail <= head
        left -= width(text[len(text) - 1 - tail] if at_end else text[head], size)
        if left < 0:
            break
        head, tail = (head, tail + 1) if at_end else (head + 1, tail)
    return f"{text[:head]}{ELLIPSIS}{text[len(text) - tail :]}"


def wrap(text: str, room: float, size: float, most: int) -> tuple[str, ...]:
    """A text in at most ``most`` lines that are at most ``room`` wide, broken between words; what is too much is cut.

    :param most: one or more.
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if not lines[-1] or len(lines) == most or width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(_ended(line, room, size) if number == most else fit(line, room, size) for number, line in enumerate(lines, 1))


def _ended(text: str, room: float, size: float) -> str:
    """A text that is at most ``room`` wide; a longer one loses its end."""
    if width(text, size) <= room:
        return text
    end, left = 0, room - width(ELLIPSIS, size)
    while end < len(text) and (left := left - width(text[end], size)) >= 0:
        end += 1
    return f"{text[:end].rstrip()}{ELLIPSIS}"


def _em(character: str) -> float:
    if character in _BROAD_LETTERS or unicodedata.east_asian_width(character) in "WF":
        return _BROAD
    if unicodedata.combining(character):
        return 0.0
    if character.isdecimal():
        return _DIGIT
    if ord(character) >= _LATIN:
        return _BROAD
    return _CAPITAL if character.isupper() else _USUAL
