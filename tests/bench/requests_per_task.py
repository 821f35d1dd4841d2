"""How many requests a play or a module needs, counted by the lab."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.estate_file.reader import DEFAULT_FILE, load
from lab.running.estate import Estate
from tests.bench.page import table
from tests.lab.ansible_runs import CHECKOUT, run_playbook

ADDRESS_BASE = "127.58.77"
PROVIDER, SERVER = "cas01.corp.example", "scp01.corp.example"

# Each module with arguments for which there is nothing to change.
MODULES: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("service_connection_point", PROVIDER, "with site_code", {"server": SERVER, "site_code": "CAS"}),
    ("service_connection_point", PROVIDER, "site_code found", {"server": SERVER}),
    ("site_system", PROVIDER, "with site_code", {"server": SERVER, "site_code": "CAS"}),
    (
        "site_account",
        PROVIDER,
        "with site_code, not there and absent",
        {"name": "CORP\\nobody", "state": "absent", "site_code": "CAS"},
    ),
    ("service_connection_point_info", PROVIDER, "with site_code", {"site_code": "CAS"}),
    ("hierarchy_info", PROVIDER, "with site_code", {"site_code": "CAS"}),
    ("site_system_info", PROVIDER, "one server", {"servers": [SERVER], "site_code": "CAS"}),
    ("site_account_info", PROVIDER, "with site_code", {"site_code": "CAS"}),
    ("component", SERVER, "state: started", {"state": "started"}),
    ("site_prerequisites", PROVIDER, "with site_code", {"server": SERVER, "site_code": "CAS"}),
    ("server_prerequisites", SERVER, "Windows Server 2022", {"site_version": "2609", "site_server_account": ["CORP\\CAS01$"]}),
    ("port_check", SERVER, "one port", {"targets": [{"host": PROVIDER, "port": 1433, "name": "sql"}]}),
    ("endpoint_check", SERVER, "updates, all reached", {"features": ["updates"], "site_version": "2609"}),
    ("cloud_service_info", PROVIDER, "with site_code", {"site_code": "CAS"}),
    ("site_update_info", PROVIDER, "with site_code", {"site_code": "CAS"}),
    ("site_update", PROVIDER, "with site_code, installed", {"update": "2609", "state": "installed", "site_code": "CAS"}),
    ("update_prerequisites", PROVIDER, "with site_code", {"update": "2609", "site_code": "CAS"}),
    ("site_status_info", PROVIDER, "with site_code", {"site_code": "CAS"}),
    ("usage_data", PROVIDER, "with site_code, read", {"site_code": "CAS"}),
    ("field_check", PROVIDER, "part: site", {"part": "site", "site_code": "CAS"}),
    ("field_check", SERVER, "part: server", {"part": "server"}),
    ("log_info", SERVER, "one log", {"components": ["SMS_DMP_DOWNLOADER"]}),
    ("cim", SERVER, "one row", {"query": "select * from Win32_OperatingSystem"}),
)
# A change in each way to write, and one that the provider does not support over CIM. Each changes what the one before it left.
WRITES: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
    ("usage_data", "writer: cim", {"level": "basic", "site_code": "CAS", "writer": "cim"}, False),
    ("usage_data", "writer: cmdlets", {"level": "full", "site_code": "CAS", "writer": "cmdlets"}, False),
    ("usage_data", "writer: auto, refused over CIM", {"level": "basic", "site_code": "CAS"}, True),
)


@dataclass(frozen=True)
class Count:
    """HTTP exchanges of one play: those of authentication, CIM and shell requests, and bytes of the bodies both ways."""

    name: str
    handshake: int
    cim: int
    shell: int
    bytes_out: int
    bytes_in: int


def run(quick: bool) -> str:
    """Count the requests; returns the table for the page. Each play must run once.

    :raises RuntimeError: a play failed.
    """
    plays = ("provision",) if quick else ("provision", "preflight", "report")
    with tempfile.TemporaryDirectory() as folder, settled_estate() as (estate, count):
        found = [count(f"play `configmgr.scp.{name}`", CHECKOUT / "playbooks" / f"{name}.yml") for name in plays]
        for module, host, circumstance, arguments in MODULES[: 4 if quick else None]:
            found.append(count(f"`{module}`, {circumstance}", module_play(Path(folder), module, host, arguments)))
        written = []
        for module, circumstance, arguments, refused in () if quick else WRITES:
            if refused:
                estate.faults.order("write_refused")
            written.append(count(f"`{module}`, {circumstance}", module_play(Path(folder), module, PROVIDER, arguments)))
    tables = [_shown("task or play that changes nothing", found)]
    return "\n\n".join([*tables, *([_shown("task that writes one row", written)] if written else [])])


def _shown(what: str, counts: Sequence[Count]) -> str:
    return table(
        [what, "CIM requests", "shell requests", "of authentication", "bytes sent", "bytes received"],
        [[c.name, c.cim, c.shell, c.handshake, c.bytes_out, c.bytes_in] for c in counts],
    )


@contextmanager
def settled_estate() -> Iterator[tuple[Estate, Callable[..., Count]]]:
    """An estate on which the role is already installed, and a function that counts a play on it."""
    with tempfile.TemporaryDirectory() as folder, Estate(load().at(ADDRESS_BASE, pace=10)) as estate:
        inventory = Path(folder) / "hosts.yml"
        inventory.write_text(_moved_inventory(), encoding="utf-8")

        def count(name: str, playbook: Path) -> Count:
            estate.request_log.clear()
            run = run_playbook(playbook, inventory, Path(folder))
            if run.code:
                raise RuntimeError(f"{name} failed:\n{run.output}")
            records = estate.request_log.records()
            return Count(
                name,
                sum(record.kind == "handshake" for record in records),
                sum(record.kind == "cim" for record in records),
                sum(record.kind == "shell" for record in records),
                sum(record.bytes_in for record in records),
                sum(record.bytes_out for record in records),
            )

        count("first", CHECKOUT / "playbooks" / "provision.yml")
        yield estate, count


def module_play(folder: Path, module: str, host: str, arguments: dict[str, Any]) -> Path:
    """A playbook with one task."""
    play = {"hosts": host, "gather_facts": False, "tasks": [{f"configmgr.scp.{module}": arguments}]}
    playbook = folder / f"{module}.yml"
    playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
    return playbook


def _moved_inventory() -> str:
    text = DEFAULT_FILE.with_name("hosts.yml").read_text(encoding="utf-8")
    return text.replace("127.0.10.", f"{ADDRESS_BASE}.")
