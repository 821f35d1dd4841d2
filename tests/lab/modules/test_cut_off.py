"""The controller is interrupted at every single request of a mode change and of a move; the next run finishes the work.

There are two kinds of interruption. *Killed*: nothing is sent after that, as when the controller loses power. It is tested after
the effect of each request; before the next request, the site is in the same state. *Lost*: the network drops one exchange, before
or after the request had its effect, so that the module gets an error and may continue.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import Send
from lab.clock import HandClock
from lab.configmgr.database import ControlRow
from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.modules.conftest import Play

MODULE = "service_connection_point"
SCP01, SCP02 = "scp01.corp.example", "scp02.corp.example"
ROLE = "SMS Dmp Connector"
MOST_REQUESTS = 200
# Lab time that a request takes, so that the site makes progress between two of them.
REQUEST_SECONDS = 0.2


class Killed(BaseException):
    """The controller was killed: this exception is never caught."""


@dataclass
class Controller(Play):
    """A controller that is killed after the effect of its ``at``-th request; 0 means never."""

    at: int = 0
    sent: int = field(default=0, init=False)

    def wrapped(self, send: Send) -> Send:
        def send_until_killed(envelope: bytes) -> bytes:
            advance(self.estate, REQUEST_SECONDS)
            self.sent += 1
            if self.at and self.sent > self.at:
                raise Killed
            answer = send(envelope)
            if self.sent == self.at:
                raise Killed
            return answer

        return send_until_killed


Scenario = Callable[[Play], None]


def change_mode(play: Play) -> None:
    """What the role service_connection_point does for mode: offline, task by task."""
    wish: dict[str, Any] = {"server": SCP01, "mode": "offline", "site_code": "CAS"}
    placed = play.run(MODULE, mode_change="report", **wish)
    if not placed["mode_change_due"] and play.run("component", "scp01")["state"] == "running":
        return
    if placed["mode_change_due"]:
        play.run("component", "scp01", state="stopped")
    play.run(MODULE, mode_change="confirm", **wish)
    play.run("component", "scp01", state="restarted")


def move(play: Play) -> None:
    """What the role move does on the provider and on the new server."""
    play.run(MODULE, server=SCP02, mode="offline", move=True, site_code="CAS")
    play.run("component", "scp02", state="started")


def advance(estate: Estate, seconds: float) -> None:
    assert isinstance(estate.clock, HandClock)
    estate.clock.advance(seconds)


def row_of(estate: Estate) -> ControlRow:
    (found,) = estate.hierarchy("one").state.control.roles(ROLE)
    return found


def check_mode_is_in_effect(estate: Estate) -> None:
    assert row_of(estate).server == SCP01
    assert row_of(estate).prop_value("OfflineMode") == 1
    settings = {prop.name: (prop.value, prop.value1, prop.value2) for prop in row_of(estate).props or ()}
    assert settings["Connector Revision"] == (0, "7", "")
    assert settings["Usage Data Consent"] == (1, "", "setup")
    assert estate.hierarchy("one").effective_mode(SCP01) == "offline"


def check_role_has_moved(estate: Estate) -> None:
    assert row_of(estate).server == SCP02
    assert row_of(estate).prop_value("OfflineMode") == 1
    assert estate.hierarchy("one").effective_mode(SCP02) == "offline"
    assert estate.hierarchy("one").effective_mode(SCP01) == ""


@dataclass(frozen=True)
class Case:
    scenario: Scenario
    mode_before: str
    check: Callable[[Estate], None]
    # Lab seconds in one second that a module waits: it reads less often, and each read is one more request to interrupt.
    stride: float
    writes: tuple[str, ...]


CASES = {
    "mode": Case(change_mode, "online", check_mode_is_in_effect, 10, ("Put", "SetStringValue")),
    "move": Case(move, "offline", check_role_has_moved, 40, ("Delete", "Create")),
}


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_a_killed_controller_is_succeeded_by_the_next_run(start_estate: StartEstate, name: str) -> None:
    case = CASES[name]
    estate = start_estate(with_role("scp01", case.mode_before, [{"server": "scp02"}]), by_hand=True)
    for at in range(1, MOST_REQUESTS):
        estate.reset()
        try:
            case.scenario(Controller(estate, stride=case.stride, at=at))
            break
        except Killed:
            finish(estate, case, f"killed at request {at}")
    else:
        pytest.fail(f"the scenario has not ended after {MOST_REQUESTS} requests")
    assert at > 15, "the scenario sent hardly any request"


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", CASES)
def test_a_lost_write_is_overcome_at_once_or_by_the_next_run(start_estate: StartEstate, name: str, after: bool) -> None:
    case = CASES[name]
    estate = start_estate(with_role("scp01", case.mode_before, [{"server": "scp02"}]), by_hand=True)
    for action in case.writes:
        estate.reset()
        estate.faults.order("drop_after" if after else "drop_before", action=action)
        with contextlib.suppress(CimError, TaskFailure):
            case.scenario(Controller(estate, stride=case.stride))
        assert estate.faults.listing() == [], f"nothing was lost at {action}"
        finish(estate, case, f"lost at {action}")


def finish(estate: Estate, case: Case, where: str) -> None:
    """Run it again: the desired state is reached, no rule was violated, and one more run sends no write."""
    assert estate.violations == [], where
    case.scenario(Controller(estate, stride=case.stride))
    case.check(estate)
    assert estate.violations == [], where
    estate.request_log.clear()
    play = Controller(estate, stride=case.stride)
    case.scenario(play)
    assert play.writes() == [], where
