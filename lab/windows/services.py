"""Starting and stopping Windows services in lab time, and the services that every server has."""

from __future__ import annotations

import zlib
from functools import cache
from importlib import resources

import yaml

from lab.windows.machine import Machine, Service

START_SECONDS = 3.0
STOP_SECONDS = 2.0

# Return values of the methods of Win32_Service (Windows SDK).
DONE = 0
ACCESS_DENIED = 2
CANNOT_ACCEPT_CONTROL = 5
ALREADY_RUNNING = 10
DISABLED = 14


def start(machine: Machine, service: Service) -> int:
    """Begin starting a service; it is Running after :data:`START_SECONDS` of lab time. The caller holds the estate's lock."""
    if service.start_mode == "Disabled":
        return DISABLED
    if service.state in ("Running", "Start Pending"):
        return ALREADY_RUNNING
    if service.state != "Stopped":
        return CANNOT_ACCEPT_CONTROL
    service.state = "Start Pending"
    machine.clock.later(START_SECONDS, lambda: _started(service))
    return DONE


def stop(machine: Machine, service: Service) -> int:
    """Begin stopping a service; it is Stopped after :data:`STOP_SECONDS` of lab time. The caller holds the estate's lock."""
    if service.state != "Running":
        return CANNOT_ACCEPT_CONTROL
    service.state = "Stop Pending"
    machine.clock.later(STOP_SECONDS, lambda: _stopped(service))
    return DONE


def interrogate(_machine: Machine, service: Service) -> int:
    """Ask a service to report its state; one that is stopped or about to be cannot be asked."""
    return DONE if service.state in ("Running", "Start Pending") else CANNOT_ACCEPT_CONTROL


def _started(service: Service) -> None:
    if service.state == "Start Pending":
        service.state = "Running"
        if service.on_start is not None:
            service.on_start()


def _stopped(service: Service) -> None:
    if service.state == "Stop Pending":
        service.state = "Stopped"
        if service.on_stop is not None:
            service.on_stop()


def process_id(service: Service) -> int:
    """A process ID that stays the same; 0 when the service has no process."""
    return 0 if service.state in ("Stopped", "Start Pending") else 1000 + 4 * (zlib.crc32(service.name.lower().encode()) % 5000)


def standard_services() -> list[Service]:
    """The services of a fresh server: enough of them that a list of all services takes several pages."""
    return [
        Service(name, display, state, mode, account, rf"C:\Windows\System32\svchost.exe -k netsvcs -s {name}")
        for name, display, state, mode, account in _standard_rows()
    ]


@cache
def _standard_rows() -> tuple[tuple[str, str, str, str, str], ...]:
    text = resources.files("lab.windows").joinpath("services.yml").read_text(encoding="utf-8")
    return tuple((name, display, state, mode, account) for name, display, state, mode, account in yaml.safe_load(text))
