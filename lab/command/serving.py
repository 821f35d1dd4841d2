"""One running lab on this computer: its estate, its control socket, its lock, how it stops."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from lab.command.control import Command, ControlError, ControlServer
from lab.command.inventory import InventoryError, inventory
from lab.configmgr.components.emulated import EmulatedHierarchy
from lab.configmgr.database import ControlRow
from lab.domain.controller import DomainController
from lab.domain.kerberos import krb5_conf
from lab.domain.of_estate import domain_of
from lab.estate.description import SERVICE_CONNECTION_POINT, EstateDescription
from lab.faults import FaultError
from lab.running.estate import Estate

KRB5_CONF = "krb5.conf"
_LOOK_SECONDS = 0.5


def serve(
    description: EstateDescription, folder: Path, stop_after: float, ready: Callable[[Estate], None], *, kerberos: bool = False
) -> str:
    """Run an estate until it is stopped; returns the reason why it stopped.

    :param stop_after: seconds without any request or command after which it stops by itself; 0 for never.
    :param ready: called once every listener is open.
    :param kerberos: also run the domain of the estate.

    The caller has locked the folder (:func:`lab.command.control.locked`). Raises what :meth:`Estate.start` raises, and
    :class:`CannotRun` for the domain. SIGTERM and Ctrl-C stop it cleanly.
    """
    ended = threading.Event()
    reasons: list[str] = []

    def end(reason: str) -> None:
        reasons.append(reason)
        ended.set()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        end(f"received {signal.Signals(number).name}")

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with ExitStack() as running:
            domain = running.enter_context(_domain(description, folder)) if kerberos else None
            estate = running.enter_context(Estate(description, folder, domain=domain))
            last_command = [time.monotonic()]
            control = ControlServer(folder, _commands(estate, end, last_command), (FaultError, ControlError, InventoryError))
            control.start()
            try:
                ready(estate)
                _watch(estate, ended, last_command, stop_after, end)
            finally:
                control.stop()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return reasons[0]


@contextmanager
def _domain(description: EstateDescription, folder: Path) -> Iterator[DomainController]:
    """Run the domain of an estate, and keep the configuration and the tickets of its clients in the folder."""
    configuration, tickets = folder / KRB5_CONF, folder / "tickets"
    with domain_of(description) as domain:
        configuration.write_text(krb5_conf(domain.dns, domain.address, str(tickets.resolve())), encoding="utf-8")
        try:
            yield domain
        finally:
            configuration.unlink(missing_ok=True)
            tickets.unlink(missing_ok=True)


def _watch(
    estate: Estate, ended: threading.Event, last_command: list[float], stop_after: float, end: Callable[[str], None]
) -> None:
    """Wait for the end; end the run when there has been no request and no command for ``stop_after`` seconds."""
    totals = estate.request_log.totals()
    last_request = time.monotonic()
    while not ended.wait(_LOOK_SECONDS):
        now = estate.request_log.totals()
        if now != totals:
            totals, last_request = now, time.monotonic()
        if stop_after and time.monotonic() - max(last_request, last_command[0]) > stop_after:
            end(f"no request and no command for {stop_after:g} seconds")


def _commands(estate: Estate, end: Callable[[str], None], last_command: list[float]) -> dict[str, Command]:
    actions: dict[str, Command] = {
        "status": lambda _asked: status_of(estate),
        "down": lambda _asked: _down(end),
        "reset": lambda _asked: _reset(estate),
        "fault": lambda asked: _fault(estate, asked),
        "inventory": lambda _asked: {"inventory": inventory(estate.description, kerberos=estate.domain is not None)},
    }

    def noted(action: Command) -> Command:
        def run(asked: Mapping[str, Any]) -> Mapping[str, Any]:
            last_command[0] = time.monotonic()
            return action(asked)

        return run

    return {name: noted(action) for name, action in actions.items()}


def _down(end: Callable[[str], None]) -> Mapping[str, Any]:
    end("received the command `down`")
    return {"pid": os.getpid()}


def _reset(estate: Estate) -> Mapping[str, Any]:
    estate.reset()
    return {}


def _fault(estate: Estate, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    action = asked.get("action")
    if action == "add":
        params = asked.get("params")
        if not isinstance(params, dict) or not all(isinstance(v, str | int | float | bool) for v in params.values()):
            raise FaultError("params must be a mapping of names to text, numbers, true or false")
        return {"number": estate.faults.order(str(asked.get("kind")), **params)}
    if action == "cancel":
        number = asked.get("number")
        if not isinstance(number, int):
            raise FaultError("the number of the fault to cancel is missing")
        estate.faults.cancel(number)
        return {}
    if action == "clear":
        estate.faults.clear()
        return {}
    if action == "list":
        return {"faults": estate.faults.listing()}
    raise FaultError("this action does not exist; allowed: add, cancel, clear, list")


def status_of(estate: Estate) -> dict[str, Any]:
    """What is running, for users and programs."""
    description = estate.description
    return {
        "pid": os.getpid(),
        "estate": description.source,
        "pace": description.pace,
        "lab_time": estate.clock.now().isoformat(timespec="seconds"),
        "ca_file": str(estate.ca_file),
        "http_port": description.http_port,
        "https_port": description.https_port,
        "domain": _domain_status(estate),
        "requests": dict(estate.request_log.totals()),
        "machines": [
            {"fqdn": m.fqdn, "address": m.address, "os": m.os.caption, "alive": m.alive} for m in estate.machines.values()
        ],
        "sites": [
            {
                "hierarchy": hierarchy.name,
                "code": site.code,
                "kind": site.kind,
                "parent": site.parent or "",
                "server": description.fqdn(site.server),
                "passive_server": description.fqdn(site.passive_server) if site.passive_server else "",
                "providers": [description.fqdn(name) for name in site.providers],
            }
            for hierarchy in description.hierarchies
            for site in hierarchy.sites
        ],
        "roles": _roles(estate),
        "faults": estate.faults.listing(),
        "violations": [f"{v.by}: {v.text}" for v in estate.violations],
        "errors": [f"{type(error).__name__}: {error}" for error in estate.errors],
    }


def _domain_status(estate: Estate) -> dict[str, str] | None:
    """How clients log on with Kerberos; null without a domain."""
    if estate.domain is None:
        return None
    configuration = (estate.state_folder / KRB5_CONF).resolve()
    return {"realm": estate.domain.realm, "address": estate.domain.address, "krb5_conf": str(configuration)}


def _roles(estate: Estate) -> list[dict[str, str]]:
    with estate.lock:
        return [
            {"role": row.role, "server": row.server, "site": row.site_code, "mode": _mode(hierarchy, row)}
            if row.role == SERVICE_CONNECTION_POINT
            else {"role": row.role, "server": row.server, "site": row.site_code}
            for hierarchy in estate.hierarchies
            for row in hierarchy.state.control.roles()
        ]


def _mode(hierarchy: EmulatedHierarchy, row: ControlRow) -> str:
    """The mode in which the role runs on the row's server; empty when it does not run there for the row's site."""
    return hierarchy.effective_mode(row.server) if row.site_code in hierarchy.state.sites else ""
