"""playbooks/preflight.yml for each candidate of the lab, and the same checks before a provisioning."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook
from tests.lab.plays.conftest import PlayBook, holders
from tests.lab.plays.scenarios import WriteInventory
from tests.lab.plays.several import play_each

CAS01, SCP01, SCP04 = "cas01.corp.example", "scp01.corp.example", "scp04.corp.example"
ROLE = "configmgr.scp.preflight : "
END = ROLE + "Check that nothing blocks the role"
SHOWN = ROLE + "Show the checks"
WRITING = ("Create", "Put", "Delete", "EncryptDataEx", "SetStringValue", "StartService", "StopService")


@pytest.fixture
def preflight(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> PlayBook:
    """Runs playbooks/preflight.yml for a server."""

    def run(server: str, *arguments: str, **variables: Any) -> Run:
        wish = {"service_connection_point_server": server}
        inventory = lab_inventory(estate, **variables)
        return run_playbook(CHECKOUT / "playbooks" / "preflight.yml", inventory, tmp_path, "-e", json.dumps(wish), *arguments)

    return run


def result(run: Run, host: str = CAS01) -> dict[str, Any]:
    """What the role keeps for later plays; preflight.json has the same content."""
    task = "Save the result for later plays"
    return dict(run.result(ROLE + task, "ok", host)["ansible_facts"]["preflight_result"])


def writes(estate: Estate) -> list[str]:
    """The CIM requests that write, as the lab's log shows them. Creating and ending a shell is not a write."""
    actions = [record.action.rpartition("/")[2] for record in estate.request_log.records() if record.kind == "cim"]
    return [action for action in actions if action in WRITING]


def verdicts(found: dict[str, Any]) -> dict[str, str]:
    """Results that are neither passed nor skipped, by check, without those of single endpoints."""
    return {
        check["id"]: check["status"]
        for check in found["checks"]
        if check["status"] in ("failed", "warning") and check["part"] != "endpoints"
    }


def endpoints(found: dict[str, Any], host: str) -> set[str]:
    """Every result for the endpoints of the host, without patterns for which no host is known."""
    return {
        check["status"]
        for check in found["checks"]
        if check["part"] == "endpoints" and "_any_" not in check["id"] and check["host"] == host
    }


TOO_OLD = {
    "operating_system": "failed",
    "operating_system_support": "failed",
    "dotnet_release": "failed",
    "dotnet_35": "failed",
    "vc_runtime": "warning",
    "odbc_driver": "failed",
    "tls_dotnet_64": "failed",
    "tls_dotnet_32": "failed",
    "pending_restart": "failed",
    "root_certificates": "failed",
}
CANDIDATES = [
    ("scp01", {}, {"passed"}),
    ("scp02", {}, {"passed"}),
    ("scp03", {}, {"passed"}),
    ("scp04", TOO_OLD, {"skipped"}),
    ("scp05", {"administrator_rights": "failed"}, {"passed"}),
    ("scp06", {"administrator_rights": "warning"}, {"failed"}),
    (
        "scp07",
        {
            "server_core": "failed",
            "odbc_driver": "failed",
            "pending_restart": "failed",
            "free_space": "failed",
            "clock_difference": "failed",
            "root_certificates": "warning",
            "port_sql": "failed",
            "port_smb": "failed",
        },
        {"passed", "failed"},
    ),
    (
        "scp08",
        {"operating_system": "failed", "domain_member": "failed", "administrator_rights": "failed", "port_sql": "warning"},
        {"warning"},
    ),
]


@pytest.mark.long
def test_each_candidate(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    wishes = {f"for_{name}": {"service_connection_point_server": f"{name}.corp.example"} for name, _, _ in CANDIDATES}
    run = play_each("preflight", estate, lab_inventory, tmp_path, wishes)
    assert run.code == 2, run.output
    for name, expected, internet in CANDIDATES:
        server = f"{name}.corp.example"
        found = result(run, f"for_{name}")
        assert verdicts(found) == expected, name
        assert endpoints(found, server) == internet, name
        blocked = "failed" in expected.values() or "failed" in internet
        assert found["blocked"] is blocked, name
        assert run.recap(f"for_{name}")["failed"] == (1 if blocked else 0), (name, run.output)
        assert run.recap(f"for_{name}")["unreachable"] == 0, (name, run.output)
        assert run.recap(f"for_{name}")["changed"] == 0, name
        assert {check["part"] for check in found["checks"]} == {"site", "server", "database", "endpoints", "ports"}, name
    assert writes(estate) == []


def test_the_run_ends_with_everything_that_stands_in_the_way(preflight: PlayBook, tmp_path: Path) -> None:
    run = preflight(SCP04, "-e", f"preflight_report_dir={tmp_path / 'reports'}")
    message = run.result(END, "failed")["msg"]
    advice = ("operating_system_support", "tls_dotnet_32")
    required = [id for id, status in TOO_OLD.items() if status == "failed" and id not in advice]
    assert message.startswith(f"Preflight of {SCP04}: {len(required)} failed, ")
    assert message.endswith(f" See above: {', '.join(required)}.")
    # Each check is printed once, in the list.
    shown = " ".join(run.output.split())
    assert shown.count("Install .NET Framework 4.8 or later") == 1
    assert [line.split()[0] for line in run.result(SHOWN, "ok")["msg"]][:1] == ["FAILED"]
    assert "Lab-Admin-2026" not in run.output
    assert json.loads((tmp_path / "reports" / f"preflight-{CAS01}.json").read_text(encoding="utf-8")) == result(run)
    root = ET.parse(tmp_path / "reports" / f"preflight-{CAS01}.xml").getroot()
    assert [suite.get("name") for suite in root] == [
        f"site on {CAS01}",
        f"server on {SCP04}",
        f"database on {SCP04}",
        f"endpoints on {SCP04}",
        f"ports on {CAS01}",
    ]
    failed = [str(case.get("name")).partition(" on ")[0] for case in root.iter("testcase") if case.find("failure") is not None]
    assert sorted(failed) == sorted(required)


def test_what_ends_the_run_can_be_chosen(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    # For this one the rights cannot be determined; its endpoints are left out.
    doubtful: dict[str, Any] = {"service_connection_point_server": "scp06.corp.example", "preflight_features": []}
    passing = {
        "failed_but_none": {"service_connection_point_server": SCP04, "preflight_fail_on": "none"},
        "doubtful": doubtful,
    }
    assert play_each("preflight", estate, lab_inventory, tmp_path, passing).code == 0
    wishes = {"doubtful": {**doubtful, "preflight_fail_on": "warning"}}
    assert play_each("preflight", estate, lab_inventory, tmp_path, wishes).code == 2


@pytest.mark.core
def test_a_server_that_is_down_is_a_failed_check_and_the_rest_is_looked_at(estate: Estate, preflight: PlayBook) -> None:
    estate.faults.order("dead_machine", target="scp01")
    run = preflight(SCP01, ansible_winrm_connection_timeout=3)
    assert run.code == 2, run.output
    found = result(run)
    assert verdicts(found) == {"server_checked": "failed", "port_smb": "failed", "port_rpc": "failed"}
    parts = {check["part"]: check["status"] for check in found["checks"] if check["id"].endswith("_checked")}
    assert parts == {"server": "failed", "database": "skipped", "endpoints": "skipped"}
    assert sum(check["part"] == "site" and check["status"] == "passed" for check in found["checks"]) == 9


def test_a_provider_that_is_down_is_a_failed_check(estate: Estate, preflight: PlayBook) -> None:
    estate.faults.order("dead_machine", target="cas01")
    run = preflight(SCP01, "-e", "service_connection_point_site_code=cas", ansible_winrm_connection_timeout=3)
    assert run.code == 2, run.output
    assert verdicts(result(run)) == {"site_checked": "failed"}
    assert any("could not be reached" in line for line in run.result(SHOWN, "ok")["msg"])
    # The data of the inventory is in the report nevertheless.
    assert (result(run)["site_code"], result(run)["mode"]) == ("CAS", "online")


def test_a_server_that_is_no_host_of_the_inventory(preflight: PlayBook) -> None:
    run = preflight("scp99.corp.example")
    assert run.code == 2
    found = {check["id"]: check for check in result(run)["checks"]}
    assert found["server_checked"]["status"] == "failed"
    assert "is not a host of the inventory" in found["server_checked"]["detail"]


def test_offline_needs_no_endpoint_and_a_proxy_is_gone_through(
    estate: Estate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    proxy = {"server": "proxy01.corp.example", "port": 8080}
    different: dict[str, dict[str, Any]] = {
        "offline": {"service_connection_point_mode": "offline"},
        "tried_offline": {"service_connection_point_mode": "offline", "preflight_offline_endpoints": True},
        "through_a_proxy": {"service_connection_point_proxy": proxy},
    }
    server = {"service_connection_point_server": "scp06.corp.example"}
    wishes = {name: {**server, **given} for name, given in different.items()}
    run = play_each("preflight", estate, lab_inventory, tmp_path, wishes)
    assert run.code == 0, run.output
    (left_out,) = [check for check in result(run, "offline")["checks"] if check["part"] == "endpoints"]
    assert (left_out["status"], left_out["detail"][:42]) == ("skipped", "In offline mode the role needs no endpoint")
    assert endpoints(result(run, "tried_offline"), "scp06.corp.example") == {"warning"}
    assert endpoints(result(run, "through_a_proxy"), "scp06.corp.example") == {"passed"}


@pytest.mark.core
def test_both_servers_of_a_pair_are_asked(preflight: PlayBook) -> None:
    run = preflight("scp02.corp.example", "-e", "scp_provider=sms_provider_two")
    assert run.code == 0, run.output
    ports = {check["host"] for check in result(run, "sta03.corp.example")["checks"] if check["part"] == "ports"}
    assert ports == {"sta01.corp.example", "sta02.corp.example"}


@pytest.mark.core
@pytest.mark.parametrize("arguments", [(), ("--check", "--diff")], ids=["for real", "check mode"])
def test_provision_on_a_server_with_a_failed_required_check_changes_nothing_at_all(
    estate: Estate, provision: PlayBook, arguments: tuple[str, ...]
) -> None:
    before = estate.hierarchy("one").state.control.roles()
    wish = {
        "service_connection_point_server": SCP04,
        "service_connection_point_accounts": [{"name": r"CORP\scpinstall", "password": "Lab-Install-2026"}],
        "service_connection_point_installation_account": r"CORP\scpinstall",
    }
    run = provision("-e", json.dumps(wish), *arguments)
    assert run.code == 2, run.output
    assert "dotnet_release" in run.result(END, "failed")["msg"]
    assert any("Install .NET Framework 4.8" in line for line in run.result(SHOWN, "ok")["msg"])
    assert run.recap(CAS01)["changed"] == 0
    assert writes(estate) == []
    assert estate.hierarchy("one").state.control.roles() == before
    assert holders(estate) == []


def test_provision_without_preflight_and_with_a_role_in_place(estate: Estate, provision: PlayBook) -> None:
    assert provision("-e", "service_connection_point_preflight=false").code == 0
    estate.request_log.clear()
    run = provision()
    assert run.code == 0, run.output
    assert [item["task"] for item in run.outcomes if item["task"].startswith(ROLE)] == []
    assert estate.request_log.totals()["cim"] == 5
    # A first task that does not find out: the preflight does.
    estate.request_log.clear()
    estate.faults.order("http_status", status=503, resource="SMS_Site")
    run = provision()
    assert run.code == 0, run.output
    assert [item["task"] for item in run.outcomes if item["task"].startswith(ROLE) and item["status"] == "ok"] == [
        ROLE + "Validate the options",
        ROLE + "Check that a server is specified",
        ROLE + "Check the site",
    ]
    assert run.recap(CAS01)["changed"] == 0
    assert writes(estate) == []


@pytest.mark.long
def test_a_role_in_place_may_change_its_mode_whatever_is_found(estate: Estate, provision: PlayBook) -> None:
    first = provision("-e", "service_connection_point_mode=offline")
    assert first.code == 0, first.output
    machine = estate.machine("scp01")
    machine.registry.create(r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired")
    run = provision("-e", "service_connection_point_mode=online")
    assert run.code == 0, run.output
    assert "RebootRequired" in run.output
    assert estate.hierarchy("one").effective_mode(SCP01) == "online"
