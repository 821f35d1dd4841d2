"""What a terminal showed, as a page for the browser to take a picture of. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

_SEQUENCE = re.compile(r"\x1b\[([0-9;]*)m")
# Of the colours that a terminal has by number, those that Ansible uses by default.
COLOURS = {
    "30": "#8a939e",
    "31": "#ff8e86",
    "32": "#7ddb8f",
    "33": "#e8c35a",
    "34": "#86b6ff",
    "35": "#e39bf0",
    "36": "#79d7e0",
    "37": "#e6e9ed",
}
LEFT_OUT = "[...]"
PAGE = """<!doctype html><meta charset="utf-8"><title>{title}</title><style>
body {{ margin: 0; background: #14181d; color: #e6e9ed; }}
pre {{ margin: 0; padding: 18px 22px; font: 14px/1.42 "DejaVu Sans Mono", "Liberation Mono", monospace; white-space: pre-wrap;
  overflow-wrap: anywhere; }}
b {{ color: #fff; }} i {{ color: #8a939e; font-style: normal; }}
</style><pre>{text}</pre>
"""


class TextError(Exception):
    """The output has not what the picture is to show."""


def excerpt(output: str, parts: Sequence[tuple[str, str]]) -> str:
    """Parts of the output, in order, with ``LEFT_OUT`` on a line of its own between them.

    :param parts: a text in the first line of the part, and a text in the first line after it, or an empty one for all the rest.
    :raises TextError: one of the texts is not in the output.
    """
    lines = output.rstrip("\n").split("\n")
    found: list[str] = []
    at = 0
    for begin, end in parts:
        first = _line_with(lines, begin, at)
        last = _line_with(lines, end, first + 1) if end else len(lines)
        if first > at:
            found.append(LEFT_OUT)
        while last > first and not _SEQUENCE.sub("", lines[last - 1]).strip():
            last -= 1
        found += lines[first:last]
        at = last
    if any(_SEQUENCE.sub("", line).strip() for line in lines[at:]):
        found.append(LEFT_OUT)
    return "\n".join(found)


def as_page(title: str, command: str, text: str) -> str:
    """An HTML page that shows the command and below it the text, in the colours of its ANSI sequences."""
    shown = [f"<i>$</i> <b>{escape(command)}</b>"]
    shown += [f"<i>{escape(line)}</i>" if line == LEFT_OUT else line for line in _coloured(text).split("\n")]
    return PAGE.format(title=escape(title), text="\n".join(shown))


def _line_with(lines: Sequence[str], text: str, begin: int) -> int:
    for number in range(begin, len(lines)):
        if text in _SEQUENCE.sub("", lines[number]):
            return number
    raise TextError(f"The output has no line with {text!r} after line {begin}. The words of a play may have changed.")


def _coloured(text: str) -> str:
    pieces = _SEQUENCE.split(text)
    found = [escape(pieces[0])]
    for codes, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        colour = next((COLOURS[code] for code in codes.split(";") if code in COLOURS), None)
        found.append(f'<span style="color:{colour}">{escape(piece)}</span>' if colour else escape(piece))
    return "".join(found)
