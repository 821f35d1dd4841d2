"""The collection run by ansible-runner, and the artefacts that a run leaves."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ansible_runner
import pytest
import yaml

from lab.estate_file.reader import DEFAULT_FILE
from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.controllers.private_data import own_environment, private_data, results, tasks_that, without_credentials
from tests.lab.plays.conftest import holders
from tests.lab.plays.scenarios import WriteInventory, writes
from tests.lab.plays.secret_marks import leaking_files, marked

CAS01, STA03, SCP01 = "cas01.corp.example", "sta03.corp.example", "scp01.corp.example"
MARKS = {"logon": "M4rkedLogonS3cret", "account": "M4rkedAccountS3cret"}
LOGON, ACCOUNT = (marked(mark) for mark in MARKS.values())
USER = r"CORP\scpadmin"
CONFIGURE = "Configure the service connection point"
PATIENCE_SECONDS = 60.0


def marked_estate(start_estate: StartEstate, pace: float) -> Estate:
    """The default estate, with a password that can be found wherever it leaks."""
    described = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    for account in described["accounts"]:
        if account["name"] == USER:
            account["password"] = LOGON
    return start_estate(yaml.safe_dump(described, allow_unicode=True), pace=pace)


def run(folder: Path, playbook: str, ident: str, **options: Any) -> Any:
    return ansible_runner.run(private_data_dir=str(folder), playbook=playbook, ident=ident, **options)


def left_by(folder: Path) -> set[int]:
    """Processes of runs in this private data directory."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"{folder}/".encode() in (process / "environ").read_bytes():
                found.add(int(process.name))
        except OSError:
            continue  # it has ended in the meantime, or belongs to another user
    return found


def until(condition: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up, what
        time.sleep(0.1)


@pytest.mark.long
def test_what_a_run_leaves(start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    """One host is provisioned, one is refused, one rejects the logon; then the collection's own playbook changes nothing."""
    estate = marked_estate(start_estate, 30)
    hosts = without_credentials(lab_inventory(estate, service_connection_point_preflight=False))
    wrong = {"ansible_host": str(estate.machine("cas01").address), "ansible_password": "Wr0ng-Password"}
    hosts["all"]["children"]["sms_provider_two"]["hosts"][STA03]["service_connection_point_server"] = "nowhere.corp.example"
    providers = hosts["all"]["children"]["sms_provider"]["hosts"]
    providers["rejected"] = wrong
    given = {
        "service_connection_point_accounts": [{"name": r"CORP\scpinstall", "password": ACCOUNT}],
        "scp_provider": f"{CAS01}:{STA03}:rejected",
    }
    for host in providers.values():
        host.setdefault("service_connection_point_server", SCP01)
    data = private_data(tmp_path, hosts, user=USER, password=LOGON, extra=given)

    first = run(data, "provision.yml", "first")
    kept = data / "artifacts" / "first"
    said = (kept / "stdout").read_text(encoding="utf-8")
    assert (first.status, first.rc) == ("failed", 4), said
    assert ((kept / "status").read_text(), (kept / "rc").read_text()) == ("failed", "4")
    assert {name: sorted(first.stats[name]) for name in ("changed", "failures", "dark")} == {
        "changed": [CAS01],
        "failures": [STA03],
        "dark": ["rejected"],
    }
    assert CONFIGURE in " ".join(tasks_that(kept, "runner_on_ok", CAS01, changed=True))
    assert len(tasks_that(kept, "runner_on_failed", STA03)) == 1
    assert tasks_that(kept, "runner_on_unreachable", "rejected")
    assert f"[{CAS01}] waiting for site CAS to install the role on {SCP01}" in said
    assert holders(estate) == [SCP01]
    # The result is a fact of this run: it is in the events, and not kept for other runs, in which it could be wrong.
    (saved,) = results(kept, "Save the result for later plays", CAS01)
    assert saved["ansible_facts"]["service_connection_point_result"]["server"] == SCP01
    assert first.get_fact_cache(CAS01) == {}

    again = run(data, "configmgr.scp.provision", "again", limit=CAS01)
    assert (again.status, again.rc) == ("successful", 0), again.stdout.read()
    assert (again.stats["changed"], again.stats["failures"]) == ({}, {})
    for folder in (data / "artifacts", tmp_path / "ansible-home"):
        assert leaking_files(folder, MARKS.values()) == {}


@pytest.mark.long
def test_a_cancelled_run_stops_working_and_the_next_one_completes_it(
    start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    # Slow: the site needs ten seconds more after the run is cancelled.
    estate = marked_estate(start_estate, 10)
    hosts = without_credentials(
        lab_inventory(estate, service_connection_point_preflight=False, service_connection_point_server=SCP01)
    )
    data = private_data(tmp_path, hosts, user=USER, password=LOGON)
    kept = data / "artifacts" / "cancelled"

    def waits() -> bool:
        return (kept / "stdout").exists() and "waiting for site CAS" in (kept / "stdout").read_text(encoding="utf-8")

    cancelled = run(data, "provision.yml", "cancelled", cancel_callback=waits)
    assert (cancelled.status, cancelled.rc) == ("canceled", 254)
    assert ((kept / "status").read_text(), (kept / "rc").read_text()) == ("canceled", "254")
    until(lambda: left_by(data) == set(), "a process of the cancelled run still works")
    assert estate.hierarchy("one").effective_mode(SCP01) == "", "the site was faster than the cancelled task"
    assert (holders(estate), writes(estate)[-1]) == ([SCP01], "Create")
    assert tasks_that(kept, "runner_on_start", CAS01)[-1].endswith(CONFIGURE)
    assert leaking_files(data / "artifacts", MARKS.values()) == {}

    wrote = len(writes(estate))
    line = [str(Path(sys.executable).with_name("ansible-runner")), "run", str(data), "-p", "provision.yml", "--ident", "next"]
    following = subprocess.run(line, env=own_environment(tmp_path), capture_output=True, text=True, timeout=180, check=False)
    assert following.returncode == 0, following.stdout + following.stderr
    assert estate.hierarchy("one").effective_mode(SCP01) == "online"
    assert writes(estate)[wrote:] == []
    assert estate.violations == []


def test_a_time_limit_ends_a_run(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    hosts = yaml.safe_load(lab_inventory(estate).read_text(encoding="utf-8"))
    data = private_data(tmp_path, hosts, job_timeout=1)
    ended = run(data, "report.yml", "limited")
    kept = data / "artifacts" / "limited"
    assert (ended.status, ended.rc) == ("timeout", 254)
    assert ((kept / "status").read_text(), (kept / "rc").read_text()) == ("timeout", "254")
    command = json.loads((kept / "command").read_text(encoding="utf-8"))["command"]
    assert command[0] == "ansible-playbook"
    assert command[-1] == "report.yml"
    until(lambda: left_by(data) == set(), "a process of the ended run still works")
    assert writes(estate) == []
