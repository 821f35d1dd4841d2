"""The drawing of a hierarchy."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.drawing import MOST_ROWS, WIDTH, cut, draw
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
    assert draw([], []).boxes == ()


def test_long_names_lose_their_middle() -> None:
    assert cut("short", 10) == "short"
    assert cut("abcdefghijkl", 7) == "abc…jkl"


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
