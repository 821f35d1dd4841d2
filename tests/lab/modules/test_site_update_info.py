from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lab.configmgr.database import UpdatePackage
from tests.lab.modules.conftest import READER, Play

MODULE = "site_update_info"
GUID = "7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11"
DOWNLOADING, WAITING_WINDOW, READY = 262145, 196610, 262146


def add(play: Play, number: int, hours: float = 0, name: str = "Hotfix") -> None:
    """Another package in this state, which the site wrote this many lab hours ago."""
    state = play.hierarchy().state
    now = state.clock.now()
    guid = f"00000000-0000-0000-0000-{len(state.updates):012d}"
    state.updates[guid] = UpdatePackage(
        guid, name, "5.00.9152.1020", number, update_type=2, released=now, updated=now - timedelta(hours=hours)
    )


def test_the_default_site(play: Play) -> None:
    result = play.run(MODULE, user=READER)
    assert result["changed"] is False
    package = result["packages"][0]
    assert (package["guid"], package["state"], package["phase"]) == (GUID, "INSTALL_SUCCESS", "installed")
    assert package["hangs"] is False
    assert package["unchanged_seconds"] >= 20 * 86400
    phases = ("available", "ready", "downloading", "installing", "restart_pending", "failed", "unknown", "hanging")
    assert {name: found for name, found in result.items() if name.endswith("_packages")} == {f"{p}_packages": [] for p in phases}
    assert result["support"]["name"] == "2609"
    assert result["last_synchronisation"]["text"] == "There is no service connection point."
    assert play.writes() == []
    assert play.warnings == []


def test_it_takes_few_requests(play: Play) -> None:
    play.run(MODULE, site_code="CAS")
    assert play.estate.request_log.totals()["cim"] == 4


def test_another_site_and_its_update(play: Play) -> None:
    result = play.run(MODULE, "sta03")
    assert result["available_packages"] == ["Configuration Manager 2609"]
    assert (result["support"]["name"], result["support"]["ends"]) == ("2603", "2027-11-05")
    assert (result["support"]["released"], result["support"]["available"]) == ("2026-05-05", "2026-05-27")


def test_the_newest_security_update(play: Play) -> None:
    found = play.run(MODULE, "sta03")["security_update"]
    assert (found["state"], found["kb"]) == ("installed", "KB39398030")
    assert found["package"] == "Configuration Manager 2603 Hotfix (KB39398030)"
    for package in play.hierarchy("ST1").state.updates.values():
        package.state = 327682
    assert play.run(MODULE, "sta03")["security_update"]["state"] == "not_installed"
    assert play.run(MODULE)["security_update"]["state"] == "contained"


def test_what_goes_on_and_what_hangs(play: Play) -> None:
    add(play, DOWNLOADING, hours=1, name="Just begun")
    add(play, DOWNLOADING, hours=5, name="Hung")
    add(play, WAITING_WINDOW, hours=500, name="Waits for its window")
    add(play, READY, hours=500, name="Ready")
    add(play, 327679, name="Failed")
    result = play.run(MODULE)
    assert sorted(result["downloading_packages"]) == ["Hung", "Just begun"]
    assert result["installing_packages"] == ["Waits for its window"]
    assert (result["ready_packages"], result["failed_packages"]) == (["Ready"], ["Failed"])
    assert [found["name"] for found in result["hanging_packages"]] == ["Hung"]
    hung = result["hanging_packages"][0]
    assert "dmpdownloader.log" in hung["advice"]
    package = next(found for found in result["packages"] if found["name"] == "Hung")
    assert hung["since"] == package["last_updated"]
    assert 5 * 3600 <= package["unchanged_seconds"] <= 6 * 3600
    assert play.run(MODULE, hangs_after_minutes=600)["hanging_packages"] == []


def test_times_are_judged_by_the_sites_clock(play: Play) -> None:
    add(play, DOWNLOADING, hours=1.9)
    assert play.run(MODULE)["hanging_packages"] == []
    # The lab's time runs fast: two hours soon pass in the lab, and almost no time on the controller.
    play.settle(600)
    assert len(play.run(MODULE)["hanging_packages"]) == 1


def test_an_unknown_state_is_its_number(play: Play) -> None:
    add(play, 999999, hours=500, name="<b>Odd</b>")
    result = play.run(MODULE)
    package = next(found for found in result["packages"] if found["state_number"] == 999999)
    assert (package["state"], package["phase"], package["hangs"], package["advice"]) == ("state 999999", "unknown", None, None)
    assert result["unknown_packages"] == ["<b>Odd</b>"]
    assert result["hanging_packages"] == []


@pytest.mark.parametrize(("server", "seen"), [("cas01.corp.example", True), ("scp01.corp.example", False)])
def test_the_last_synchronisation_is_seen_on_the_roles_own_server_only(play: Play, server: str, seen: bool) -> None:
    play.run("site_system", server=server)
    play.run("service_connection_point", server=server)
    play.settle(120)
    last = play.run(MODULE)["last_synchronisation"]
    assert (last["server"], last["mode"]) == (server, "online")
    assert (last["time"] is not None) is seen
    assert ("LastSyncedTime" in last["text"]) is seen
    assert ("site_update_check with mode: online and check_mode: true" in last["text"]) is not seen


def test_a_version_that_is_not_known_is_a_warning(play: Play) -> None:
    sites = play.hierarchy().state.sites
    sites["CAS"] = replace(sites["CAS"], version="5.00.9999.1000", build=9999)
    result = play.run(MODULE)
    assert (result["support"]["state"], result["support"]["days_left"]) == ("unknown", None)
    assert "newer than" in play.warnings[0]


@pytest.mark.parametrize("minutes", [0, -1, 100_001])
def test_bad_input_is_refused_before_anything_is_sent(play: Play, minutes: int) -> None:
    assert "give minutes from 1 to 100000" in play.refused(MODULE, hangs_after_minutes=minutes)
    assert play.estate.request_log.records() == ()


def test_an_unknown_site(play: Play) -> None:
    assert "There is no site XXX" in play.refused(MODULE, site_code="XXX")


@pytest.mark.parametrize(
    ("method", "arguments", "answer", "state"),
    [
        ("UpdatePrereqAndStateFlags", {"flag": 1, "state": 327679}, {}, (1, 327679)),
        ("InitiateUpgrade", {"PrereqFlag": 2}, {}, (2, 2)),
        ("SetIgnorePrereqWarning", {"flag": 2}, {}, (2, READY)),
        ("IsCurrentWorkingUpdatePackage", {}, {"IsCurrentWorkingUpdatePackage": "false"}, (0, READY)),
        ("PackageExistsInToBeDownloadedList", {}, {"PackageExists": False}, (0, READY)),
    ],
)
def test_documented_calls_of_an_update(
    play: Play, method: str, arguments: dict[str, int], answer: dict[str, str | bool], state: tuple[int, int]
) -> None:
    """Tasks with ``configmgr.scp.cim``, which has types only for the outputs that the collection itself uses."""
    package = play.hierarchy().state.updates[GUID]
    package.state = READY
    play.estate.faults.order("update_stuck", site="CAS", phase="enabled")
    called: dict[str, Any] = {"namespace": "root/sms/site_CAS", "class": "SMS_CM_UpdatePackages", "keys": {"PackageGuid": GUID}}
    result = play.run("cim", **called, method=method, arguments=arguments)
    assert result["output"] == {"ReturnValue": 0, **answer}
    assert (package.prereq_flag, package.state) == state
