"""The service connection tool through WinRS with unmodified pywinrm, from a site without internet to the internet and back."""

from __future__ import annotations

import time
from collections.abc import Callable

import winrm
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from lab.configmgr.updates import READY_TO_INSTALL
from lab.running.estate import Estate
from tests.lab.conftest import OpenSession, StartEstate
from tests.lab.estates import with_role

UPDATE = "C8E5A1F3-46D9-4D27-B3F0-5A7E9C2B8D53"
ON_SCP02 = r"C:\Media\SMSSETUP\TOOLS\ServiceConnectionTool"
ON_WEB01 = r"D:\ServiceConnectionTool"


def offline_estate() -> str:
    """The default estate with its second hierarchy offline, its servers without internet."""
    estate = yaml.safe_load(with_role("scp02", "offline", hierarchy="two"))
    for machine in estate["machines"]:
        if machine["name"] != "web01":
            machine["internet"] = {"default": "name_resolution"}
    return yaml.safe_dump(estate)


def run(estate: Estate, machine: str, folder: str, *arguments: str) -> winrm.Response:
    account = estate.account("CORP\\scpadmin")
    url = f"http://{estate.machine(machine).address}:{estate.description.http_port}/wsman"
    session = winrm.Session(url, auth=(account.full_name, account.password), transport="ntlm")
    return session.run_cmd(rf"{folder}\ServiceConnectionTool.exe", arguments)


def carry(estate: Estate, source: str, prefix: str, target: str, to: str) -> None:
    """Copy files from one server to another, like a user with a USB drive."""
    with estate.lock:
        files, others = estate.machine(source).files, estate.machine(target).files
        for path in [path for path, _ in files.files() if path.startswith(prefix)]:
            others.write(to + path[len(prefix) :], files.read(path) or b"")


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_updates_reach_a_site_without_internet(start_estate: StartEstate, cim_session: OpenSession) -> None:
    estate = start_estate(offline_estate())
    assert run(estate, "scp02", ON_SCP02, "-prepare", "-usagedatadest", r"C:\Usage.cab").std_out == b""
    carry(estate, "scp02", r"C:\Usage.cab", "web01", r"D:\USB\Usage.cab")
    done = run(estate, "web01", ON_WEB01, "-connect", "-usagedatasrc", r"D:\USB", "-updatepackdest", r"D:\Packs")
    assert b"System.UnauthorizedAccessException" in done.std_err
    assert done.status_code != 0
    assert estate.machine("web01").files.exists(r"D:\Packs\ConfigMgr.Update.Manifest.ENC")
    carry(estate, "web01", "D:\\Packs\\", "scp02", "C:\\Packs\\")
    run(estate, "scp02", ON_SCP02, "-import", "-updatepacksrc", r"C:\Packs")
    log = estate.machine("scp02").files.read(rf"{ON_SCP02}\ServiceConnectionTool.log") or b""
    assert b"Successfully Dropped the state message 4~~\r\n" in log

    provider = cim_session("sta03", in_estate=estate)
    query = f"SELECT State FROM SMS_CM_UpdatePackages WHERE PackageGuid = '{UPDATE}'"
    packages = CimClass("SMS_CM_UpdatePackages")
    until(lambda: [row["State"] for row in provider.query("root/sms/site_ST1", packages, query)] == [str(READY_TO_INSTALL)])


def test_a_server_without_internet_fetches_nothing(start_estate: StartEstate) -> None:
    estate = start_estate(offline_estate())
    run(estate, "scp02", ON_SCP02, "-prepare", "-usagedatadest", r"C:\Usage.cab")
    run(estate, "scp02", ON_SCP02, "-connect", "-usagedatasrc", r"C:\Usage.cab", "-updatepackdest", r"C:\Packs")
    log = estate.machine("scp02").files.read(rf"{ON_SCP02}\ServiceConnectionTool.log") or b""
    assert b"could not be resolved: 'sccm.manage.microsoft.com'" in log
    assert not estate.machine("scp02").files.exists(r"C:\Packs\ConfigMgr.Update.Manifest.ENC")


def test_the_version_of_the_tool_over_cim(estate: Estate, cim_session: OpenSession) -> None:
    path = rf"{ON_WEB01}\ServiceConnectionTool.exe".replace("\\", r"\\")
    query = f"SELECT Version FROM CIM_DataFile WHERE Name = '{path}'"
    rows = cim_session("web01").query("root/cimv2", CimClass("CIM_DataFile"), query)
    assert [row["Version"] for row in rows] == ["5.0.9152.1000"]


def test_the_usage(estate: Estate) -> None:
    done = run(estate, "web01", ON_WEB01, "-help")
    assert done.std_out.startswith(b"Usage: ServiceConnectionTool.exe\r\n")
