"""playbooks/provision.yml when the role is already installed."""

from __future__ import annotations

import pytest

from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.plays.conftest import PlayBook, holders

CAS01, SCP01 = "cas01.corp.example", "scp01.corp.example"
ROLE = "configmgr.scp.service_connection_point : "
THREAD = ROLE + "Its thread runs on the server"


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    """The role is on scp01, online."""
    return start_estate(with_role("scp01"), pace=30)


def test_check_mode_on_a_site_system_shows_the_role(estate: Estate, provision: PlayBook) -> None:
    run = provision("--check", "--diff", "-e", "service_connection_point_mode=offline")
    assert run.code == 0, run.output
    assert run.recap(CAS01)["changed"] == 1
    assert "offline" in run.output
    assert holders(estate) == [SCP01]


def test_a_dead_role_server_is_unreachable_after_the_role_was_placed(estate: Estate, provision: PlayBook) -> None:
    estate.faults.order("dead_machine", target="scp01")
    run = provision()
    assert run.code != 0
    assert "connection refused" in run.result(THREAD, "unreachable")["msg"]
    assert "cas01.corp.example -> scp01.corp.example" in run.output
    assert holders(estate) == [SCP01]


def test_a_changed_mode_is_in_effect_afterwards(estate: Estate, provision: PlayBook) -> None:
    assert estate.hierarchy("one").effective_mode(SCP01) == "online"
    run = provision("-e", "service_connection_point_mode=offline")
    assert run.code == 0, run.output
    assert run.result(ROLE + "Its thread runs again", "ok")["state"] == "running"
    assert estate.hierarchy("one").effective_mode(SCP01) == "offline"
    assert provision("-e", "service_connection_point_mode=offline").recap(CAS01)["changed"] == 0


def test_removal(estate: Estate, provision: PlayBook) -> None:
    run = provision("-e", "service_connection_point_state=absent")
    assert run.code == 0, run.output
    assert run.recap(CAS01)["changed"] == 1
    assert holders(estate) == []
    again = provision("-e", "service_connection_point_state=absent")
    assert again.recap(CAS01)["changed"] == 0
