"""An update of the emulated hierarchies, brought to its state over the real protocol."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import Send
from lab.clock import HandClock
from lab.configmgr.database import UpdatePackage
from tests.lab.conftest import StartEstate
from tests.lab.modules.conftest import READER, Play

MODULE = "site_update"
FILE = Path(__file__).resolve().parents[3] / "inventories" / "lab" / "update.yml"
GUID = "7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11"
OLD, NEW = "5.00.9141.1000", "5.00.9152.1000"
AVAILABLE, READY, HIDDEN = 327682, 262146, 393213
# The requests that change something.
METHODS = ("SetPackageToBeDownloaded", "InitiateUpgrade", "SetIgnorePrereqWarning", "RetryContentReplication")


def package(play: Play, code: str = "CAS") -> UpdatePackage:
    return play.hierarchy(code).state.updates[GUID]


def ready(play: Play) -> None:
    """The content of 2609 is downloaded; no other package downloads by itself."""
    for found in (package for one in play.estate.hierarchies for package in one.state.updates.values()):
        if found.state == AVAILABLE:
            found.state = READY if found.guid == GUID else HIDDEN


def asked(play: Play, since: int = 0) -> list[str]:
    """The methods that were called."""
    actions = [record.action.rpartition("/")[2] for record in play.estate.request_log.records(since=since)]
    return [action for action in actions if action in METHODS]


def advance(play: Play, seconds: float) -> None:
    assert isinstance(play.estate.clock, HandClock)
    play.estate.clock.advance(seconds)


@pytest.fixture
def play(start_estate: StartEstate) -> Play:
    """Two hierarchies of version 2509, whose time passes only while a module waits."""
    return Play(start_estate(FILE.read_text(encoding="utf-8"), by_hand=True))


@pytest.mark.parametrize(("code", "machine", "sites"), [("CAS", "cas01", ["CAS", "PR1", "PR2"]), ("ST1", "sta03", ["ST1"])])
def test_the_whole_way(play: Play, code: str, machine: str, sites: list[str]) -> None:
    result = play.run(MODULE, machine, update="2609", state="installed")
    assert (result["changed"], result["reached"], result["state"]) == (True, True, "INSTALL_SUCCESS")
    assert result["asked"] == ["the download", "the installation"]
    assert asked(play) == ["SetPackageToBeDownloaded", "InitiateUpgrade"]
    assert [(entry["site_code"], entry["state"]) for entry in result["sites"]] == [(site, "INSTALL_SUCCESS") for site in sites]
    assert [entry["phase"] for entry in result["planned_phases"]] == [
        "Download", "Replication", "Prerequisites Check", "Installation", "Post Installation",
    ]  # fmt: skip
    assert result["planned_phases"][0]["sites"] == [code]
    assert result["planned_phases"][1]["sites"] == sites
    versions = {site.code: site.version for site in play.hierarchy(code).state.sites.values() if site.type != 1}
    assert versions == dict.fromkeys(sites, NEW)
    assert result["site_version"] == NEW
    # The providers of the top-level site were unloaded for a while.
    assert result["outages"] >= 1
    assert any(f"Installation (INSTALL_IN_PROGRESS); {code}: " in line and "%)" in line for line in play.progress)
    assert play.warnings == []
    again = play.run(MODULE, machine, update="2609", state="installed")
    assert (again["changed"], again["reached"], again["asked"], again["planned_phases"]) == (False, True, [], [])
    assert "diff" not in again
    assert asked(play) == ["SetPackageToBeDownloaded", "InitiateUpgrade"]


def test_what_remains_by_hand(play: Play) -> None:
    ready(play)
    duties = {duty["id"]: duty for duty in play.run(MODULE, update="latest", state="installed")["duties"]}
    assert list(duties) == ["secondary_site_se1", "consoles", "clients", "features", "maintenance_tasks"]
    assert duties["secondary_site_se1"]["done"] is False
    assert OLD in duties["secondary_site_se1"]["detail"]


def test_a_hotfix_does_not_change_the_version(play: Play) -> None:
    ready(play)
    play.run(MODULE, "sta03", update="2609", state="installed")
    advance(play, 3600)
    hotfix: dict[str, Any] = {"update": "latest", "kind": "hotfix"}
    assert play.run(MODULE, "sta03", **hotfix, state="downloaded", wait=False)["asked"] == ["the download"]
    play.run("site_update_check", "scp02", mode="online", wait=False)
    result = play.run(MODULE, "sta03", **hotfix, state="installed")
    assert (result["changed"], result["reached"], result["site_version"]) == (True, True, NEW)
    assert "KB90000002" in result["package"]["name"]
    assert play.warnings == []
    assert play.run(MODULE, "sta03", update="KB90000002", state="installed")["changed"] is False


def test_step_by_step(play: Play) -> None:
    assert play.run(MODULE, update="2609", state="available")["changed"] is False
    assert play.run(MODULE, update="2609", state="downloaded")["state"] == "DOWNLOAD_SUCCESS"
    checked = play.run(MODULE, update=GUID, state="checked")
    assert (checked["state"], checked["asked"]) == ("PREREQ_SUCCESS", ["the prerequisite check"])
    assert {rule["status"] for rule in checked["prerequisites"]} == {"completed"}
    assert {rule["site_code"] for rule in checked["prerequisites"]} == {"CAS", "PR1", "PR2"}
    assert play.run(MODULE, update="2609", state="checked")["changed"] is False
    assert play.run(MODULE, update="2609", state="downloaded")["changed"] is False
    assert play.run(MODULE, update="2609", state="installed")["asked"] == ["the installation"]


def test_check_mode_shows_phases_and_sites_and_asks_for_nothing(play: Play) -> None:
    result = play.run(MODULE, update="2609", state="installed", check=True)
    assert (result["changed"], result["reached"]) == (True, False)
    assert result["diff"]["after"]["phases"] == [
        "Download at CAS",
        "Replication at CAS, PR1, PR2",
        "Prerequisites Check at CAS, PR1, PR2",
        "Installation at CAS, PR1, PR2",
        "Post Installation at CAS, PR1, PR2",
    ]
    assert asked(play) == []
    assert play.run(MODULE, update="2609", state="available", check=True)["changed"] is False


def test_without_waiting_and_joined(play: Play) -> None:
    ready(play)
    begun = play.run(MODULE, update="2609", state="installed", wait=False)
    assert (begun["changed"], begun["reached"], begun["state"]) == (True, False, "ENABLED")
    joined = play.run(MODULE, update="2609", state="installed")
    assert (joined["changed"], joined["reached"]) == (False, True)
    assert asked(play) == ["InitiateUpgrade"]


def test_warnings_stop_the_installation(play: Play) -> None:
    ready(play)
    play.estate.faults.order(
        "update_prerequisite", site="PR1", rule="Free disk space on site server", result="warning", description="Little is free."
    )
    message = play.refused(MODULE, update="2609", state="installed")
    assert "ended with warnings" in message
    assert "PR1: Free disk space on site server (completed with warning): Little is free." in message
    assert play.run(MODULE, update="2609", state="installed", ignore_prerequisite_warnings=True)["reached"]
    assert asked(play) == ["InitiateUpgrade", "SetIgnorePrereqWarning"]


def test_a_failed_check_names_rule_site_and_log_and_is_retried_when_asked(play: Play) -> None:
    ready(play)
    order = play.estate.faults.order("update_prerequisite", site="PR2", rule="Pending system restart", result="failed")
    with pytest.raises(TaskFailure) as failure:
        play.run(MODULE, update="2609", state="installed")
    assert "PR2: Pending system restart (failed)" in failure.value.message
    assert failure.value.result["failed_steps"][0]["logs"][0].startswith("ConfigMgrPrereq.log")
    assert failure.value.result["changed"] is True
    assert "retry: true" in play.refused(MODULE, update="2609", state="installed")
    play.estate.faults.cancel(order)
    assert play.run(MODULE, update="2609", state="installed", retry=True)["reached"]
    assert asked(play) == ["InitiateUpgrade", "InitiateUpgrade"]


@pytest.mark.parametrize("phase", ["replication", "update_service", "installation"])
@pytest.mark.parametrize("site", ["CAS", "PR2"])
def test_a_failure_in_each_phase_and_the_retry(play: Play, phase: str, site: str) -> None:
    ready(play)
    play.estate.faults.order("update_failure", site=site, phase=phase, reason="A file is locked.", count=1)
    message = play.refused(MODULE, update="2609", state="installed")
    assert "failed" in message
    assert ".log" in message
    assert ("CMUpdateReset.exe -S cas01.corp.example -D CM_CAS" in message) is (phase == "replication")
    calls = len(asked(play))
    assert play.refused(MODULE, update="2609", state="installed")
    assert len(asked(play)) == calls
    assert play.run(MODULE, update="2609", state="installed", retry=True)["reached"]


def test_a_step_after_the_installation_that_fails_is_a_warning(play: Play) -> None:
    ready(play)
    play.estate.faults.order("update_failure", site="ST1", phase="post_installation", count=1)
    result = play.run(MODULE, "sta03", update="2609", state="installed")
    assert result["reached"]
    advance(play, 600)
    again = play.run(MODULE, "sta03", update="2609", state="installed")
    assert (again["changed"], again["phases"][-1]["status"]) == (False, "failed")
    assert [step["phase"] for step in again["failed_steps"]] == ["Post Installation"]
    assert "a step after the installation failed" in play.warnings[-1]


def test_a_payload_with_missing_files_is_downloaded_again(play: Play) -> None:
    """As docs/updates.md describes it: the module cannot know this cause."""
    ready(play)
    package(play, "ST1").state = AVAILABLE
    order = play.estate.faults.order("update_payload_incomplete", machine="scp02")
    assert "INSTALL_FAILED" in play.refused(MODULE, "sta03", update="2609", state="installed")
    play.estate.faults.cancel(order)
    called: dict[str, Any] = {"namespace": "root/sms/site_ST1", "class": "SMS_CM_UpdatePackages", "keys": {"PackageGuid": GUID}}
    play.run("cim", "sta03", **called, method="UpdatePrereqAndStateFlags", arguments={"flag": 1, "state": 327679})
    assert play.run(MODULE, "sta03", update="2609", state="downloaded", retry=True, wait=False)["asked"] == ["the download"]
    play.run("site_update_check", "scp02", mode="online", wait=False)
    assert play.run(MODULE, "sta03", update="2609", state="installed")["reached"]


def test_a_failed_download_and_the_retry(play: Play) -> None:
    play.estate.faults.order("update_download_failure", machine="scp01", cause="proxy", count=1)
    with pytest.raises(TaskFailure) as failure:
        play.run(MODULE, update="2609", state="downloaded")
    assert "dmpdownloader.log" in failure.value.message
    assert "CMUpdateReset.exe" in failure.value.result["reset_command"]
    # The downloader begins with its next check, which is once a day or when it is asked for.
    assert "wait_timeout" in play.refused(MODULE, update="2609", state="downloaded", retry=True, wait_timeout=1800)
    assert "site_update_check" in play.warnings[-1]
    play.run("site_update_check", "scp01", mode="online", wait=False)
    assert play.run(MODULE, update="2609", state="downloaded")["reached"]
    assert asked(play) == ["SetPackageToBeDownloaded"] * 2


def test_the_site_server_restarts_in_the_middle(play: Play) -> None:
    ready(play)
    play.estate.faults.order("update_restart", site="CAS", seconds=900)
    result = play.run(MODULE, update="2609", state="installed")
    assert result["reached"]
    assert asked(play) == ["InitiateUpgrade"]


def test_a_restart_that_an_administrator_has_to_make(play: Play) -> None:
    ready(play)
    order = play.estate.faults.order("update_restart_pending", site="PR1")
    assert "restart of pri1.corp.example (PR1)" in play.refused(MODULE, update="2609", state="installed")
    play.estate.faults.cancel(order)
    advance(play, 600)
    assert play.run(MODULE, update="2609", state="installed")["reached"]
    assert asked(play) == ["InitiateUpgrade"]


def test_the_provider_refuses_or_ignores_the_start(play: Play) -> None:
    ready(play)
    play.estate.faults.order("update_start_refused", site="CAS", message="The window is closed.", count=1)
    message = play.refused(MODULE, update="2609", state="installed")
    assert "refused the installation" in message
    assert "The window is closed." in message
    play.estate.faults.order("update_start_ignored", site="CAS", count=1)
    assert "still in the state DOWNLOAD_SUCCESS" in play.refused(MODULE, update="2609", state="installed")


def test_the_window_is_judged_by_the_servers_clock(play: Play) -> None:
    ready(play)
    now = play.estate.clock.now()
    closed = {"start": f"{(now.hour + 2) % 24:02d}:00", "end": f"{(now.hour + 3) % 24:02d}:00"}
    message = play.refused(MODULE, update="2609", state="installed", within=closed)
    assert "An installation may only begin in the window" in message
    assert f"{now:%Y-%m-%d %H:}" in message
    assert asked(play) == []
    play.run(MODULE, update="2609", state="installed", within=closed, check=True)
    assert "may only begin in the window" in play.warnings[0]
    assert play.run(MODULE, update="2609", state="checked", within=closed)["reached"]
    open_ = {"start": f"{now:%H}:00", "end": f"{(now.hour + 2) % 24:02d}:00"}
    assert play.run(MODULE, update="2609", state="installed", within=open_)["reached"]


def test_refusals_before_anything_is_asked(play: Play) -> None:
    assert "top-level site CAS" in play.refused(MODULE, "pri1", update="2609", state="installed")
    assert "lists no update to version 2703" in play.refused(MODULE, update="2703", state="installed")
    assert "configmgr.scp.offline_updates" in play.refused(MODULE, update="2703", state="installed")
    assert "does not apply" in play.refused(MODULE, update="KB90000002", state="installed")
    assert "Give two times of day" in play.refused(
        MODULE, update="2609", state="installed", within={"start": "late", "end": "early"}
    )
    assert "outage_timeout" in play.refused(MODULE, update="2609", state="installed", outage_timeout=0)
    assert asked(play) == []


def test_a_version_that_the_site_has(play: Play) -> None:
    for update in ("2509", "420E3E18-73C5-4BE9-88B0-6F1E30A012CA"):
        result = play.run(MODULE, update=update, state="installed", user=READER)
        assert (result["changed"], result["reached"]) == (False, True)
    nothing = play.run(MODULE, update="latest", kind="hotfix", state="installed", user=READER)
    assert (nothing["changed"], nothing["reached"], nothing["package"]) == (False, True, None)


def test_an_account_that_may_only_read(play: Play) -> None:
    ready(play)
    assert "Read and Modify for update packages" in play.refused(MODULE, update="2609", state="installed", user=READER)


def test_the_site_lists_the_update_later(play: Play) -> None:
    packages = play.hierarchy().state.updates
    kept = packages.pop(GUID)
    play.estate.clock.later(120, lambda: packages.update({GUID: kept}))
    assert play.run(MODULE, update="2609", state="available")["reached"]
    assert any("to list the update 2609" in line for line in play.progress)


class Killed(BaseException):
    """The controller was killed: this exception is never caught."""


@dataclass
class Controller(Play):
    """A controller that is killed at its ``at``-th request, before or after the request's effect; 0 means never."""

    at: int = 0
    after: bool = False
    sent: int = field(default=0, init=False)

    def wrapped(self, send: Send) -> Send:
        def send_until_killed(envelope: bytes) -> bytes:
            advance(self, 0.2)
            self.sent += 1
            if self.at and (self.sent > self.at or (self.sent == self.at and not self.after)):
                raise Killed
            answer = send(envelope)
            if self.sent == self.at:
                raise Killed
            return answer

        return send_until_killed


@pytest.mark.long
def test_a_killed_controller_is_succeeded_by_the_next_run(start_estate: StartEstate) -> None:
    """After each request until the installation has begun, and after every seventh of the wait: no phase is started twice.

    One that is killed before a request leaves the site as one that is killed after the request before it.
    """
    estate = start_estate(FILE.read_text(encoding="utf-8"), by_hand=True)
    wish: dict[str, Any] = {"update": "2609", "state": "installed", "site_code": "ST1"}
    # Fewer readings: each of them is one more request to interrupt.
    stride = 24
    for at in (*range(1, 36), *range(36, 400, 7)):
        estate.reset()
        first = Controller(estate, stride=stride, at=at, after=True)
        try:
            first.run(MODULE, "sta03", **wish)
            break
        except Killed:
            second = Controller(estate, stride=stride)
            assert second.run(MODULE, "sta03", **wish)["reached"], f"killed at request {at}"
            assert asked(second) == ["SetPackageToBeDownloaded", "InitiateUpgrade"], f"killed at request {at}"
            assert estate.violations == []
    else:
        pytest.fail("the module did not end")
    assert at > 40, "the module sent hardly any request"


@pytest.mark.parametrize("when", ["drop_before", "drop_after"])
@pytest.mark.parametrize("method", ["SetPackageToBeDownloaded", "InitiateUpgrade"])
def test_a_lost_request_is_judged_by_what_the_site_shows(play: Play, when: str, method: str) -> None:
    play.estate.faults.order(when, action=method)
    with contextlib.suppress(CimError, TaskFailure):
        play.run(MODULE, "sta03", update="2609", state="installed")
    assert play.estate.faults.listing() == []
    play.run(MODULE, "sta03", update="2609", state="installed")
    assert package(play, "ST1").life == 1
