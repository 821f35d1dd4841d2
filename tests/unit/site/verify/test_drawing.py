"""The drawing of a hierarchy."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.drawing import (
    MOST_ROWS,
    SUBTITLE_SIZE,
    TITLE_SIZE,
    WIDTH,
    Box,
    Drawing,
    Line,
    draw,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.labels import width
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
        "central administrat… cas01.corp.example",
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


def test_a_title_and_a_subtitle_fit_their_box() -> None:
    long = "x" * 200
    box = draw([{"site_code": "CAS", "name": long, "type": long, "server": "s"}], []).boxes[0]
    assert box.title.startswith("CAS  xx")
    assert "…" in box.title
    assert "…" in box.subtitle
    for text, size in ((box.title, TITLE_SIZE), (box.subtitle, SUBTITLE_SIZE)):
        assert 300 < width(text, size) <= box.width - 24


def connection(start: str, end: str, state: str, text: str = "It said so.") -> dict[str, Any]:
    return {"from": start, "to": end, "state": state, "check": "", "text": text}


def drawn(*connections: dict[str, Any], ill: str = "", **site: Any) -> Drawing:
    return draw([{**SITES[0], **site}, *SITES[1:]], [POINT], ill, connections)


def box_of(drawing: Drawing, kind: str) -> Box:
    [box] = [box for box in drawing.boxes if box.kind == kind and not (kind == "site" and not box.top_level)]
    return box


def test_who_answered() -> None:
    drawing = drawn(connection("controller", CAS01, "works"), connection("controller", SCP01, "doubtful"))
    site, role, child = drawing.boxes
    assert (site.subtitle, site.sign, site.status) == ("central administration site", "ok", f"{CAS01} answered")
    assert (role.sign, role.status, role.ill) == ("doubt", "answered, but could not be read", False)
    # Nobody asked this one.
    assert (child.sign, child.status) == ("", "")
    assert [box.height for box in drawing.boxes] == [62, 62, 44]
    assert site.full.endswith(f"{CAS01} answered")


def test_a_dead_server_is_drawn_dead() -> None:
    role = box_of(drawn(connection("controller", SCP01, "fails"), ill="no answer"), "role")
    assert (role.title, role.sign, role.ill, role.status) == (
        "Service connection point, no answer",
        "bad",
        True,
        "does not answer",
    )
    role = box_of(drawn(connection("controller", SCP01, "works"), ill="stopped"), "role")
    assert (role.title, role.ill, role.status) == ("Service connection point, stopped", True, "does not work")


@pytest.mark.parametrize(
    ("state", "sign", "status"),
    [
        ("works", "ok", "reached"),
        ("doubtful", "doubt", "in doubt"),
        ("fails", "bad", "not reached"),
        ("unknown", "unknown", "not known"),
        ("unused", "unused", "not used: the role is offline"),
    ],
)
def test_microsoft_is_below_the_role(state: str, sign: str, status: str) -> None:
    drawing = drawn(connection(SCP01, "microsoft", state))
    assert [box.kind for box in drawing.boxes] == ["site", "role", "cloud", "site"]
    cloud = box_of(drawing, "cloud")
    assert (cloud.title, cloud.sign, cloud.status, cloud.x) == ("Microsoft", sign, status, 50)
    line = drawing.lines[1]
    assert (line.sign, line.full) == (sign, f"{SCP01} to microsoft: It said so.")


@pytest.mark.parametrize(
    ("there", "back", "sign"),
    [
        ("works", "works", "ok"),
        ("works", "doubtful", "doubt"),
        ("fails", "works", "bad"),
        ("works", "unknown", "ok"),
        ("unknown", "unknown", "unknown"),
    ],
)
def test_a_line_has_the_worst_of_both_directions(there: str, back: str, sign: str) -> None:
    drawing = drawn(connection(CAS01, SCP01, there, "There."), connection(SCP01, CAS01, back, "Back."))
    assert drawing.lines[0].sign == sign
    assert drawing.lines[0].full == f"{CAS01} to {SCP01}: There. {SCP01} to {CAS01}: Back."
    # Between sites nothing is checked.
    assert (drawing.lines[1].sign, drawing.lines[1].full) == ("", "")


def test_a_provider_on_a_server_of_its_own() -> None:
    asked = connection("controller", "prov01", "works")
    provider = box_of(drawn(asked, providers=["prov01.corp.example"]), "provider")
    assert (provider.title, provider.subtitle, provider.status) == ("SMS Provider", "prov01.corp.example", "answered")
    # On the site server, on the role's server, or one that was not asked.
    for other in (CAS01, SCP01, "prov02.corp.example"):
        asked = connection("controller", other if other != "prov02.corp.example" else CAS01, "works")
        assert "provider" not in [box.kind for box in drawn(asked, providers=[other]).boxes]


def test_short_names_are_the_same_computer() -> None:
    assert box_of(drawn(connection("controller", "scp01", "works")), "role").status == "answered"


NAMES = st.text(st.characters(codec="utf-8"), max_size=60)
CODES = st.sampled_from(["CAS", "PR1", "PR2", "SE1", "", "X"])
ROWS = st.lists(
    st.fixed_dictionaries({"site_code": CODES, "parent": st.none() | CODES, "server": NAMES, "name": NAMES, "type": NAMES}),
    max_size=80,
)


STATES = st.sampled_from(["works", "doubtful", "fails", "unknown", "unused", "odd", ""])
ENDS = NAMES | st.sampled_from(["controller", "microsoft"])
LINKS = st.lists(st.fixed_dictionaries({"from": ENDS, "to": ENDS, "state": STATES, "text": NAMES}), max_size=5)


@given(ROWS, st.lists(st.fixed_dictionaries({"server": NAMES, "site_code": CODES, "mode": st.none() | NAMES}), max_size=3), LINKS)
def test_whatever_a_site_tells_stays_inside_the_picture(
    sites: list[dict[str, Any]], points: list[dict[str, Any]], links: list[dict[str, Any]]
) -> None:
    drawing = draw(sites, points, "", links)
    above = 0
    for box in drawing.boxes:
        assert box.y > above
        above = box.y + box.height
        assert box.x >= 0
        assert box.x + box.width <= WIDTH
        assert box.width > 200
        assert bool(box.status) == (box.height == 62)
        assert width(box.title, TITLE_SIZE) <= box.width - 24
        assert max(width(box.subtitle, SUBTITLE_SIZE), width(box.status, SUBTITLE_SIZE) + 16) <= box.width - 24
    assert above <= drawing.height
    for line in drawing.lines:
        assert line.x >= 8
        assert line.x < line.to
        assert line.top < line.bottom - 8
