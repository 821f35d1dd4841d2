"""playbooks/move.yml: the role is moved to another server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.plays.conftest import PlayBook, holders
from tests.lab.plays.scenarios import words, writes
from tests.lab.plays.several import play_each, refusal
from tests.lab.plays.shown import not_shown

CAS01, SCP01, SCP02, SCP04 = "cas01.corp.example", "scp01.corp.example", "scp02.corp.example", "scp04.corp.example"
ROLE, POINT = "configmgr.scp.move : ", "configmgr.scp.service_connection_point : "
PLACED = POINT + "Configure the service connection point"
STEPS = ROLE + "Show the steps"
TO_SCP02 = ("-e", f"scp_to={SCP02}")


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    """The role is on scp01, online."""
    return start_estate(with_role("scp01"), pace=30)


@pytest.fixture
def move(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> PlayBook:
    """Runs playbooks/move.yml: ``move(*arguments, **variables of all hosts)``."""

    def run(*arguments: str, **variables: Any) -> Run:
        return run_playbook(CHECKOUT / "playbooks" / "move.yml", lab_inventory(estate, **variables), tmp_path, *arguments)

    return run


@pytest.mark.long
@pytest.mark.core
def test_the_role_is_moved_proved_and_its_duties_are_told(estate: Estate, move: PlayBook) -> None:
    run = move(*TO_SCP02, "-e", f"scp_from={SCP01}")
    assert run.code == 0, run.output
    assert holders(estate) == [SCP02]
    assert estate.violations == []
    assert run.result(POINT + "Check that the thread runs on the server", "ok")["state"] == "running"
    assert "To do: Renew the secrets of the Entra applications in the console" in words(run)
    assert f"The service connection point is on {SCP02}." in words(run)
    assert not_shown("move.md", run.output) == []
    again = move(*TO_SCP02, "-e", f"scp_from={SCP01}")
    assert again.code == 0, again.output
    assert again.recap(CAS01)["changed"] == 0
    # Computed from the site, so they are the same as after the move itself.
    assert "To do: Renew the secrets of the Entra applications in the console" in words(again)


@pytest.mark.core
def test_check_mode_prints_the_steps_in_their_order_and_writes_nothing(estate: Estate, move: PlayBook) -> None:
    run = move(*TO_SCP02, "--check", "--diff")
    assert run.code == 0, run.output
    steps = run.result(STEPS, "ok")["msg"]
    expected = ["Check", "Make", "Remove", "Wait", "Install", "Wait", "Check", "List"]
    assert [step.partition(" ")[0] for step in steps] == expected
    assert SCP01 in steps[2]
    assert SCP02 in steps[4]
    assert "The steps: 1. Remove the service connection point" in words(run)
    assert "Nothing was written." in words(run)
    assert writes(estate) == []
    assert holders(estate) == [SCP01]


# Variables that are not allowed.
REFUSED = {
    "no_server": ({"scp_to": ""}, "scp_to is empty"),
    "same_server": ({"scp_to": SCP02, "scp_from": SCP02}, "is the server that the role is to be moved to"),
    "wrong_origin": (
        {"scp_to": SCP02, "scp_from": "scp03.corp.example"},
        "is on scp01.corp.example (site CAS), not on scp03.corp.example",
    ),
    "of_another_site": ({"scp_to": "pri1.corp.example"}, "site system server of site PR1"),
    "preflight": ({"scp_to": SCP04}, "Preflight of scp04.corp.example"),
    "no_origin": ({"scp_to": SCP02, "move_remove_old_site_system": "true"}, "move_remove_old_site_system needs scp_from"),
}


def test_what_may_not_be_is_refused_and_nothing_is_written(
    estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path
) -> None:
    run = play_each("move", estate, lab_inventory, tmp_path, {wish: given for wish, (given, _) in REFUSED.items()})
    assert run.code == 2, run.output
    for wish, (_, sentence) in REFUSED.items():
        assert sentence in refusal(run, wish), wish
        assert sentence in words(run), wish
    assert writes(estate) == []
    assert holders(estate) == [SCP01]


def test_not_during_an_update(estate: Estate, move: PlayBook) -> None:
    next(iter(estate.hierarchy("one").state.updates.values())).state = 0x00030001
    run = move(*TO_SCP02)
    assert run.code == 2
    assert "installing an update" in words(run)
    assert writes(estate) == []


def test_not_to_a_site_server_pair(start_estate: StartEstate, lab_inventory: Callable[..., Path], tmp_path: Path) -> None:
    estate = start_estate(with_role("scp02", hierarchy="two"), pace=30)
    playbook = CHECKOUT / "playbooks" / "move.yml"
    extra = (
        "-e",
        "scp_provider=sms_provider_two",
        "-e",
        "scp_to=sta02.corp.example",
        "-e",
        "service_connection_point_mode=online",
    )
    run = run_playbook(playbook, lab_inventory(estate), tmp_path, *extra)
    assert run.code == 2
    assert "active/passive pair of site ST1" in words(run)
    assert writes(estate) == []


def test_a_dead_old_server_does_not_block_and_is_named(estate: Estate, move: PlayBook) -> None:
    estate.faults.order("dead_machine", target="scp01")
    fast = {"ansible_winrm_connection_timeout": 3, "ansible_winrm_operation_timeout_sec": 2, "ansible_winrm_read_timeout_sec": 3}
    run = move(*TO_SCP02, **fast)
    assert run.code == 0, run.output
    assert holders(estate) == [SCP02]
    assert "scp01.corp.example does not respond, so the run does not wait for it." in words(run)
    assert "The site still lists SMS_DMP_DOWNLOADER on scp01.corp.example" in words(run)


def test_an_old_server_that_refuses_the_logon_is_not_gone(
    estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path
) -> None:
    inventory = lab_inventory(estate)
    tree = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    tree["all"]["children"]["candidates"]["hosts"][SCP01]["ansible_password"] = "wr0ng-One"
    inventory.write_text(yaml.safe_dump(tree), encoding="utf-8")

    def move(*arguments: str) -> Run:
        return run_playbook(CHECKOUT / "playbooks" / "move.yml", inventory, tmp_path, *TO_SCP02, *arguments)

    run = move()
    assert run.code == 2
    assert holders(estate) == [SCP01]
    assert writes(estate) == []
    assert "it is not known whether the server still exists" in words(run)
    assert "-e move_old_server_gone=true" in words(run)
    # The advice of the message works.
    again = move("-e", "move_old_server_gone=true")
    assert again.code == 0, again.output
    assert holders(estate) == [SCP02]


def test_a_new_server_that_the_site_refuses_gives_the_role_back(estate: Estate, move: PlayBook) -> None:
    (before,) = estate.hierarchy("one").state.control.roles("SMS Dmp Connector")
    estate.faults.order("install_failure", target="scp02", reason="Access is denied.")
    run = move(*TO_SCP02)
    assert run.code == 2
    assert f"It was put back on {SCP01} as it was" in words(run)
    (after,) = estate.hierarchy("one").state.control.roles("SMS Dmp Connector")
    assert (after.key, after.props, after.prop_lists) == (before.key, before.props, before.prop_lists)
    assert estate.violations == []


@pytest.mark.long
def test_the_old_site_system_goes_where_nothing_else_needs_it(estate: Estate, move: PlayBook) -> None:
    run = move(*TO_SCP02, "-e", f"scp_from={SCP01}", "-e", "move_remove_old_site_system=true")
    assert run.code == 0, run.output
    assert estate.hierarchy("one").state.site_system(SCP01, "CAS") is None
    again = move(*TO_SCP02, "-e", f"scp_from={SCP01}", "-e", "move_remove_old_site_system=true")
    assert again.recap(CAS01)["changed"] == 0


def test_the_old_site_system_stays_where_another_role_needs_it(
    start_estate: StartEstate, lab_inventory: Callable[..., Path], tmp_path: Path
) -> None:
    shared = [{"server": "scp01", "roles": ["SMS Fallback Status Point"]}]
    estate = start_estate(with_role("scp01", site_systems=shared), pace=30)
    extra = (*TO_SCP02, "-e", f"scp_from={SCP01}", "-e", "move_remove_old_site_system=true")
    run = run_playbook(CHECKOUT / "playbooks" / "move.yml", lab_inventory(estate), tmp_path, *extra)
    assert run.code == 0, run.output
    assert estate.hierarchy("one").state.site_system(SCP01, "CAS") is not None
    assert "was kept, because it has other roles: SMS Fallback Status Point" in words(run)


def test_a_move_that_was_cut_off_needs_the_mode_and_is_finished(estate: Estate, move: PlayBook) -> None:
    point = estate.hierarchy("one").state
    (row,) = point.control.roles("SMS Dmp Connector")
    point.delete(row, "another administrator")
    run = move(*TO_SCP02)
    assert run.code == 0, run.output
    assert holders(estate) == [SCP02]
    assert [step.partition(" ")[0] for step in run.result(STEPS, "ok")["msg"]][2:4] == ["Install", "Wait"]
