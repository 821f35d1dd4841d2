"""The module's work from a declared state to its result: what is written when, what is waited for, and what is returned."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import classes, naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Refused
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import declared
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import Wish, read_state, settled
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from tests.unit.site.fake_site import FakeSite, component, instance
from tests.unit.site.support import CAS, row, scp_row, site_system_row

SCP01, SCP02, SCP03 = "scp01.corp.example", "scp02.corp.example", "scp03.corp.example"
CAS01, CAS02 = "cas01.corp.example", "cas02.corp.example"
SYSTEMS = (site_system_row(SCP01), site_system_row(SCP02), row(CAS01, naming.SITE_SERVER))
OFFLINE_ON_SCP01 = (scp_row(SCP01, mode=1), component(SCP01))
GATEWAY = instance(classes.SMS_AZURE_SERVICE, AzureServiceID=1, Name="CMG1", ServiceType="CloudProxyService", State=0)
UPDATE = instance(classes.SMS_CM_UPDATE_PACKAGES, PackageGuid="G", Name="2609", State=0x00030001)
PARAMS = {
    "wait": True,
    "wait_timeout": 600,
    "mode_change": "write",
    "old_server_gone": False,
    "expect_site_system": False,
}


def to(server: str = SCP01, mode: str | None = None, **more: Any) -> Wish:
    return dataclasses.replace(Wish(present=True, server=server, mode=mode), **more)


ABSENT = Wish(present=False)
MOVED = to(SCP02, "offline", move=True)


def run(site: FakeSite, wish: Wish, check_mode: bool = False, **params: Any) -> dict[str, Any]:
    task = site.task({**PARAMS, **params}, check_mode)
    state = read_state(site.session, CAS, wish.server)
    work = declared.unchanged if settled(state, wish) else declared.changed
    return work(task, state, wish)


def fake(*found: CimInstance, **behaviour: str) -> FakeSite:
    ends = {{"scp01": SCP01, "scp02": SCP02}[name]: end for name, end in behaviour.items()}
    return FakeSite(*SYSTEMS, *found, behaviour=ends)


def ids(result: dict[str, Any]) -> list[int]:
    return [one["message_id"] for one in result["evidence"] if "message_id" in one]


# Nothing to change.


def test_a_role_in_place_changes_nothing_and_is_proved() -> None:
    site = fake(*OFFLINE_ON_SCP01)
    result = run(site, to())
    assert {name: result[name] for name in ("changed", "server", "mode", "installed", "restart_required", "mode_change_due")} == {
        "changed": False,
        "server": SCP01,
        "mode": "offline",
        "installed": True,
        "restart_required": False,
        "mode_change_due": False,
    }
    assert [one["source"] for one in result["evidence"]] == ["component summarizer"]
    assert result["problems"] == []
    assert "left_behind" not in result
    assert "restart_reason" not in result
    assert (site.writes, site.clock.now) == ([], 0)


def test_an_installation_that_a_former_run_began_is_waited_for_but_not_in_check_mode_and_not_without_wait() -> None:
    def begun() -> FakeSite:
        site = fake(scp_row(SCP01), component(SCP01, 3))
        site.later(60, lambda: site.set_component(SCP01, 1))
        return site

    waited, checked, hurried = begun(), begun(), begun()
    assert run(waited, to())["installed"] is True
    assert waited.clock.now >= 60
    assert run(checked, to(), check_mode=True)["installed"] is False
    assert run(hurried, to(), wait=False)["installed"] is None
    assert checked.clock.now == hurried.clock.now == 0


def test_a_confirmation_writes_the_row_again_and_counts_as_unchanged() -> None:
    site = fake(*OFFLINE_ON_SCP01)
    result = run(site, to(), mode_change="confirm")
    assert site.writes == [("put", SCP01, "offline")]
    assert (result["changed"], ids(result)) == (False, [status.SITE_CONTROL_CHANGED])
    assert [one["source"] for one in result["evidence"]] == ["status message", "component summarizer"]
    checked = fake(*OFFLINE_ON_SCP01)
    assert ids(run(checked, to(), check_mode=True, mode_change="confirm")) == []
    assert checked.writes == []


@pytest.mark.parametrize(("allow", "writes"), [(False, 0), (True, 1)])
def test_a_confirmation_during_an_update_needs_the_override(allow: bool, writes: int) -> None:
    site = fake(*OFFLINE_ON_SCP01, UPDATE)
    run(site, to(allow_during_update=allow), mode_change="confirm")
    assert len(site.writes) == writes


def test_a_move_that_is_done_already_has_no_steps_and_tells_what_is_left() -> None:
    site = fake(*OFFLINE_ON_SCP01, component(SCP03, 5))
    result = run(site, to(move=True))
    assert (result["steps"], result["previous_server"]) == ([], None)
    assert [one["server"] for one in result["left_behind"]] == [SCP03]
    assert run(fake(*OFFLINE_ON_SCP01), to(move=True), wait=False)["left_behind"] == []


def test_a_role_on_a_pair_is_a_problem() -> None:
    site = fake(scp_row(CAS02), component(CAS02), row(CAS02, naming.SITE_SERVER))
    result = run(site, to(CAS02))
    assert len(result["problems"]) == 1
    assert site.warnings == result["problems"]


# Absence.


def test_an_absent_role_changes_nothing() -> None:
    site = fake()
    result = run(site, ABSENT)
    assert (result["changed"], result["server"], result["mode"], result["installed"]) == (False, None, None, False)
    assert (result["left_behind"], result["elsewhere"]) == ([], [])


def test_an_absence_elsewhere_tells_where_the_role_is() -> None:
    site = fake(*OFFLINE_ON_SCP01)
    result = run(site, Wish(present=False, server=SCP02))
    assert (result["changed"], [one["server"] for one in result["elsewhere"]]) == (False, [SCP01])
    assert result["msg"] in site.warnings
    assert "nothing" in result["msg"]


def test_a_removal_of_a_former_run_is_seen_to_its_end() -> None:
    def begun() -> FakeSite:
        site = fake(component(SCP01, 5))
        site.later(60, lambda: site.set_component(SCP01, None))
        return site

    waited, hurried, gone = begun(), begun(), begun()
    assert run(waited, ABSENT)["installed"] is False
    assert waited.clock.now >= 60
    result = run(hurried, ABSENT, wait=False)
    assert (result["installed"], result["left_behind"]) == (None, [])
    result = run(gone, ABSENT, old_server_gone=True)
    assert (result["installed"], [one["server"] for one in result["left_behind"]]) == (True, [SCP01])
    assert hurried.clock.now == gone.clock.now == 0


def test_a_role_is_removed_and_followed() -> None:
    site = fake(*OFFLINE_ON_SCP01)
    result = run(site, ABSENT)
    assert site.writes == [("delete", SCP01, "offline")]
    assert (result["changed"], result["server"], result["installed"]) == (True, None, False)
    assert (result["left_behind"], result["elsewhere"]) == ([], [])
    assert ids(result) == [status.DEINSTALL_BEGUN, status.DEINSTALLED]
    before, after = (result["diff"][side]["service_connection_point"] for side in ("before", "after"))
    assert (before["server"], before["site_code"], before["mode"], after) == (SCP01, "CAS", "offline", None)
    assert before["properties"] == {"OfflineMode": {"Value": 1, "Value1": "", "Value2": ""}}
    assert "prepared" not in result["diff"]


def test_a_removal_in_check_mode_writes_nothing() -> None:
    site = fake(scp_row(SCP01), scp_row(SCP02), component(SCP01), GATEWAY)
    result = run(site, Wish(present=False, server=SCP01), check_mode=True)
    assert (result["changed"], result["left_behind"], site.writes) == (True, [], [])
    assert [one["server"] for one in result["elsewhere"]] == [SCP02]
    assert result["cloud_services_affected"] == ["cloud management gateway CMG1"]
    assert "nothing" not in result["msg"]


def test_one_of_two_roles_is_removed_and_the_other_one_told() -> None:
    site = fake(scp_row(SCP01), scp_row(SCP02), component(SCP01))
    result = run(site, Wish(present=False, server=SCP01))
    assert site.holders == [(SCP02, "online")]
    assert [one["server"] for one in result["elsewhere"]] == [SCP02]
    assert "nothing" not in result["msg"]


def test_both_rows_of_a_server_are_removed_and_only_the_others_told() -> None:
    site = fake(scp_row(SCP01), scp_row("scp01"), scp_row(SCP02), component(SCP01))
    result = run(site, Wish(present=False, server=SCP01))
    assert site.holders == [(SCP02, "online")]
    assert [one["server"] for one in result["elsewhere"]] == [SCP02]


def test_an_absence_that_names_no_server_tells_of_the_one_that_it_is_about() -> None:
    found = (scp_row(SCP01), scp_row(SCP01).with_values({"SiteCode": "PR1"}), component(SCP01))
    unnamed, named = (run(fake(*found), Wish(present=False, server=server)) for server in ("", SCP01))
    assert unnamed["msg"] == named["msg"]


@pytest.mark.parametrize("params", [{"wait": False}, {"old_server_gone": True}])
def test_a_removal_that_nobody_waits_for(params: dict[str, Any]) -> None:
    site = fake(*OFFLINE_ON_SCP01, scp01="never")
    assert run(site, ABSENT, **params)["installed"] is (True if "old_server_gone" in params else None)
    assert (site.holders, site.clock.now) == ([], 0)


# Installation and mode.


def test_a_new_role_is_installed_and_proved() -> None:
    site = fake()
    result = run(site, to(mode="offline"))
    assert site.writes == [("create", SCP01, "offline")]
    assert (result["changed"], result["server"], result["mode"], result["installed"]) == (True, SCP01, "offline", True)
    assert result["restart_required"] is False
    assert ids(result) == [status.INSTALL_BEGUN, status.INSTALLED]
    assert result["diff"]["before"] == {"service_connection_point": None}
    assert result["diff"]["after"]["service_connection_point"]["server"] == SCP01
    assert not {"left_behind", "steps"} & set(result)


def test_a_new_role_is_installed_though_a_changed_mode_would_only_be_reported() -> None:
    site = fake()
    assert run(site, to(mode="offline"), mode_change="report")["mode_change_due"] is False
    assert site.holders == [(SCP01, "offline")]


def test_a_mode_that_changes_in_place_is_no_step_of_a_move() -> None:
    result = run(fake(*OFFLINE_ON_SCP01), to(mode="online", move=True))
    assert (result["changed"], result["steps"]) == (True, [])


def test_a_new_role_that_nobody_waits_for() -> None:
    site = fake(scp01="never")
    result = run(site, to(), wait=False)
    assert (result["changed"], result["installed"], result["evidence"]) == (True, None, [])
    assert site.clock.now == 0


def test_a_new_role_in_check_mode_writes_nothing() -> None:
    site = fake()
    result = run(site, to(), check_mode=True)
    assert (result["changed"], result["server"], result["mode"], result["installed"]) == (True, SCP01, "online", None)
    assert result["restart_required"] is False
    assert site.writes == []


def test_a_changed_mode_needs_a_restart() -> None:
    site = fake(*OFFLINE_ON_SCP01)
    result = run(site, to(mode="online"))
    assert site.writes == [("put", SCP01, "online")]
    assert (result["changed"], result["mode"], result["restart_required"]) == (True, "online", True)
    assert SCP01 in result["restart_reason"]
    assert "would" not in result["restart_reason"]
    assert ids(result) == [status.SITE_CONTROL_CHANGED]
    shown = [result["diff"][side]["service_connection_point"]["mode"] for side in ("before", "after")]
    assert shown == ["offline", "online"]
    assert SCP01 in result["diff"]["prepared"]


def test_a_changed_mode_that_nobody_waits_for() -> None:
    site = fake(*OFFLINE_ON_SCP01, scp01="never")
    assert run(site, to(mode="online"), wait=False)["evidence"] == []
    assert site.clock.now == 0


def test_a_mode_in_check_mode_says_what_would_be() -> None:
    site = fake(*OFFLINE_ON_SCP01)
    result = run(site, to(mode="online"), check_mode=True, mode_change="report")
    assert (result["changed"], result["mode"], result["restart_required"], result["mode_change_due"]) == (
        True,
        "online",
        True,
        False,
    )
    assert "would" in result["restart_reason"]
    assert site.writes == []


def test_a_mode_change_that_is_only_reported_waits_for_the_thread_that_has_to_be_stopped_first() -> None:
    site = fake(scp_row(SCP01), component(SCP01, 3), GATEWAY)
    site.later(60, lambda: site.set_component(SCP01, 1))
    result = run(site, to(mode="offline"), mode_change="report")
    assert site.writes == []
    assert (result["changed"], result["mode"], result["mode_change_due"], result["installed"]) == (False, "online", True, True)
    assert result["restart_required"] is False
    assert site.clock.now >= 60
    assert result["cloud_services_affected"] == ["cloud management gateway CMG1"]
    assert "CMG1" in site.warnings[0]


def test_the_write_that_ends_a_reported_change_does_not_tell_its_cost_again() -> None:
    site = fake(scp_row(SCP01), component(SCP01), GATEWAY)
    result = run(site, to(mode="offline"), mode_change="confirm")
    assert site.writes == [("put", SCP01, "offline")]
    assert "cloud_services_affected" not in result
    assert site.warnings == []
    told = fake(scp_row(SCP01), component(SCP01), GATEWAY)
    assert run(told, to(mode="offline"))["cloud_services_affected"] == ["cloud management gateway CMG1"]


def test_a_refusal_writes_nothing_and_has_its_way_out() -> None:
    site = fake(*OFFLINE_ON_SCP01)
    with pytest.raises(TaskFailure, match=r"configmgr\.scp\.move") as failure:
        run(site, to(SCP02))
    (way,) = failure.value.result["way_out"]
    assert way["options"] == {"server": SCP02, "move": True, "move_from": SCP01, "mode": "offline"}
    assert site.writes == []


def test_an_update_in_an_unknown_state_is_told_before_a_change() -> None:
    site = fake(instance(classes.SMS_CM_UPDATE_PACKAGES, PackageGuid="G", Name="2709", State=0x00030020))
    run(site, to())
    assert "2709" in site.warnings[0]


@pytest.mark.parametrize(("check_mode", "expect", "planned"), [(True, True, True), (True, False, False), (False, True, False)])
def test_only_a_plan_may_expect_that_the_server_is_made_a_site_system_first(
    check_mode: bool, expect: bool, planned: bool
) -> None:
    site = fake()
    if planned:
        assert run(site, to(SCP03), check_mode, expect_site_system=expect)["server"] == SCP03
    else:
        with pytest.raises(TaskFailure, match=SCP03):
            run(site, to(SCP03), check_mode, expect_site_system=expect)
    assert site.writes == []


def test_a_removal_without_a_server_expects_no_site_system() -> None:
    site = fake(*OFFLINE_ON_SCP01)
    assert run(site, ABSENT, check_mode=True, expect_site_system=True)["changed"] is True


# Moves.


def test_a_move_takes_the_role_to_the_other_server_and_says_how() -> None:
    site = fake(*OFFLINE_ON_SCP01)
    result = run(site, MOVED)
    assert site.writes == [("delete", SCP01, "offline"), ("create", SCP02, "offline")]
    assert (result["changed"], result["server"], result["mode"], result["installed"]) == (True, SCP02, "offline", True)
    assert (result["previous_server"], result["left_behind"]) == (SCP01, [])
    assert len(result["steps"]) == 4
    assert [result["diff"][side]["service_connection_point"]["server"] for side in ("before", "after")] == [SCP01, SCP02]
    lines = result["diff"]["prepared"].splitlines()[1:]
    assert lines == [f"  {number}. {step}" for number, step in zip("1234", result["steps"], strict=True)]
    assert ids(result) == [status.INSTALL_BEGUN, status.INSTALLED]


def test_a_move_in_check_mode_writes_nothing() -> None:
    site = fake(*OFFLINE_ON_SCP01)
    result = run(site, MOVED, check_mode=True)
    assert (result["changed"], result["server"], result["previous_server"], site.writes) == (True, SCP02, SCP01, [])
    assert result["restart_required"] is False


def test_a_move_that_changes_the_mode_tells_what_it_costs() -> None:
    site = fake(scp_row(SCP01), component(SCP01), GATEWAY)
    result = run(site, MOVED, check_mode=True)
    assert result["cloud_services_affected"] == ["cloud management gateway CMG1"]
    assert len(result["steps"]) == 5


def test_a_move_off_a_server_that_is_gone_does_not_wait_and_tells_what_is_left() -> None:
    site = fake(*OFFLINE_ON_SCP01, scp01="never")
    result = run(site, MOVED, old_server_gone=True)
    assert site.clock.now < 40
    assert [one["server"] for one in result["left_behind"]] == [SCP01]
    assert "old_server_gone" in result["steps"][1]


def test_a_move_is_refused_before_anything_is_read_or_with_the_hosts_of_the_providers() -> None:
    site = fake(*OFFLINE_ON_SCP01)
    with pytest.raises(TaskFailure, match=SCP03):
        run(site, dataclasses.replace(MOVED, move_from=SCP03))
    assert len(site.queries) == 1
    foreign = fake(scp_row(SCP01).with_values({"SiteCode": "PR1"}), row("pro1.corp.example", naming.SMS_PROVIDER, "PR1"))
    with pytest.raises(TaskFailure, match="PR1") as failure:
        run(foreign, MOVED)
    assert failure.value.result["way_out"][0]["host"] == "pro1.corp.example"
    assert site.writes == foreign.writes == []


def test_a_move_that_was_cut_off_is_finished_when_the_old_server_has_let_go() -> None:
    def cut_off() -> FakeSite:
        site = fake(component(SCP01, 5))
        site.later(60, lambda: site.set_component(SCP01, None))
        site.after("create", SCP02, lambda: began.append(site.clock.now))
        return site

    began: list[float] = []
    result = run(cut_off(), MOVED)
    assert (result["previous_server"], len(result["steps"]), result["left_behind"]) == (None, 2, [])
    assert run(cut_off(), MOVED, old_server_gone=True)["changed"] is True
    # There is no wait for it if the task is not a move.
    run(cut_off(), dataclasses.replace(MOVED, move=False))
    assert [when >= 60 for when in began] == [True, False, False]


def test_a_refused_write_under_a_netbios_name_has_a_way_out() -> None:
    short = scp_row("scp01", mode=1)
    site = FakeSite(site_system_row("scp01"), short, component("scp01"))
    site.trouble("put", "scp01", Refused("No."))
    with pytest.raises(TaskFailure) as failure:
        run(site, to("scp01", "online"))
    assert len(failure.value.result["way_out"]) == 3
    site.tables["SMS_SCI_SysResUse"].remove(short)
    site.trouble("create", "scp01", Refused("No."))
    with pytest.raises(TaskFailure) as failure:
        run(site, to("scp01", "online"))
    assert len(failure.value.result["way_out"]) == 3
