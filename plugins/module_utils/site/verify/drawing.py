# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The hierarchy as a drawing: where each site, the service connection point and Microsoft are, and who reaches whom. Pure.

In units of a picture 360 wide. One row for each of them, children indented below their parent, so that the picture can be read on
a phone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.connections import (
    CONTROLLER,
    DOUBTFUL,
    FAILS,
    MICROSOFT,
    UNKNOWN,
    UNUSED,
    WORKS,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.labels import fit

Data = Mapping[str, Any]

WIDTH = 360
TITLE_SIZE, SUBTITLE_SIZE = 14, 13
# Heights of a box with two and with three lines of text, and the gap between two boxes.
_BOX, _TALL, _GAP, _INDENT, _MARGIN = 44, 62, 10, 24, 2
_PADDING, _SIGN_ROOM = 12, 16
# A picture with more rows is less useful than the number of rows that are left out.
MOST_ROWS = 60
_DEEPEST = 4

SITE, PROVIDER, ROLE, CLOUD = "site", "provider", "role", "cloud"
OK, DOUBT, BAD, UNSEEN, IDLE = "ok", "doubt", "bad", "unknown", "unused"
# How a connection is drawn; the page has a sign and a colour for each.
SIGNS = {WORKS: OK, DOUBTFUL: DOUBT, FAILS: BAD, UNKNOWN: UNSEEN, UNUSED: IDLE}
_WORST = (FAILS, DOUBTFUL, WORKS, UNKNOWN, UNUSED)
_OF_MICROSOFT = {
    WORKS: "reached",
    DOUBTFUL: "in doubt",
    FAILS: "not reached",
    UNKNOWN: "not known",
    UNUSED: "not used: the role is offline",
}
_OF_HOSTS = {WORKS: "answered", DOUBTFUL: "answered, but could not be read", FAILS: "does not answer", UNKNOWN: "was not asked"}


@dataclass(frozen=True)
class Box:
    """A site, a server or Microsoft. ``full`` has the uncut texts, for a tooltip.

    :param sign: state of it, such as ``ok`` or ``bad``; empty when nothing is known of it. :param status: the state in words.
    """

    kind: str
    x: int
    y: int
    width: int
    height: int
    title: str
    subtitle: str
    full: str
    top_level: bool = False
    sign: str = ""
    status: str = ""

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def ill(self) -> bool:
        return self.sign == BAD


@dataclass(frozen=True)
class Line:
    """A line from a parent down and right to its child. ``sign``: state of the connection, empty when none was checked."""

    x: int
    top: int
    bottom: int
    to: int
    sign: str = ""
    full: str = ""


@dataclass(frozen=True)
class Drawing:
    """``left_out`` rows are not in it."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    height: int
    left_out: int = 0
    width: int = WIDTH


@dataclass(frozen=True)
class _Row:
    kind: str
    depth: int
    title: str
    subtitle: str
    state: str = ""
    status: str = ""
    top_level: bool = False
    # Of the connection to the row above it.
    link: str = ""
    link_text: str = ""


def draw(sites: Sequence[Data], points: Sequence[Data], ill: str = "", connections: Sequence[Data] = ()) -> Drawing:
    """The drawing of a hierarchy.

    :param sites: rows of hierarchy_info's ``sites``; :param points: of its ``service_connection_points``.
    :param ill: why the role does not work, in a few words; empty when it works.
    :param connections: who reaches whom, as ``connections.connections`` returns it.
    """
    boxes: list[Box] = []
    lines: list[Line] = []
    # The last box of each depth, down to that of the last one: those above a row are its parents.
    above: list[Box] = []
    rows = list(_rows(sites, points, ill, _Reach(connections)))
    y = _MARGIN
    for row in rows[:MOST_ROWS]:
        box = _box(row, _MARGIN + row.depth * _INDENT, y)
        if row.depth:
            parent = above[row.depth - 1]
            trunk, sign = parent.x + _INDENT // 2, SIGNS.get(row.link, "")
            lines.append(Line(trunk, parent.y + parent.height, box.middle, box.x, sign, row.link_text))
        boxes.append(box)
        above[row.depth :] = [box]
        y += box.height + _GAP
    height = y - _GAP + _MARGIN if boxes else _BOX + 2 * _MARGIN
    return Drawing(tuple(boxes), tuple(lines), height, len(rows) - len(boxes))


def _box(row: _Row, x: int, y: int) -> Box:
    width = WIDTH - _MARGIN - x
    room = width - 2 * _PADDING
    return Box(
        row.kind,
        x,
        y,
        width,
        _TALL if row.status else _BOX,
        fit(row.title, room, TITLE_SIZE),
        fit(row.subtitle, room, SUBTITLE_SIZE),
        ", ".join(text for text in (row.title, row.subtitle, row.status) if text),
        row.top_level,
        SIGNS.get(row.state, ""),
        fit(row.status, room - _SIGN_ROOM, SUBTITLE_SIZE),
    )


class _Reach:
    """What is known of connections, by the servers at their ends."""

    def __init__(self, connections: Sequence[Data]) -> None:
        self._rows = [{name: _text(row, name) for name in ("from", "to", "state", "text")} for row in connections]

    def host(self, server: str) -> str:
        """The state of a host for the controller; empty when it was not asked."""
        return next((row["state"] for row in self._rows if row["from"] == CONTROLLER and _same(row["to"], server)), "")

    def between(self, one: str, other: str) -> tuple[str, str]:
        """The worst state of a connection in either direction, and what is known of both."""
        found = [
            row
            for row in self._rows
            if (_same(row["from"], one) and _same(row["to"], other)) or (_same(row["from"], other) and _same(row["to"], one))
        ]
        states = {row["state"] for row in found}
        text = " ".join(f"{row['from']} to {row['to']}: {row['text']}" for row in found)
        return next((state for state in _WORST if state in states), ""), text


def _rows(sites: Sequence[Data], points: Sequence[Data], ill: str, reach: _Reach) -> Iterator[_Row]:
    """In the order of the drawing."""
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
        depth = min(depth, _DEEPEST)
        yield from _of_site(site, depth, [point for point in points if _text(point, "site_code") == code], ill, reach)
        waiting += [(depth + 1, child) for child in reversed(children.get(code, []))]


def _of_site(site: Data, depth: int, points: Sequence[Data], ill: str, reach: _Reach) -> Iterator[_Row]:
    """The site, its SMS Providers on other servers that were asked, and its service connection points."""
    code, server = _text(site, "site_code"), _text(site, "server")
    state = reach.host(server)
    title, type = f"{code}  {_text(site, 'name')}", _text(site, "type")
    status = f"{server} {_OF_HOSTS[state]}" if state in _OF_HOSTS else ""
    yield _Row(SITE, depth, title, type if status else f"{type}, {server}", state, status, bool(site.get("top_level")))
    held = [_text(point, "server") for point in points]
    for provider in site.get("providers") or ():
        name = shown(str(provider), 300)
        state = reach.host(name)
        if state and not any(_same(name, other) for other in (server, *held)):
            yield _Row(PROVIDER, depth + 1, "SMS Provider", name, state, _OF_HOSTS.get(state, ""))
    for point in points:
        yield from _of_point(point, depth + 1, server, ill, reach)


def _of_point(point: Data, depth: int, site_server: str, ill: str, reach: _Reach) -> Iterator[_Row]:
    server = _text(point, "server")
    place = "on the site server, " if server == site_server else ""
    state = FAILS if ill else reach.host(server)
    title = f"Service connection point, {ill or _text(point, 'mode') or 'mode unknown'}"
    status = "does not work" if ill and reach.host(server) == WORKS else _OF_HOSTS.get(state, "")
    yield _Row(ROLE, depth, title, f"{place}{server}", state, status, False, *reach.between(site_server, server))
    link, text = reach.between(server, MICROSOFT)
    if link:
        yield _Row(CLOUD, depth + 1, "Microsoft", "endpoints on the internet", link, _OF_MICROSOFT[link], False, link, text)


def _same(one: str, other: str) -> bool:
    return one == other or naming.same_computer(one, other)


def _text(row: Data, name: str) -> str:
    return shown(str(row.get(name) or ""), 300)
