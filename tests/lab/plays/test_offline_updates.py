"""playbooks/offline_updates.yml: updates for a hierarchy without internet, in one run and copied manually."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lab.configmgr.updates import READY_TO_INSTALL
from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook
from tests.lab.conftest import OpenShares, StartEstate
from tests.lab.offline.conftest import offline_estate
from tests.lab.plays.scenarios import words

UPDATE = "C8E5A1F3-46D9-4D27-B3F0-5A7E9C2B8D53"
STA03, WEB01, VERSION = "sta03.corp.example", "web01.corp.example", "5.00.9146.1000"
TWO = ("-e", "scp_provider=sms_provider_two")
ON_MEDIA = ("-e", r"offline_updates_tool_path=C:\Media")
ROLE = "configmgr.scp.offline_updates : "


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    return start_estate(offline_estate())


@pytest.fixture
def offline(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> Callable[..., Run]:
    """Runs the playbook with a folder for the copies."""

    def run(folder: Path, *arguments: str) -> Run:
        options = (*TWO, "-e", f"offline_updates_carry_dir={folder}", *arguments)
        return run_playbook(CHECKOUT / "playbooks" / "offline_updates.yml", lab_inventory(estate), tmp_path, *options)

    return run


def state_of_update(estate: Estate) -> int | None:
    packages = estate.hierarchy("two").state.updates
    return next((package.state for package in packages.values() if package.guid.upper() == UPDATE), None)


def carry(estate: Estate, source: str, prefix: str, target: str) -> None:
    """Copy a folder from one server to another under the same name, like a user with a USB drive."""
    with estate.lock:
        files, others = estate.machine(source).files, estate.machine(target).files
        for path in [path for path, _ in files.files() if path.lower().startswith(prefix.lower())]:
            others.write(path, files.read(path) or b"")


@pytest.mark.long
@pytest.mark.core
def test_in_one_go_over_the_file_shares(
    estate: Estate, offline: Callable[..., Run], smb_shares: OpenShares, tmp_path: Path
) -> None:
    """The role is on a separate server, which gets the tool from the site server."""
    for server in ("sta01", "scp02", "web01"):
        smb_shares(estate, server)
    folder = tmp_path / "carry"
    planned = offline(folder, "--check", "--diff")
    assert planned.code == 0, planned.output
    assert planned.result(ROLE + "Fetch the tool from the site server", "ok")["changed"]
    assert "would be ready to be copied" in words(planned)
    assert not folder.exists()
    assert not estate.machine("scp02").files.is_folder(r"C:\OfflineUpdates")
    run = offline(folder, "-vvvv")
    assert run.code == 0, run.output
    assert estate.account(r"CORP\scpadmin").password not in run.output + json.dumps(run.outcomes)
    assert state_of_update(estate) == READY_TO_INSTALL
    assert "Ready to install: Configuration Manager 2709" in words(run)
    assert (folder / VERSION / "UpdatePacks.sha256").is_file()
    assert (folder / VERSION / "UsageData" / "UsageData_ST1.cab").is_file()
    copied = rf"C:\OfflineUpdates\{VERSION}\ServiceConnectionTool\ServiceConnectionTool.exe"
    assert estate.machine("scp02").files.exists(copied)
    again = offline(folder)
    assert again.code == 0, again.output
    assert again.recap(STA03)["changed"] == again.recap(WEB01)["changed"] == 0
    planned = offline(folder, "--check")
    assert planned.code == 0, planned.output
    assert planned.recap(STA03)["changed"] == planned.recap(WEB01)["changed"] == 0


@pytest.mark.long
def test_carried_by_hand_to_another_controller(
    estate: Estate, offline: Callable[..., Run], smb_shares: OpenShares, tmp_path: Path
) -> None:
    # Nothing listens on port 445 yet: the play says so first, and does what it can.
    here, there, back = tmp_path / "here", tmp_path / "there", tmp_path / "back"
    nobody = (*ON_MEDIA, "-e", "offline_updates_connected_host=nobody")
    run = offline(here, *nobody, "--tags", "prepare")
    assert run.code == 0, run.output
    assert "cannot be reached on TCP port 445" in words(run)
    assert "manually between the two" in words(run)
    assert offline(here, *nobody, "--tags", "prepare", "-e", "offline_updates_transfer=smb").code != 0
    # With the share: it stops with a folder to copy, and does not wait for files that do not exist yet.
    smb_shares(estate, "scp02")
    run = offline(here, *nobody)
    assert run.code == 0, run.output
    assert "has no updates yet" in words(run)
    shutil.copytree(here, there)
    # Days later, another controller, a connected host without a file share: its folder is also copied manually.
    carry(estate, "scp02", r"C:\OfflineUpdates", "web01")
    tool = r"C:\Media\SMSSETUP\TOOLS\ServiceConnectionTool"
    with estate.lock:
        files = estate.machine("scp02").files
        for name in files.names(tool):
            content = files.read(f"{tool}\\{name}") or b""
            estate.machine("web01").files.write(rf"C:\OfflineUpdates\{VERSION}\ServiceConnectionTool\{name}", content)
    run = offline(there, "--tags", "connect")
    assert run.code == 0, run.output
    files = estate.machine("web01").files
    pack = rf"C:\OfflineUpdates\{VERSION}\UpdatePacks"
    for path, _ in list(files.files()):
        if path.startswith(pack + "\\"):
            target = back / VERSION / "UpdatePacks" / path[len(pack) + 1 :].replace("\\", "/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(files.read(path) or b"")
    run = offline(back, *ON_MEDIA, "--tags", "import")
    assert run.code == 0, run.output
    assert "it is unknown whether" in words(run)
    assert state_of_update(estate) == READY_TO_INSTALL


def test_in_one_go_without_file_shares_it_stops_with_a_folder_to_carry(
    estate: Estate, offline: Callable[..., Run], tmp_path: Path
) -> None:
    """Also if a connected host is in the inventory, which cannot have anything yet."""
    run = offline(tmp_path, *ON_MEDIA)
    assert run.code == 0, run.output
    said = words(run)
    assert rf"C:\OfflineUpdates\{VERSION} on scp02.corp.example is ready to be copied" in said
    assert "has no usage data yet, so nothing is downloaded" in said
    assert rf"C:\OfflineUpdates\{VERSION}\UpdatePacks on scp02.corp.example has no updates yet" in said
    # The next time, with the files prepared on the controller: the connected host has none of them yet.
    cab = tmp_path / VERSION / "UsageData" / "UsageData_ST1.cab"
    cab.parent.mkdir(parents=True)
    cab.write_bytes(estate.machine("scp02").files.read(rf"C:\OfflineUpdates\{VERSION}\UsageData\{cab.name}") or b"")
    run = offline(tmp_path, *ON_MEDIA)
    assert run.code == 0, run.output
    assert "on web01.corp.example has no usage data or no tool yet, so nothing is downloaded" in words(run)
    assert "There is no usage data" not in words(run)


def test_what_is_missing_is_told(estate: Estate, offline: Callable[..., Run], tmp_path: Path) -> None:
    nowhere = offline(tmp_path, "--tags", "prepare", "-e", "offline_updates_carry_dir=")
    assert nowhere.code != 0
    assert "offline_updates_carry_dir" in words(nowhere)
    connect = offline(tmp_path, "--tags", "connect")
    assert connect.code != 0
    assert "There is no usage data" in words(connect)
    # The folder of the tool, and the variable that changes it.
    prepare = offline(tmp_path, "--tags", "prepare", "-e", "scp_provider=sms_provider,sms_provider_two")
    assert prepare.code != 0
    assert "The hierarchy has no service connection point. Install it with configmgr.scp.provision" in words(prepare)
    assert rf"no ServiceConnectionTool.exe in C:\OfflineUpdates\{VERSION}\ServiceConnectionTool" in words(prepare)
    assert "offline_updates_tool_path in the role offline_updates" in words(prepare)
