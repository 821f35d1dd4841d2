"""The picture of the dates ahead."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.date_line import (
    AXIS_SIZE,
    LINE,
    MOST_ROWS,
    TEXT_SIZE,
    WIDTH,
    draw_dates,
    left,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.labels import width

# Half the size of a sign.
SIGN = 7


def day(left: Any, state: str = "later", subject: str = "Something ends", date: str = "2027-05-12") -> dict[str, Any]:
    return {"date": date, "subject": subject, "days_left": left, "state": state, "kind": "secret", "then": ""}


def test_each_day_is_on_the_axis() -> None:
    line = draw_dates([day(-3, "over"), day(0, "soon"), day(18, "soon"), day(400), day(5000)])
    places = [mark.x for mark in line.marks]
    assert places[0] == places[1] == line.left
    assert places == sorted(places)
    assert places[4] == WIDTH - line.left
    assert [mark.sign for mark in line.marks] == ["bad", "doubt", "doubt", "ok", "ok"]
    assert [tick.text for tick in line.ticks] == ["today", "1 month", "1 year", "3 years"]
    # A sign is where the label of its time is.
    month = next(tick.x for tick in line.ticks if tick.text == "1 month")
    assert draw_dates([day(30), day(5000)]).marks[0].x == month


def test_what_a_row_says() -> None:
    [mark] = draw_dates([day(18, subject="Secret of App expires", date="2026-12-10")]).marks
    assert (mark.lines, mark.when) == (("Secret of App expires",), "2026-12-10, 18 days")
    assert mark.full == "2026-12-10, 18 days: Secret of App expires"
    assert mark.when_y == mark.text_y + LINE


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (0, "today"),
        (1, "1 day"),
        (35, "35 days"),
        (1094, "1094 days"),
        (1095, "3 years"),
        (-1, "1 day ago"),
        (-4000, "10 years ago"),
    ],
)
def test_how_far_a_day_is(days: int, text: str) -> None:
    assert left(days) == text


def test_the_nearest_are_kept() -> None:
    line = draw_dates([day(number) for number in range(MOST_ROWS + 7)])
    assert (len(line.marks), line.left_out) == (MOST_ROWS, 7)
    empty = draw_dates([day(None), day("5")])
    assert (empty.marks, empty.left_out) == ((), 0)


def test_a_state_that_is_not_known_is_no_good_one() -> None:
    assert draw_dates([day(5, "odd")]).marks[0].sign == "unknown"


DAYS = st.lists(
    st.builds(
        day,
        st.integers(-20000, 20000),
        st.sampled_from(["over", "soon", "later"]),
        st.text(st.characters(codec="utf-8"), max_size=200),
        st.dates().map(str),
    ),
    min_size=1,
    max_size=60,
)


@given(DAYS)
def test_nothing_overlaps_and_all_is_inside(days: list[dict[str, Any]]) -> None:
    line = draw_dates(days)
    assert len(line.marks) == len(days)
    above = 20
    for mark in line.marks:
        assert SIGN <= mark.x <= WIDTH - SIGN
        # The letters of its first line are below the sign of the row before.
        assert mark.text_y - TEXT_SIZE >= above - 1
        assert mark.y - SIGN >= mark.when_y - 1
        assert all(width(text, TEXT_SIZE) <= WIDTH - line.left for text in mark.lines)
        assert width(mark.when, AXIS_SIZE) <= WIDTH - line.left
        above = mark.y + SIGN
    assert above <= line.height
    ends = [(tick.x - width(tick.text, AXIS_SIZE) / 2, tick.x + width(tick.text, AXIS_SIZE) / 2) for tick in line.ticks[1:]]
    first = line.ticks[0].x + width(line.ticks[0].text, AXIS_SIZE)
    assert all(one[1] < other[0] for one, other in zip([(0.0, first), *ends], ends, strict=False))
    assert all(start >= 0 and end <= WIDTH for start, end in ends)
