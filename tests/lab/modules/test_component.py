from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.modules.conftest import READER, Play

SERVER = "scp01.corp.example"


@pytest.fixture
def installed(play: Play) -> Play:
    play.run("site_system", server=SERVER)
    play.run("service_connection_point", server=SERVER)
    play.estate.request_log.clear()
    play.progress.clear()
    return play


@pytest.fixture
def unhurried(start_estate: StartEstate) -> Play:
    """The role installed, and threads that take longer than any delay of this machine.

    At the usual pace a thread is stopped before a slow machine has read its state, and starts by itself within half a second.
    """
    return Play(start_estate(with_role("scp01"), pace=10))


def test_a_query_is_one_request_and_changes_nothing(installed: Play) -> None:
    result = installed.run("component", "scp01")
    assert (result["changed"], result["state"], result["name"]) == (False, "running", "SMS_DMP_DOWNLOADER")
    assert installed.estate.request_log.totals()["cim"] == 1


def test_a_restart_stops_and_starts_with_proof(unhurried: Play) -> None:
    result = unhurried.run("component", "scp01", state="restarted")
    assert (result["changed"], result["previous_state"], result["state"]) == (True, "running", "running")
    assert unhurried.writes() == ["SetStringValue", "SetStringValue"]
    assert any("to be stopped" in line for line in unhurried.progress)


def test_stopping_and_starting_are_idempotent(unhurried: Play) -> None:
    assert unhurried.run("component", "scp01", state="started")["changed"] is False
    assert unhurried.run("component", "scp01", state="stopped")["state"] == "stopped"
    assert unhurried.run("component", "scp01", state="stopped")["changed"] is False
    assert unhurried.run("component", "scp01", state="started")["state"] == "running"


def test_who_may_not_see_services_is_told_so(installed: Play) -> None:
    with pytest.raises((CimFault, TaskFailure), match=r"(?i)access denied"):
        installed.run("component", "scp01", user=READER, name="SMS_EXECUTIVE")


def test_check_mode(installed: Play) -> None:
    result = installed.run("component", "scp01", state="restarted", check=True)
    assert result["changed"] is True
    assert result["diff"]["after"] == {"SMS_DMP_DOWNLOADER": "stopped then running"}
    assert installed.writes() == []


def test_the_service_itself(installed: Play) -> None:
    assert installed.run("component", "scp01", name="SMS_EXECUTIVE")["state"] == "running"
    result = installed.run("component", "scp01", name="SMS_EXECUTIVE", state="restarted")
    assert (result["changed"], result["state"]) == (True, "running")
    installed.settle(60)
    assert installed.run("component", "scp01")["state"] == "running"


def test_a_thread_that_is_not_there(installed: Play) -> None:
    assert "no thread SMS_NONE of SMS_EXECUTIVE" in installed.refused("component", "scp01", name="SMS_NONE")
    assert "no thread SMS_DMP_DOWNLOADER" in installed.refused("component", "scp02")
    assert "no Windows service SMS_EXECUTIVE" in installed.refused("component", "scp02", name="SMS_EXECUTIVE")


def test_a_thread_that_never_stops(installed: Play) -> None:
    installed.estate.faults.order("stuck_thread", target="scp01")
    message = installed.refused("component", "scp01", state="restarted", wait_timeout=1)
    assert "was asked to stop but is" in message
    assert "dmpdownloader.log" in message


def test_a_thread_that_falls_over(installed: Play) -> None:
    installed.run("component", "scp01", state="stopped")
    installed.estate.faults.order("thread_crash", target="scp01")
    assert "did not keep running" in installed.refused("component", "scp01", state="started")


def test_no_right_on_the_server(installed: Play) -> None:
    message = installed.refused("component", "scp01", state="restarted", user=READER)
    assert "local administrator" in message


@pytest.mark.parametrize("name", ["SMS\\X", "a b", "x" * 101, "SMS'X"])
def test_bad_names_are_refused_before_anything_is_sent(play: Play, name: str) -> None:
    assert "is not a component" in play.refused("component", "scp01", name=name)
    assert play.estate.request_log.records() == ()
