"""playbooks/report.yml: what ends the run, dead servers, hostile lines; tests/lab/report checks its page in a browser."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook
from tests.lab.plays.scenarios import words
from tests.lab.verification import role_in_place, spoil_log

CAS01 = "cas01.corp.example"
SHOWN = "configmgr.scp.verify : Show the checks"
END = "configmgr.scp.verify : Check the service connection point"


@pytest.fixture
def estate(start_estate: Callable[..., Estate]) -> Estate:
    return role_in_place(start_estate)


@pytest.fixture
def report(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> Callable[..., Run]:
    """Runs the playbook with variables; its files are in ``tmp_path``."""

    def run(*options: str, **variables: Any) -> Run:
        wish = json.dumps({"scp_report_dir": str(tmp_path), **variables})
        return run_playbook(CHECKOUT / "playbooks" / "report.yml", lab_inventory(estate), tmp_path, "-e", wish, *options)

    return run


@pytest.mark.core
def test_a_broken_synchronisation_and_hostile_lines(estate: Estate, report: Callable[..., Run], tmp_path: Path) -> None:
    spoil_log(estate)
    metrics = tmp_path / "metrics"
    run = report(verify_log_max_bytes=4_000_000, verify_metrics_dir=str(metrics))
    assert run.code == 2, run.output
    message = run.result(END, "failed")["msg"]
    assert "synchronisation" in message.partition("See above: ")[2]
    assert "problem_tls" in message
    lines = run.result(SHOWN, "ok")["msg"]
    (line,) = [line for line in lines if line.startswith("FAILED") and " synchronisation: It failed." in line]
    (line,) = [line for line in lines if " problem_tls: " in line]
    assert "cipher suites" in line
    # Each failed check is printed once.
    assert words(run).count("synchronisation: It failed.") == 1
    # A line of a log affects neither the terminal nor Ansible's templates.
    assert "\x1b" not in run.output
    assert "\u202e" not in run.output
    assert "{{ 7 * 7 }}" in words(run)
    found = json.loads((tmp_path / f"{CAS01}.json").read_text(encoding="utf-8"))
    assert any("{{ 7 * 7 }}" in check["detail"] for check in found["checks"])
    # No brace of a log was interpreted as a template.
    assert "{{ 7 * 7 }}" in (tmp_path / f"{CAS01}.html").read_text(encoding="utf-8")
    the_metrics(metrics / f"configmgr_scp_{CAS01}.prom", found)


def the_metrics(file: Path, found: dict[str, Any]) -> None:
    """The same result as metrics: complete, and readable for the user of a collector."""
    assert [path.name for path in file.parent.iterdir()] == [file.name]
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    samples = {
        (sample.name.removeprefix("configmgr_scp_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(file.read_text(encoding="utf-8"))  # type: ignore[no-untyped-call]
        for sample in family.samples
        if sample.labels.items() >= {("provider", CAS01), ("site_code", "CAS")}
    }
    assert samples["report_timestamp_seconds", CAS01, "CAS"] == datetime.fromisoformat(found["generated"]).timestamp()
    assert samples["synchronisation_outcome", "failed", CAS01, "CAS"] == 1
    assert samples["thread_state", CAS01, "scp01.corp.example", "CAS", "running"] == 1
    assert samples["check_status", "problem_tls", "scp01.corp.example", "server", CAS01, "CAS", "failed"] == 1
    shown = {(labels[1], labels[2]) for labels, value in samples.items() if labels[0] == "check_status" and value}
    assert shown == {(check["id"], check["host"]) for check in found["checks"]}


def test_a_dead_server_and_what_ends_the_run(estate: Estate, report: Callable[..., Run], tmp_path: Path) -> None:
    estate.faults.order("dead_machine", target="scp01")
    run = report("--check", ansible_winrm_connection_timeout=3, verify_fail_on="none", verify_report_name="dead")
    assert run.code == 0, run.output
    found = json.loads((tmp_path / "dead.json").read_text(encoding="utf-8"))
    failed = [check["id"] for check in found["checks"] if check["status"] == "failed" and check["required"]]
    assert failed == ["thread_checked"]
    good = {check["id"] for check in found["checks"] if check["status"] == "passed"}
    assert not good & {"role_installed", "components_healthy", "last_contact", "synchronisation", "manifest_accepted"}
    assert "configmgr.scp.move" in next(check["remedy"] for check in found["checks"] if check["id"] == "thread_checked")
    assert (tmp_path / "dead.html").is_file()


def test_a_hierarchy_without_the_role(
    start_estate: Callable[..., Estate], lab_inventory: Callable[..., Path], tmp_path: Path
) -> None:
    wish = json.dumps({"scp_report_dir": str(tmp_path)})
    run = run_playbook(CHECKOUT / "playbooks" / "report.yml", lab_inventory(start_estate()), tmp_path, "-e", wish)
    assert run.code == 2, run.output
    found = json.loads((tmp_path / f"{CAS01}.json").read_text(encoding="utf-8"))
    assert [check["id"] for check in found["checks"] if check["status"] == "failed"] == ["role_configured"]
    assert not [check["id"] for check in found["checks"] if check["host"] == ""]


def test_options_that_are_not_possible_are_told_before_any_request(report: Callable[..., Run], estate: Estate) -> None:
    estate.request_log.clear()
    run = report(verify_accept=["thread_runing"], verify_report_name="../x", verify_metrics_dir="/dev/null/none")
    assert run.code == 2, run.output
    message = run.result("configmgr.scp.verify : Validate the options", "failed")["msg"]
    assert "verify_accept: no check is called 'thread_runing'. Did you mean thread_running?" in message
    assert "verify_report_name: '../x' is not a file name" in message
    assert "Files cannot be written to the folder /dev/null/none on the controller: /dev/null is not a folder" in message
    assert estate.request_log.records() == ()
