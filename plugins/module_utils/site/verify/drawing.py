# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The hierarchy as a drawing: where each site and the service connection point are, in units of a picture 360 wide. Pure.

One row for each site, children indented below their parent, so that the picture can be read on a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown

Data = Mapping[str, Any]

WIDTH = 360
_ROW, _BOX, _INDENT, _MARGIN = 54, 44, 24, 2
# Widths of a character at the sizes that the page writes in, as in a wide font; longer texts are cut in the middle.
_TITLE_CHARACTER, _SUBTITLE_CHARACTER = 8.6, 7.9
_PADDING = 12
# A picture with more rows is less useful than the number of rows that are left out.
MOST_ROWS = 60
_DEEPEST = 4

SITE, ROLE = "site", "role"


@dataclass(frozen=True)
class Box:
    """A site, or the server of the role. ``full`` has the uncut texts, for a tooltip; ``ill``: the role does not work."""

    kind: str
    x: int
    y: int
    width: int
    height: int
    title: str
    subtitle: str
    full: str
    top_level: bool = False
    ill: bool = False

    @property
    def middle(self) -> int:
        return self.y + self.height // 2


@dataclass(frozen=True)
class Line:
    """A line from a parent down and right to its child."""

    x: int
    top: int
    bottom: int
    to: int


@dataclass(frozen=True)
class Drawing:
    """``left_out`` sites are not in it."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    height: int
    left_out: int = 0
    width: int = WIDTH


def draw(sites: Sequence[Data], points: Sequence[Data], ill: str = "") -> Drawing:
    """The drawing of a hierarchy.

    :param sites: rows of hierarchy_info's ``sites``; :param points: of its ``service_connection_points``.
    :param ill: why the role does not work, in a few words; empty when it works.
    """
    boxes: list[Box] = []
    lines: list[Line] = []
    # The last box of each depth, down to that of the last one: those above a row are its parents.
    above: list[Box] = []
    rows = list(_rows(sites, points, ill))
    for kind, depth, title, subtitle, top in rows[:MOST_ROWS]:
        x = _MARGIN + depth * _INDENT
        width = WIDTH - _MARGIN - x
        room = width - 2 * _PADDING
        texts = cut(title, int(room / _TITLE_CHARACTER)), cut(subtitle, int(room / _SUBTITLE_CHARACTER))
        y = _MARGIN + len(boxes) * _ROW
        box = Box(kind, x, y, width, _BOX, *texts, f"{title}, {subtitle}", top, kind == ROLE and bool(ill))
        if depth:
            parent = above[depth - 1]
            lines.append(Line(parent.x + _INDENT // 2, parent.y + parent.height, box.middle, box.x))
        boxes.append(box)
        above[depth:] = [box]
    height = 2 * _MARGIN + max(len(boxes), 1) * _ROW - (_ROW - _BOX)
    return Drawing(tuple(boxes), tuple(lines), height, len(rows) - len(boxes))


def cut(text: str, room: int) -> str:
    """A text of at most ``room`` characters; a longer one loses its middle, since servers differ at both ends.

    :param room: one or more.
    """
    if len(text) <= room:
        return text
    head = (room - 1) // 2
    tail = room - 1 - head
    return f"{text[:head]}…{text[len(text) - tail :]}"


def _rows(sites: Sequence[Data], points: Sequence[Data], ill: str) -> Iterator[tuple[str, int, str, str, bool]]:
    """Kind, depth, title, subtitle and whether it is the top-level site, in the order of the drawing."""
    children: dict[str, list[Data]] = {}
    known = {_text(site, "site_code") for site in sites}
    for site in sites:
        parent = _text(site, "parent")
        # A site whose parent is not in the list is drawn at the top rather than not at all.
        children.setdefault(parent if parent in known else "", []).append(site)
    waiting = [(0, site) for site in reversed(children.get("", []))]
    drawn: set[str] = set()
    while waiting:
        depth, site = waiting.pop()
        code = _text(site, "site_code")
        if code in drawn:
            continue
        drawn.add(code)
        shown_depth = min(depth, _DEEPEST)
        server = _text(site, "server")
        yield SITE, shown_depth, f"{code}  {_text(site, 'name')}", f"{_text(site, 'type')}, {server}", bool(site.get("top_level"))
        for point in points:
            if _text(point, "site_code") == code:
                mode = ill or _text(point, "mode") or "mode unknown"
                place = "on the site server, " if _text(point, "server") == server else ""
                yield ROLE, shown_depth + 1, f"Service connection point, {mode}", f"{place}{_text(point, 'server')}", False
        waiting += [(depth + 1, child) for child in reversed(children.get(code, []))]


def _text(row: Data, name: str) -> str:
    return shown(str(row.get(name) or ""), 300)
