"""Moving the role with the module service_connection_point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import hierarchy, rows
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance, CimPath
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from lab.configmgr.database import ControlRow, EmbeddedProperty
from tests.lab.modules.conftest import ADMIN, READER, Play

MODULE = "service_connection_point"
SCP01, SCP02, SCP03 = "scp01.corp.example", "scp02.corp.example", "scp03.corp.example"
ROLE = "SMS Dmp Connector"


def own_row(play: Play, code: str = "CAS") -> ControlRow:
    (found,) = play.hierarchy(code).state.control.roles(ROLE)
    return found


@pytest.fixture
def placed(play: Play) -> Play:
    """The role on scp01, offline, with settings that the collection does not know; scp02 and scp03 are site systems."""
    for server in (SCP01, SCP02, SCP03):
        play.run("site_system", server=server)
    play.run(MODULE, server=SCP01, mode="offline")
    row = own_row(play)
    play.hierarchy().state.store(
        ControlRow(
            row.class_name,
            row.file_type,
            row.item_name,
            row.item_type,
            row.site_code,
            row.values,
            (EmbeddedProperty("Usage Data Consent", 1, "", "setup"), *(row.props or ())),
        )
    )
    play.estate.request_log.clear()
    return play


def to_scp02(play: Play, **more: Any) -> dict[str, Any]:
    return play.run(MODULE, **{"server": SCP02, "mode": "offline", "move": True, **more})


def test_it_is_removed_first_and_then_installed_and_proved(placed: Play) -> None:
    result = to_scp02(placed, move_from="SCP01.corp.example")
    assert result["changed"] is True
    assert (result["server"], result["mode"], result["installed"]) == (SCP02, "offline", True)
    assert result["previous_server"] == SCP01
    assert result["left_behind"] == []
    assert [step.partition(" ")[0] for step in result["steps"]] == ["Remove", "Wait", "Install", "Wait"]
    assert placed.writes() == ["Delete", "Create"]
    assert placed.holders() == [SCP02]
    assert placed.hierarchy().violations == []
    assert placed.run("component", "scp02")["state"] == "running"
    assert "no thread SMS_DMP_DOWNLOADER" in placed.refused("component", "scp01")
    again = to_scp02(placed, move_from=SCP01)
    assert (again["changed"], again["steps"], again["installed"]) == (False, [], True)


def test_check_mode_names_the_steps_in_order_and_writes_nothing(placed: Play) -> None:
    result = to_scp02(placed, check=True)
    assert result["changed"] is True
    assert result["steps"] == [
        f"Remove the service connection point from {SCP01} (site CAS, offline).",
        f"Wait until site CAS has removed the role from {SCP01}.",
        f"Install the service connection point on {SCP02} (site CAS, offline).",
        f"Wait until site CAS has installed the role on {SCP02}.",
    ]
    assert "  4. Wait until" in result["diff"]["prepared"]
    assert result["diff"]["before"]["service_connection_point"]["server"] == SCP01
    assert result["diff"]["after"]["service_connection_point"]["server"] == SCP02
    assert placed.writes() == []
    assert placed.holders() == [SCP01]


def test_a_plan_may_expect_the_site_system(placed: Play) -> None:
    new = "scp05.corp.example"
    assert "not a site system server" in placed.refused(MODULE, server=new, mode="offline", move=True, check=True)
    result = to_scp02(placed, server=new, expect_site_system=True, check=True)
    assert new in result["steps"][2]
    # A server of another site is not a server of this one, whatever is expected.
    assert "site PR1" in placed.refused(
        MODULE, server="pri1.corp.example", mode="offline", move=True, expect_site_system=True, check=True
    )
    # Only a plan may use expectations: without check mode they are rejected.
    assert "not a site system server" in placed.refused(MODULE, server=new, mode="offline", move=True, expect_site_system=True)
    assert placed.writes() == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"move_from": SCP03}, "is on scp01.corp.example (site CAS), not on scp03.corp.example"),
        ({"server": "pri1.corp.example"}, "site system server of site PR1"),
        ({"server": "scp05.corp.example"}, "not a site system server of site CAS"),
        ({"mode": ...}, "give mode: offline to keep it"),
        ({"move_from": SCP02}, "is the server that the role is to be moved to"),
        ({"wait": False}, "leave wait: true"),
        ({"state": "absent"}, "is possible with state: present only"),
        ({"move": False, "move_from": SCP01}, "is possible with move: true only"),
        ({"move": False}, "Move it: ansible-playbook -i INVENTORY configmgr.scp.move -e scp_provider=cas01.corp.example"),
    ],
)
def test_what_may_not_be_is_refused_with_one_sentence_and_no_write(placed: Play, given: dict[str, Any], words: str) -> None:
    # An ellipsis removes an option.
    wish = {"server": SCP02, "mode": "offline", "move": True, **given}
    assert words in placed.refused(MODULE, **{name: value for name, value in wish.items() if value is not ...})
    assert placed.writes() == []
    assert placed.holders() == [SCP01]


@pytest.mark.parametrize("server", ["sta01.corp.example", "sta02.corp.example"])
def test_not_to_a_site_server_pair(play: Play, server: str) -> None:
    play.run("site_system", "sta03", server=SCP02)
    play.run(MODULE, "sta03", server=SCP02)
    play.estate.request_log.clear()
    message = play.refused(MODULE, "sta03", server=server, mode="online", move=True)
    assert "active/passive pair of site ST1" in message
    assert play.writes() == []


def test_not_while_an_update_is_being_installed(placed: Play) -> None:
    next(iter(placed.hierarchy().state.updates.values())).state = 0x00030001
    assert "INSTALL_IN_PROGRESS" in placed.refused(MODULE, server=SCP02, mode="offline", move=True)
    assert placed.writes() == []
    assert to_scp02(placed, allow_during_update=True)["changed"] is True


def test_not_without_the_right_to_write(placed: Play) -> None:
    message = placed.refused(MODULE, server=SCP02, mode="offline", move=True, user=READER)
    assert "security role that may modify the site" in message
    assert placed.holders() == [SCP01]


def test_a_refused_new_server_gives_the_role_back_as_it_was(placed: Play) -> None:
    before = own_row(placed)
    placed.estate.faults.order(
        "provider_error", target="CAS", operation="create", class_name="SMS_SCI_SysResUse", message="No.", count=1
    )
    with pytest.raises(TaskFailure) as failure:
        to_scp02(placed)
    assert "could not be moved to scp02.corp.example" in str(failure.value)
    assert "It was put back on scp01.corp.example as it was" in str(failure.value)
    assert failure.value.result["changed"] is True
    assert failure.value.result["put_back"] is True
    after = own_row(placed)
    assert (after.key, after.props, after.prop_lists) == (before.key, before.props, before.prop_lists)
    # The only difference is the count that the site writes itself.
    ours = {name: value for name, value in before.values.items() if name != "RoleCount"}
    assert {name: value for name, value in after.values.items() if name != "RoleCount"} == ours
    placed.settle()
    assert placed.hierarchy().effective_mode(SCP01) == "offline"
    assert placed.hierarchy().violations == []


def test_a_new_server_on_which_the_site_fails_gives_the_role_back(placed: Play) -> None:
    before = own_row(placed)
    placed.estate.faults.order("install_failure", target="scp02", reason="Access is denied.")
    message = placed.refused(MODULE, server=SCP02, mode="offline", move=True)
    assert "Access is denied." in message
    assert "It was put back on scp01.corp.example as it was" in message
    assert own_row(placed).props == before.props
    assert placed.hierarchy().violations == []


def test_a_role_that_can_not_be_put_back_is_said(placed: Play) -> None:
    placed.estate.faults.order("provider_error", target="CAS", operation="create", class_name="SMS_SCI_SysResUse", message="No.")
    message = placed.refused(MODULE, server=SCP02, mode="offline", move=True)
    assert "could not be put back on scp01.corp.example either" in message
    assert placed.holders() == []


def test_a_dead_old_server_does_not_block_and_is_named(placed: Play) -> None:
    placed.estate.faults.order("dead_machine", target="scp01")
    result = to_scp02(placed)
    assert result["installed"] is True
    assert placed.holders() == [SCP02]
    (left,) = result["left_behind"]
    assert (left["server"], left["state"]) == (SCP01, "de-installing")
    assert "remove its site system" in left["text"]
    # Computed from the site, so the next run reports it too.
    assert to_scp02(placed)["left_behind"] == result["left_behind"]


def test_a_server_that_is_declared_gone_is_not_waited_for(placed: Play) -> None:
    placed.estate.faults.order("dead_machine", target="scp01")
    result = to_scp02(placed, old_server_gone=True)
    assert "no longer exists or does not answer" in result["steps"][1]
    assert result["installed"] is True


def test_an_old_server_that_does_not_let_go_runs_into_the_limit_and_is_finished_by_the_next_run(placed: Play) -> None:
    # Hierarchy manager does not start again, so the site processes nothing.
    placed.run("component", name="SMS_HIERARCHY_MANAGER", state="stopped")
    stuck = placed.estate.faults.order("stuck_thread", target="cas01", component="SMS_HIERARCHY_MANAGER")
    message = placed.refused(MODULE, server=SCP02, mode="offline", move=True, wait_timeout=1)
    assert "did not remove the role on scp01.corp.example within 1 s" in message
    assert "old_server_gone: true" in message
    assert placed.holders() == []
    message = placed.refused(MODULE, server=SCP02, mode="offline", move=True, wait_timeout=1)
    assert "still lists SMS_DMP_DOWNLOADER on another server" in message
    assert placed.holders() == []
    placed.estate.faults.cancel(stuck)
    assert to_scp02(placed)["installed"] is True
    assert placed.holders() == [SCP02]


def test_without_the_old_row_the_mode_is_not_guessed(placed: Play) -> None:
    placed.run(MODULE, state="absent")
    assert "No server has the service connection point" in placed.refused(MODULE, server=SCP02, move=True)
    assert placed.holders() == []
    result = to_scp02(placed)
    assert result["mode"] == "offline"
    assert [step.partition(" ")[0] for step in result["steps"]] == ["Install", "Wait"]
    assert result["previous_server"] is None


class Between(Play):
    """Another administrator acts directly after each removal by this one."""

    act: Callable[[], object]

    def session(self, machine: str, user: str = ADMIN) -> CimSession:
        made = super().session(machine, user)
        delete = made.delete

        def delete_and_act(target: CimInstance | CimPath, **options: Any) -> None:
            delete(target, **options)
            self.act()

        made.delete = delete_and_act  # type: ignore[method-assign]
        return made


def test_somebody_who_installs_it_between_the_two_steps_keeps_it(placed: Play) -> None:
    other = placed.session("cas01")
    (system,) = hierarchy.read_rows(other, "CAS", ("SMS Site System",), SCP03)
    play = Between(placed.estate)
    play.act = lambda: other.create(rows.service_connection_point_row("CAS", system, "online"))
    message = play.refused(MODULE, server=SCP02, mode="offline", move=True)
    assert "another user or program installed it on scp03.corp.example (site CAS)" in message
    assert placed.holders() == [SCP03]
    assert placed.hierarchy().violations == []


def test_a_second_controller_at_the_new_server_makes_the_own_row_be_taken_back(placed: Play) -> None:
    placed.estate.faults.order("second_controller", target="CAS", server="scp03")
    message = placed.refused(MODULE, server=SCP02, mode="offline", move=True)
    assert "was removed again" in message
    assert "put back" not in message
    assert placed.holders() == [SCP03]
