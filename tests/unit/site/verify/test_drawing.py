"""The drawing of a hierarchy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.drawing import MOST_ROWS, WIDTH, Line, cut, draw
from tests.unit.site.verify.support import CAS01, SCP01, WELL

SITES: list[dict[str, Any]] = WELL["hierarchy"]["result"]["sites"]
POINT = {"server": SCP01, "site_code": "CAS", "mode": "online"}


def test_the_role_stands_below_its_site() -> None:
    drawing = draw(SITES, [POINT])
    assert [box.title for box in drawing.boxes] == ["CAS  Central", "Service connection point, online", "PR1  One"]
    role = drawing.boxes[1]
    assert (role.kind, role.subtitle, role.x > drawing.boxes[0].x) == ("role", SCP01, True)
    assert len(drawing.lines) == 2
    assert drawing.boxes[0].top_level


def test_on_the_site_server_itself() -> None:
    drawing = draw(SITES, [{**POINT, "server": CAS01}])
    assert drawing.boxes[1].subtitle == f"on the site server, {CAS01}"


def test_a_very_large_hierarchy_says_what_it_leaves_out() -> None:
    many = [{"site_code": f"{n:03d}", "parent": "CAS", "server": "x", "name": "y", "type": "primary"} for n in range(200)]
    drawing = draw([*SITES[:1], *many], [POINT])
    assert len(drawing.boxes) == MOST_ROWS
    assert drawing.left_out == 202 - MOST_ROWS


def test_nothing() -> None:
    drawing = draw([], [])
    assert (drawing.boxes, drawing.lines, drawing.height, drawing.left_out, drawing.width) == ((), (), 48, 0, 360)


def test_where_each_box_and_line_is() -> None:
    drawing = draw(SITES, [POINT])
    assert [(box.x, box.y, box.width, box.height) for box in drawing.boxes] == [
        (2, 2, 356, 44),
        (26, 56, 332, 44),
        (26, 110, 332, 44),
    ]
    assert drawing.lines == (Line(14, 46, 78, 26), Line(14, 46, 132, 26))
    assert (drawing.height, drawing.left_out) == (156, 0)
    assert draw(SITES[:1], []).height == 48


def chain(length: int) -> list[dict[str, Any]]:
    """Sites, each below the one before."""
    return [{"site_code": f"{n}", "parent": f"{n - 1}" if n else None, "server": f"s{n}"} for n in range(length)]


def test_a_deep_hierarchy_is_indented_four_times_at_most() -> None:
    drawing = draw(chain(7), [{"server": "s6", "site_code": "6"}])
    assert [box.x for box in drawing.boxes] == [2, 26, 50, 74, 98, 98, 98, 122]
    assert [line.to for line in drawing.lines] == [26, 50, 74, 98, 98, 98, 122]
    tops = [line.top for line in drawing.lines]
    # The sixth and seventh are attached to the last one that is indented less.
    assert tops == [46, 100, 154, 208, 208, 208, 370]


def test_a_child_hangs_from_its_own_parent() -> None:
    sites = [
        {"site_code": code, "parent": parent} for code, parent in (("A", ""), ("C", "B"), ("B", "A"), ("D", "A"), ("E", "X"))
    ]
    drawing = draw(sites, [])
    assert [box.title.strip() for box in drawing.boxes] == ["A", "B", "C", "D", "E"]
    assert [box.x for box in drawing.boxes] == [2, 26, 50, 26, 2]
    assert [line.top for line in drawing.lines] == [46, 100, 46]


def test_a_site_that_comes_twice_is_drawn_once() -> None:
    assert len(draw([SITES[0], SITES[0]], []).boxes) == 1


def test_what_a_box_says() -> None:
    site, role, _child = draw(SITES, [{"server": SCP01, "site_code": "CAS", "mode": None}]).boxes
    assert (site.kind, site.subtitle, site.full) == (
        "site",
        "central administrati…e, cas01.corp.example",
        f"CAS  Central, central administration site, {CAS01}",
    )
    assert not role.title.endswith(("None", "online", ", "))
    assert (role.kind, role.ill, role.top_level, site.ill) == ("role", False, False, False)
    site, role, _child = draw(SITES, [POINT], "stopped").boxes
    assert (role.title, role.ill, site.ill) == ("Service connection point, stopped", True, False)


@pytest.mark.parametrize(("length", "whole"), [(300, True), (301, False)])
def test_the_uncut_text_is_bounded(length: int, whole: bool) -> None:
    box = draw([{"site_code": "CAS", "name": "x" * length}], []).boxes[0]
    assert box.full.count("x") == 300
    assert box.full.startswith(f"CAS  {'x' * 300}, ") is whole


def test_a_role_is_drawn_at_its_own_site() -> None:
    titles = [box.title for box in draw(SITES, [{**POINT, "site_code": "PR1"}]).boxes]
    assert titles == ["CAS  Central", "PR1  One", "Service connection point, online"]


@pytest.mark.parametrize(("length", "whole"), [(33, True), (34, False)])
def test_a_title_fits_its_box(length: int, whole: bool) -> None:
    box = draw([{"site_code": "CAS", "name": "x" * length}], []).boxes[0]
    assert ("…" not in box.title) is whole
    assert len(box.title) == 38


@pytest.mark.parametrize(("length", "whole"), [(40, True), (41, False)])
def test_a_subtitle_fits_its_box(length: int, whole: bool) -> None:
    box = draw([{"site_code": "CAS", "type": "", "server": "x" * length}], []).boxes[0]
    assert ("…" not in box.subtitle) is whole
    assert len(box.subtitle) == 42


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("short", 5, "short"),
        ("abcdefghijkl", 7, "abc…jkl"),
        ("abcdefghijkl", 6, "ab…jkl"),
        ("abc", 2, "…c"),
        ("abc", 1, "…"),
    ],
)
def test_long_names_lose_their_middle(text: str, room: int, shown: str) -> None:
    assert cut(text, room) == shown


NAMES = st.text(st.characters(codec="utf-8"), max_size=60)
CODES = st.sampled_from(["CAS", "PR1", "PR2", "SE1", "", "X"])
ROWS = st.lists(
    st.fixed_dictionaries({"site_code": CODES, "parent": st.none() | CODES, "server": NAMES, "name": NAMES, "type": NAMES}),
    max_size=80,
)


@given(ROWS, st.lists(st.fixed_dictionaries({"server": NAMES, "site_code": CODES, "mode": st.none() | NAMES}), max_size=3))
def test_whatever_a_site_tells_stays_inside_the_picture(sites: list[dict[str, Any]], points: list[dict[str, Any]]) -> None:
    drawing = draw(sites, points)
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.x + box.width <= WIDTH
        assert box.y + box.height <= drawing.height
        assert box.width > 200
    tops = [box.y for box in drawing.boxes]
    assert tops == sorted(set(tops))
