# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The last days as a picture: a row of cells for each kind of event, a cell for each day. Pure; units of a picture 360 wide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.labels import fit, width
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.recent_days import Lane

WIDTH = 360
TEXT_SIZE, AXIS_SIZE = 13, 12
_MARGIN, _GAP = 2, 1
_LANE, _TEXT, _CELL_TOP, _CELL = 50, 14, 20, 20
_AXIS = 18
_APART = 6


@dataclass(frozen=True)
class Cell:
    """One day of a lane; ``x`` and ``y`` are the upper left corner. ``full`` says the day and what happened."""

    x: float
    y: int
    sign: str
    full: str


@dataclass(frozen=True)
class Row:
    """A lane: its title and its cells."""

    title: str
    full: str
    y: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Label:
    """A day below the cells; ``x`` is its right end."""

    x: float
    text: str


@dataclass(frozen=True)
class DayGrid:
    """The picture; without rows when nothing is known."""

    rows: tuple[Row, ...]
    labels: tuple[Label, ...]
    cell_width: float
    height: int
    axis_y: int
    cell_height: int = _CELL
    width: int = WIDTH


def draw_days(lanes: Sequence[Lane]) -> DayGrid:
    """The picture of lanes that all have the same days."""
    days = [day.day for day in lanes[0].days] if lanes else []
    pitch = (WIDTH - 2 * _MARGIN) / max(len(days), 1)
    rows = tuple(_row(lane, number * _LANE, pitch) for number, lane in enumerate(lanes))
    below = len(rows) * _LANE
    return DayGrid(rows, tuple(_labels(days, pitch)), round(pitch - _GAP, 2), below + _AXIS, below + AXIS_SIZE - 4)


def _row(lane: Lane, top: int, pitch: float) -> Row:
    cells = (
        Cell(round(_MARGIN + place * pitch, 2), top + _CELL_TOP, day.state, f"{day.day.isoformat()}: {day.text}")
        for place, day in enumerate(lane.days)
    )
    return Row(fit(lane.title, WIDTH - 2 * _MARGIN, TEXT_SIZE), lane.title, top + _TEXT, tuple(cells))


def _labels(days: Sequence[date], pitch: float) -> list[Label]:
    """Today and days before it, as many as have room; the last first."""
    found: list[Label] = []
    limit = WIDTH + 0.0
    for place in range(len(days) - 1, -1, -1):
        right = _MARGIN + (place + 1) * pitch - _GAP
        text = days[place].isoformat()
        if right <= limit and right - width(text, AXIS_SIZE) >= 0:
            found.append(Label(round(right, 2), text))
            limit = right - width(text, AXIS_SIZE) - _APART
    return found
