"""service_connection_tool over pywinrm and NTLM: a complete transfer, what it rejects, and the tool's peculiarities."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from lab.configmgr.updates import READY_TO_INSTALL
from tests.lab.conftest import StartEstate
from tests.lab.offline.conftest import CAB, IMPORTED, ON_SCP02, PACKS, USAGE, Carrier, offline_estate

UPDATE = "C8E5A1F3-46D9-4D27-B3F0-5A7E9C2B8D53"


def failed_checks(found: Any) -> list[str]:
    return [check["id"] for check in found if check["status"] == "failed"]


def write_list(carrier: Carrier, folder: str = IMPORTED) -> None:
    """The list of hashes that is copied with a folder."""
    files = carrier.estate.machine("scp02").files
    lines = [
        f"{hashlib.sha256(files.read(path) or b'').hexdigest()}  UpdatePacks{path[len(folder) :].replace(chr(92), '/')}\n"
        for path, _ in files.files()
        if path.startswith(f"{folder}\\")
    ]
    files.write(f"{folder}.sha256", "".join(lines).encode())


def test_the_whole_way_and_nothing_twice(carrier: Carrier) -> None:
    planned = carrier.prepare(check=True)
    assert planned["changed"]
    assert planned["diff"]["after"] == rf"ServiceConnectionTool.exe -prepare -usagedatadest {CAB}" + "\n"
    assert not carrier.estate.machine("scp02").files.exists(CAB)
    prepared = carrier.prepare()
    assert prepared["changed"]
    assert [file["path"] for file in prepared["files"]] == [CAB.lower()]
    assert failed_checks(prepared["checks"]) == []
    assert "ServiceConnectionTool-prepare-" in prepared["saved_log"]
    assert "Usage data collected" in (carrier.estate.machine("scp02").files.read(prepared["saved_log"]) or b"").decode()
    again = carrier.prepare()
    assert not again["changed"]
    assert "less than 7 days old" in again["done_already"]
    carrier.usage_to_web01()

    downloaded = carrier.connect()
    assert downloaded["exit_code"] != 0, "the harmless message comes at an account's first run"
    assert any("a known, harmless error: the download is complete" in warning for warning in carrier.warnings)
    assert any(file["path"].endswith("configmgr.update.manifest.enc") for file in downloaded["files"])
    assert not carrier.connect()["changed"]
    assert not carrier.estate.machine("web01").files.is_folder(PACKS + ".unfinished")
    carrier.packs_to_scp02()
    write_list(carrier)

    imported = carrier.import_()
    assert imported["changed"]
    assert imported["pack"][:16] in imported["saved_log"]
    again = carrier.import_()
    assert not again["changed"]
    assert "already imported" in again["done_already"]
    assert carrier.runs("scp02") == 2
    carrier.settle(120)
    packages = carrier.run("site_update_info", "sta03")["packages"]
    assert [package["state_number"] for package in packages if package["guid"] == UPDATE] == [READY_TO_INSTALL]


def test_the_pack_is_known_by_its_content(downloaded: Carrier) -> None:
    without_list = downloaded.import_()
    assert not downloaded.import_()["changed"]
    files = downloaded.estate.machine("scp02").files
    manifest = IMPORTED + r"\ConfigMgr.Update.Manifest.ENC"
    files.write(manifest, (files.read(manifest) or b"") + b"\n")
    other = downloaded.import_()
    assert other["changed"]
    assert other["pack"] != without_list["pack"]
    assert downloaded.import_(force=True)["changed"]


@pytest.mark.parametrize(
    ("phase", "action"),
    [
        ("usage_data", "prepare"),
        ("payload", "connect"),
        ("manifest", "connect"),
        ("import", "import"),
        ("state_message", "import"),
    ],
)
def test_cut_off_in_each_phase_and_run_again(carrier: Carrier, phase: str, action: str) -> None:
    machine = "web01" if action == "connect" else "scp02"
    if action != "prepare":
        carrier.prepare()
        carrier.usage_to_web01()
    if action == "import":
        carrier.connect()
        carrier.packs_to_scp02()
    step = {"prepare": carrier.prepare, "connect": carrier.connect, "import": carrier.import_}[action]
    options = {"usage_data": USAGE, "update_packs": PACKS} if action == "connect" else {"usage_data": CAB}
    if action == "import":
        options = {"update_packs": IMPORTED}
    carrier.estate.faults.order("tool_crash", target=machine, count=1, phase=phase)
    carrier.tool_refused(action, machine, **options)
    done = step()
    assert done["changed"]
    assert not step()["changed"]


def test_the_exit_code_proves_nothing(prepared: Carrier) -> None:
    for code in (0, 1, -532462766):
        prepared.estate.faults.order("tool_exit_code", target="web01", count=1, code=code)
        assert prepared.connect(force=True, clear_destination=True)["exit_code"] == code
    prepared.estate.faults.order("tool_exit_code", target="scp02", count=1, code=0)
    prepared.estate.faults.order("tool_crash", target="scp02", count=1, phase="usage_data")
    assert "left no complete usage data" in prepared.tool_refused("prepare", "scp02", usage_data=r"C:\USB\Other.cab")


def test_what_a_connected_host_refuses(prepared: Carrier) -> None:
    assert "offline_updates_proxy in the role offline_updates): account cannot be used" in prepared.tool_refused(
        "connect", "web01", usage_data=USAGE, update_packs=PACKS, proxy={"server": "proxy01.corp.example", "account": "x"}
    )
    assert "one of them is inside the other" in prepared.tool_refused(
        "connect", "web01", usage_data=USAGE, update_packs=USAGE + r"\Packs"
    )
    assert "no usage data" in prepared.tool_refused("connect", "web01", usage_data=r"D:\None", update_packs=PACKS)
    assert "version 2002" in prepared.tool_refused("connect", "web01", usage_data=USAGE, update_packs=PACKS, site_version="2002")
    assert "the site has 5.00.9146" in prepared.tool_refused(
        "connect", "web01", usage_data=USAGE, update_packs=PACKS, site_version="5.00.9146.1000"
    )
    assert "are needed" in prepared.tool_refused(
        "connect", "web01", usage_data=USAGE, update_packs=PACKS, required_free_bytes=10**15
    )
    assert "no drive E:" in prepared.tool_refused("connect", "web01", usage_data=USAGE, update_packs=r"E:\Packs")
    for path in (r"\\server\x", r"D:\a\..\b", "D:\\a%b", 'D:\\a"b', "Packs"):
        assert "update_packs:" in prepared.tool_refused("connect", "web01", usage_data=USAGE, update_packs=path)
    prepared.estate.machine("web01").files.write(PACKS + r"\mine.txt", b"precious")
    assert "is not empty" in prepared.tool_refused("connect", "web01", usage_data=USAGE, update_packs=PACKS)
    assert prepared.estate.machine("web01").files.read(PACKS + r"\mine.txt") == b"precious"
    assert prepared.runs("web01") == 0
    assert prepared.connect(clear_destination=True)["changed"]
    assert not prepared.estate.machine("web01").files.exists(PACKS + r"\mine.txt")


def test_what_the_server_of_the_role_refuses(carrier: Carrier) -> None:
    assert "is online" in carrier.tool_refused("prepare", "scp02", usage_data=CAB, mode="online")
    assert "not on" in carrier.tool_refused("prepare", "scp02", usage_data=CAB, tool_path=r"C:\Nowhere")
    assert "ends in .cab" in carrier.tool_refused("prepare", "scp02", usage_data=r"C:\USB\Usage.zip")
    assert "no ConfigMgr.Update.Manifest.ENC" in carrier.tool_refused("import", "scp02", update_packs=r"C:\None")
    said = carrier.tool_refused("prepare", "scp04", usage_data=CAB, tool_path=r"C:\Media")
    assert "not on" in said
    carrier.carry("scp02", ON_SCP02, "scp04", r"C:\Tool")
    said = carrier.tool_refused("prepare", "scp04", usage_data=CAB, tool_path=r"C:\Tool", site_version="5.00.9146.1000")
    assert ".NET" in said
    assert "ODBC" in said or "It is not installed" in said


RUNTIMES = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\VisualStudio\14.0\VC\Runtimes"
ODBC = r"HKLM\SOFTWARE\Microsoft\MSODBCSQL18"


@pytest.mark.parametrize("host", ["scp02", "web01"])
def test_what_the_tool_needs_on_both_of_its_hosts(prepared: Carrier, host: str) -> None:
    """The tool on scp02 has version 2603, that on web01 version 2609."""
    registry = prepared.estate.machine(host).registry
    options = {"usage_data": USAGE, "update_packs": PACKS} if host == "web01" else {"usage_data": CAB, "force": True}
    action = "connect" if host == "web01" else "prepare"
    registry.delete(rf"{RUNTIMES}\x86")
    said = prepared.tool_refused(action, host, **options)
    assert "The Visual C++ runtime for x86 is not installed" in said
    assert "vc_redist.x86.exe" in said
    assert "vc_redist.x64.exe" not in said
    registry.set(rf"{RUNTIMES}\x86", "Version", "v14.28.29914.0")
    registry.set(rf"{RUNTIMES}\x86", "Installed", 1)
    registry.set(ODBC, "InstalledVersion", "18.3.3.1")
    least = "tool version 2609 needs 18.6.2.1" if host == "web01" else "tool version 2603 needs 18.4.1.1"
    assert f"Version 18.3.3.1 is installed; {least} or later." in prepared.tool_refused(action, host, **options)
    registry.delete(ODBC)
    said = prepared.tool_refused(action, host, **options)
    assert f"ODBC Driver 18 for SQL Server: It is not installed; {least} or later. Install a current ODBC Driver 18" in said
    registry.set(ODBC, "InstalledVersion", "18.6.2.1")
    assert prepared.tool(action, host, **options)["changed"]


def test_the_tool_is_found_below_the_site_s_installation(carrier: Carrier) -> None:
    found = carrier.run("service_connection_tool", "sta01", action="export", export_file=r"C:\USB\Usage.csv", check=True)
    assert found["tool"]["path"].lower().endswith(r"cd.latest\smssetup\tools\serviceconnectiontool\serviceconnectiontool.exe")


def test_an_account_without_rights(carrier: Carrier) -> None:
    with pytest.raises(CimError):
        carrier.run(
            "service_connection_tool", "scp02", user=r"CORP\noaccess", action="prepare", usage_data=CAB, tool_path=ON_SCP02
        )


def test_a_wrong_proxy_is_called_one(prepared: Carrier) -> None:
    said = prepared.tool_refused(
        "connect", "web01", usage_data=USAGE, update_packs=PACKS, proxy={"server": "proxy01.corp.example", "port": 8081}
    )
    assert "proxy01.corp.example:8081" in said
    assert "also when the proxy is wrong" in said


def test_a_missing_redist_stops_the_tool(prepared: Carrier) -> None:
    prepared.estate.faults.order("tool_redist_missing", target="web01", count=1)
    said = prepared.tool_refused("connect", "web01", usage_data=USAGE, update_packs=PACKS)
    assert "redistributable file" in said
    assert prepared.connect()["changed"]


def test_a_full_drive_in_the_midst_of_a_run(prepared: Carrier) -> None:
    prepared.estate.faults.order("tool_disk_full", target="web01", count=1, phase="payload")
    assert "The drive is full" in prepared.tool_refused("connect", "web01", usage_data=USAGE, update_packs=PACKS)
    assert prepared.connect()["changed"]


def test_rights_on_the_database(carrier: Carrier) -> None:
    carrier.estate.faults.order("database_unreadable", target="ST1")
    assert "may not read the site database" in carrier.tool_refused("prepare", "scp02", usage_data=CAB)


def test_a_logon_that_is_not_passed_on(start_estate: StartEstate) -> None:
    carrier = Carrier(start_estate(offline_estate().replace("delegation: true", "delegation: false")))
    said = carrier.tool_refused("prepare", "scp02", usage_data=CAB)
    assert "not passed on to the database server" in said
    assert "credssp" in said


def test_a_pack_that_was_changed_or_cut_off_on_its_way(downloaded: Carrier) -> None:
    write_list(downloaded)
    files = downloaded.estate.machine("scp02").files
    payload = next(path for path, _ in files.files() if path.startswith(IMPORTED) and path.endswith(f"{UPDATE}.cab"))
    whole = files.read(payload) or b""
    files.write(payload, whole[:-1] + b"!")
    said = downloaded.tool_refused("import", "scp02", update_packs=IMPORTED)
    assert hashlib.sha256(whole).hexdigest() in said
    assert hashlib.sha256(whole[:-1] + b"!").hexdigest() in said
    files.delete(payload)
    assert "is missing in" in downloaded.tool_refused("import", "scp02", update_packs=IMPORTED)
    files.write(payload, whole)
    assert downloaded.import_()["changed"]


def test_two_hierarchies_in_one_folder(prepared: Carrier) -> None:
    files = prepared.estate.machine("web01").files
    cab = files.read(USAGE + r"\UsageData_ST1.cab") or b""
    files.write(USAGE + r"\UsageData_OTH.cab", cab)
    prepared.connect()
    prepared.packs_to_scp02()
    assert prepared.import_()["changed"]


def test_new_usage_data_asks_for_a_new_download(prepared: Carrier) -> None:
    prepared.connect()
    prepared.usage_to_web01()
    assert "is not empty" in prepared.tool_refused("connect", "web01", usage_data=USAGE, update_packs=PACKS)
    assert prepared.connect(clear_destination=True)["changed"]


def test_a_connection_that_is_lost_anywhere(prepared: Carrier) -> None:
    """The answer to each command is lost once; the next run finishes the work, whatever had happened by then."""
    files, lost = prepared.estate.machine("web01").files, 0
    for at in range(1, 7):
        prepared.estate.faults.order("drop_after", machine="web01", action="/Receive", at=at)
        try:
            prepared.connect(force=True, clear_destination=True)
        except (CimError, TaskFailure):
            lost += 1
        prepared.estate.faults.clear()
        prepared.connect(clear_destination=True)
        assert not prepared.connect()["changed"]
        assert files.exists(PACKS + r"\ConfigMgr.Update.Manifest.ENC")
        assert not files.is_folder(PACKS + ".unfinished")
    assert lost >= 4
