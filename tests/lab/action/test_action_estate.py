"""The module cim on the servers of the emulated estate, over both connections."""

from __future__ import annotations

from typing import Any

CIM = "configmgr.scp.cim"


def _host(estate: Any, machine: str, **more: Any) -> dict[str, Any]:
    return {
        "ansible_connection": "winrm",
        "ansible_host": str(estate.machine(machine).address),
        "ansible_port": estate.description.http_port,
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": "ntlm",
        "ansible_user": "CORP\\scpadmin",
        "ansible_password": estate.account("CORP\\scpadmin").password,
        **more,
    }


def test_windows_classes_and_methods(estate: Any, play: Any) -> None:
    over_psrp = {"ansible_connection": "psrp", "ansible_psrp_protocol": "http"}
    hosts = {"scp01": _host(estate, "scp01"), "scp02": _host(estate, "scp02", **over_psrp)}
    name = {
        "hDefKey": 2147483650,
        "sSubKeyName": "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion",
        "sValueName": "CurrentBuildNumber",
    }
    registry = {"namespace": "root/default", "class": "StdRegProv", "arguments": name, "changes": False}
    stop = {"class": "Win32_Service", "keys": {"Name": "W32Time"}, "method": "StopService"}
    run = play(
        hosts,
        [
            {"name": "system", CIM: {"class": "Win32_OperatingSystem"}},
            {"name": "service", CIM: {"class": "Win32_Service", "keys": {"Name": "winrm"}}},
            {"name": "columns", CIM: {"query": "SELECT Name, State FROM Win32_Service WHERE Name = 'WinRM'"}},
            {"name": "all", CIM: {"query": "SELECT * FROM Win32_Service"}},
            {"name": "registry", CIM: {**registry, "method": "GetStringValue"}},
            {"name": "none", CIM: {"class": "Win32_Service", "keys": {"Name": "NoSuchThing"}}, "ignore_errors": True},
            {"name": "unknown", CIM: {"query": "SELECT * FROM Win32_NoSuchThing"}, "ignore_errors": True},
            {"name": "stop", CIM: stop},
        ],
    )
    for host in hosts:
        [system] = run.result("system", "ok", host)["instances"]
        assert system["Caption"].startswith("Microsoft Windows Server")
        assert isinstance(system["ProductType"], int)
        [service] = run.result("service", "ok", host)["instances"]
        assert (service["Name"], service["State"]) == ("WinRM", "Running")
        assert isinstance(service["ProcessId"], int)
        assert run.result("columns", "ok", host)["instances"] == [{"Name": "WinRM", "State": "Running"}]
        assert len(run.result("all", "ok", host)["instances"]) > 3
        output = run.result("registry", "ok", host)["output"]
        assert (output["ReturnValue"], output["sValue"]) == (0, system["BuildNumber"])
        assert run.result("none", "failed", host)["fault"]["kind"] == "not_found"
        assert run.result("unknown", "failed", host)["fault"]["operation"] == "Query"
        assert isinstance(run.result("stop", "ok", host)["output"]["ReturnValue"], int)


def test_rights(estate: Any, play: Any) -> None:
    def account(name: str) -> dict[str, Any]:
        return {"ansible_user": name, "ansible_password": estate.account(name).password}

    hosts = {
        "admin": _host(estate, "cas01"),
        "reader": _host(estate, "cas01", **account("CORP\\scpreader")),
        "nobody": _host(estate, "cas01", **account("CORP\\noaccess")),
        "wrong": _host(estate, "cas01", ansible_password="Wrong-Pass-77"),
    }
    run = play(hosts, [{"name": "sites", CIM: {"namespace": "root/sms/site_CAS", "class": "SMS_Site"}}])
    for host in ("admin", "reader"):
        assert {site["SiteCode"] for site in run.result("sites", "ok", host)["instances"]} >= {"CAS", "PR1"}
    assert run.result("sites", "failed", "nobody")["fault"]["kind"] == "access_denied"
    assert "rejected" in run.result("sites", "unreachable", "wrong")["msg"]
