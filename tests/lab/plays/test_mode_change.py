"""Changing the mode of an installed role with playbooks/provision.yml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lab.running.estate import Estate
from tests.lab.ansible_runs import Run
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.modules.conftest import Play
from tests.lab.plays.conftest import PlayBook
from tests.lab.plays.scenarios import WriteInventory, play, words, writes

CAS01, SCP01 = "cas01.corp.example", "scp01.corp.example"
ROLE = "configmgr.scp.service_connection_point : "
THREAD = ROLE + "Check that the thread runs on the server"
STOPPED = ROLE + "Stop the thread"
PROCESSED = ROLE + "Write the mode and wait until the site has processed it"
SERVICE = ROLE + "Restart the service"
AGAIN = ROLE + "Start the thread"
OFFLINE = ("-e", "service_connection_point_mode=offline")


def order(run: Run) -> list[str]:
    """The changing tasks of a run, in their order."""
    return [item["task"] for item in run.outcomes if item["result"].get("changed")]


def effective(estate: Estate) -> str:
    return estate.hierarchy("one").effective_mode(SCP01)


def requests(estate: Estate) -> int:
    return estate.request_log.totals()["cim"]


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    """The role is on scp01, online; slow enough that a stopped thread does not start by itself while a play starts."""
    return start_estate(with_role("scp01"), pace=10)


@pytest.mark.long
def test_the_thread_is_stopped_the_mode_written_and_processed_and_the_thread_started(estate: Estate, provision: PlayBook) -> None:
    run = provision(*OFFLINE)
    assert run.code == 0, run.output
    assert order(run) == [STOPPED, PROCESSED, AGAIN]
    assert run.result(PROCESSED, "ok")["evidence"][0]["message_id"] == 3306
    assert effective(estate) == "offline"
    assert estate.violations == []
    assert provision(*OFFLINE).recap(CAS01)["changed"] == 0


@pytest.mark.long
def test_the_whole_service_may_be_restarted(estate: Estate, provision: PlayBook) -> None:
    run = provision(*OFFLINE, "-e", "service_connection_point_restart=executive")
    assert run.code == 0, run.output
    assert order(run)[:3] == [STOPPED, PROCESSED, SERVICE]
    assert effective(estate) == "offline"


@pytest.mark.parametrize(
    "how",
    [{"service_connection_point_restart": "none"}, {"service_connection_point_prove_thread": False}],
    ids=["none", "unproved"],
)
def test_without_a_restart_the_mode_is_written_and_the_restart_told(
    estate: Estate, provision: PlayBook, how: dict[str, object]
) -> None:
    run = provision(*OFFLINE, **how)
    assert run.code == 0, run.output
    assert order(run) == [ROLE + "Configure the service connection point"]
    assert "it takes effect when SMS_DMP_DOWNLOADER on scp01.corp.example restarts" in words(run)
    assert effective(estate) == "online"


def test_a_thread_that_stands_still_is_started_though_the_mode_matches(estate: Estate, provision: PlayBook) -> None:
    Play(estate).run("component", "scp01", state="stopped")
    run = provision()
    assert run.code == 0, run.output
    assert order(run) == [AGAIN]
    assert effective(estate) == "online"


def test_a_run_that_was_cut_off_before_the_site_knew_is_finished(estate: Estate, provision: PlayBook) -> None:
    play = Play(estate)
    play.run("component", "scp01", state="stopped")
    play.run("service_connection_point", server=SCP01, mode="offline", wait=False)
    run = provision(*OFFLINE)
    assert run.code == 0, run.output
    assert run.result(PROCESSED, "ok")["evidence"][0]["message_id"] == 3306
    assert effective(estate) == "offline"


@pytest.mark.long
def test_a_service_that_stands_still_is_started_where_it_may_be(estate: Estate, provision: PlayBook) -> None:
    Play(estate).run("component", "scp01", name="SMS_EXECUTIVE", state="stopped")
    run = provision("-e", "service_connection_point_restart=executive")
    assert run.code == 0, run.output
    assert effective(estate) == "online"


def test_nothing_to_do_takes_the_five_requests_that_it_always_took(estate: Estate, provision: PlayBook) -> None:
    estate.request_log.clear()
    assert provision(service_connection_point_preflight=False).recap(CAS01)["changed"] == 0
    assert requests(estate) == 5


def test_check_mode_shows_the_mode_and_touches_nothing(estate: Estate, provision: PlayBook) -> None:
    run = provision(*OFFLINE, "--check", "--diff")
    assert run.code == 0, run.output
    assert "offline" in run.output
    assert effective(estate) == "online"


def read_only() -> str:
    """The role installed, and an account that administers every server and may only read in the site."""
    described = yaml.safe_load(with_role("scp01"))
    described["accounts"].append(
        {"name": r"CORP\onlyreads", "password": "Lab-Only-2026", "sms": "read", "administrator_of": "all"}
    )
    return yaml.safe_dump(described)


@pytest.mark.long
def test_a_mode_that_can_not_be_written_leaves_the_thread_at_work(
    start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    estate = start_estate(read_only(), pace=10)
    reader = {"ansible_user": r"CORP\onlyreads", "ansible_password": "Lab-Only-2026"}
    wish = "service_connection_point_mode=offline"
    run = play("provision", estate, lab_inventory, tmp_path, wish, **reader)
    assert run.code == 2, run.output
    assert (
        "no right to modify sites"
        in run.result("configmgr.scp.preflight : Check that the account may write the changes", "failed")["msg"]
    )
    assert writes(estate) == []
    # Not checked before: the thread is started again. The site rejects the write, or fails while it writes.
    unseen = "service_connection_point_manage_site_system=false"
    no_look = "service_connection_point_preflight=false"
    runs = [play("provision", estate, lab_inventory, tmp_path, wish, unseen, no_look, **reader)]
    estate.faults.order("provider_error", target="CAS", message="the disk is full", operation="put", count=1)
    runs.append(play("provision", estate, lab_inventory, tmp_path, wish, unseen, no_look))
    for run in runs:
        assert run.code == 2, run.output
        assert order(run)[0] == STOPPED
        assert "Nothing was written. SMS_DMP_DOWNLOADER on scp01.corp.example was started again" in words(run)
        assert Play(estate).run("component", "scp01", state="queried")["state"] == "running"
        assert effective(estate) == "online"


def test_during_an_update_the_thread_is_left_alone(estate: Estate, provision: PlayBook) -> None:
    next(iter(estate.hierarchy("one").state.updates.values())).state = 0x00030001
    run = provision(*OFFLINE)
    assert run.code == 2
    assert "installing an update" in words(run)
    assert effective(estate) == "online"


@pytest.mark.long
def test_going_online_without_the_endpoints_is_told_and_done(
    start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    server = "scp06.corp.example"
    estate = start_estate(with_role("scp06", "offline"), pace=10)
    wish = {"service_connection_point_server": server, "service_connection_point_mode": "online"}
    run = play("provision", estate, lab_inventory, tmp_path, *(f"{name}={value}" for name, value in wish.items()))
    assert run.code == 0, run.output
    assert "endpoint_go_microsoft_com_443" in words(run)
    found = run.result("configmgr.scp.preflight : Save the result for later plays", "ok")["ansible_facts"]["preflight_result"]
    (endpoint,) = [check for check in found["checks"] if check["id"] == "endpoint_go_microsoft_com_443"]
    assert endpoint["status"] == "failed"
    assert estate.hierarchy("one").effective_mode(server) == "online"
