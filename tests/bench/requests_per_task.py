"""How many requests a play or a module needs, counted by the lab that answers them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.estate_reader import DEFAULT_FILE, load
from lab.server import Estate
from tests.lab.ansible_runs import CHECKOUT, run_playbook

ADDRESS_BASE = "127.58.77"
SERVER = "scp01.corp.example"


@dataclass(frozen=True)
class Count:
    """HTTP exchanges of one play: those of authentication, CIM and shell requests, and bytes of the bodies both ways."""

    name: str
    handshake: int
    cim: int
    shell: int
    bytes_out: int
    bytes_in: int


@contextmanager
def settled_estate() -> Iterator[tuple[Estate, Callable[..., Count]]]:
    """An estate on which the role is installed already, and what counts a play on it."""
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
