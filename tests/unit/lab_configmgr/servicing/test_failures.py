"""Each failure that can be ordered, and what a retry makes of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lab.cim.errors import CimError
from lab.configmgr import timing
from lab.windows import services
from tests.unit.lab_configmgr.conftest import Site, SmallEstate
from tests.unit.lab_configmgr.servicing.conftest import DONE, GUID, OLDER, READY, Hierarchy

FAILED_STATES = {
    "replication": 131071,
    "prerequisites": 196607,
    "update_service": 262142,
    "installation": 262143,
}


@pytest.mark.parametrize("code", ["CAS", "PR2"])
@pytest.mark.parametrize("phase", FAILED_STATES)
def test_a_phase_fails_at_a_site_and_a_retry_succeeds(one: Hierarchy, phase: str, code: str) -> None:
    one.estate.faults.order("update_failure", site=code, phase=phase, reason="The disk is full.", count=1)
    one.start()
    state = FAILED_STATES[phase]
    assert one.until(state) == state
    one.advance(5000)
    states = one.states()
    assert states[code] == state
    assert one.package().state == state
    assert one.state.unloaded == one.state.upgrading == set()
    log = "distmgr.log" if phase == "replication" else "CMUpdate.log"
    assert "The disk is full." in one.estate.log("cas01" if code == "CAS" else "pri2", log)
    before = one.package().attempts.get(code, 0)
    one.start()
    assert one.until(DONE) == DONE
    assert one.package().attempts[code] == before + 1
    assert set(one.states().values()) == {DONE}
    assert {version for site, version in one.versions().items() if site != "SE1"} == {"5.00.9152.1000"}


@pytest.mark.parametrize("step", [0xD0008, 0xD000E, 0xD0019, 0xD001E])
def test_each_step_can_fail(two: Hierarchy, step: int) -> None:
    two.estate.faults.order("update_failure", site="ST1", phase="installation", step=f"{step:#x}", count=1)
    two.start()
    two.until(262143)
    two.advance(60)
    assert two.steps("ST1")[step] == (4, 0)
    assert two.stages("ST1")[13] == 4
    services = two.estate.machine("sta01").services
    assert services["SMS_EXECUTIVE"].state == services["SMS_SITE_COMPONENT_MANAGER"].state == "Running"
    two.start()
    two.until(196609)
    assert two.stages("ST1")[13] == 1
    two.until(DONE)
    assert two.steps("ST1")[step][1] == 1


def test_a_failed_site_can_be_retried_alone(one: Hierarchy) -> None:
    one.estate.faults.order("update_failure", site="PR1", phase="installation", count=1)
    one.start()
    one.until_site("PR2", DONE)
    one.until(262143)
    rows = one.provider.all("SMS_CM_UpdatePackageSiteStatus")
    row = next(r for r in rows if (r["SiteCode"], r["PackageGuid"]) == ("PR1", GUID))
    one.provider.invoke("SMS_CM_UpdatePackageSiteStatus", "UpdatePackageSiteState", row, State=65538)
    one.until(DONE)
    assert one.package().attempts == {"PR1": 1}


def test_a_start_leaves_a_site_that_is_at_work(one: Hierarchy) -> None:
    one.estate.faults.order("update_failure", site="PR1", phase="update_service", count=1)
    one.start()
    one.until(262142)
    assert one.states()["PR2"] in range(196609, 196630)
    one.start()
    seen = set()
    for _ in range(600):
        one.advance(5)
        seen.add(one.states_now("PR2"))
    assert not seen & {65537, 65538, 131073}
    one.until(DONE)
    assert one.package().attempts == {"PR1": 1}


def test_a_failure_after_the_installation_leaves_the_state(one: Hierarchy) -> None:
    one.estate.faults.order("update_failure", site="PR1", phase="post_installation", count=1)
    one.start()
    one.until(DONE)
    one.advance(1200)
    assert one.package().state == DONE
    assert one.steps("PR1")[0xE0002] == (4, 0)
    assert (one.stages("PR1")[14], one.stages("PR2")[14]) == (4, 2)


@pytest.mark.parametrize("flag", [0, 1])
def test_warnings_stop_an_installation(one: Hierarchy, flag: int) -> None:
    one.estate.faults.order("update_prerequisite", site="PR1", rule="SQL Native Client", result="warning")
    one.start(flag)
    one.until(131075)
    one.advance(5000)
    assert one.states() == {"CAS": 131074, "PR1": 131075, "PR2": 131074}
    assert (one.rules("PR1")["SQL Native Client"], "SQL Native Client" in one.rules("PR2")) == (3, False)
    assert (one.stages("PR1")[12], one.stages("CAS")[12]) == (3, 2)
    said = ("There are site server reporting WARNING", "it is marked for prereq check only")[flag]
    assert said in one.estate.log("cas01", "CMUpdate.log")


@pytest.mark.parametrize("way", ["InitiateUpgrade", "SetIgnorePrereqWarning", "UpdatePrereqAndStateFlags"])
def test_warnings_can_be_passed(one: Hierarchy, way: str) -> None:
    one.estate.faults.order("update_prerequisite", site="PR1", rule="SQL Native Client", result="warning")
    one.start(0)
    one.until(131075)
    inputs = {
        "InitiateUpgrade": {"PrereqFlag": 2},
        "SetIgnorePrereqWarning": {"flag": 2},
        "UpdatePrereqAndStateFlags": {"flag": 2, "state": 2},
    }
    one.advance(120)
    one.call(way, **inputs[way])
    one.until(DONE)
    assert "Continue configuration manager update as it is configured to ignore prereq warnings." in one.estate.log(
        "cas01", "CMUpdate.log"
    )


def test_a_failed_rule_stops_and_its_end_lets_the_next_start_pass(one: Hierarchy) -> None:
    order = one.estate.faults.order(
        "update_prerequisite", site="CAS", rule="Pending system restart", result="failed", description="Restart the server."
    )
    one.start(2)
    one.until(196607)
    one.advance(5000)
    assert one.package().state == 196607
    rows = one.provider.all("SMS_CM_UpdatePackDetailedPrereqMonitoring")
    failed = [(row["SiteCode"], row["SubStageName"], row["Description"]) for row in rows if row["IsComplete"] == 4]
    assert failed == [("CAS", "Pending system restart", "Restart the server.")]
    one.estate.faults.cancel(order)
    one.start(0)
    one.until(DONE)
    assert one.rules("CAS")["Pending system restart"] == 2


@pytest.mark.parametrize(
    ("rule", "key", "name", "value", "result"),
    [
        ("Pending system restart", r"HKLM\SOFTWARE\Microsoft\ServerManager", "CurrentRebootAttempts", 1, 4),
        ("Microsoft ODBC driver 18 for SQL", r"HKLM\SOFTWARE\Microsoft\MSODBCSQL18", "InstalledVersion", "18.3.2.1", 4),
        ("Microsoft ODBC driver 18 for SQL", r"HKLM\SOFTWARE\Microsoft\MSODBCSQL18", "InstalledVersion", "18.6.1.1", 4),
        ("Microsoft .NET Framework", r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", "Release", 461808, 3),
    ],
)
def test_the_server_itself_decides_what_the_check_finds(
    two: Hierarchy, rule: str, key: str, name: str, value: str | int, result: int
) -> None:
    two.estate.machine("sta01").registry.set(key, name, value)
    two.start(1)
    two.until(131075, 196607)
    assert two.rules("ST1")[rule] == result


def test_a_check_alone_installs_nothing(one: Hierarchy) -> None:
    one.start(1)
    one.until(131074)
    one.advance(5000)
    assert (one.package().state, set(one.states().values())) == (131074, {131074})
    assert one.stages("CAS") == {11: 2, 12: 2, 13: 1}
    assert one.steps("CAS").keys() & {0xD0005, 0xD0006} == {0xD0005}
    one.start(0)
    one.until(DONE)
    assert "Easy setup source folder hash is not changed. Skip updating." in one.estate.log("cas01", "hman.log")
    assert one.package().attempts == {}


@pytest.mark.parametrize(
    ("phase", "state"),
    [
        ("enabled", 2),
        ("replication", 65537),
        ("prerequisites", 131073),
        ("waiting_parent", 196611),
        ("installation", 196609),
    ],
)
def test_a_phase_makes_no_progress(two: Hierarchy, phase: str, state: int) -> None:
    order = two.estate.faults.order("update_stuck", site="ST1", phase=phase)
    two.start()
    two.until(state)
    two.advance(20_000)
    assert two.package().state == state
    if phase == "prerequisites":
        assert set(two.rules("ST1").values()) == {1}
        assert two.stages("ST1")[12] == 1
    two.estate.faults.cancel(order)
    two.until(DONE)


def test_replication_to_one_site_makes_no_progress(one: Hierarchy) -> None:
    one.estate.faults.order("update_stuck", site="PR2", phase="replication")
    one.start()
    one.advance(20_000)
    assert one.package().state == 65537
    assert one.states() == {"CAS": 131074, "PR1": 131074, "PR2": 65537}
    assert one.steps("PR2")[0xB0003] == (1, 0)


def test_the_states_of_the_sites_do_not_arrive(one: Hierarchy) -> None:
    one.start()
    one.until_site("PR1", 196627)
    order = one.estate.faults.order("update_states_hang", site="CAS")
    one.advance(10_000)
    assert set(one.states().values()) == {DONE}
    assert one.package().state not in (DONE, 262143)
    one.estate.faults.cancel(order)
    one.until(DONE)


def test_a_session_blocks_the_database(two: Hierarchy) -> None:
    order = two.estate.faults.order("update_database_blocked", site="ST1", program="Report Server", session=91)
    two.start()
    two.until_site("ST1", 196628)
    two.advance(1000)
    assert two.states_now("ST1") == 196628
    line = "CONFIGURATION_MANAGER_UPDATE is currently blocked in database by another session [Report Server][session_id=91]"
    assert two.estate.log("sta01", "CMUpdate.log").count(line) == 4
    two.estate.faults.cancel(order)
    two.until(DONE)


def test_a_restart_of_the_server_in_the_middle(one: Hierarchy) -> None:
    one.estate.faults.order("update_restart", site="CAS", seconds=600, count=1)
    one.start()
    passed = 0
    while one.estate.faults.flag("dead_machine", "cas01") is None:
        one.advance(5)
        passed += 5
        assert passed < 5000
    assert one.states_now("CAS") == 196620
    one.advance(595)
    assert one.states_now("CAS") == 196620
    one.until(DONE)
    assert one.estate.faults.flag("dead_machine", "cas01") is None


def test_a_pending_restart(two: Hierarchy) -> None:
    order = two.estate.faults.order("update_restart_pending", site="ST1")
    two.start()
    two.until(196613)
    two.advance(5000)
    assert (two.package().state, two.versions()) == (196613, {"ST1": "5.00.9152.1000"})
    two.estate.faults.cancel(order)
    two.until(DONE)


def test_a_closed_service_window(one: Hierarchy) -> None:
    order = one.estate.faults.order("update_window_closed", site="PR2")
    one.start()
    one.until_site("PR1", DONE)
    one.advance(2000)
    assert one.states() == {"CAS": DONE, "PR1": DONE, "PR2": 196610}
    assert one.package().state == 196610
    one.estate.faults.cancel(order)
    one.until(DONE)


def test_a_start_can_be_refused_or_ignored(two: Hierarchy) -> None:
    two.estate.faults.order("update_start_refused", site="ST1", message="No.", count=1)
    with pytest.raises(CimError) as caught:
        two.start()
    assert (caught.value.description, two.package().state) == ("No.", READY)
    two.estate.faults.order("update_start_ignored", site="ST1", count=1)
    two.start()
    two.advance(1000)
    assert two.package().state == READY
    two.start()
    two.until(DONE)


@pytest.mark.parametrize("state", [2, 327682, 327679, 65537, 131073, 196609, 196611, DONE])
def test_which_states_refuse_a_start(two: Hierarchy, state: int) -> None:
    two.package().state = state
    with pytest.raises(CimError) as caught:
        two.start()
    assert caught.value.description == "Cannot perform an update at this time."


def test_a_second_update_is_refused(two: Hierarchy) -> None:
    two.start()
    row = next(i for i in two.provider.all("SMS_CM_UpdatePackages") if i["PackageGuid"] == OLDER)
    two.package(OLDER).state = READY
    with pytest.raises(CimError):
        two.provider.invoke("SMS_CM_UpdatePackages", "InitiateUpgrade", row, PrereqFlag=0)


def test_the_share_can_not_be_read(two: Hierarchy) -> None:
    two.estate.faults.order("share_unreadable", site="ST1", count=1)
    two.start()
    two.advance(5000)
    assert two.package().state == 2
    assert "Failed to calculate hash" in two.estate.log("sta01", "hman.log")
    assert two.steps("ST1")[0xB0001] == (4, 0)
    trigger = rf"{two.site('ST1').install_dir}\inboxes\hman.box\CFD\2.ESC"
    two.estate.machine("sta01").files.write(trigger, b"")
    two.until(DONE)
    assert not two.estate.machine("sta01").files.exists(trigger)


def test_content_is_replicated_again_when_it_is_asked_for(two: Hierarchy) -> None:
    two.start(1)
    two.until(131074)
    said = "Taking package snapshot"
    before = two.estate.log("sta01", "distmgr.log").count(said)
    assert two.call("RetryContentReplication", ForceRetry=None) == {"ReturnValue": 0}
    assert two.estate.log("sta01", "distmgr.log").count(said) == before
    assert two.call("RetryContentReplication", ForceRetry=1) == {"ReturnValue": 0}
    two.advance(300)
    assert (two.package().state, two.estate.log("sta01", "distmgr.log").count(said)) == (131074, before + 1)
    two.start(0)
    two.until(DONE)
    assert two.estate.log("sta01", "distmgr.log").count(said) == before + 1


def test_an_update_of_the_own_version_waits_for_ever(two: Hierarchy) -> None:
    two.package().full_version = two.versions()["ST1"]
    two.start()
    two.until(196611)
    two.advance(50_000)
    assert two.package().state == 196611


def test_a_package_that_must_come_first(two: Hierarchy) -> None:
    two.package().prerequisite = "Configuration Manager 2603"
    row = next(i for i in two.provider.all("SMS_CM_UpdatePackages") if i["PackageGuid"] == GUID)
    assert (row["PrereqPackageName"], row["PrereqPackageState"]) == ("Configuration Manager 2603", 393213)
    with pytest.raises(CimError):
        two.start()
    two.package(OLDER).state = DONE
    two.start()
    two.until(DONE)


def test_another_state_ends_the_work(two: Hierarchy) -> None:
    two.start()
    two.until_site("ST1", 196620)
    two.state.unloaded.clear()
    two.call("UpdatePrereqAndStateFlags", flag=1, state=0x4FFFF)
    two.advance(5000)
    assert (two.package().state, two.states(), two.state.upgrading) == (0x4FFFF, {}, set())
    assert two.estate.machine("sta01").services["SMS_EXECUTIVE"].state == "Running"
    assert two.versions() == {"ST1": "5.00.9141.1000"}


@pytest.fixture
def fresh(estate: SmallEstate) -> Hierarchy:
    """Hierarchy one as in the file: the service connection point begins to download 2609."""
    return Hierarchy(estate, estate.one, Site(estate, "cas01", "CAS"))


def restart_downloader(hierarchy: Hierarchy) -> None:
    for operation in ("Stop", "Start"):
        hierarchy.estate.ask("scp01", "SMS_DMP_DOWNLOADER", operation)
        hierarchy.advance(15)


def test_a_download_fails_and_is_queued_again(fresh: Hierarchy) -> None:
    fresh.estate.faults.order("update_download_failure", machine="scp01", cause="proxy", count=1)
    fresh.advance(600)
    assert fresh.package().state == 327679
    assert "(407) Proxy Authentication Required" in fresh.estate.log("scp01", "dmpdownloader.log")
    assert "Updated CMUpdatePackage state to 327679" in fresh.estate.log("cas01", "hman.log")
    restart_downloader(fresh)
    fresh.advance(300)
    assert fresh.package().state == 327679
    assert fresh.call("SetPackageToBeDownloaded") == {"ReturnValue": 0}
    assert fresh.call("PackageExistsInToBeDownloadedList")["PackageExists"] is True
    restart_downloader(fresh)
    fresh.advance(timing.DOWNLOAD + 100)
    assert fresh.package().state == READY
    assert fresh.call("PackageExistsInToBeDownloadedList")["PackageExists"] is False


def restart_site_server(hierarchy: Hierarchy) -> None:
    machine = hierarchy.estate.machine("cas01")
    services.stop(machine, machine.services["SMS_EXECUTIVE"])
    hierarchy.advance(5)
    services.start(machine, machine.services["SMS_EXECUTIVE"])
    hierarchy.advance(10)


@pytest.mark.parametrize("restart", [restart_downloader, restart_site_server])
def test_a_download_is_stuck_until_a_restart(fresh: Hierarchy, restart: Callable[[Hierarchy], None]) -> None:
    order = fresh.estate.faults.order("update_download_stuck", machine="scp01")
    fresh.advance(10_000)
    assert fresh.package().state == 262145
    fresh.estate.faults.cancel(order)
    fresh.advance(10_000)
    assert fresh.package().state == 262145
    restart(fresh)
    fresh.advance(timing.DOWNLOAD + 100)
    assert fresh.package().state == READY


def test_a_payload_that_lacks_files_is_downloaded_again(fresh: Hierarchy) -> None:
    fresh.advance(timing.DOWNLOAD + 100)
    fresh.start(1)
    fresh.until(131074)
    fresh.call("UpdatePrereqAndStateFlags", flag=1, state=0x4FFFF)
    assert (fresh.package().state, fresh.states()) == (327679, {})
    fresh.call("SetPackageToBeDownloaded")
    restart_downloader(fresh)
    fresh.advance(timing.DOWNLOAD + 100)
    assert fresh.package().state == READY


def test_what_is_queued_at_a_wrong_time_is_refused(two: Hierarchy) -> None:
    with pytest.raises(CimError):
        two.call("SetPackageToBeDownloaded")


def test_a_feature_can_be_turned_on(two: Hierarchy) -> None:
    row = next(r for r in two.provider.all("SMS_CM_UpdatePackageFeatures") if r["PackageGuid"] == GUID)
    assert (row["Name"], row["Exposed"]) == ("A feature of 2609", 0)
    assert two.provider.all("SMS_CM_UpdateFeatures") == []
    two.provider.invoke("SMS_CM_UpdatePackageFeatures", "UpdateFeatureExposureStatus", row, Status=1)
    two.start()
    two.until(DONE)
    assert [(r["Name"], r["Exposed"]) for r in two.provider.all("SMS_CM_UpdateFeatures")] == [("A feature of 2609", 1)]


def test_damaged_content_is_damaged_until_it_is_replicated_again(one: Hierarchy) -> None:
    one.estate.faults.order("update_content_untrusted", site="PR1", count=1)
    one.start()
    one.until(196607)
    one.advance(3000)
    assert one.states() == {"CAS": 131074, "PR1": 196607, "PR2": 131074}
    assert r"SMSSetup\update.map.cab'." in one.estate.log("pri1", "CMUpdate.log")
    one.start()
    one.until(65538)
    one.advance(1000)
    assert one.package().state == 196607
    one.call("RetryContentReplication", ForceRetry=1)
    one.advance(600)
    assert one.package().state == 196607
    one.start()
    one.until(DONE)


def test_a_payload_without_a_file_installs_only_after_a_new_download(fresh: Hierarchy) -> None:
    fresh.estate.faults.order("update_payload_incomplete", machine="scp01", count=1)
    fresh.advance(timing.DOWNLOAD + 100)
    fresh.start()
    fresh.until(262143)
    assert "ERROR: Failed to find folder that stores msi file SQLSysClrTypes.msi" in fresh.estate.log("cas01", "CMUpdate.log")
    assert fresh.steps("CAS")[0xD0006] == (4, 0)
    fresh.call("RetryContentReplication", ForceRetry=1)
    fresh.start()
    fresh.until_site("CAS", 196609)
    fresh.advance(1000)
    assert fresh.package().state == 262143
    fresh.call("UpdatePrereqAndStateFlags", flag=1, state=0x4FFFF)
    fresh.call("SetPackageToBeDownloaded")
    restart_downloader(fresh)
    fresh.advance(timing.DOWNLOAD + 100)
    fresh.start()
    fresh.until(DONE)
