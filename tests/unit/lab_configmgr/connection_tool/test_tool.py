"""The tool from the site to the internet and back: what appears where, and when."""

from __future__ import annotations

import pytest

from lab.configmgr.connection_tool.cabinet import read_cabinet
from lab.configmgr.connection_tool.pack import manifest_of, read_manifest
from lab.configmgr.updates import AVAILABLE, NOT_APPLICABLE, READY_TO_INSTALL
from tests.unit.lab_configmgr.connection_tool.conftest import (
    FOLDER,
    HOTFIX,
    NEW,
    OLD,
    ON_ROLE_SERVER,
    Tools,
    ended,
    offline_estate,
)

OFFLINE = r"C:\SMS\EasySetupPayload\Offline"
MANIFEST = r"D:\USB\Packs\ConfigMgr.Update.Manifest.ENC"


def test_where_the_tool_lies(tools: Tools) -> None:
    found = {
        name: [path for path, _ in tools.machine(name).files.files() if path.endswith("ServiceConnectionTool.exe")]
        for name in ("sta01", "scp02", "web01", "scp04", "sec1", "sta02")
    }
    latest = r"C:\Program Files\Microsoft Configuration Manager\cd.latest\SMSSETUP\TOOLS\ServiceConnectionTool"
    assert found == {
        "sta01": [rf"{latest}\ServiceConnectionTool.exe"],
        "scp02": [rf"{ON_ROLE_SERVER}\ServiceConnectionTool.exe"],
        "web01": [rf"{FOLDER}\ServiceConnectionTool.exe"],
        **{name: [] for name in ("scp04", "sec1", "sta02")},
    }


def test_the_whole_way(tools: Tools) -> None:
    done = tools.prepare()
    assert (done.code, done.stdout, done.stderr) == (0, "", "")
    cabinet = read_cabinet(tools.machine("scp02").files.read(r"C:\Usage.cab") or b"")
    assert cabinet["SiteVersion_5.00.9152.1000.txt"] == b"5.00.9152.1000\r\n"
    assert "INFO:Usage data written to" in tools.log("scp02", ON_ROLE_SERVER)

    tools.connect()
    files = tools.machine("web01").files
    log = tools.log("web01")
    assert files.exists(MANIFEST)
    assert files.size(rf"D:\USB\Packs\{NEW}\{NEW}.cab") == int(2.5 * 2**20)
    assert files.names(rf"D:\USB\Packs\{NEW}\Redist") == ["a.msi", "b.exe"]
    assert f"INFO:Downloaded Payload {NEW} size = 2621440\r\n" in log
    assert f"INFO:Successfully downloaded Redists for {NEW}\r\n" in log
    assert OLD not in log
    setup = (files.read(r"C:\ConfigMgrSetup.log") or b"").decode()
    assert rf"INFO: Verifying hash for file 'D:\USB\Packs\{NEW}\Redist\a.msi'  $$<" in setup
    assert "INFO: Setup downloader setupdl.exe: FINISHED" in setup

    before = dict(tools.states)
    tools.carry_back()
    _, output = tools.start("scp02", r"-import -updatepacksrc C:\Packs", folder=ON_ROLE_SERVER)
    tools.estate.clock.advance(25)
    assert ended(output).code == 0
    assert "Successfully Dropped the state message 4~~\r\n" in tools.log("scp02", ON_ROLE_SERVER)
    assert tools.states == before
    tools.estate.clock.advance(30)
    assert tools.states == {**before, NEW: AVAILABLE}
    tools.estate.clock.advance(30)
    assert tools.states == {**before, NEW: READY_TO_INSTALL}
    local = tools.machine("scp02").files
    assert local.read(rf"{OFFLINE}\{NEW.lower()}\{NEW}.cab") == files.read(rf"D:\USB\Packs\{NEW}\{NEW}.cab")
    assert local.names(rf"{OFFLINE}\{NEW.lower()}\Redists") == ["a.msi", "b.exe"]
    hman = tools.estate.log("sta01", "hman.log")
    assert f"Configuration Manager Update (PackageGuid={NEW}) is applicable" in hman
    assert rf"Get update package {NEW.lower()}, \\scp02.corp.example\EasySetupPayLoad\Offline\{NEW.lower()}~" in hman

    packages = {guid: vars(package).copy() for guid, package in tools.estate.two.state.updates.items()}
    tools.import_()
    assert "Successfully Dropped the state message 4~~" in tools.log("scp02", ON_ROLE_SERVER)
    assert {guid: vars(package) for guid, package in tools.estate.two.state.updates.items()} == packages


def test_everything_is_known_after_all_of_it_and_only_what_fits_is_offered(tools: Tools) -> None:
    tools.prepare()
    tools.connect("-downloadall")
    tools.carry_back()
    tools.import_()
    assert tools.states == {NEW: READY_TO_INSTALL, HOTFIX: READY_TO_INSTALL, OLD: NOT_APPLICABLE}


def test_a_state_that_the_site_is_in_already_stays(tools: Tools) -> None:
    tools.prepare()
    tools.connect()
    tools.carry_back()
    tools.import_()
    tools.estate.two.state.updates[NEW].state = 0x00030001
    tools.import_()
    assert tools.states[NEW] == 0x00030001


def test_nothing_is_known_while_hierarchy_manager_stands_still(tools: Tools) -> None:
    tools.prepare()
    tools.connect()
    tools.carry_back()
    tools.estate.faults.order("stuck_thread", target="sta01", component="SMS_HIERARCHY_MANAGER")
    tools.estate.ask("sta01", "SMS_HIERARCHY_MANAGER", "Stop")
    tools.import_()
    assert NEW not in tools.states
    tools.estate.faults.clear()
    tools.estate.clock.advance(7200)
    assert tools.states[NEW] == READY_TO_INSTALL


def test_several_hierarchies_share_a_folder(tools: Tools) -> None:
    tools.estate.install("scp01", mode=1)
    tools.estate.clock.advance(600)
    tools.run("scp01", r"-prepare -usagedatadest C:\One.cab")
    tools.machine("web01").files.write(r"D:\USB\One.cab", tools.machine("scp01").files.read(r"C:\One.cab") or b"")
    tools.prepare()
    tools.connect()
    assert tools.log("web01").count("INFO:Uploaded usage data of hierarchy") == 2
    tools.carry_back()
    tools.import_()
    assert (tools.states[NEW], NEW in tools.estate.one.state.updates) == (READY_TO_INSTALL, False)


def test_data_of_another_hierarchy_is_not_taken(tools: Tools) -> None:
    tools.prepare()
    tools.connect()
    tools.carry_back()
    files, manifest = tools.machine("scp02").files, r"C:\Packs\ConfigMgr.Update.Manifest.ENC"
    packs = read_manifest(files.read(manifest) or b"") or {}
    files.write(manifest, manifest_of({f"another {hierarchy}": updates for hierarchy, updates in packs.items()}))
    tools.import_()
    log = tools.log("scp02", ON_ROLE_SERVER)
    assert "are not for this hierarchy" in log
    assert "state message 4" not in log
    assert NEW not in tools.states


def test_the_table_of_usage_data(tools: Tools) -> None:
    tools.prepare(r"-export -dest C:\Usage.csv")
    lines = (tools.machine("scp02").files.read(r"C:\Usage.csv") or b"").decode().splitlines()
    assert lines[0] == "Hierarchy,Query,Value"
    assert len(lines) > 2


def test_the_log_is_replaced_and_the_setup_log_grows(tools: Tools) -> None:
    tools.prepare()
    tools.connect()
    files = tools.machine("web01").files
    first, setup = tools.log("web01"), files.size(r"C:\ConfigMgrSetup.log") or 0
    tools.connect()
    assert len(tools.log("web01")) == len(first)
    assert files.size(r"C:\ConfigMgrSetup.log") == 2 * setup


def test_the_harmless_message_comes_at_the_first_run_or_as_ordered(tools: Tools) -> None:
    tools.prepare()
    first = tools.connect()
    assert first.code != 0
    assert r"Access to the path 'C:\Users\admin\AppData\Local\Temp\extractmanifestcab\95F8A562.sql' is denied." in first.stderr
    assert tools.machine("web01").files.exists(MANIFEST)
    assert (tools.connect().code, tools.connect().stderr) == (0, "")
    tools.estate.faults.order("tool_noise", target="web01", shown=True, count=1)
    assert "UnauthorizedAccessException" in tools.connect().stderr
    tools.machine("web01").files.delete(r"C:\Users\admin")
    tools.estate.faults.order("tool_noise", target="web01", shown=False, count=1)
    assert tools.connect().stderr == ""


def test_a_destination_that_is_not_empty_is_written_over(tools: Tools) -> None:
    tools.prepare()
    files = tools.machine("web01").files
    files.write(r"D:\USB\Packs\mine.txt", b"mine")
    files.write(rf"D:\USB\Packs\{NEW}\{NEW}.cab", b"old" * 2**20)
    tools.connect()
    assert files.read(r"D:\USB\Packs\mine.txt") == b"mine"
    assert files.size(rf"D:\USB\Packs\{NEW}\{NEW}.cab") == int(2.5 * 2**20)


def test_a_run_takes_its_time_and_two_cannot_share_a_folder(tools: Tools) -> None:
    _, output = tools.start("scp02", r"-prepare -usagedatadest C:\Usage.cab", folder=ON_ROLE_SERVER)
    tools.estate.clock.advance(5)
    assert output.read(100, 0) is None
    _, second = tools.start("scp02", r"-export -dest C:\Usage.csv", folder=ON_ROLE_SERVER)
    tools.estate.clock.advance(2)
    assert "because it is being used by another process" in ended(second).stderr
    tools.estate.clock.advance(60)
    assert ended(output).code == 0


def test_a_closed_shell_ends_it(tools: Tools) -> None:
    _, output = tools.start("scp02", r"-prepare -usagedatadest C:\Usage.cab", folder=ON_ROLE_SERVER)
    tools.estate.clock.advance(5)
    output.abandon()
    tools.estate.clock.advance(600)
    assert not tools.machine("scp02").files.exists(r"C:\Usage.cab")
    assert tools.prepare().code == 0


def test_usage_data_comes_seven_days_after_the_installation() -> None:
    text = offline_estate().replace("name: two", "name: two\n    installed_days: 6")
    tools = Tools(text)
    assert tools.prepare().code == 0
    assert "collected 7 days after" in tools.log("scp02", ON_ROLE_SERVER)
    assert not tools.machine("scp02").files.exists(r"C:\Usage.cab")
    tools.estate.clock.advance(86400)
    tools.prepare()
    assert tools.machine("scp02").files.exists(r"C:\Usage.cab")


@pytest.mark.parametrize("mode", [0, 1])
def test_it_works_online_too_and_says_so(tools: Tools, mode: int) -> None:
    if mode == 0:
        tools.estate.install("scp02", "ST1", mode=0)
        tools.estate.clock.advance(60)
        tools.estate.ask("scp02", "SMS_DMP_DOWNLOADER", "Stop")
        tools.estate.clock.advance(600)
    tools.prepare()
    assert ("not in offline" in tools.log("scp02", ON_ROLE_SERVER)) is (mode == 0)
    assert tools.machine("scp02").files.exists(r"C:\Usage.cab")
