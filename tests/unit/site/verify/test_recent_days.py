"""What happened on each of the last days, and its picture."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.day_grid import AXIS_SIZE, TEXT_SIZE, WIDTH, draw_days
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.labels import width
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.recent_days import MOST_DAYS, Day, Lane, lanes

NOW = "2026-11-22T12:00:00.000Z"


def one(day: int, outcome: str, hour: int = 10) -> dict[str, Any]:
    return {"time": f"2026-11-{day:02d}T{hour:02d}:00:00.000Z", "outcome": outcome}


def message(day: int, subject: str | None = None, verdict: str | None = None, severity: str = "error") -> dict[str, Any]:
    return {"time": f"2026-11-{day:02d}T10:00:00Z", "subject": subject, "verdict": verdict, "severity": severity}


def lanes_of(*history: dict[str, Any], **values: Any) -> tuple[Lane, ...]:
    return lanes({"mode": "online", "log": {"server_time": NOW, "download": {"history": list(history)}}, **values})


def states(lane: Lane) -> dict[int, tuple[str, str]]:
    return {day.day.day: (day.state, day.text) for day in lane.days}


@pytest.mark.parametrize(
    ("history", "state", "text"),
    [
        ([one(21, "completed")], "ok", "1 completed"),
        ([one(21, "completed", 1), one(21, "completed", 2)], "ok", "2 completed"),
        ([one(21, "failed", 1), one(21, "completed", 2)], "doubt", "1 failed, 1 completed"),
        ([one(21, "completed", 1), one(21, "failed", 2)], "bad", "1 completed, 1 failed"),
        ([one(21, "stopped")], "bad", "1 stopped"),
        ([one(21, "unfinished")], "bad", "1 unfinished"),
        ([one(21, "running")], "open", "1 running"),
    ],
)
def test_the_state_of_a_day(history: list[dict[str, Any]], state: str, text: str) -> None:
    [lane] = lanes_of(*history)
    assert states(lane)[21] == (state, text)


def test_a_day_before_the_first_event_was_not_read() -> None:
    [lane] = lanes_of(one(20, "completed"), one(22, "completed"))
    assert [day.state for day in lane.days] == ["unknown"] * 4 + ["ok", "none", "ok"]
    assert [day.day.isoformat() for day in lane.days][::6] == ["2026-11-16", "2026-11-22"]


@pytest.mark.parametrize(("first", "count"), [(22, 7), (16, 7), (15, 14), (8, 21), (1, 28)])
def test_as_many_weeks_as_were_read(first: int, count: int) -> None:
    [lane] = lanes_of(one(first, "completed"))
    assert len(lane.days) == count


def test_four_weeks_at_most() -> None:
    [lane] = lanes_of({"time": "2026-01-01T10:00:00Z", "outcome": "completed"}, one(22, "completed"))
    assert len(lane.days) == MOST_DAYS
    assert [day.state for day in lane.days] == ["none"] * 27 + ["ok"]


def test_the_registry_counts_as_a_synchronisation() -> None:
    [lane] = lanes_of(last_synchronisation="2026-11-22T09:00:00Z")
    assert states(lane)[22] == ("ok", "1 completed")
    # The log and the registry report the same one.
    [lane] = lanes_of(one(22, "completed"), last_synchronisation="2026-11-22T10:10:00Z")
    assert states(lane)[22] == ("ok", "1 completed")
    [lane] = lanes_of(one(22, "failed"), last_synchronisation="2026-11-22T10:10:00Z")
    assert states(lane)[22] == ("doubt", "1 failed, 1 completed")


def test_messages_have_lanes_of_their_own() -> None:
    # The newest first, as the module returns them.
    told = [
        message(22, "endpoints", "passed", "information"),
        message(21, "endpoints", "failed"),
        message(21, "endpoints", "warning", "warning"),
        message(20, "upload", "failed"),
        message(19, None, None, "warning"),
        message(18),
    ]
    endpoints, others = lanes_of(messages=told, messages_since="2026-11-17T12:00:00Z")
    assert states(endpoints)[22] == ("ok", "1 all reached")
    assert states(endpoints)[21] == ("bad", "1 warning, 1 failed")
    assert states(endpoints)[20] == ("none", "no report")
    assert states(endpoints)[16] == ("unknown", "not read")
    assert [states(others)[day] for day in (18, 19, 20, 21)] == [
        ("bad", "1 error"),
        ("doubt", "1 warning"),
        ("bad", "1 failed"),
        ("none", "none"),
    ]
    [others] = lanes_of(messages=[], messages_since="2026-11-17T12:00:00Z")
    assert states(others)[22] == ("none", "none")


def test_an_offline_role_has_imports() -> None:
    site_log = {"manifest": {"history": [one(20, "completed")]}}
    report = {"mode": "offline", "generated": NOW, "site_log": site_log, "last_synchronisation": NOW, "log": None}
    [lane] = lanes(report)
    assert lane.title.startswith("Imports")
    assert states(lane)[20] == ("ok", "1 completed")


@pytest.mark.parametrize("report", [{}, {"generated": NOW}, {"log": {"download": {"history": [one(20, "completed")]}}}])
def test_nothing_is_drawn_where_nothing_is_known(report: dict[str, Any]) -> None:
    assert lanes(report) == ()
    assert (draw_days(lanes(report)).rows, draw_days(()).labels) == ((), ())


FIRST = date(2026, 11, 1)


def drawn(count: int, titles: list[str]) -> tuple[Lane, ...]:
    days = tuple(Day(FIRST + timedelta(days=number), "ok", "1 completed") for number in range(count))
    return tuple(Lane(title, days) for title in titles)


def test_where_each_day_is() -> None:
    grid = draw_days(drawn(7, ["One", "Two"]))
    assert [row.title for row in grid.rows] == ["One", "Two"]
    first, *_rest, last = grid.rows[0].cells
    assert (first.x, first.full) == (2, "2026-11-01: 1 completed")
    assert last.x + grid.cell_width == WIDTH - 3
    assert [label.text for label in grid.labels] == ["2026-11-07", "2026-11-05", "2026-11-03"]


@given(st.integers(1, 60), st.lists(st.text(max_size=200), min_size=1, max_size=4))
def test_nothing_overlaps_and_all_is_inside(count: int, titles: list[str]) -> None:
    grid = draw_days(drawn(count, titles))
    above = 0
    for row in grid.rows:
        assert width(row.title, TEXT_SIZE) <= WIDTH
        assert row.y - TEXT_SIZE >= above
        places = [cell.x for cell in row.cells]
        assert all(right - left >= grid.cell_width for left, right in itertools.pairwise(places))
        assert places[0] >= 0
        assert places[-1] + grid.cell_width <= WIDTH
        assert all(cell.y >= row.y for cell in row.cells)
        above = row.cells[0].y + grid.cell_height
    assert grid.axis_y - AXIS_SIZE >= above - 6
    assert grid.axis_y <= grid.height
    spans = [(label.x - width(label.text, AXIS_SIZE), label.x) for label in grid.labels]
    assert all(start >= 0 and end <= WIDTH for start, end in spans)
    assert all(later[0] > earlier[1] for later, earlier in itertools.pairwise(spans))
