"""The emulated sites over the real protocol: NTLM, message encryption, WS-Management."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_COMPONENT_SUMMARIZER as SUMMARIZER
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_PROVIDER_LOCATION as LOCATION
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SCI_SYS_RES_USE as ROLE
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SITE as SITE
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_STATUS_MESSAGE as MESSAGE
from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import STD_REG_PROV as REGISTRY
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from lab.configmgr.names import nal_path
from lab.running.estate import Estate

CAS = "root/sms/site_CAS"
SERVER = "scp01.corp.example"
HKLM = 2147483650
THREAD = r"SOFTWARE\Microsoft\SMS\COMPONENTS\SMS_EXECUTIVE\Threads\SMS_DMP_DOWNLOADER"

Open = Callable[..., CimSession]


def role(name: str, props: list[dict[str, Any]], code: str = "CAS", server: str = SERVER) -> CimInstance:
    nal = nal_path(server, code)
    return CimInstance.new(
        f"root/sms/site_{code}",
        ROLE,
        {
            "FileType": 2,
            "ItemName": f"{nal},{name}",
            "ItemType": "System Resource Usage",
            "SiteCode": code,
            "NALPath": nal,
            "NALType": "Windows NT Server",
            "NetworkOSPath": f"\\\\{server}",
            "RoleName": name,
            "Props": props,
        },
    )


def prop(name: str, value: int = 0, value1: str = "", value2: str = "") -> dict[str, Any]:
    return {"PropertyName": name, "Value": value, "Value1": value1, "Value2": value2}


def until(look: Callable[[], bool], seconds: float = 15.0) -> None:
    """Wait for an action of the emulated site."""
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def thread_value(session: CimSession, value: str) -> str | None:
    answer = session.invoke(
        "root/cimv2", REGISTRY, "GetStringValue", {"hDefKey": HKLM, "sSubKeyName": THREAD, "sValueName": value}
    )
    return answer["sValue"] if answer["ReturnValue"] == 0 else None


def test_where_the_provider_is_and_which_sites_there_are(cim_session: Open) -> None:
    session = cim_session("cas01")
    location = session.query("root/sms", LOCATION, "select * from SMS_ProviderLocation")
    assert [(row["Machine"], row["SiteCode"]) for row in location] == [("cas01.corp.example", "CAS")]
    rows = session.query(CAS, SITE, "select SiteCode, ReportingSiteCode, Type from SMS_Site where Type <> 1")
    assert {(row["SiteCode"], row["ReportingSiteCode"], row["Type"]) for row in rows} == {
        ("CAS", "", 4),
        ("PR1", "CAS", 2),
        ("PR2", "CAS", 2),
    }


def test_a_role_is_installed_run_restarted_and_removed(estate: Estate, cim_session: Open) -> None:
    provider, host = cim_session("cas01"), cim_session("scp01")
    provider.create(role("SMS Site System", [prop("UseMachineAccount", 1), prop("Server Remote Name", 0, SERVER)]))
    path = provider.create(role("SMS Dmp Connector", [prop("OfflineMode", 1)]))
    assert path.keys["ItemName"] == nal_path(SERVER, "CAS") + ",SMS Dmp Connector"
    row = provider.get(CAS, ROLE, dict(path.keys))
    assert [(p["PropertyName"], p["Value"]) for p in row["Props"]] == [("OfflineMode", 1)]

    def started() -> bool:
        query = (
            "select * from SMS_ComponentSummarizer where TallyInterval = '0001128000100008'"
            " and ComponentName in ('SMS_DMP_DOWNLOADER', 'SMS_DMP_UPLOADER')"
        )
        found = provider.query(CAS, SUMMARIZER, query)
        return [r["State"] for r in found if r["MachineName"].lower() == SERVER] == [1, 1]

    until(started)
    messages = provider.query(CAS, MESSAGE, "select * from SMS_StatusMessage where Component = 'SMS_DMP_DOWNLOADER'")
    assert [m["MessageID"] for m in messages] == [1013, 1014, 1015, 500]
    assert thread_value(host, "Current State") == "Running"
    assert estate.hierarchy("one").effective_mode(SERVER) == "offline"

    changed = []
    for item in row["Props"]:
        changed.append(prop(item["PropertyName"], 0, item["Value1"], item["Value2"]))
    provider.put(row.with_values({"Props": changed}))
    until(lambda: estate.hierarchy("one").state.published_roles("SMS Dmp Connector", "CAS")[0].prop_value("OfflineMode", 9) == 0)
    for operation, state in (("Stop", "Stopped"), ("Start", "Running")):
        answer = host.invoke(
            "root/cimv2",
            REGISTRY,
            "SetStringValue",
            {"hDefKey": HKLM, "sSubKeyName": THREAD, "sValueName": "Requested Operation", "sValue": operation},
        )
        assert answer["ReturnValue"] == 0
        until(lambda state=state: thread_value(host, "Current State") == state)  # type: ignore[misc]
    until(lambda: estate.hierarchy("one").effective_mode(SERVER) == "online")

    provider.delete(provider.get(CAS, ROLE, dict(path.keys)))
    until(lambda: thread_value(host, "Current State") is None)
    until(lambda: estate.hierarchy("one").component_managers["CAS"].placed == {})
    assert estate.violations == []


def test_rows_of_setup_come_and_go_whole(cim_session: Open, estate: Estate) -> None:
    session = cim_session("cas01")
    query = "select * from SMS_SCI_SysResUse where RoleName = 'SMS Site System' and SiteCode = 'CAS'"
    row = session.query(CAS, ROLE, query)[0]
    again = session.put(session.get(CAS, ROLE, row.key_values()))
    assert again["PropLists"][0]["Values"] == row["PropLists"][0]["Values"] == [nal_path("cas01.corp.example", "CAS")]
    assert [(p["PropertyName"], p["Value1"], p["Value2"]) for p in again["Props"]] == [
        (p["PropertyName"], p["Value1"], p["Value2"]) for p in row["Props"]
    ]
    assert estate.violations == []


def test_nal_paths_in_queries_need_their_backslashes_doubled(cim_session: Open) -> None:
    session = cim_session("cas01")
    single = nal_path("cas01.corp.example", "CAS")
    doubled = single.replace("\\", "\\\\").replace('"', '\\"')
    query = 'select * from SMS_SCI_SysResUse where RoleName = "SMS Site Server" and NALPath = "{}"'
    assert len(session.query(CAS, ROLE, query.format(doubled))) == 1
    with pytest.raises(CimFault):
        session.query(CAS, ROLE, query.format(single))


@pytest.mark.parametrize("machine", ["cas01", "sta03"])
def test_refusals_come_in_the_providers_words(estate: Estate, cim_session: Open, machine: str) -> None:
    code = "CAS" if machine == "cas01" else "ST1"
    session = cim_session(machine)
    with pytest.raises(CimFault) as caught:
        session.create(role("SMS Dmp Connector", [], code))
    assert "no site system" in caught.value.provider_text
    session.create(role("SMS Site System", [], code))
    with pytest.raises(CimFault) as caught:
        session.create(role("SMS Site System", [], code))
    assert caught.value.kind is FaultKind.ALREADY_EXISTS
    reader = cim_session(machine, "CORP\\scpreader")
    assert reader.query(f"root/sms/site_{code}", SITE, "select * from SMS_Site")
    with pytest.raises(CimFault) as caught:
        reader.create(role("SMS Dmp Connector", [], code))
    assert caught.value.kind is FaultKind.ACCESS_DENIED
    assert "CORP\\scpreader" in caught.value.provider_text


def test_a_summarizer_query_without_its_interval_is_refused(cim_session: Open) -> None:
    session = cim_session("cas01")
    with pytest.raises(CimFault):
        session.query(CAS, SUMMARIZER, "select * from SMS_ComponentSummarizer")
    with pytest.raises(CimFault):
        session.enumerate(CAS, SUMMARIZER)


def test_encryption_gives_no_password_back(cim_session: Open) -> None:
    answer = cim_session("cas01").invoke(CAS, SITE, "EncryptDataEx", {"Data": "Lab-Install-2026", "SiteCode": "CAS"})
    assert answer["ReturnValue"] == 0
    assert "Lab" not in answer["EncryptedData"]


def test_a_reset_puts_everything_back(estate: Estate, cim_session: Open) -> None:
    session = cim_session("cas01")
    session.create(role("SMS Site System", []))
    session.create(role("SMS Dmp Connector", []))
    estate.reset()
    assert session.query(CAS, ROLE, "select * from SMS_SCI_SysResUse where RoleName = 'SMS Dmp Connector'") == []
    time.sleep(0.3)
    assert estate.machine("scp01").registry.find(rf"HKLM\{THREAD}") is None
