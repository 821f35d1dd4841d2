"""The drawing as SVG, with a background of its own: it reads the same on a light and on a dark page. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil

from tools.drawing.about import Step
from tools.drawing.layout import BOX_HEIGHT, PITCH, Arrow, Layout

MARGIN = 18.0
TITLE_HEIGHT, FOOT = 40.0, 36.0
NAME_SIZE, NOTE_SIZE = 15, 12
BADGE = 10.0
STEP_LINE = 22.0
INSET = 10.0
INK, SOFT, PAPER, LINE, WAY = "#1b1f24", "#4b5560", "#ffffff", "#6b7683", "#b3400e"
PANEL, BAND, FRAME = "#f5f6f8", "#eaeef3", "#dbe4ee"
FONT = "DejaVu Sans, Verdana, Helvetica, Arial, sans-serif"
# Widths of characters as parts of the font's size, after DejaVu Sans, which is wider than the other fonts named.
WIDTHS = {
    character: width for characters, width in (("ijl.,:;'|", 0.34), ("tfr/()- ", 0.42), ("mwMW", 1.0)) for character in characters
}
CAPITAL, OTHER, BOLD = 0.77, 0.64, 1.13


@dataclass(frozen=True)
class Words:
    """What is written in a box, and the numbers of the steps that pass through it."""

    name: str
    note: str
    steps: tuple[int, ...] = ()


@dataclass(frozen=True)
class Part:
    """One half of the drawing: a title, the boxes, and the titles of the frame and of the band around the lower layers."""

    title: str
    layout: Layout
    words: Mapping[str, Words]
    frame_title: str = ""
    band_title: str = ""
    band_top: float = 0.0


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The room that a text needs, in pixels; rather too much than too little."""
    parts = (WIDTHS.get(character, CAPITAL if character.isupper() else OTHER) for character in text)
    return sum(parts) * size * (BOLD if bold else 1.0)


def box_width(words: Words) -> float:
    """The width of a box that holds these words, in pixels."""
    badges = len(words.steps) * (2 * BADGE + 3)
    return ceil(max(text_width(words.name, NAME_SIZE, bold=True) + badges, text_width(words.note, NOTE_SIZE)) + 2 * INSET)


def drawn(title: str, parts: Sequence[Part], wire: str, steps: Sequence[Step]) -> str:
    """The whole drawing.

    :param title: for readers who cannot see it.
    :param wire: what connects the parts, below all of them.
    :param steps: the way of one task, in order.
    """
    height = max(part.layout.height for part in parts)
    body: list[str] = []
    left = MARGIN
    bottom = MARGIN + TITLE_HEIGHT + height + FOOT
    for part in parts:
        width = part.layout.width + 2 * MARGIN
        body.append(_panel(left, MARGIN, width, bottom - MARGIN, part.title, PANEL))
        # What is on the wire stands at the bottom, so the parts end there together.
        top = MARGIN + TITLE_HEIGHT + height - part.layout.height
        if part.band_title:
            low = top + part.band_top
            body.append(_panel(left, low, width, bottom - low, "", BAND))
            body.append(_text(left + 14, bottom - 12, part.band_title, NAME_SIZE, INK, bold=True))
        body.append(f'<g transform="translate({left + MARGIN:g} {top:g})">')
        body += _part(part)
        body.append("</g>")
        left += width + MARGIN
    body.append(
        f'<rect x="{MARGIN:g}" y="{bottom + 14:g}" width="{left - 2 * MARGIN:g}" height="34" rx="6" fill="none" stroke="{LINE}" '
        'stroke-dasharray="5 4"/>'
    )
    body.append(_text((left) / 2, bottom + 36, wire, NOTE_SIZE + 1, SOFT, anchor="middle"))
    line = bottom + 84
    body.append(_text(MARGIN, line, "The way of one task", NAME_SIZE, INK, bold=True))
    for number, step in enumerate(steps, 1):
        line += STEP_LINE
        body.append(_badge(MARGIN + BADGE, line - 4, number))
        where = step.file.removeprefix("plugins/").removeprefix("module_utils/")
        body.append(
            f'<text x="{MARGIN + 30:g}" y="{line:g}" font-size="{NOTE_SIZE + 1}" fill="{SOFT}">'
            f'<tspan fill="{INK}" font-weight="bold">{escape(where)}</tspan> {escape(step.text)}</text>'
        )
    return "\n".join([*_head(title, left, line + MARGIN), *body, "</svg>", ""])


def _head(title: str, width: float, height: float) -> list[str]:
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'role="img" font-family="{FONT}">',
        f"<title>{escape(title)}</title>",
        "<!-- Made by `make drawing` (tools/drawing) out of the imports of the sources. Do not edit. -->",
        f'<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0 8 4 0 8z" fill="{LINE}"/></marker></defs>',
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
    ]


def _panel(left: float, top: float, width: float, height: float, title: str, colour: str) -> str:
    return f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" rx="8" fill="{colour}"/>' + _text(
        left + 14, top + 24, title, NAME_SIZE, INK, bold=True
    )


def _part(part: Part) -> list[str]:
    found = []
    if part.layout.frame is not None:
        left, top, right, bottom = part.layout.frame
        found.append(
            f'<rect x="{left:g}" y="{top:g}" width="{right - left:g}" height="{bottom - top:g}" rx="8" fill="{FRAME}" '
            f'stroke="{LINE}" stroke-width="0.7"/>'
        )
        found.append(_text(left + 10, top + 22, part.frame_title, NAME_SIZE, INK, bold=True))
        rows = round((bottom - top + PITCH - BOX_HEIGHT) / PITCH)
        first = next(y for _, y, _ in part.layout.boxes.values() if y > top)
        found += [
            _text(left + 10, first + index * PITCH + BOX_HEIGHT - 8, f"layer {rows - 1 - index}", NOTE_SIZE, SOFT)
            for index in range(rows)
        ]
    found += [_arrow(arrow) for arrow in part.layout.arrows]
    for box, (left, top, width) in part.layout.boxes.items():
        found += _box(left, top, width, part.words[box])
    return found


def _box(left: float, top: float, width: float, words: Words) -> list[str]:
    edge = f'stroke="{WAY}" stroke-width="2"' if words.steps else f'stroke="{LINE}"'
    badges = [
        _badge(left + width - INSET / 2 - BADGE - place * (2 * BADGE + 3), top + BADGE + 5, number)
        for place, number in enumerate(reversed(words.steps))
    ]
    return [
        f'<rect x="{left:g}" y="{top:g}" width="{width:g}" height="{BOX_HEIGHT:g}" rx="5" fill="{PAPER}" {edge}/>',
        _text(left + INSET, top + 21, words.name, NAME_SIZE, INK, bold=True),
        _text(left + INSET, top + 40, words.note, NOTE_SIZE, SOFT),
        *badges,
    ]


def _arrow(arrow: Arrow) -> str:
    path = []
    for index in range(0, len(arrow.points), 2):
        (x, y), (to_x, to_y) = arrow.points[index : index + 2]
        middle = (y + to_y) / 2
        path.append(f"{'L' if index else 'M'}{x:g} {y:g}C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {to_y:g}")
    return f'<path d="{"".join(path)}" fill="none" stroke="{LINE}" stroke-width="1.4" marker-end="url(#head)"/>'


def _badge(x: float, y: float, number: int) -> str:
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="{BADGE:g}" fill="{WAY}"/>'
        f'<text x="{x:g}" y="{y + 4:g}" font-size="12" font-weight="bold" fill="{PAPER}" text-anchor="middle">{number}</text>'
    )


def _text(x: float, y: float, text: str, size: int, colour: str, bold: bool = False, anchor: str = "start") -> str:
    weight = ' font-weight="bold"' if bold else ""
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:g}" y="{y:g}" font-size="{size}"{weight} fill="{colour}"{place}>{escape(text)}</text>'
