# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The dates ahead as a picture: one axis of time from today, a row for each day. Pure; units of a picture 360 wide.

Days that are near get more room than days that are far, so that a secret that expires next month and a root certificate that
expires in 15 years both have a place of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log1p
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.dates_ahead import LATER, OVER, SOON
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.labels import fit, width, wrap
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.words import counted

Data = Mapping[str, Any]

WIDTH = 360
MOST_ROWS = 60
TEXT_SIZE, AXIS_SIZE = 13, 12
_LEFT, _RIGHT = 10, 350
LINE = 16
_HEAD, _TEXT, _DOT, _GAP = 26, 14, 13, 8
_INDENT, _MOST_LINES = 6, 3
# The days after which the room for a day has halved, and the shortest axis.
_NEAR, _SHORTEST = 14, 400
_TICKS = (
    (7, "1 week"),
    (30, "1 month"),
    (91, "3 months"),
    (365, "1 year"),
    (1096, "3 years"),
    (3653, "10 years"),
    (10958, "30 years"),
)
SIGNS = {OVER: "bad", SOON: "doubt", LATER: "ok"}
_YEAR = 365


@dataclass(frozen=True)
class Tick:
    """A label of the axis; ``anchor`` is SVG's text-anchor."""

    x: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Mark:
    """One day: the ``lines`` that say what happens, the first at ``text_y``, each ``LINE`` below the one before; then the day
    ``when``, and below it a line from today to ``x`` at the height ``y``. ``full`` has the uncut text.
    """

    x: float
    text_y: int
    y: int
    sign: str
    lines: tuple[str, ...]
    when: str
    full: str

    @property
    def when_y(self) -> int:
        return self.text_y + len(self.lines) * LINE


@dataclass(frozen=True)
class DateLine:
    """``left_out`` later days are not in it. ``left``: where today is."""

    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    height: int
    left_out: int = 0
    width: int = WIDTH
    left: int = _LEFT
    line: int = LINE


def draw_dates(days: Sequence[Data]) -> DateLine:
    """The picture of rows of ``dates_ahead``, in their order."""
    rows = [day for day in days if isinstance(day.get("days_left"), int)]
    kept = rows[:MOST_ROWS]
    most = max([_SHORTEST, *(int(day["days_left"]) for day in kept)])
    marks: list[Mark] = []
    top = _HEAD
    for day in kept:
        marks.append(_mark(day, most, top))
        top = marks[-1].y + _GAP
    return DateLine(tuple(_ticks(most)), tuple(marks), top + 2, len(rows) - len(kept))


def left(days: int) -> str:
    """How far a day is away: "today", "35 days", "15 years", "3 days ago"."""
    if days == 0:
        return "today"
    far = abs(days)
    span = counted(far, "day") if far < 3 * _YEAR else counted(far // _YEAR, "year")
    return span if days > 0 else f"{span} ago"


def _place(days: int, most: int) -> float:
    """Where a day is on the axis; one in the past is where today is."""
    return round(_LEFT + (_RIGHT - _LEFT) * log1p(max(days, 0) / _NEAR) / log1p(most / _NEAR), 1)


def _ticks(most: int) -> list[Tick]:
    """Today, then each label that has room after the one before it."""
    found = [Tick(_LEFT - 8, "today", "start")]
    end = _LEFT - 8 + width("today", AXIS_SIZE)
    for days, text in _TICKS:
        x, half = _place(days, most), width(text, AXIS_SIZE) / 2
        if days <= most and x - half > end + 4 and x + half <= WIDTH:
            found.append(Tick(x, text))
            end = x + half
    return found


def _mark(day: Data, most: int, top: int) -> Mark:
    subject = shown(str(day.get("subject") or ""), 300)
    when = f"{shown(str(day.get('date') or ''), 10)}, {left(day['days_left'])}"
    room = WIDTH - _LEFT - _INDENT - 2
    lines = wrap(subject, room, TEXT_SIZE, _MOST_LINES)
    return Mark(
        _place(day["days_left"], most),
        top + _TEXT,
        top + _TEXT + len(lines) * LINE + _DOT,
        SIGNS.get(str(day.get("state")), "unknown"),
        lines,
        fit(when, room, AXIS_SIZE),
        f"{when}: {subject}",
    )
