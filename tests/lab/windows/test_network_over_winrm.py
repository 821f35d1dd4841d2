"""Groups, certificates and curl over the real protocol."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import winrm

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimPath
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import cim_class, method
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, object_path, select
from lab.running.estate import Estate

CIMV2 = "root/cimv2"
ACCOUNT = cim_class("Win32_Account", keys=("Domain", "Name"), Domain="string", Name="string", SID="string")
MEMBERSHIP = cim_class("Win32_GroupUser", keys=("GroupComponent", "PartComponent"), GroupComponent="ref", PartComponent="ref")
REGISTRY = cim_class(
    "StdRegProv",
    methods={
        "EnumKey": method({"hDefKey": "uint32", "sSubKeyName": "string"}, {"sNames": "string[]", "ReturnValue": "uint32"}),
        "GetBinaryValue": method(
            {"hDefKey": "uint32", "sSubKeyName": "string", "sValueName": "string"}, {"uValue": "uint8[]", "ReturnValue": "uint32"}
        ),
    },
)
ADMINISTRATOREN = CimPath(CIMV2, "Win32_Group", {"Domain": "SCP03", "Name": "Administratoren"})
GONE = "S-1-5-21-1004336348-1177238915-682003330-1234"

Open = Callable[..., CimSession]


def _names(rows: Any) -> set[str]:
    return {str(row["PartComponent"].keys["Name"]) for row in rows}


def test_members_by_query_and_by_association_filter(cim_session: Open) -> None:
    session = cim_session("scp03")
    everybody = {"scpadmin", "Help Desk", GONE, "CAS01$", "STA01$", "STA02$"}
    query = select("Win32_GroupUser", equals("GroupComponent", object_path(ADMINISTRATOREN)))
    assert _names(session.query(CIMV2, MEMBERSHIP, query)) == everybody
    assert _names(session.associations(ADMINISTRATOREN, MEMBERSHIP, result_class="Win32_GroupUser")) == everybody


def test_associators_show_only_members_that_windows_can_read(cim_session: Open) -> None:
    rows = cim_session("scp03").associators(ADMINISTRATOREN, ACCOUNT, association_class="Win32_GroupUser")
    assert {(row.class_name, row["Name"]) for row in rows} == {("Win32_UserAccount", "scpadmin"), ("Win32_Group", "Help Desk")}


def test_who_may_log_on_through_a_group(cim_session: Open, estate: Estate) -> None:
    estate.machine("scp06").administrators.remove("CORP\\scpadmin")
    rows = cim_session("scp06").query(CIMV2, ACCOUNT, "select * from Win32_Group where LocalAccount = true")
    assert {row["SID"] for row in rows} == {"S-1-5-32-544", "S-1-5-32-580"}


def test_a_workgroup_takes_its_local_account_only(cim_session: Open) -> None:
    rows = cim_session("scp08", account="localadmin").query(CIMV2, ACCOUNT, "select * from Win32_UserAccount")
    assert [row["Name"] for row in rows] == ["localadmin"]
    with pytest.raises(Exception, match=r"(?i)credentials"):
        cim_session("scp08").query(CIMV2, ACCOUNT, "select * from Win32_UserAccount")


def test_roots_in_the_registry(cim_session: Open) -> None:
    session = cim_session("scp07")
    key: dict[str, Any] = {"hDefKey": 2147483650, "sSubKeyName": r"SOFTWARE\Microsoft\SystemCertificates\AuthRoot\Certificates"}
    name = "D4DE20D05E66FC53FE1A50882C78DB2852CAE474"
    found = session.invoke(CIMV2, REGISTRY, "EnumKey", key)["sNames"]
    assert name in found
    assert "DF3C24F9BFD666761B268073FE06D1CC8D4F82A4" not in found
    below = {**key, "sSubKeyName": f"{key['sSubKeyName']}\\{name}", "sValueName": "Blob"}
    blob = session.invoke(CIMV2, REGISTRY, "GetBinaryValue", below)["uValue"]
    assert blob[:12] == [3, 0, 0, 0, 1, 0, 0, 0, 20, 0, 0, 0]


@pytest.fixture
def shell(estate: Estate) -> Callable[[str], winrm.Session]:
    def connect(machine: str) -> winrm.Session:
        account = estate.account("CORP\\scpadmin")
        url = f"http://{estate.machine(machine).address}:{estate.description.http_port}/wsman"
        return winrm.Session(url, auth=(account.full_name, account.password), transport="ntlm")

    return connect


def test_curl(shell: Callable[[str], winrm.Session]) -> None:
    urls = ["https://go.microsoft.com/", "https://dl.delivery.mp.microsoft.com/", "https://sccm.manage.microsoft.com/"]
    arguments = ["-sS", "--parallel", "--connect-timeout", "5", "-w", '"%{json}\\n"']
    for url in urls:
        arguments += ["-o", "NUL", url]
    result = shell("scp07").run_cmd(r"%SystemRoot%\System32\curl.exe", arguments)
    found = {row["urlnum"]: row for row in map(json.loads, result.std_out.decode().splitlines())}
    assert {number: row["exitcode"] for number, row in found.items()} == {0: 6, 1: 35, 2: 28}
    assert result.status_code == 28
    assert b"curl: (6) Could not resolve host: go.microsoft.com\r\n" in result.std_err


def test_curl_takes_lab_time(shell: Callable[[str], winrm.Session], estate: Estate) -> None:
    began = estate.clock.now()
    result = shell("scp06").run_cmd("curl", ["-s", "-m", "60", "--connect-timeout", "40", "ftp://scp05:445/"])
    assert result.status_code == 28
    assert (estate.clock.now() - began).total_seconds() > 60


def test_curl_comes_with_windows_since_2019(shell: Callable[[str], winrm.Session]) -> None:
    result = shell("scp04").run_cmd("curl --version")
    assert (result.status_code, result.std_err[:24]) == (1, b"'curl' is not recognized")


def test_a_reset_keeps_the_programs(estate: Estate, shell: Callable[[str], winrm.Session]) -> None:
    estate.reset()
    assert shell("scp01").run_cmd("curl -V").std_out.startswith(b"curl 8.21.0 (Windows)")
