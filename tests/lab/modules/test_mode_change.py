"""Changing the mode with the modules service_connection_point and component, in the order of the role."""

from __future__ import annotations

import pytest

from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.modules.conftest import Play

MODULE = "service_connection_point"
SCP01 = "scp01.corp.example"


@pytest.fixture
def play(start_estate: StartEstate) -> Play:
    """The role on scp01, online; slow enough that a stopped thread does not start by itself between two requests."""
    estate: Estate = start_estate(pace=100)
    made = Play(estate)
    made.run("site_system", server=SCP01)
    made.run(MODULE, server=SCP01)
    estate.request_log.clear()
    return made


def test_a_due_change_is_only_reported(play: Play) -> None:
    result = play.run(MODULE, server=SCP01, mode="offline", mode_change="report")
    assert (result["changed"], result["mode_change_due"], result["mode"]) == (False, True, "online")
    assert result["restart_required"] is False
    assert play.writes() == []
    # In check mode it is a change like any other.
    planned = play.run(MODULE, server=SCP01, mode="offline", mode_change="report", check=True)
    assert (planned["changed"], planned["mode"]) == (True, "offline")


def test_an_installation_that_goes_on_is_waited_for_before_a_due_change_is_reported(play: Play) -> None:
    """A run that was interrupted after the row was written: the thread that must read the mode does not exist yet."""
    play.run(MODULE, state="absent")
    play.run(MODULE, server=SCP01, wait=False)
    result = play.run(MODULE, server=SCP01, mode="offline", mode_change="report")
    assert (result["changed"], result["mode_change_due"], result["installed"]) == (False, True, True)
    assert play.run("component", "scp01")["state"] == "running"


def test_reporting_costs_no_request_more_when_nothing_is_due(play: Play) -> None:
    result = play.run(MODULE, server=SCP01, mode="online", mode_change="report", site_code="CAS")
    assert (result["changed"], result["mode_change_due"]) == (False, False)
    assert play.estate.request_log.totals()["cim"] == 3


def test_what_is_refused_is_refused_before_the_thread_is_stopped(play: Play) -> None:
    next(iter(play.hierarchy().state.updates.values())).state = 0x00030001
    assert "installing an update" in play.refused(MODULE, server=SCP01, mode="offline", mode_change="report")


def test_reporting_holds_nothing_back_but_the_mode(play: Play) -> None:
    play.run(MODULE, state="absent")
    assert play.run(MODULE, server=SCP01, mode_change="report")["changed"] is True
    assert play.holders() == [SCP01]


def test_a_stopped_thread_does_not_make_the_module_wait_for_an_installation(play: Play) -> None:
    play.run("component", "scp01", state="stopped")
    play.estate.request_log.clear()
    result = play.run(MODULE, server=SCP01, mode="online", mode_change="report", site_code="CAS")
    assert (result["changed"], result["installed"]) == (False, True)
    assert result["evidence"][-1]["text"] == "component summarizer: SMS_DMP_DOWNLOADER on SCP01.corp.example is stopped"
    assert play.writes() == []


def test_a_confirmed_mode_is_processed_before_the_thread_starts(play: Play) -> None:
    """A run that was interrupted between the write and its processing: the row says offline, the site has not processed it."""
    play.run("component", "scp01", state="stopped")
    play.run(MODULE, server=SCP01, mode="offline", wait=False)
    result = play.run(MODULE, server=SCP01, mode="offline", mode_change="confirm")
    assert result["changed"] is False
    assert result["evidence"][0]["message_id"] == 3306
    play.run("component", "scp01", state="restarted")
    assert play.hierarchy().effective_mode(SCP01) == "offline"
    assert play.hierarchy().violations == []


def test_a_site_that_does_not_answer_to_a_confirmation_is_a_warning(play: Play) -> None:
    play.run("component", name="SMS_HIERARCHY_MANAGER", state="stopped")
    result = play.run(MODULE, server=SCP01, mode_change="confirm", wait_timeout=1)
    assert (result["changed"], result["installed"]) == (False, True)
    assert "did not report that it has processed the mode of scp01.corp.example" in play.warnings[0]


def test_nothing_is_written_for_a_confirmation_during_an_update(play: Play) -> None:
    next(iter(play.hierarchy().state.updates.values())).state = 0x00030001
    play.run(MODULE, server=SCP01, mode_change="confirm")
    assert "is installing an update" in play.warnings[0]
    assert play.writes() == []


def test_confirming_writes_a_mode_that_differs(play: Play) -> None:
    result = play.run(MODULE, server=SCP01, mode="offline", mode_change="confirm")
    assert (result["changed"], result["mode"], result["restart_required"]) == (True, "offline", True)
    assert result["evidence"][0]["message_id"] == 3306


def test_confirming_in_check_mode_writes_nothing(play: Play) -> None:
    assert play.run(MODULE, server=SCP01, mode_change="confirm", check=True)["changed"] is False
    assert play.writes() == []
