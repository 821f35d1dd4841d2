"""Windows' own classes over the real protocol."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import cim_class, method
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from lab.running.estate import Estate

CIMV2 = "root/cimv2"
HKLM = 2147483650
OS = cim_class("Win32_OperatingSystem", Caption="string", BuildNumber="string", LocalDateTime="datetime", OSLanguage="uint32")
SERVICE = cim_class(
    "Win32_Service",
    keys=("Name",),
    Name="string",
    State="string",
    ProcessId="uint32",
    methods={"StartService": method(outputs={"ReturnValue": "uint32"}), "StopService": method(outputs={"ReturnValue": "uint32"})},
)
GROUP = cim_class("Win32_Group", keys=("Domain", "Name"), Domain="string", Name="string", SID="string")
_VALUE = {"hDefKey": "uint32", "sSubKeyName": "string", "sValueName": "string"}
REGISTRY = cim_class(
    "StdRegProv",
    methods={
        "GetDWORDValue": method(_VALUE, {"uValue": "uint32", "ReturnValue": "uint32"}),
        "GetStringValue": method(_VALUE, {"sValue": "string", "ReturnValue": "uint32"}),
        "GetBinaryValue": method(_VALUE, {"uValue": "uint8[]", "ReturnValue": "uint32"}),
        "SetBinaryValue": method({**_VALUE, "uValue": "uint8[]"}, {"ReturnValue": "uint32"}),
        "SetStringValue": method({**_VALUE, "sValue": "string"}, {"ReturnValue": "uint32"}),
        "EnumValues": method(
            {"hDefKey": "uint32", "sSubKeyName": "string"}, {"sNames": "string[]", "Types": "sint32[]", "ReturnValue": "uint32"}
        ),
    },
)

Open = Callable[..., CimSession]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_operating_system(estate: Estate, cim_session: Open, scheme: str) -> None:
    os = cim_session("scp03", scheme=scheme).get(CIMV2, OS)
    assert (os["Caption"], os["BuildNumber"], os["OSLanguage"]) == ("Microsoft Windows Server 2019 Standard", "17763", 1031)
    assert abs((os["LocalDateTime"] - estate.clock.now()).total_seconds()) < 30 * estate.clock.pace


def test_many_services_come_in_pages(estate: Estate, cim_session: Open) -> None:
    session = cim_session("scp01")
    rows = session.enumerate(CIMV2, SERVICE)
    assert len(rows) == len(estate.machine("scp01").services) > 51
    assert session.requests >= 3


def test_a_service_stops_and_starts_in_lab_time(estate: Estate, cim_session: Open) -> None:
    session = cim_session("scp01")
    keys = {"Name": "Spooler"}

    def wait_for(state: str) -> None:
        deadline = time.monotonic() + 10
        while session.get(CIMV2, SERVICE, keys)["State"] != state:
            assert time.monotonic() < deadline
            time.sleep(0.005)

    assert session.invoke(CIMV2, SERVICE, "StopService", keys=keys)["ReturnValue"] == 0
    wait_for("Stopped")
    assert session.invoke(CIMV2, SERVICE, "StopService", keys=keys)["ReturnValue"] == 5
    assert session.invoke(CIMV2, SERVICE, "StartService", keys=keys)["ReturnValue"] == 0
    wait_for("Running")
    assert session.invoke(CIMV2, SERVICE, "StartService", keys=keys)["ReturnValue"] == 10


@pytest.mark.parametrize("namespace", ["root/cimv2", "root/default"])
def test_registry(cim_session: Open, namespace: str) -> None:
    session = cim_session("scp01")

    def call(name: str, **more: Any) -> dict[str, Any]:
        return session.invoke(namespace, REGISTRY, name, {"hDefKey": HKLM, **more})

    full = r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"
    answer = call("GetDWORDValue", sSubKeyName=full, sValueName="release")
    assert answer == {"uValue": 528040, "ReturnValue": 0}
    assert call("GetStringValue", sSubKeyName=full, sValueName="Release")["ReturnValue"] == 0x80041005
    assert call("GetDWORDValue", sSubKeyName=full, sValueName="none")["ReturnValue"] == 1
    assert call("GetDWORDValue", sSubKeyName="none", sValueName="none")["ReturnValue"] == 2
    assert call("SetBinaryValue", sSubKeyName=full, sValueName="b", uValue=[0, 255])["ReturnValue"] == 0
    assert call("GetBinaryValue", sSubKeyName=full, sValueName="b")["uValue"] == [0, 255]
    names = call("EnumValues", sSubKeyName=full)
    assert dict(zip(names["sNames"], names["Types"], strict=True)) == {"Release": 4, "Install": 4, "b": 3}


def test_a_remote_management_user_reads_and_does_not_write(cim_session: Open) -> None:
    session = cim_session("scp01", account="CORP\\scpreader")
    assert session.get(CIMV2, OS)["BuildNumber"] == "20348"
    key: dict[str, Any] = {"hDefKey": HKLM, "sSubKeyName": r"SOFTWARE\Microsoft\ServerManager", "sValueName": "v"}
    assert session.invoke(CIMV2, REGISTRY, "SetStringValue", {**key, "sValue": "x"})["ReturnValue"] == 5
    assert session.invoke(CIMV2, SERVICE, "StopService", keys={"Name": "Spooler"})["ReturnValue"] == 2


def test_a_remote_management_user_can_not_list_services(cim_session: Open) -> None:
    session = cim_session("scp01", account="CORP\\scpreader")
    questions = (
        lambda: session.query(CIMV2, SERVICE, "select Name from Win32_Service"),
        lambda: session.get(CIMV2, SERVICE, {"Name": "WinRM"}),
    )
    for ask in questions:
        with pytest.raises(CimFault) as denied:
            ask()
        assert denied.value.kind is FaultKind.ACCESS_DENIED
    # A member of Help Desk, which is in the administrators there.
    assert cim_session("scp03", account="CORP\\scpreader").get(CIMV2, SERVICE, {"Name": "WinRM"})["Name"] == "WinRM"


@pytest.mark.parametrize("account", ["CORP\\noaccess", "CORP\\scpconsole"])
def test_others_are_refused(cim_session: Open, account: str) -> None:
    with pytest.raises(CimFault, match=r"(?i)access is denied"):
        cim_session("scp01", account=account).get(CIMV2, OS)


def test_a_local_administrator_only_at_home(estate: Estate, cim_session: Open) -> None:
    assert cim_session("scp01", account="labadmin").get(CIMV2, OS)["BuildNumber"] == "20348"
    with pytest.raises(Exception, match=r"(?i)credentials"):
        cim_session("scp02", account="labadmin").get(CIMV2, OS)


def test_the_administrators_group_is_found_by_its_sid(cim_session: Open) -> None:
    query = "select * from Win32_Group where SID = 'S-1-5-32-544'"
    names = [cim_session(machine).query(CIMV2, GROUP, query)[0]["Name"] for machine in ("scp01", "scp03")]
    assert names == ["Administrators", "Administratoren"]


@pytest.mark.parametrize("machine", ["scp01", "scp03"])
def test_both_fault_styles_tell_what_is_missing(cim_session: Open, machine: str) -> None:
    with pytest.raises(CimFault) as caught:
        cim_session(machine).get(CIMV2, SERVICE, {"Name": "NoSuchService"})
    assert "not found" in str(caught.value).lower()
