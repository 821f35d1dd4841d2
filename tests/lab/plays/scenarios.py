"""Shared by the tests of the scenario playbooks: running one on an estate, and reading its output."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook

CHANGING = ("Create", "Put", "Delete", "SetStringValue", "StartService", "StopService", "EncryptDataEx")
WriteInventory = Callable[..., Path]


def play(name: str, estate: Estate, inventory: WriteInventory, folder: Path, *arguments: str, **variables: Any) -> Run:
    """Run playbooks/<name>.yml; ``arguments`` with ``=`` are extra variables, others are options; ``variables`` for all hosts."""
    options = [part for text in arguments for part in (("-e", text) if "=" in text else (text,))]
    return run_playbook(CHECKOUT / "playbooks" / f"{name}.yml", inventory(estate, **variables), folder, *options)


def words(run: Run) -> str:
    """The output without its line breaks, for sentences that are wrapped."""
    return " ".join(run.output.split())


def writes(estate: Estate) -> list[str]:
    """CIM requests that write, as the lab's log shows them."""
    sent = [record.action.rpartition("/")[2] for record in estate.request_log.records() if record.kind == "cim"]
    return [name for name in sent if name in CHANGING]
