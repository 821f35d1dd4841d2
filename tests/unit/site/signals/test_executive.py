from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import executive
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.executive import START, STOP, Operation
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from tests.unit.site.support import task


@pytest.mark.parametrize(
    ("present", "wish", "steps"),
    [
        ("running", "started", ()),
        ("stopped", "started", (START,)),
        ("stopping", "started", (START,)),
        ("running", "stopped", (STOP,)),
        ("stopped", "stopped", ()),
        ("starting", "stopped", (STOP,)),
        ("running", "restarted", (STOP, START)),
        ("stopped", "restarted", (START,)),
        ("starting", "restarted", (STOP, START)),
    ],
)
def test_operations(present: str, wish: str, steps: tuple[Operation, ...]) -> None:
    assert executive.operations(present, wish) == steps


class ScriptedUnit:
    """A unit whose states are read from a list; the last one is repeated."""

    label = "thread SMS_DMP_DOWNLOADER"

    def __init__(self, *states: str, pending: str = "") -> None:
        self._states = list(states)
        self.asked: list[str] = []
        self.pending = pending

    def state(self) -> str:
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]

    def ask(self, operation: str) -> None:
        self.asked.append(operation)

    def asked_for(self) -> str:
        return self.pending


def test_a_restart_waits_for_both_proofs() -> None:
    unit = ScriptedUnit("stopping", "stopped", "stopped", "starting", "running", "running")
    made, _ = task()
    assert executive.carry_out(made, unit, "running", (STOP, START), 60) == "running"
    assert unit.asked == ["stop", "start"]


def test_a_thread_that_never_stops_is_a_failure_within_the_limit() -> None:
    made, clock = task()
    with pytest.raises(TaskFailure, match="asked to stop but is stopping after 60 s"):
        executive.carry_out(made, ScriptedUnit("stopping"), "running", (STOP, START), 60)
    assert clock.now == pytest.approx(60)


def test_what_is_asked_for_already_is_only_waited_for() -> None:
    """A thread that hangs while it stops: another request changes nothing."""
    unit = ScriptedUnit("stopping", pending="stop")
    made, _ = task()
    with pytest.raises(TaskFailure, match="asked to stop but is stopping after 60 s"):
        executive.carry_out(made, unit, "stopping", (STOP, START), 60)
    assert (unit.asked, made.done) == ([], [])


def test_the_other_thing_is_asked_for_while_it_is_on_its_way() -> None:
    unit = ScriptedUnit("starting", "running", "stopping", "stopped", pending="start")
    made, _ = task()
    assert executive.carry_out(made, unit, "starting", (STOP,), 60) == "stopped"
    assert (unit.asked, made.done) == (["stop"], ["the request to stop the thread SMS_DMP_DOWNLOADER"])


def test_a_thread_that_falls_over_is_a_failure() -> None:
    made, _ = task()
    with pytest.raises(TaskFailure, match="did not keep running: it is stopped again"):
        executive.carry_out(made, ScriptedUnit("running", "stopped"), "running", (START,), 60)


def test_a_thread_that_falls_over_between_two_looks_is_a_failure_at_once() -> None:
    made, clock = task()
    with pytest.raises(TaskFailure, match="did not keep running: it is stopped again"):
        executive.carry_out(made, ScriptedUnit("stopped"), "running", (START,), 60)
    assert clock.now < 5


def test_a_request_that_is_not_taken_up_is_waited_for() -> None:
    made, clock = task()
    with pytest.raises(TaskFailure, match="asked to start but is stopped after 60 s"):
        executive.carry_out(made, ScriptedUnit("stopped", pending="start"), "running", (START,), 60)
    assert clock.now == pytest.approx(60)


def test_progress_says_what_is_awaited_and_the_limit() -> None:
    lines: list[str] = []
    made, _ = task(progress=lines.append)
    executive.carry_out(made, ScriptedUnit("stopping", "stopped"), "running", (STOP,), 60)
    assert lines == ["waiting for the thread SMS_DMP_DOWNLOADER to be stopped: 0 s of at most 60 s"]
