"""The ways out that a refusal gives: which host, which server, which mode; and which rows an absence removes."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Change, Create, Delete
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import deciding
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import (
    Refusal,
    RoleState,
    Surroundings,
    Wish,
    decide,
    deletions,
    elsewhere,
    elsewhere_told,
    settled,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from tests.unit.site.support import CAS, PR1, SE1, ST1, scp_row, site_system_row

SCP01, SCP02, PRI1 = "scp01.corp.example", "scp02.corp.example", "pri1.corp.example"
# The task runs on cas01, by the name of the inventory; PR1 has its provider on a separate host, SE1 has no known provider.
AROUND = Surroundings(
    sites=(CAS, PR1, SE1),
    site_systems={name: site_system_row(name) for name in (SCP01, SCP02)},
    site_servers=frozenset({"cas01.corp.example"}),
    host="cas-inventory",
    providers={"CAS": ("cas01.corp.example",), "PR1": ("pro1.corp.example", "pro2.corp.example")},
)
HERE = Wish(present=True, server=SCP01)
GONE = scp_row(SCP01, "OLD")


def refused(state: RoleState, wish: Wish, around: Surroundings = AROUND) -> Refusal:
    found = decide(state, wish, around)
    assert isinstance(found, Refusal), found
    # Everything that is returned as data is also in the sentence.
    assert all(way.command in found.message for way in found.ways)
    return found


def steps(found: Refusal) -> list[tuple[str, str, str]]:
    """(playbook, host, server) of each way."""
    return [(way.playbook.rpartition(".")[2], way.host, str(way.options["server"])) for way in found.ways]


@pytest.mark.parametrize(
    ("code", "own", "host"),
    [
        ("CAS", "CAS", "cas-inventory"),
        ("PR1", "CAS", "pro1.corp.example"),
        ("PR1", "PR1", "cas-inventory"),
        # No provider known: the site server.
        ("SE1", "CAS", "sec1.corp.example"),
        # No such site: the top-level site.
        ("OLD", "CAS", "cas-inventory"),
        ("OLD", "PR1", "cas01.corp.example"),
    ],
)
def test_the_host_to_run_on_for_a_site(code: str, own: str, host: str) -> None:
    assert AROUND.host_of(code, own) == host
    assert Surroundings(host="here").host_of("OLD", "CAS") == "here"


def test_the_row_of_a_server_is_that_of_the_own_site_and_of_the_exact_name_first() -> None:
    both = RoleState(CAS, (scp_row(SCP01, "PR1"), scp_row(SCP01)))
    assert rows.site_of(both.row_on("scp01") or both.rows[0]) == "CAS"
    assert both.holders == [(SCP01, "PR1"), (SCP01, "CAS")]
    other = RoleState(CAS, (scp_row(SCP02, "PR1"),))
    assert (other.row_on(SCP02), other.row_on(SCP01)) == (other.rows[0], None)
    foreign = RoleState(CAS, (scp_row(SCP01, "PR1"), scp_row(SCP01, "SE1")))
    assert foreign.row_on(SCP01) is foreign.rows[0]
    short, full = site_system_row("scp01"), site_system_row(SCP01)
    around = Surroundings(site_systems={"scp01": short, SCP01: full})
    assert around.site_system(SCP01) is full
    assert around.site_system("SCP01") is short
    assert Surroundings(site_systems={"scp01": short}).site_system(SCP01) is short
    assert around.site_system(SCP02) is None


@pytest.mark.parametrize(
    ("state", "wish", "done"),
    [
        (RoleState(CAS, (scp_row(SCP01),)), HERE, True),
        (RoleState(CAS, (scp_row(SCP01),)), dataclasses.replace(HERE, mode="offline"), False),
        (RoleState(CAS, (scp_row(SCP01, mode=1),)), dataclasses.replace(HERE, mode="offline"), True),
        (RoleState(CAS, (scp_row(SCP01), scp_row(SCP02))), HERE, False),
        (RoleState(CAS, (scp_row(SCP01, "PR1"),)), HERE, False),
        (RoleState(PR1, (scp_row(SCP01, "PR1"),)), HERE, False),
        (RoleState(CAS, (scp_row(SCP02),)), HERE, False),
        (RoleState(CAS, ()), HERE, False),
    ],
)
def test_what_needs_no_step(state: RoleState, wish: Wish, done: bool) -> None:
    assert settled(state, wish) is done


def test_a_role_that_is_on_another_server_is_moved_with_the_mode_that_it_has() -> None:
    state = RoleState(CAS, (scp_row(SCP02, mode=1),))
    found = refused(state, HERE)
    (way,) = found.ways
    assert way.options == {"server": SCP01, "move": True, "move_from": SCP02, "mode": "offline"}
    assert refused(state, dataclasses.replace(HERE, mode="online")).ways[0].options["mode"] == "online"


@pytest.mark.parametrize(
    ("found", "named"),
    [
        # Of two, the one that is not requested is removed.
        ([scp_row(SCP01), scp_row(SCP02)], [("remove", "cas-inventory", SCP02)]),
        ([scp_row(SCP02), scp_row(SCP01, "PR1")], [("remove", "cas-inventory", SCP02), ("remove", "pro1.corp.example", SCP01)]),
        # Rows of one server at one site are one removal, by its full name.
        ([scp_row("scp02"), scp_row(SCP02)], [("remove", "cas-inventory", SCP02)]),
        (
            [scp_row("scp02"), scp_row(SCP02, "PR1")],
            [("remove", "pro1.corp.example", SCP02), ("remove", "cas-inventory", "scp02")],
        ),
    ],
)
def test_several_roles_are_refused_with_those_that_have_to_go(
    found: list[CimInstance], named: list[tuple[str, str, str]]
) -> None:
    assert steps(refused(RoleState(CAS, tuple(found)), HERE)) == named


def test_a_role_of_another_site_is_removed_on_the_provider_of_that_site_first() -> None:
    assert steps(refused(RoleState(CAS, (scp_row(SCP01, "PR1"),)), HERE)) == [("remove", "pro1.corp.example", SCP01)]
    assert steps(refused(RoleState(CAS, (GONE,)), HERE)) == [("remove", "cas-inventory", SCP01)]


def test_a_site_system_of_a_site_that_is_gone_is_made_one_of_this_site_first() -> None:
    around = dataclasses.replace(AROUND, site_systems={SCP01: site_system_row(SCP01, "OLD")})
    found = refused(RoleState(CAS, ()), HERE, around)
    assert [(way.playbook, way.host) for way in found.ways] == [
        ("configmgr.scp.remove", "cas-inventory"),
        ("configmgr.scp.provision", "cas-inventory"),
    ]
    assert "OLD" in found.message
    # If no site is known, no site is known to be missing.
    unknown = decide(RoleState(CAS, ()), HERE, dataclasses.replace(around, sites=()))
    assert isinstance(unknown, Refusal)
    assert unknown.ways == ()


def test_a_site_system_of_another_site_has_no_way_out() -> None:
    around = dataclasses.replace(AROUND, site_systems={SCP01: site_system_row(SCP01, "PR1")})
    assert refused(RoleState(CAS, ()), HERE, around).ways == ()


@pytest.mark.parametrize(("present", "remedy"), [((), False), ((scp_row(SCP01),), True)])
def test_a_pair_is_left_by_a_move_only_where_the_role_is_there(present: tuple[CimInstance, ...], remedy: bool) -> None:
    around = dataclasses.replace(AROUND, site_servers=frozenset({SCP01, SCP02}))
    found = refused(RoleState(CAS, present), dataclasses.replace(HERE, mode="offline"), around)
    assert ("configmgr.scp.move" in found.message) is remedy
    assert SCP02 in found.message


def test_steps_name_the_server_and_keep_or_set_the_mode() -> None:
    created = decide(RoleState(CAS, ()), HERE, AROUND)
    assert isinstance(created, Create)
    assert (SCP01 in created.what, rows.mode_of(created.row), rows.site_of(created.row)) == (True, "online", "CAS")
    odd = scp_row(SCP01, mode=7)
    for mode, written in (("offline", "offline"), ("online", "online")):
        changed = decide(RoleState(CAS, (odd,)), dataclasses.replace(HERE, mode=mode), AROUND)
        assert isinstance(changed, Change)
        assert (changed.before is odd, rows.mode_of(changed.row), SCP01 in changed.what) == (True, written, True)


# Below the top.


def below(wish: Wish, *found: CimInstance, sites: tuple[Site, ...] = (CAS, PR1, SE1)) -> Refusal | None:
    return deciding.below_the_top(RoleState(PR1, found), wish, dataclasses.replace(AROUND, sites=sites))


def test_the_top_level_site_is_not_below_it() -> None:
    assert deciding.below_the_top(RoleState(CAS, ()), HERE, AROUND) is None


@pytest.mark.parametrize(
    ("found", "wish", "playbook", "options"),
    [
        ([], HERE, "provision", {"state": "present", "server": SCP01}),
        ([], dataclasses.replace(HERE, mode="offline"), "provision", {"state": "present", "server": SCP01, "mode": "offline"}),
        ([], dataclasses.replace(HERE, move=True), "provision", {"state": "present", "server": SCP01}),
        (
            [scp_row(SCP02, mode=1)],
            dataclasses.replace(HERE, move=True),
            "move",
            {"server": SCP01, "move": True, "move_from": SCP02, "mode": "offline"},
        ),
        (
            [scp_row(SCP02, mode=1)],
            dataclasses.replace(HERE, move=True, mode="online"),
            "move",
            {"server": SCP01, "move": True, "move_from": SCP02, "mode": "online"},
        ),
        ([scp_row(SCP02)], HERE, "provision", {"state": "present", "server": SCP01}),
        # Which of two is to be moved, the top-level site asks.
        (
            [scp_row(SCP02), scp_row(SCP02, "SE1")],
            dataclasses.replace(HERE, move=True),
            "provision",
            {"state": "present", "server": SCP01},
        ),
        ([scp_row(SCP01)], dataclasses.replace(HERE, move=True), "provision", {"state": "present", "server": SCP01}),
    ],
)
def test_a_lower_site_sends_to_the_provider_of_the_top_level_site(
    found: list[CimInstance], wish: Wish, playbook: str, options: dict[str, object]
) -> None:
    refusal = below(wish, *found)
    assert refusal is not None
    (way,) = refusal.ways
    assert (way.playbook, way.host, way.options) == (f"configmgr.scp.{playbook}", "cas01.corp.example", options)
    assert way.command in refusal.message


def test_a_role_that_a_lower_site_has_all_the_same_is_removed_there_first() -> None:
    refusal = below(HERE, scp_row(SCP02), scp_row(PRI1, "PR1"))
    assert refusal is not None
    assert steps(refusal) == [("remove", "cas-inventory", PRI1)]
    assert PRI1 in refusal.message


def test_a_top_that_is_not_known_has_no_way_out() -> None:
    refusal = below(HERE, sites=(PR1,))
    assert refusal is not None
    assert refusal.ways == ()


# Absence.


def absent(*found: CimInstance, server: str = "", site: Site = CAS) -> Delete | Refusal:
    step = decide(RoleState(site, found), Wish(present=False, server=server), AROUND)
    assert isinstance(step, (Delete, Refusal))
    return step


@pytest.mark.parametrize(
    ("found", "server", "code"),
    [
        ([scp_row(SCP01)], "", "CAS"),
        ([scp_row(SCP01), scp_row(SCP02)], SCP01, "CAS"),
        # Each site removes its own row; the top-level site removes that of a site that no longer exists.
        ([scp_row(SCP01, "PR1"), scp_row(SCP01)], SCP01, "CAS"),
        ([scp_row(SCP01, "PR1"), scp_row(SCP01)], "", "CAS"),
        ([GONE], "", "OLD"),
    ],
)
def test_which_row_an_absence_takes(found: list[CimInstance], server: str, code: str) -> None:
    step = absent(*found, server=server)
    assert isinstance(step, Delete), step
    assert (rows.server_of(step.row), rows.site_of(step.row)) == (SCP01, code)
    assert SCP01 in step.what


@pytest.mark.parametrize(
    ("found", "site", "named"),
    [
        ([scp_row(SCP01), scp_row(SCP02)], CAS, [("remove", "cas-inventory", SCP01), ("remove", "cas-inventory", SCP02)]),
        ([scp_row(SCP01, "PR1")], CAS, [("remove", "pro1.corp.example", SCP01)]),
        ([scp_row(SCP01, "PR1"), scp_row(SCP01, "SE1")], CAS, [("remove", "pro1.corp.example", SCP01)]),
        # Not at the top-level site: a row of a site that no longer exists is not removed here.
        ([GONE], PR1, [("remove", "cas01.corp.example", SCP01)]),
    ],
)
def test_an_absence_that_may_not_be_names_who_removes_what(
    found: list[CimInstance], site: Site, named: list[tuple[str, str, str]]
) -> None:
    step = absent(*found, site=site)
    assert isinstance(step, Refusal)
    assert steps(step) == named


def test_no_absence_during_an_update_unless_it_is_overridden() -> None:
    busy = dataclasses.replace(AROUND, installing=(("2609", "INSTALL_IN_PROGRESS"),))
    state = RoleState(CAS, (scp_row(SCP01),))
    assert isinstance(decide(state, Wish(present=False), busy), Refusal)
    assert isinstance(decide(state, Wish(present=False, allow_during_update=True), busy), Delete)


@pytest.mark.parametrize("server", [SCP01, ""])
def test_an_absence_takes_every_row_of_the_server_that_this_site_may_remove(server: str) -> None:
    short = rows.with_settings(scp_row("scp01"), {rows.REMOTE_NAME: Setting(0, SCP01, "")})
    full, other_site, other = scp_row(SCP01), scp_row(SCP01, "PR1"), scp_row(SCP02)
    state = RoleState(CAS, (short, full, other_site, GONE, other))
    wish = Wish(present=False, server=server)
    found = deletions(state, wish, Delete("it", full), AROUND)
    assert [step.row for step in found] == [full, short, GONE]
    assert {step.what for step in found} == {"it"}


def test_what_an_absence_leaves_elsewhere() -> None:
    left = [scp_row(SCP02), scp_row(PRI1, "PR1")]
    found = elsewhere(RoleState(CAS, tuple(left)), left, AROUND)
    assert [(one.server, one.site_code, one.way.host) for one in found] == [
        (SCP02, "CAS", "cas-inventory"),
        (PRI1, "PR1", "pro1.corp.example"),
    ]
    said = {removed: elsewhere_told(Wish(False, SCP01), found, removed) for removed in (True, False)}
    assert ["nothing" in said[removed] for removed in (True, False)] == [False, True]
    for text in said.values():
        assert SCP01 in text
        assert f"{SCP02} (site CAS), {PRI1} (site PR1)" in text
        assert all(one.way.command in text for one in found)


def test_a_stand_alone_site_is_at_the_top() -> None:
    around = Surroundings(sites=(ST1,), site_systems={SCP01: site_system_row(SCP01, "ST1")})
    assert isinstance(decide(RoleState(ST1, ()), HERE, around), Create)


def test_a_step_without_a_declared_mode_keeps_the_mode() -> None:
    offline = scp_row(SCP01, mode=1)
    step = decide(RoleState(CAS, (offline,)), HERE, AROUND)
    assert isinstance(step, Change)
    assert step.row is step.before is offline
