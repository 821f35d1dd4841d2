"""playbooks/update.yml: an update of a hierarchy with two child primary sites, and of a stand-alone one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.configmgr.updates import AVAILABLE
from lab.estate_file.reader import DEFAULT_FILE
from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook
from tests.lab.conftest import OpenShares, StartEstate
from tests.lab.estates import before_update
from tests.lab.plays.conftest import PlayBook
from tests.lab.plays.scenarios import words
from tests.lab.plays.several import play_each, refusal

CAS01, STA03 = "cas01.corp.example", "sta03.corp.example"
NEW = "5.00.9152.1000"
METHODS = ("SetPackageToBeDownloaded", "InitiateUpgrade", "SetIgnorePrereqWarning", "RetryContentReplication")
ROLE = "configmgr.scp.update : "
WISH = {"update_name": "2609"}


def asked(estate: Estate) -> list[str]:
    """The methods of packages that were called."""
    actions = [record.action.rpartition("/")[2] for record in estate.request_log.records()]
    return [action for action in actions if action in METHODS]


def with_all_hosts(text: str) -> str:
    """An estate file, with the machines of the default estate that it does not have: the lab's inventory names them."""
    found, default = yaml.safe_load(text), yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    names = {machine["name"] for machine in found["machines"]}
    spare = [machine for machine in default["machines"] if machine["name"] not in names]
    found["machines"] += [{key: machine[key] for key in ("name", "address", "os")} for machine in spare]
    return yaml.safe_dump(found)


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    """Two hierarchies of version 2509; 2609 is not downloaded."""
    return start_estate(with_all_hosts(before_update(state=AVAILABLE)), pace=600)


@pytest.fixture
def update(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> PlayBook:
    """Runs playbooks/update.yml: ``update(*arguments, **variables of all hosts)``."""

    def run(*arguments: str, **variables: Any) -> Run:
        return run_playbook(CHECKOUT / "playbooks" / "update.yml", lab_inventory(estate, **variables), tmp_path, *arguments)

    return run


@pytest.mark.long
@pytest.mark.core
def test_a_hierarchy_is_updated_once(estate: Estate, update: PlayBook) -> None:
    run = update("-e", f"scp_provider={CAS01}", **WISH)
    assert run.code == 0, run.output
    sites = estate.hierarchy("one").state.sites.values()
    assert {site.code: site.version for site in sites if site.code != "SE1"} == dict.fromkeys(("CAS", "PR1", "PR2"), NEW)
    assert asked(estate).count("InitiateUpgrade") == 2
    assert run.result(ROLE + "Run the prerequisite check of the product", "ok")["state"] == "PREREQ_SUCCESS"
    assert run.result(ROLE + "Install the update", "ok")["reached"]
    text = words(run)
    assert "Replication at CAS, PR1, PR2" in text
    assert "PASSED pri2.corp.example operating_system, operating_system_support, server_name," in text
    assert "To do: Start the upgrade in the console: Administration > Site Configuration > Sites > SE1 > Upgrade." in text
    assert "Configuration Manager 2609 is installed (INSTALL_SUCCESS)." in text
    again = update("-e", f"scp_provider={CAS01}", **WISH)
    assert again.code == 0, again.output
    assert again.recap(CAS01)["changed"] == 0
    assert asked(estate).count("InitiateUpgrade") == 2
    assert "SE1 > Upgrade" in words(again)


def test_what_stops_before_anything_is_started(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> None:
    # A number, as YAML reads it.
    old: dict[str, Any] = {"update_name": 2609, "update_required_free_space_gib": 500}
    run = play_each(
        "update",
        estate,
        lab_inventory,
        tmp_path,
        {
            "no_name": {},
            "space": old,
            "misspelt": {**old, "update_accept": ["free_spaces"]},
            "window": {**WISH, "update_within": {"start": "late", "end": "early"}},
            "unknown": {**WISH, "update_name": "2703"},
            "silent": {**WISH, "update_approval": "pause"},
            "waits": {**old, "update_accept": ["free_space"], "update_approval": "variable"},
            "nothing": {"update_name": "2509"},
        },
    )
    assert "Set update_name" in refusal(run, "no_name")
    assert "Nothing was started. Checks before Configuration Manager 2609: 4 failed" in refusal(run, "space")
    assert "Did you mean free_space?" in refusal(run, "misspelt")
    assert "Give two times of day" in refusal(run, "window")
    assert "lists no update to version 2703" in refusal(run, "unknown")
    assert "was not approved" in refusal(run, "silent")
    assert run.recap("waits")["failed"] == run.recap("nothing")["failed"] == 0
    assert "Run this again with update_approved: true." in words(run)
    assert run.recap("waits")["changed"] == run.recap("nothing")["changed"] == 0
    assert asked(estate) == []


def test_check_mode_shows_phases_and_checks(estate: Estate, update: PlayBook) -> None:
    run = update("--check", "--diff", "-e", f"scp_provider={STA03}", **WISH)
    assert run.code == 0, run.output
    assert "Installation at ST1" in words(run)
    assert run.recap(STA03)["changed"] == 1
    assert "Nothing was started." in words(run)
    assert asked(estate) == []


@pytest.mark.long
def test_a_hierarchy_without_internet(
    start_estate: StartEstate, lab_inventory: Callable[..., Path], smb_shares: OpenShares, tmp_path: Path
) -> None:
    estate = start_estate(with_all_hosts(before_update(mode="offline")), pace=600)
    for server in ("sta01", "scp02", "web01"):
        smb_shares(estate, server)
    options = ("-e", "scp_provider=sms_provider_two", "-e", f"offline_updates_carry_dir={tmp_path / 'carry'}")
    brought = run_playbook(
        CHECKOUT / "playbooks" / "offline_updates.yml", lab_inventory(estate), tmp_path, *options, "--tags", "prepare,connect"
    )
    assert brought.code == 0, brought.output
    run = run_playbook(CHECKOUT / "playbooks" / "update.yml", lab_inventory(estate, **WISH), tmp_path, *options)
    assert run.code == 0, run.output
    assert estate.hierarchy("two").state.sites["ST1"].version == NEW
    again = run_playbook(CHECKOUT / "playbooks" / "update.yml", lab_inventory(estate, **WISH), tmp_path, *options)
    assert again.code == 0, again.output
    assert again.recap(STA03)["changed"] == 0


@pytest.mark.long
def test_a_failure_is_reported_with_the_logs_and_retried_when_asked(estate: Estate, update: PlayBook) -> None:
    estate.faults.order("update_failure", site="ST1", phase="installation", reason="Failed to copy a file.", count=1)
    run = update("-e", f"scp_provider={STA03}", **WISH)
    assert run.code == 2, run.output
    read = run.result(ROLE + "Read the logs of the site server", "ok")["logs"]
    assert [log["path"].rpartition("\\")[2] for log in read if log["readable"]] == [
        "hman.log", "distmgr.log", "CMUpdate.log", "ConfigMgrPrereq.log",
    ]  # fmt: skip
    failed = run.result(ROLE + "Fail with the message of the module", "failed")["msg"]
    assert "The installation of Configuration Manager 2609 failed (INSTALL_FAILED)." in failed
    assert "retry: true" in failed
    again = update("-e", f"scp_provider={STA03}", "-e", "update_retry=true", **WISH)
    assert again.code == 0, again.output
    assert estate.hierarchy("two").state.sites["ST1"].version == NEW


def test_servers_that_are_not_in_the_inventory(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> None:
    """They are warnings, and the run waits for the downloader instead of asking it."""
    written = lab_inventory(estate, **WISH)
    tree = yaml.safe_load(written.read_text(encoding="utf-8"))
    address = next(
        given["ansible_host"]
        for group in tree["all"]["children"].values()
        for host, given in group["hosts"].items()
        if host == STA03
    )
    tree["all"]["children"] = {"sms_provider": {"hosts": {STA03: {"ansible_host": address}}}}
    written.write_text(yaml.safe_dump(tree), encoding="utf-8")
    # The site downloads an older update only when it is asked for, and with its next check.
    options = ("-e", "update_name=2603", "-e", "update_state=downloaded", "-e", "update_wait_timeout=2")
    run = run_playbook(CHECKOUT / "playbooks" / "update.yml", written, tmp_path, *options)
    assert run.code == 2, run.output
    assert "WARNING scp02.corp.example server_checked: Cannot tell:" in words(run)
    assert run.outcome(ROLE + "Request a check for updates")["status"] == "skipped"
    assert "The time limit passed" in run.result(ROLE + "Fail with the message of the module", "failed")["msg"]
    assert asked(estate) == ["SetPackageToBeDownloaded"]
