"""An update from its download to its end, in both hierarchies."""

from __future__ import annotations

import pytest

from lab.cim.errors import CimError, Wbem
from lab.configmgr import timing
from lab.windows.executable import file_version
from tests.unit.lab_configmgr.conftest import Site, SmallEstate
from tests.unit.lab_configmgr.servicing.conftest import DONE, GUID, HOTFIX, NEW, OLDER, Hierarchy

OLD = "5.00.9141.1000"


def test_the_newest_update_downloads_by_itself(estate: SmallEstate) -> None:
    hierarchy = Hierarchy(estate, estate.one, Site(estate, "cas01", "CAS"))
    hierarchy.advance(60)
    assert (hierarchy.package().state, hierarchy.package(OLDER).state) == (262145, 327682)
    assert hierarchy.call("PackageExistsInToBeDownloadedList")["PackageExists"] is False
    hierarchy.advance(timing.DOWNLOAD)
    assert (hierarchy.package().state, hierarchy.package(OLDER).state) == (262146, 327682)
    assert hierarchy.steps("CAS", "SMS_CM_UpdatePackDownloadMonitoring") == {0xA0000 | n: (2, 0) for n in range(1, 6)}
    assert hierarchy.stages("CAS") == {10: 2}


def test_the_way_of_the_hierarchy(one: Hierarchy) -> None:
    one.start(0)
    assert one.package().state == 2
    overall, seen = [2], {"CAS": [0], "PR1": [0], "PR2": [0]}
    for _ in range(1200):
        one.advance(5)
        if one.package().state != overall[-1]:
            overall.append(one.package().state)
        for code, states in seen.items():
            state = one.package().site_states.get(code, 0)
            if state != states[-1]:
                states.append(state)
    installation = [196619, 196614, 196615, 196616, 196617, 196618, 196609]
    steps = [196628, 196620, 196621, 196622, 196623, 196625, 196626, 196624, 196629, 196627, DONE]
    before = [0, 65537, 65538, 131073, 131074]
    assert seen["CAS"] == [*before, 196609, *installation, *steps]
    assert seen["PR1"] == seen["PR2"] == [*before, 196611, 196609, *installation, *steps]
    assert overall[:6] == [2, 65537, 65538, 131073, 131074, 196609]
    assert 196611 in overall
    assert overall[-1] == DONE
    assert one.versions() == {"CAS": NEW, "PR1": NEW, "PR2": NEW, "SE1": OLD}
    assert one.states() == {"CAS": DONE, "PR1": DONE, "PR2": DONE}


@pytest.mark.parametrize("flag", [0, 2])
def test_the_way_of_a_stand_alone_site(two: Hierarchy, flag: int) -> None:
    two.start(flag)
    two.until(DONE)
    assert two.versions() == {"ST1": NEW}
    assert two.package().prereq_flag == flag
    two.advance(600)
    assert two.stages("ST1") == {11: 2, 12: 2, 13: 2, 14: 2}


def test_what_the_version_shows(one: Hierarchy) -> None:
    one.start()
    one.until(DONE)
    one.advance(600)
    rows = {row["SiteCode"]: row for row in one.provider.all("SMS_Site")}
    assert {code: (row["Version"], row["BuildNumber"], row["Mode"]) for code, row in rows.items()} == {
        "CAS": (NEW, 9152, 0),
        "PR1": (NEW, 9152, 7),
        "PR2": (NEW, 9152, 0),
        "SE1": (OLD, 9141, 0),
    }
    assert (rows["SE1"]["SecondarySiteCMUpdateStatus"], rows["CAS"]["SecondarySiteCMUpdateStatus"]) == (0, None)
    assert one.provider.all("SMS_Identification")[0]["SMSVersion"] == NEW
    machine = one.estate.machine("pri2")
    version = machine.registry.get(r"HKLM\SOFTWARE\Microsoft\SMS\Setup", "Full Version")
    assert version is not None
    assert version.data == NEW
    setup = machine.files.read(rf"{one.site('PR2').install_dir}\cd.latest\SMSSETUP\BIN\X64\setup.exe")
    assert file_version(setup or b"") == "5.0.9152.1000"
    history = [row["Name"] for row in one.provider.all("SMS_CM_UpdatePackagesHistory")]
    assert history == ["Configuration Manager 2509", "Configuration Manager 2609"]


def test_older_updates_are_hidden_and_new_ones_shown_after_the_installation(two: Hierarchy) -> None:
    two.package(OLDER).state = 327682
    two.start()
    two.until(DONE)
    two.advance(timing.MANIFEST + 10)
    assert (two.package(OLDER).state, two.package(HOTFIX).state) == (393213, 327682)


def test_the_provider_is_away_while_a_site_installs(one: Hierarchy) -> None:
    one.start()
    one.until_site("CAS", 196628)
    services = one.estate.machine("cas01").services
    assert {services[name].state for name in ("SMS_EXECUTIVE", "SMS_SITE_COMPONENT_MANAGER")} == {"Stopped"}
    assert one.estate.thread("cas01", "SMS_HIERARCHY_MANAGER") == "Stopped"
    with pytest.raises(CimError) as caught:
        one.provider.all("SMS_Site")
    assert caught.value.code == Wbem.PROVIDER_LOAD_FAILURE
    below = Site(one.estate, "pri1", "PR1")
    assert {row["SiteCode"]: row["Mode"] for row in below.all("SMS_Site")}["CAS"] == 3
    one.until_site("CAS", DONE)
    assert one.states()["CAS"] == DONE
    one.advance(30)
    assert one.estate.thread("cas01", "SMS_HIERARCHY_MANAGER") == "Running"


def test_a_primary_site_below_waits_for_its_parent(one: Hierarchy) -> None:
    one.start()
    one.until_site("CAS", 196620)
    assert (one.states_now("PR1"), one.states_now("PR2")) == (196611, 196611)


def test_client_packages_wait_for_all_sites(one: Hierarchy) -> None:
    one.start()
    one.until_site("CAS", DONE)
    one.advance(300)
    steps = one.steps("CAS")
    assert steps[0xE0006] == (3, 0)
    assert 0xE0007 not in steps
    assert one.stages("CAS")[14] == 1
    one.until(DONE)
    one.advance(600)
    steps = one.steps("CAS")
    assert (steps[0xE0006], steps[0xE0007], steps[0xE000A]) == ((2, 0), (2, 0), (2, 0))


def test_a_hotfix_does_not_change_the_version_of_the_site(two: Hierarchy) -> None:
    two.start()
    two.until(DONE)
    two.advance(timing.MANIFEST + 600)
    two.package(HOTFIX).state = 262146
    row = next(i for i in two.provider.all("SMS_CM_UpdatePackages") if i["PackageGuid"] == HOTFIX)
    two.provider.invoke("SMS_CM_UpdatePackages", "InitiateUpgrade", row, PrereqFlag=0)
    two.advance(5000)
    assert (two.package(HOTFIX).state, two.versions()) == (DONE, {"ST1": NEW})
    versions = {row["PackageGuid"]: row["FullVersion"] for row in two.provider.all("SMS_CM_UpdatePackagesHistory")}
    assert versions[HOTFIX] == "5.00.9152.1012"


def test_the_logs_of_the_way(one: Hierarchy) -> None:
    one.start()
    one.until(DONE)
    one.advance(900)
    lines = {
        ("cas01", "hman.log"): "INFO: 2.ESC file was found. Easy setup package needs to be updated.~",
        ("cas01", "distmgr.log"): "Created minijob to send compressed copy of package CAS10001 to site PR2.",
        ("cas01", "sender.log"): "~Sending completed successfully~",
        ("pri1", "despool.log"): "Stored Package CAS10001. Stored Package Version = 1~",
        (
            "pri1",
            "CMUpdate.log",
        ): "ConfigMgr update status (SiteCode=PR1, SubStageID=0xd000e, IsComplete=2, Progress=100, Applicable=1)",
        ("cas01", "CMUpdate.log"): "INFO: Successfully dropped update pack installed notification to HMan CFD box.",
    }
    for (machine, file), text in lines.items():
        assert text in one.estate.log(machine, file), file
    share = f"Get update package {GUID}, \\\\scp01.corp.example\\EasySetupPayLoad\\{GUID}~"
    assert share in one.estate.log("cas01", "hman.log")
    prereq = one.estate.machine("pri2").files.read(r"C:\ConfigMgrPrereq.log") or b""
    assert "******* Prerequisite checking is completed. *******  $$<Configuration Manager Setup><" in prereq.decode()
