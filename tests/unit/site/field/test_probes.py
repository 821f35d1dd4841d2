"""Each probe with readings that agree, contradict and do not decide."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probe import (
    AS_ASSUMED,
    CANNOT_TELL,
    OTHERWISE,
    SERVER,
    SITE,
    Probe,
    judged,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probes import PROBES, probes_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.report import report_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.site_reading import MANAGEMENT_POINT
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

LIMITS = Path(__file__).resolve().parents[4] / "docs" / "limits.md"
NO_CLASS = 0x8033801A
INFORMATION, WARNING, ERROR = 0x40000000, 0x80000000, 0xC0000000
INSTALLING, INSTALLED = 196609, 196612


def row(role: str, *props: dict[str, Any], server: str = "scp01.corp.example", **changes: Any) -> dict[str, Any]:
    nal = naming.nal_path(server, "CAS")
    return {
        "FileType": 2,
        "ItemName": f"{nal},{role}",
        "ItemType": "System Resource Usage",
        "SiteCode": "CAS",
        "NALPath": nal,
        "NALType": "Windows NT Server",
        "NetworkOSPath": f"\\\\{server}",
        "RoleName": role,
        "Props": list(props),
        **changes,
    }


def prop(name: str, value: int = 0, value1: str = "", value2: str = "") -> dict[str, Any]:
    return {"PropertyName": name, "Value": value, "Value1": value1, "Value2": value2}


ROLE, SYSTEM = naming.SERVICE_CONNECTION_POINT, naming.SITE_SYSTEM
PAIR = [row(naming.SITE_SERVER), row(naming.SITE_SERVER, server="pri2.corp.example")]


def heartbeat(age_minutes: int, offset: int, written: str = "2026-11-27T10:00:00Z") -> dict[str, Any]:
    now = f"2026-11-27T{10 + age_minutes // 60:02d}:{age_minutes % 60:02d}:00+00:00"
    clock = {"now": now, "utc_offset_minutes": offset, "newest_as_utc": "2026-11-27T10:00:00+00:00"}
    return {"heartbeat": written, "heartbeat_clock": clock}


def message(number: int, severity: int) -> dict[str, int]:
    return {"MessageID": number, "Severity": severity}


def site_row(package: str = "g", code: str = "CAS") -> dict[str, str]:
    return {"PackageGuid": package, "SiteCode": code}


# id: readings that agree, that contradict, and that do not decide.
EXAMPLES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "nal_paths": ({"rows": [row(ROLE)]}, {"rows": [row(ROLE, NALPath=r"\\scp01.corp.example")]}, {"rows": []}),
    "row_keys": ({"rows": [row(ROLE)]}, {"rows": [row(ROLE, ItemName="scp01")]}, {"rows": []}),
    "network_paths": (
        {"rows": [row(ROLE)]},
        {"rows": [row(ROLE, NetworkOSPath="scp01")]},
        {"rows": [row(ROLE, NetworkOSPath="")]},
    ),
    "key_query": ({"key_query": {"rows": 1}}, {"key_query": {"rows": 0}}, {"key_query": Unread("no row")}),
    "role_row": (
        {"rows": [row(ROLE, prop("OfflineMode", 1), prop("Server Remote Name", 0, "SCP01.corp.example"))]},
        {"rows": [row(ROLE, prop("Mode", 1))]},
        {"rows": [row(SYSTEM)]},
    ),
    "site_system_fields": (
        {"rows": [row(SYSTEM, prop("UserName", 0, "", r"CORP\x"))]},
        {"rows": [row(SYSTEM, prop("UserName", 0, r"CORP\x"))]},
        {"rows": [row(SYSTEM, prop("FDMOperation", 1))]},
    ),
    "service_windows": (
        {"site_server_rows": [row(naming.SITE_SERVER, ServiceWindows=[{"IsEnabled": True}])]},
        {"site_server_rows": [row(naming.SITE_SERVER, ServiceWindows=[{"Enabled": True}])]},
        {"site_server_rows": [row(naming.SITE_SERVER)]},
    ),
    "management_point_replica": (
        {"rows": [row(MANAGEMENT_POINT, prop("UseSiteDatabase", 0), prop("SQLServerName", 0, "", "sql02"))]},
        {"rows": [row(MANAGEMENT_POINT, prop("UseSiteDatabase", 0), prop("SQLServerName", 0, "sql02"))]},
        {"rows": [row(MANAGEMENT_POINT)]},
    ),
    "account_rows": (
        {"accounts": [{"UserName": r"CORP\x", "ItemName": r"CORP\x| 0", "ItemType": "User"}]},
        {"accounts": [{"UserName": r"CORP\x", "ItemName": "1", "ItemType": "User"}]},
        {"accounts": []},
    ),
    "account_usage": (
        {"account_usage": {"queried": ["Discovery"], "alone": []}},
        {"account_usage": {"queried": [], "alone": ["Discovery"]}},
        {"account_usage": {"queried": [], "alone": []}},
    ),
    "passive_rows": (
        {"rows": PAIR, "site_states": [site_row()]},
        {"rows": PAIR, "site_states": [site_row(), site_row()]},
        {"rows": PAIR[:1], "site_states": [site_row()]},
    ),
    "missing_class": (
        {"missing_class": {"kind": "x", "outer_code": NO_CLASS, "code": None}},
        {"missing_class": {"kind": "x", "outer_code": 5, "code": 5}},
        {"missing_class": Unread("lost")},
    ),
    "extended_status": (
        {"missing_row": {"kind": "x", "provider_code": 1078462208}},
        {"missing_row": {"kind": "x", "provider_code": None, "provider": "ExtnProv", "provider_text": "no"}},
        {"missing_row": {"kind": "x", "provider_code": None, "provider": "", "code": 5}},
    ),
    "class_columns": (
        {"class_columns": {"SMS_AAD_Tenant_Ex": ""}},
        {"class_columns": {"SMS_AAD_Tenant_Ex": "no such class or column (x)"}},
        {"class_columns": {"SMS_AAD_Tenant_Ex": "access denied"}},
    ),
    "update_site_rows": (
        {"packages": [{"PackageGuid": "G", "State": INSTALLED}], "site_states": [site_row()]},
        {"packages": [{"PackageGuid": "G", "State": INSTALLING}], "site_states": []},
        {"packages": [{"PackageGuid": "G", "State": INSTALLED}], "site_states": []},
    ),
    "update_names": (
        {"packages": [{"UpdateType": 2, "Name": "Configuration Manager 2509 Hotfix (KB12345678)"}]},
        {"packages": [{"UpdateType": 2, "Name": "Hotfix"}]},
        {"packages": [{"UpdateType": 0, "Name": "Configuration Manager 2509"}]},
    ),
    "update_steps": (
        {"steps": [{"SubStageid": 0xA0001, "IsComplete": 2, "Applicable": 1}]},
        {"steps": [{"SubStageid": 0xA0001, "IsComplete": 7, "Applicable": 1}]},
        {"steps": []},
    ),
    "summarizer_names": (
        {"summarizer": [{"MachineName": "SCP01"}], "servers": ["scp01.corp.example"]},
        {"summarizer": [{"MachineName": r"\\SCP01"}], "servers": ["scp01.corp.example"]},
        {"summarizer": [], "servers": ["scp01.corp.example"]},
    ),
    "summarizer_without_role": (
        {"summarizer": [{"MachineName": "SCP02", "ComponentName": naming.DOWNLOADER, "State": 0}], "holders": ["scp01.x"]},
        {"summarizer": [{"MachineName": "SCP02", "ComponentName": naming.DOWNLOADER, "State": 1}], "holders": ["scp01.x"]},
        {"summarizer": [{"MachineName": "SCP01", "ComponentName": naming.DOWNLOADER, "State": 1}], "holders": ["scp01.x"]},
    ),
    "datetimes": (heartbeat(10, -300), heartbeat(310, -300), heartbeat(10, 0)),
    "install_numbers": (
        {"install_messages": [message(1016, ERROR), message(1021, INFORMATION)]},
        {"install_messages": [message(1016, INFORMATION)]},
        {"install_messages": []},
    ),
    "status_messages": (
        {"messages": [message(11410, INFORMATION)]},
        {"messages": [message(11410, ERROR)]},
        {"messages": [message(4242, ERROR)]},
    ),
    "secured_objects": (
        {"secured": [{"ObjectTypeName": "SMS_Site", "GrantedOperations": 1047}]},
        {"secured": [{"ObjectTypeName": "SMS_Package", "GrantedOperations": 1}]},
        {"secured": []},
    ),
    "site_server_domain": (
        {"definition": [{"SiteServerDomain": "CORP"}]},
        {"definition": [{"SiteServerDomain": "DC=corp,DC=example"}]},
        {"definition": [{"SiteServerDomain": ""}]},
    ),
    "database_port": (
        {"database_port": {"on_site_server": True, "port": "1433"}},
        {"database_port": {"on_site_server": True, "port": None}},
        {"database_port": {"on_site_server": False}},
    ),
    "console_folder": (
        {"console": {"folder": "C:\\x", "module": True}},
        {"console": {"folder": "C:\\x", "module": False}},
        {"console": {"folder": ""}},
    ),
    "cloud_values": (
        {"applications": [{"Source": 1}], "services": [{"ServiceType": "CloudProxyService", "State": 0}]},
        {"applications": [{"Source": 9}], "services": []},
        {"applications": [], "services": [{"ServiceType": "Other", "State": 77}]},
    ),
    "sync_values": ({"sync_types": {"LastSyncedTime": 4}}, {"sync_types": {"LastSyncedTime": 1}}, {"sync_types": {"x": 4}}),
    "trace_files": ({"traces": {"A": "D:\\x.log"}}, {"traces": {"A": "", "B": "D:\\x.log"}}, {"traces": {"A": None}}),
    "log_end": (
        {"log_end": {"bytes": 9, "records": 1, "way": "curl.exe"}},
        {"log_end": {"error": "cannot be opened"}},
        {"log_end": {"missing": "there is no file"}},
    ),
    "log_bias": (
        {"log_end": {"bias": -60}, "clock": {"utc_offset_minutes": 60}},
        {"log_end": {"bias": 60}, "clock": {"utc_offset_minutes": 60}},
        {"log_end": {"bias": 0}, "clock": {"utc_offset_minutes": 0}},
    ),
    "curl_version": (
        {"curl_version": {"text": "curl 8.4.0 (Windows) libcurl/8.4.0 Schannel"}},
        {"curl_version": {"text": "curl 7.55.1 (Windows) libcurl/7.55.1 WinSSL"}},
        {"curl_version": {"text": "", "exit_code": 1}},
    ),
    "curl_words": (
        {"curl_words": {"has_curl": True, "exit_code": 37, "text": "curl: (37) Couldn't open file"}},
        {"curl_words": {"has_curl": True, "exit_code": 3, "text": "curl: (3) URL rejected"}},
        {"curl_words": {"has_curl": False}},
    ),
    "winhttp_proxy": ({"winhttp": {"proxies": 1}}, {"winhttp": {"wrong_form": "too short"}}, {"winhttp": {"proxies": 0}}),
    "vc_runtime_place": (
        {"vc_runtime": {"view_64": "v14.40", "wow6432node": None}},
        {"vc_runtime": {"view_64": None, "wow6432node": "v14.40"}},
        {"vc_runtime": {"view_64": None, "wow6432node": None}},
    ),
    "current_folder": (
        {"environment": {"names": ["Path"]}},
        {"environment": {"names": ["Path", "NoDefaultCurrentDirectoryInExePath"]}},
        {"environment": {"names": []}},
    ),
    "elevated_token": (
        {"token": {"sids": ["S-1-5-32-544", "S-1-16-12288"]}},
        {"token": {"sids": ["S-1-5-32-544"]}},
        {"token": {"sids": ["S-1-5-32-544", "S-1-16-8192"]}},
    ),
}


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_each_probe_reaches_each_verdict(probe: Probe) -> None:
    found = [judged(probe, readings)["verdict"] for readings in EXAMPLES[probe.id]]
    assert found == [AS_ASSUMED, OTHERWISE, CANNOT_TELL]


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_a_reading_that_failed_or_has_another_form_decides_nothing(probe: Probe) -> None:
    lost = judged(probe, {name: Unread("no access") for name in probe.needs})
    assert (lost["verdict"], "no access" in lost["seen"]) == (CANNOT_TELL, True)
    assert judged(probe, {})["verdict"] == CANNOT_TELL
    assert judged(probe, dict.fromkeys(probe.needs, 17))["verdict"] == CANNOT_TELL


def test_ids_are_unique_and_every_part_has_probes() -> None:
    assert len({probe.id for probe in PROBES}) == len(PROBES) == len(EXAMPLES)
    assert {probe.part for probe in PROBES} == {SITE, SERVER}


def test_the_page_and_the_table_belong_together() -> None:
    part = LIMITS.read_text(encoding="utf-8").split("## Not established")[1].split("\n## ")[0]
    cells = [line.rstrip().rstrip("|").split(" | ")[-1].strip() for line in part.splitlines() if line.startswith("| ")][1:]
    named: list[str] = []
    for cell in cells:
        assert cell == "no" or re.fullmatch(r"`\w+`(?:, `\w+`)*", cell), f"the last column must have probes or no: {cell}"
        named += re.findall(r"`(\w+)`", cell)
    assert set(named) == {probe.id for probe in PROBES}


@pytest.mark.parametrize(
    ("age", "offset", "verdict"),
    [(10, 120, AS_ASSUMED), (5, 300, AS_ASSUMED), (200, 0, CANNOT_TELL), (70, 60, AS_ASSUMED), (5, 60, CANNOT_TELL)],
)
def test_the_zone_of_dates(age: int, offset: int, verdict: str) -> None:
    """A heartbeat in the next hours can only be local time; one of the last hour only UTC, if local time is far away."""
    (probe,) = [probe for probe in PROBES if probe.id == "datetimes"]

    assert judged(probe, heartbeat(age, offset))["verdict"] == verdict


def test_a_date_with_a_zone_of_its_own_needs_no_assumption() -> None:
    (probe,) = [probe for probe in PROBES if probe.id == "datetimes"]
    assert judged(probe, heartbeat(10, 0, "2026-11-27T10:00:00+02:00"))["verdict"] == AS_ASSUMED


def test_a_host_that_did_not_answer_is_a_reason_and_the_other_host_counts() -> None:
    probes = [judged(probe, EXAMPLES[probe.id][1]) for probe in probes_of(SITE)]
    parts = [
        {"part": SITE, "host": "cas01", "result": {"probes": probes}},
        {"part": SERVER, "host": "scp01", "result": {"unreachable": True, "msg": "no connection"}},
    ]
    found = report_of(parts)
    assert found["counts"] == {AS_ASSUMED: 0, OTHERWISE: len(probes), CANNOT_TELL: len(probes_of(SERVER))}
    assert found["table"][0].startswith("otherwise: nal_paths: ")
    assert found["table"][-1].endswith("no connection")
    assert report_of([{"part": SERVER, "result": {}, "why": "no host"}])["probes"][0]["seen"] == "no host"
