"""SMS_EXECUTIVE on one server: the threads in its registry, the operations requested of them, and their states.

Registry values and their meanings: facts/site-model.md, section 9. :func:`next_move` decides the next state of a thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lab.configmgr import logs, names, status, timing
from lab.configmgr.names import Component
from lab.configmgr.sites import Site
from lab.faults import FaultBoard
from lab.windows.machine import Machine, Service
from lab.windows.registry import RegistryValue

RUNNING, STOPPING, STOPPED, STARTING = "Running", "Stopping", "Stopped", "Starting"
NONE, STOP, START = "None", "Stop", "Start"


def next_move(state: str, requested: str) -> str | None:
    """The state that SMS_EXECUTIVE brings a running or stopped thread into; None when the request changes nothing."""
    if requested.casefold() == STOP.casefold() and state == RUNNING:
        return STOPPING
    if requested.casefold() == START.casefold() and state == STOPPED:
        return STARTING
    return None


@dataclass
class Thread:
    """A registered thread. ``life`` increases with each event that cancels the actions planned before it.

    ``handling`` is the request that its current change of state follows.
    """

    component: Component
    life: int = 0
    handling: str = NONE
    on_start: Callable[[], None] | None = None
    on_stop: Callable[[], None] | None = None


class Executive:
    """The service and its threads. The caller of every method holds the estate's lock, as the clock does.

    :param status_system: receives the states of the threads.
    :param faults: the orders that apply to them.
    """

    def __init__(self, status_system: status.StatusSystem, faults: FaultBoard, site: Site, machine: Machine) -> None:
        self._status = status_system
        self._faults = faults
        self.site = site
        self.machine = machine
        self.threads: dict[str, Thread] = {}
        self.removed = False
        machine.registry.watch(names.THREADS_KEY, self._written)
        machine.services[names.EXECUTIVE] = Service(
            names.EXECUTIVE,
            names.EXECUTIVE,
            path_name=f"{logs.install_folder(machine)}\\bin\\x64\\smsexec.exe",
            on_start=self.service_started,
            on_stop=self.service_stopped,
        )
        machine.registry.set(f"{names.COMPONENTS_KEY}\\{names.EXECUTIVE}", "Server Name", machine.fqdn)

    def add(
        self,
        component: Component,
        running: bool = False,
        on_start: Callable[[], None] | None = None,
        on_stop: Callable[[], None] | None = None,
    ) -> None:
        """Register a thread and start it: at once when ``running``, otherwise after the usual time."""
        thread = self.threads[component.name] = Thread(component, on_start=on_start, on_stop=on_stop)
        key = self._key(component.name)
        registry = self.machine.registry
        registry.set(key, "DLL", component.dll)
        registry.set(key, "Startup Type", "Automatic")
        registry.set(key, "Startup Schedule", "")
        registry.set(key, names.REQUESTED_OPERATION, NONE)
        registry.set(key, names.CURRENT_STATE, STOPPED)
        logs.register_log(self.machine, component.name, component.log)
        if running:
            self._enter_running(thread)
        else:
            self._enter(thread, STARTING)

    def remove(self, name: str) -> None:
        """Stop a thread and remove it from the registry."""
        thread = self.threads.pop(name, None)
        if thread is None:
            return
        thread.life += 1
        if thread.on_stop is not None:
            thread.on_stop()
        logs.write(self.machine, thread.component.log, name, f"SMS_EXECUTIVE signalled {name} to stop.~")
        self.machine.registry.delete(self._key(name))
        self.machine.registry.delete(f"{names.TRACING_KEY}\\{name}")

    def remove_service(self) -> None:
        """Remove the service itself, with all its threads."""
        for name in list(self.threads):
            self.remove(name)
        self.removed = True
        self.machine.services.pop(names.EXECUTIVE, None)

    def state(self, name: str) -> str:
        """``Current State`` of a thread in the registry; empty when it is not registered."""
        return self._text(name, names.CURRENT_STATE)

    def service_stopped(self) -> None:
        """The Windows service stopped: all its threads stop."""
        for thread in self.threads.values():
            self._enter_stopped(thread, returns=False)

    def service_started(self) -> None:
        """The Windows service started: all its threads start."""
        for thread in self.threads.values():
            thread.life += 1
            self._enter(thread, STARTING)

    def _written(self, path: str, name: str, value: RegistryValue) -> None:
        component = path[len(names.THREADS_KEY) + 1 :]
        thread = next((t for n, t in self.threads.items() if n.casefold() == component.casefold()), None)
        asked = isinstance(value.data, str) and value.data.casefold() in (STOP.casefold(), START.casefold())
        if thread is not None and asked and name.casefold() == names.REQUESTED_OPERATION.casefold():
            self._later(thread, timing.THREAD_POLL, lambda: self._look(thread))

    def _look(self, thread: Thread) -> None:
        """Read the requested operation of a thread and begin it; a thread that is starting or stopping is checked again later."""
        name = thread.component.name
        if self.state(name) in (STOPPING, STARTING) or not self._service_runs():
            return
        move = next_move(self.state(name), self._text(name, names.REQUESTED_OPERATION))
        if move is None:
            self._set(name, names.REQUESTED_OPERATION, NONE)
        else:
            thread.handling = STOP if move == STOPPING else START
            self._enter(thread, move)

    def _enter(self, thread: Thread, state: str) -> None:
        thread.life += 1
        name = thread.component.name
        self._set(name, names.CURRENT_STATE, state)
        if state == STOPPING:
            logs.write(self.machine, thread.component.log, name, f"SMS_EXECUTIVE signalled {name} to stop.~")
            self._later(thread, timing.THREAD_STOP, lambda: self._arrive(thread, STOPPED))
        else:
            self._later(thread, timing.THREAD_START, lambda: self._arrive(thread, RUNNING))

    def _arrive(self, thread: Thread, state: str) -> None:
        if self._ordered("stuck_thread", thread.component.name):
            self._later(thread, timing.THREAD_STUCK, lambda: self._arrive(thread, state))
            return
        if state == STOPPED:
            self._enter_stopped(thread)
        else:
            self._enter_running(thread)
        name = thread.component.name
        if self._text(name, names.REQUESTED_OPERATION).casefold() in (NONE.casefold(), thread.handling.casefold()):
            self._set(name, names.REQUESTED_OPERATION, NONE)
        else:
            self._later(thread, timing.THREAD_POLL, lambda: self._look(thread))
        thread.handling = NONE

    def _enter_stopped(self, thread: Thread, returns: bool = True, condition: int = status.OK) -> None:
        thread.life += 1
        name = thread.component.name
        self._set(name, names.CURRENT_STATE, STOPPED)
        if thread.on_stop is not None:
            thread.on_stop()
        self._report(name, status.STOPPED, status.STATE_STOPPED, condition)
        if returns:
            self._later(thread, timing.THREAD_RETURN, lambda: self._enter(thread, STARTING))

    def _enter_running(self, thread: Thread) -> None:
        thread.life += 1
        name = thread.component.name
        self._set(name, names.CURRENT_STATE, RUNNING)
        number = 3000 + 4 * (thread.life + len(name))
        logs.write(
            self.machine, thread.component.log, name, f"SMS_EXECUTIVE started {name} as thread ID {number} (0x{number:X}).~"
        )
        self._report(name, status.STARTED, status.STATE_STARTED, status.OK)
        if thread.on_start is not None:
            thread.on_start()
        if self._ordered("thread_crash", name):
            self._later(thread, timing.THREAD_CRASH, lambda: self._enter_stopped(thread, condition=status.CRITICAL))

    def _report(self, name: str, message_id: int, state: int, condition: int) -> None:
        spelled = component_machine(self.machine)
        severity = status.INFORMATION if condition == status.OK else status.ERROR
        self._status.report(self.site.code, spelled, name, message_id, name, severity=severity)
        self._status.set_state(self.site.code, spelled, name, state, condition)

    def _ordered(self, flag: str, component: str) -> bool:
        found = self._faults.flag(flag, self.machine.name)
        return found is not None and found.text("component", component).casefold() == component.casefold()

    def _later(self, thread: Thread, seconds: float, action: Callable[[], None]) -> None:
        life = thread.life

        def act() -> None:
            if thread.life == life and self.threads.get(thread.component.name) is thread:
                action()

        self.machine.clock.later(seconds, act)

    def _service_runs(self) -> bool:
        service = self.machine.services.get(names.EXECUTIVE)
        return service is not None and service.state == "Running"

    def _key(self, name: str) -> str:
        return f"{names.THREADS_KEY}\\{name}"

    def _text(self, name: str, value: str) -> str:
        found = self.machine.registry.get(self._key(name), value)
        return found.data if found is not None and isinstance(found.data, str) else ""

    def _set(self, name: str, value: str, data: str) -> None:
        self.machine.registry.set(self._key(name), value, data)


def component_machine(machine: Machine) -> str:
    """The machine's name as status messages and summarizers spell it: the FQDN with the host name in capitals."""
    return f"{machine.name.upper()}.{machine.dns_domain.lower()}"
