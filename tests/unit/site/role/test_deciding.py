from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Change, Create, Delete
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import (
    Refusal,
    RoleState,
    Surroundings,
    Wish,
    decide,
    settled,
)
from tests.unit.site.support import CAS, PR1, scp_row, site_system_row

SCP01, SCP02 = "scp01.corp.example", "scp02.corp.example"
AROUND = Surroundings(
    sites=(CAS, PR1),
    site_systems={name: site_system_row(name) for name in (SCP01, SCP02)},
    site_servers=frozenset({"cas01.corp.example"}),
)


def present(server: str = SCP01, mode: str | None = None, allow_during_update: bool = False) -> Wish:
    return Wish(present=True, server=server, mode=mode, allow_during_update=allow_during_update)


def test_nothing_there_is_installed_online_unless_told_otherwise() -> None:
    empty = RoleState(CAS, ())
    assert not settled(empty, present())
    step = decide(empty, present(), AROUND)
    assert isinstance(step, Create)
    assert rows.mode_of(step.row) == "online"
    assert rows.server_of(step.row) == SCP01
    assert rows.setting(step.row, "Server Remote Name") == Setting(0, SCP01, "")
    offline = decide(empty, present(mode="offline"), AROUND)
    assert isinstance(offline, Create)
    assert rows.mode_of(offline.row) == "offline"


def test_the_row_takes_the_nal_path_of_the_site_system_byte_for_byte() -> None:
    odd = site_system_row("SCP01.Corp.Example")
    step = decide(RoleState(CAS, ()), present(), dataclasses.replace(AROUND, site_systems={SCP01: odd}))
    assert isinstance(step, Create)
    assert step.row["NALPath"] == odd["NALPath"]
    assert step.row["ItemName"] == f"{odd['NALPath']},SMS Dmp Connector"


@pytest.mark.parametrize("mode", [None, "online"])
def test_a_role_in_place_is_settled(mode: str | None) -> None:
    assert settled(RoleState(CAS, (scp_row(SCP01),)), present(mode=mode))


def test_a_mode_that_is_not_declared_stays() -> None:
    assert settled(RoleState(CAS, (scp_row(SCP01, mode=1),)), present())


def test_another_mode_changes_only_that_value() -> None:
    row = rows.with_settings(scp_row(SCP01), {"Unknown Thing": Setting(7, "a", "b")})
    state = RoleState(CAS, (row,))
    assert not settled(state, present(mode="offline"))
    step = decide(state, present(mode="offline"), AROUND)
    assert isinstance(step, Change)
    assert rows.mode_of(step.row) == "offline"
    assert rows.setting(step.row, "Unknown Thing") == Setting(7, "a", "b")


@pytest.mark.parametrize(
    ("state", "around", "wish", "word"),
    [
        (RoleState(PR1, ()), AROUND, present(), "top-level site CAS"),
        (RoleState(PR1, (scp_row(SCP01, "PR1"),)), AROUND, present(), "top-level site CAS"),
        (RoleState(CAS, (scp_row(SCP02),)), AROUND, present(), SCP02),
        (RoleState(CAS, (scp_row(SCP01), scp_row(SCP02))), AROUND, present(), "2 service connection points"),
        (RoleState(CAS, ()), AROUND, present("scp09.corp.example"), "not a site system server"),
        (
            RoleState(CAS, ()),
            dataclasses.replace(AROUND, site_servers=frozenset({SCP01, "cas01.corp.example"})),
            present(),
            "active/passive",
        ),
        (
            RoleState(CAS, ()),
            dataclasses.replace(AROUND, installing=(("2609", "INSTALL_IN_PROGRESS"),)),
            present(),
            "installing an update",
        ),
        (
            RoleState(CAS, (scp_row(SCP01),)),
            dataclasses.replace(AROUND, installing=(("2609", "INSTALL_IN_PROGRESS"),)),
            Wish(present=False),
            "installing an update",
        ),
        (RoleState(CAS, (scp_row(SCP01), scp_row(SCP02))), AROUND, Wish(present=False), "2 service connection points"),
        (RoleState(CAS, (scp_row(SCP01, "PR1"),)), AROUND, Wish(present=False), "belongs to site PR1"),
    ],
)
def test_refusals(state: RoleState, around: Surroundings, wish: Wish, word: str) -> None:
    assert not settled(state, wish)
    refusal = decide(state, wish, around)
    assert isinstance(refusal, Refusal)
    assert word in refusal.message


def test_an_update_can_be_overridden() -> None:
    around = dataclasses.replace(AROUND, installing=(("2609", "INSTALL_IN_PROGRESS"),))
    assert isinstance(decide(RoleState(CAS, ()), present(allow_during_update=True), around), Create)


def test_absence() -> None:
    assert settled(RoleState(CAS, ()), Wish(present=False))
    assert settled(RoleState(CAS, (scp_row(SCP02),)), Wish(present=False, server=SCP01))
    both = RoleState(CAS, (scp_row(SCP01), scp_row(SCP02)))
    step = decide(both, Wish(present=False, server=SCP02), AROUND)
    assert isinstance(step, Delete)
    assert rows.server_of(step.row) == SCP02
