# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""SMS_EXECUTIVE and its threads on a site system server: query, stop and start, with proof.

A thread is controlled by its registry values ``Requested Operation`` and ``Current State`` (memdocs, Store for Business
troubleshooting page).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ansible_collections.configmgr.scp.plugins.module_utils.task import Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.waiting import wait_until
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry, RegistryError
from ansible_collections.configmgr.scp.plugins.module_utils.windows.services import ServiceError, ServiceMissing, Services

SERVICE = "SMS_EXECUTIVE"
THREADS_KEY = r"SOFTWARE\Microsoft\SMS\COMPONENTS\SMS_EXECUTIVE\Threads"

RUNNING, STOPPED = "running", "stopped"
STARTED_WISH, STOPPED_WISH, RESTARTED_WISH = "started", "stopped", "restarted"
# A thread that ends because of an error does so at once; this long after its start it must still run.
_SETTLE_SECONDS = 2.0


class Unit(Protocol):
    """Something that runs on a server: a thread of SMS_EXECUTIVE, or the service itself."""

    @property
    def label(self) -> str:
        """The name in messages: "thread SMS_DMP_DOWNLOADER"."""

    def state(self) -> str:
        """Lower case: running, stopped, or a state between them."""

    def ask(self, operation: str) -> None:
        """Request ``start`` or ``stop``; returns before it is done."""

    def asked_for(self) -> str:
        """``start`` or ``stop`` while that is requested and not done; else empty."""


class Thread:
    """A thread of SMS_EXECUTIVE."""

    def __init__(self, registry: Registry, name: str, host: str) -> None:
        self._registry = registry
        self._key = f"{THREADS_KEY}\\{name}"
        self._host = host
        self._name = name

    @property
    def label(self) -> str:
        return f"thread {self._name}"

    def state(self) -> str:
        try:
            found = self._registry.get_string(self._key, "Current State")
        except KeyMissing as error:
            raise TaskFailure(
                f"{self._host} has no thread {self._name} of {SERVICE} (no registry key HKLM\\{self._key}): the role is not "
                "installed there, or the name is wrong. Check sitecomp.log on the site server for its installation."
            ) from error
        except RegistryError as error:
            raise TaskFailure(f"The state of the thread {self._name} on {self._host} cannot be read: {error}.") from error
        return (found or "unknown").strip().lower()

    def ask(self, operation: str) -> None:
        try:
            self._registry.set_string(self._key, "Requested Operation", operation.capitalize())
        except RegistryError as error:
            raise TaskFailure(
                f"The request to {operation} the thread {self._name} on {self._host} failed: {error}. "
                "The account needs to be a local administrator there."
            ) from error

    def asked_for(self) -> str:
        # SMS_EXECUTIVE sets it back to None once it has handled it.
        found = (self._registry.get_string(self._key, "Requested Operation") or "None").lower()
        return "" if found == "none" else found


class ExecutiveService:
    """The Windows service SMS_EXECUTIVE: all its threads at once."""

    def __init__(self, services: Services, host: str) -> None:
        self._services = services
        self._host = host

    @property
    def label(self) -> str:
        return f"service {SERVICE}"

    def state(self) -> str:
        try:
            return self._services.state(SERVICE).lower()
        except ServiceMissing as error:
            raise TaskFailure(
                f"{self._host} has no Windows service {SERVICE}: no site system role that needs it is installed there. Run this "
                "on the server of the role."
            ) from error
        except ServiceError as error:
            raise TaskFailure(f"The state of the service {SERVICE} on {self._host} cannot be read: {error}.") from error

    def ask(self, operation: str) -> None:
        try:
            self._services.request(SERVICE, "StartService" if operation == "start" else "StopService")
        except ServiceError as error:
            raise TaskFailure(f"The request to {operation} the service {SERVICE} on {self._host} failed: {error}.") from error

    def asked_for(self) -> str:
        return {"start pending": "start", "stop pending": "stop"}.get(self.state(), "")


def unit(task: Task, name: str) -> Unit:
    """The thread of this name, or the service when the name is SMS_EXECUTIVE."""
    if name.upper() == SERVICE:
        return ExecutiveService(Services(task.cim), task.host)
    return Thread(Registry(task.cim), name, task.host)


@dataclass(frozen=True)
class Operation:
    """One request, and the state that proves it."""

    ask: str
    proof: str


START, STOP = Operation("start", RUNNING), Operation("stop", STOPPED)


def operations(present: str, wish: str) -> tuple[Operation, ...]:
    """The steps from the present to the requested state. A restart of a stopped thread is only a start: this also finishes an
    interrupted restart.
    """
    if wish == STARTED_WISH:
        return () if present == RUNNING else (START,)
    if wish == STOPPED_WISH:
        return () if present == STOPPED else (STOP,)
    if wish == RESTARTED_WISH:
        return (START,) if present == STOPPED else (STOP, START)
    raise ValueError(f"unknown wish {wish!r}")


def carry_out(task: Task, unit: Unit, present: str, steps: tuple[Operation, ...], limit_seconds: float) -> str:
    """Request each operation, wait for its proof, and check that what was started keeps running. Returns the last state.

    If the same operation is already requested, the task only waits for it.

    :param present: the state from which the steps were computed.
    :raises TaskFailure: the state was not reached within the limit, or the thread ended after its start.
    """
    state = ""
    for step in steps:
        if step is not steps[0] or present in (RUNNING, STOPPED) or unit.asked_for() != step.ask:
            unit.ask(step.ask)
            task.done.append(f"the request to {step.ask} the {unit.label}")
        state = _await(task, unit, step, limit_seconds)
        if step is START:
            task.sleep(_SETTLE_SECONDS)
            state = unit.state()
            if state != RUNNING:
                raise _fell_over(task, unit, state)
    return state


def _await(task: Task, unit: Unit, step: Operation, limit_seconds: float) -> str:
    last = ""
    fallen = 0

    def look() -> str | None:
        nonlocal last, fallen
        last = unit.state()
        # Between two reads it may have started and ended: then it is stopped, and nothing is requested any more. This must be
        # seen twice, because SMS_EXECUTIVE writes the two values one after the other.
        fallen = fallen + 1 if last == STOPPED and not unit.asked_for() else 0
        if fallen > 1:
            raise _fell_over(task, unit, last)
        return last if last == step.proof else None

    if wait_until(task, look, f"the {unit.label} to be {step.proof}", limit_seconds) is None:
        raise TaskFailure(
            f"The {unit.label} on {task.host} was asked to {step.ask} but is {last} after {limit_seconds:.0f} s. Check its log "
            f"on that server ({_log_of(unit)}). If nothing else helps, restart the service {SERVICE}, which restarts all "
            f"components on the server (configmgr.scp.component with name: {SERVICE} and state: restarted)."
        )
    return step.proof


def _fell_over(task: Task, unit: Unit, state: str) -> TaskFailure:
    return TaskFailure(
        f"The {unit.label} on {task.host} was started but did not keep running: it is {state} again. "
        f"Check its log on that server ({_log_of(unit)}) for the reason."
    )


def _log_of(unit: Unit) -> str:
    name = unit.label.split()[-1]
    known = {"SMS_DMP_DOWNLOADER": "dmpdownloader.log", "SMS_DMP_UPLOADER": "dmpuploader.log", SERVICE: "smsexec.log"}
    return known.get(name, f"{name}.log")
