"""A server without a network."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from lab.cim.model import Instance, NameMap, Value
from lab.cim.provider import Call
from lab.clock import LabClock
from lab.estate_file.reader import load
from lab.windows.install import build_machine
from lab.windows.machine import Machine
from lab.winrm.message import Caller

ADMIN = Caller("scpadmin", "CORP")
READER = Caller("scpreader", "CORP")

Invoke = Callable[..., dict[str, Value]]


class ManualClock(LabClock):
    """Runs delayed actions when a test requests it."""

    def __init__(self) -> None:
        super().__init__(1, threading.RLock())
        self.waiting: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        self.waiting.append((seconds, action))

    def run_all(self) -> list[float]:
        """Run all waiting actions; returns the waits, in seconds."""
        due, self.waiting = self.waiting, []
        for _, action in due:
            action()
        return [seconds for seconds, _ in due]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def build(clock: ManualClock) -> Callable[[str], Machine]:
    """Build a machine of the default estate."""
    description = load()
    return lambda name: build_machine(description, description.machine(name), clock)


@pytest.fixture
def machine(build: Callable[[str], Machine]) -> Machine:
    return build("scp01")


@pytest.fixture
def rows() -> Callable[[Machine, str], list[Instance]]:
    """All instances of a class in root/cimv2."""

    def ask(machine: Machine, class_name: str) -> list[Instance]:
        cls = machine.repository.find_class("root/cimv2", class_name)
        return list(machine.repository.provider("root/cimv2", cls).enumerate(Call(ADMIN, "root/cimv2"), cls))

    return ask


@pytest.fixture
def invoke() -> Invoke:
    """Call a method as the CIM service does."""

    def ask(
        machine: Machine, class_name: str, method: str, caller: Caller = ADMIN, key: str = "", **inputs: Value
    ) -> dict[str, Value]:
        namespace = "root/cimv2"
        cls = machine.repository.find_class(namespace, class_name)
        provider = machine.repository.provider(namespace, cls)
        call = Call(caller, namespace)
        instance = provider.subject(call, cls, NameMap({cls.keys[0]: key})) if key else None
        return dict(provider.invoke(call, cls, method, instance, NameMap(inputs)))

    return ask
