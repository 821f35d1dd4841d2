from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Change
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import move
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import (
    Refusal,
    RoleState,
    Surroundings,
    Wish,
    expecting_site_system,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.move import (
    MovePlan,
    elsewhere,
    given_up,
    install_steps,
    is_move,
    left_behind,
    move_refusal,
    move_steps,
    plan_move,
    wish_problem,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState, StatusMessage
from tests.unit.site.support import CAS, PR1, scp_row, site_system_row

SCP01, SCP02, SCP03 = "scp01.corp.example", "scp02.corp.example", "scp03.corp.example"
AROUND = Surroundings(
    sites=(CAS, PR1),
    site_systems={name: site_system_row(name) for name in (SCP01, SCP02)},
    site_servers=frozenset({"cas01.corp.example"}),
)
ON_SCP01 = RoleState(CAS, (scp_row(SCP01, mode=1),))
EMPTY = RoleState(CAS, ())


def to_scp02(mode: str | None = "offline", **more: object) -> Wish:
    return dataclasses.replace(Wish(present=True, server=SCP02, mode=mode, move=True), **more)  # type: ignore[arg-type]


def planned(state: RoleState = ON_SCP01, wish: Wish | None = None, around: Surroundings = AROUND) -> MovePlan:
    plan = plan_move(state, wish or to_scp02(), around)
    assert isinstance(plan, MovePlan), plan
    return plan


@pytest.mark.parametrize(
    ("wish", "wait", "words"),
    [
        (to_scp02(), True, None),
        (to_scp02(), False, "leave wait: true"),
        (to_scp02(move=False), False, None),
        (to_scp02(move=False, move_from=SCP01), True, "is possible with move: true only"),
        (to_scp02(present=False), True, "is possible with state: present only"),
        (to_scp02(move_from=SCP02), True, "is the server that the role is to be moved to"),
        (Wish(present=False), True, None),
        (to_scp02(move_from=SCP01), True, None),
    ],
)
def test_options_that_do_not_go_together(wish: Wish, wait: bool, words: str | None) -> None:
    problem = wish_problem(wish, wait)
    assert problem is None if words is None else words in str(problem)


@pytest.mark.parametrize(
    ("state", "wish", "moves"),
    [
        (ON_SCP01, to_scp02(), True),
        (ON_SCP01, to_scp02(move=False), False),
        (ON_SCP01, to_scp02(present=False), False),
        (EMPTY, to_scp02(), False),
        (RoleState(CAS, (scp_row(SCP02),)), to_scp02(), False),
        (RoleState(CAS, (scp_row(SCP01), scp_row(SCP03))), to_scp02(), False),
    ],
)
def test_what_a_move_is(state: RoleState, wish: Wish, moves: bool) -> None:
    assert is_move(state, wish) is moves


def test_the_row_that_was_read_is_removed_and_a_fresh_one_installed_with_the_named_mode() -> None:
    old = rows.with_settings(scp_row(SCP01, mode=0), {"Unknown Thing": Setting(7, "a", "b")})
    plan = planned(RoleState(CAS, (old,)))
    assert plan.remove.row is old
    assert (plan.origin, plan.target) == (SCP01, SCP02)
    assert rows.mode_of(plan.install.row) == "offline"
    assert set(rows.settings_as_data(plan.install.row)) == {"OfflineMode", "Server Remote Name"}


def test_the_steps_name_the_servers_in_their_order() -> None:
    steps = move_steps(planned(), gone=False)
    assert [step.split()[0] for step in steps] == ["Remove", "Wait", "Install", "Wait"]
    assert [SCP01 in step for step in steps] == [True, True, False, False]
    assert "(site CAS, offline)" in steps[0]
    assert "no longer exists or does not answer" in move_steps(planned(), gone=True)[1]
    assert install_steps(planned().install) == steps[2:]


@pytest.mark.parametrize(
    ("state", "wish", "around", "words"),
    [
        (ON_SCP01, to_scp02(move_from=SCP03), AROUND, "is on scp01.corp.example (site CAS), not on scp03.corp.example"),
        (ON_SCP01, to_scp02(mode=None), AROUND, "give mode: offline to keep it"),
        (ON_SCP01, to_scp02(server=SCP03), AROUND, "not a site system server of site CAS"),
        (RoleState(PR1, ON_SCP01.rows), to_scp02(), AROUND, "top-level site CAS"),
        (RoleState(CAS, (scp_row(SCP01, "PR1"),)), to_scp02(), AROUND, "belongs to site PR1"),
        (
            ON_SCP01,
            to_scp02(),
            dataclasses.replace(AROUND, site_servers=frozenset({SCP02, "cas01.corp.example"})),
            "active/passive",
        ),
        (
            ON_SCP01,
            to_scp02(),
            dataclasses.replace(AROUND, installing=(("2609", "INSTALL_IN_PROGRESS"),)),
            "installing an update",
        ),
    ],
)
def test_neither_step_is_planned_when_one_may_not_be(state: RoleState, wish: Wish, around: Surroundings, words: str) -> None:
    refusal = plan_move(state, wish, around)
    assert isinstance(refusal, Refusal)
    assert words in refusal.message


def test_an_update_can_be_overridden_for_both_steps() -> None:
    around = dataclasses.replace(AROUND, installing=(("2609", "INSTALL_IN_PROGRESS"),))
    assert planned(wish=to_scp02(allow_during_update=True), around=around).target == SCP02


@pytest.mark.parametrize(
    ("state", "wish", "words"),
    [
        (ON_SCP01, to_scp02(), None),
        (EMPTY, to_scp02(), None),
        (EMPTY, to_scp02(mode=None), "its mode cannot be read"),
        (EMPTY, to_scp02(mode=None, move=False), None),
        (EMPTY, to_scp02(move_from=SCP01), None),
        (ON_SCP01, to_scp02(move_from=SCP01), None),
        # Two roles are refused for that reason alone.
        (RoleState(CAS, (scp_row(SCP01), scp_row(SCP03))), to_scp02(mode=None, move_from=SCP02), None),
        # The role is already there: nothing is requested that needs the mode.
        (RoleState(CAS, (scp_row(SCP02),)), to_scp02(mode=None, move_from=SCP03), None),
    ],
)
def test_a_mode_is_never_guessed(state: RoleState, wish: Wish, words: str | None) -> None:
    refusal = move_refusal(state, wish)
    assert refusal is None if words is None else words in str(refusal)


def test_a_site_system_may_be_expected_but_not_taken_from_another_site() -> None:
    around = expecting_site_system(AROUND, CAS, SCP03)
    assert planned(wish=to_scp02(server=SCP03), around=around).target == SCP03
    foreign = dataclasses.replace(AROUND, site_systems={SCP03: site_system_row(SCP03, "PR1")})
    assert expecting_site_system(foreign, CAS, SCP03) is foreign


def seen(server: str, state: str) -> ComponentState:
    return ComponentState("SMS_DMP_DOWNLOADER", server, state, None)


def said(record: int, number: int, server: str = SCP01) -> StatusMessage:
    return StatusMessage(record, number, "SMS_DMP_DOWNLOADER", server, None)


def test_where_else_the_role_is_still_counted() -> None:
    states = [seen("SCP01", "de-installing"), seen("SCP02.corp.example", "started"), seen(SCP03, "stopped")]
    assert [state.server for state in elsewhere(states, SCP02)] == ["SCP01"]
    (left,) = left_behind(states, SCP02)
    assert (left["server"], left["state"]) == ("scp01", "de-installing")
    assert "sitecomp.log" in left["text"]
    assert "on scp01 " in left["text"]
    assert left_behind([seen(SCP02, "started")], SCP02) == []


@pytest.mark.parametrize(
    ("messages", "given"),
    [
        ([], False),
        ([said(1, status.DEINSTALL_BEGUN)], False),
        ([said(1, status.DEINSTALL_BEGUN), said(2, status.DEINSTALL_FAILED)], True),
        ([said(1, status.DEINSTALL_FAILED), said(2, status.INSTALLED)], False),
        ([said(1, status.DEINSTALL_FAILED, SCP03)], False),
    ],
)
def test_a_removal_is_given_up_when_the_newest_word_says_so(messages: list[StatusMessage], given: bool) -> None:
    assert given_up(seen(SCP01, "de-installing"), messages) is given


@pytest.mark.parametrize(("old", "kept"), [(0, True), (7, False)])
def test_a_mode_that_changes_with_the_move_is_told_with_the_old_one_where_it_is_known(old: int, kept: bool) -> None:
    steps = move_steps(planned(RoleState(CAS, (scp_row(SCP01, mode=old),))), gone=False)
    assert len(steps) == 5
    assert "offline" in steps[2]
    assert ("mode: online" in steps[2]) is kept
    assert "None" not in steps[0]


def test_a_plan_is_a_removal_and_an_installation_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    good = planned()
    odd = Change("odd", scp_row(SCP01), scp_row(SCP01))
    for install, remove in ((odd, good.remove), (good.install, odd)):
        steps = {True: install, False: remove}
        monkeypatch.setattr(move, "decide", lambda _state, wish, _around, steps=steps: steps[wish.present])
        with pytest.raises(TypeError):
            plan_move(ON_SCP01, to_scp02(), AROUND)
