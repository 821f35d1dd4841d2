"""ansible-playbook as users run it, in a separate process, with each task's outcome recorded."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.launcher import Launcher

CHECKOUT = Path(__file__).parents[2]
LIMIT_SECONDS = 180.0
_RECAP = re.compile(r"^(\S+)\s+:\s+(ok=.*)$", re.MULTILINE)

Start = Callable[[Sequence[str], Mapping[str, str], Path, float], tuple[int, str]]
"""Runs a command with an environment, in a folder, for so many seconds at most. Returns its exit code and its output."""


@dataclass(frozen=True)
class Run:
    """The results of a run of ansible-playbook."""

    code: int
    output: str
    outcomes: list[dict[str, Any]]
    seconds: float

    def outcome(self, task: str, host: str | None = None) -> dict[str, Any]:
        """The only outcome of a task (on a host)."""
        found = [item for item in self.outcomes if item["task"] == task and host in (None, item["host"])]
        assert len(found) == 1, (found, self.output)
        return found[0]

    def result(self, task: str, status: str, host: str | None = None) -> dict[str, Any]:
        """The result of a task that must have ended in this way."""
        outcome = self.outcome(task, host)
        assert outcome["status"] == status, (outcome, self.output)
        result: dict[str, Any] = outcome["result"]
        return result

    def recap(self, host: str) -> dict[str, int]:
        """The counts of a host at the end of the run: ok, changed, unreachable, failed, ..."""
        lines = {found.group(1): found.group(2) for found in _RECAP.finditer(self.output)}
        return {name: int(number) for name, number in (pair.split("=") for pair in lines[host].split())}


def command(playbook: Path, inventory: Path, arguments: Sequence[str] = ()) -> list[str]:
    """The command line that runs a playbook. The environment variable ANSIBLE_PLAYBOOK names another ansible-core's program."""
    program = os.environ.get("ANSIBLE_PLAYBOOK", str(Path(sys.executable).parent / "ansible-playbook"))
    return [program, "-i", str(inventory), str(playbook), *arguments]


def inventory_command(sources: Sequence[Path], arguments: Sequence[str] = ()) -> list[str]:
    """The command line that shows inventories, with the program of the same ansible-core as :func:`command`."""
    program = Path(command(Path(), Path())[0]).with_name("ansible-inventory")
    return [str(program), *(word for source in sources for word in ("-i", str(source))), *arguments]


def environment(folder: Path) -> dict[str, str]:
    """The checkout's configuration; ``folder`` is for the files that Ansible writes, record.jsonl among them.

    Callbacks that the environment enables are enabled too.
    """
    return {
        **os.environ,
        "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / "collections"),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": ",".join(filter(None, ["record", os.environ.get("ANSIBLE_CALLBACKS_ENABLED")])),
        "ANSIBLE_NOCOLOR": "1",
        "RECORD_FILE": str(folder / "record.jsonl"),
    }


def started(line: Sequence[str], variables: Mapping[str, str], folder: Path, timeout: float) -> tuple[int, str]:
    """Start a program as it is; see :data:`Start`."""
    done = subprocess.run(line, env=variables, cwd=folder, capture_output=True, text=True, timeout=timeout, check=False)
    return done.returncode, done.stdout + done.stderr


_start: Start = started


@contextmanager
def launched() -> Iterator[None]:
    """Meanwhile a :class:`Launcher` runs the playbooks of this process, unless ANSIBLE_PLAYBOOK names a program."""
    global _start
    launcher = Launcher()
    if "ANSIBLE_PLAYBOOK" not in os.environ:
        _start = launcher.run
    try:
        yield
    finally:
        _start = started
        launcher.close()


def run_playbook(playbook: Path, inventory: Path, folder: Path, *arguments: str, start: Start | None = None) -> Run:
    """Run a playbook with the checkout's configuration; ``folder`` is for the files that Ansible writes.

    :param start: how; left out, as :func:`launched` says.
    """
    record = folder / "record.jsonl"
    record.unlink(missing_ok=True)
    began = time.monotonic()
    code, output = (start or _start)(command(playbook, inventory, arguments), environment(folder), folder, LIMIT_SECONDS)
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    return Run(code, output, [json.loads(line) for line in lines], time.monotonic() - began)


def run_inventory(sources: Sequence[Path], folder: Path, *arguments: str, **variables: str) -> tuple[int, str]:
    """Run ansible-inventory with the checkout's configuration; returns its exit code, and its output with that on standard error
    behind it.

    :param variables: more of the environment.
    """
    return _start(inventory_command(sources, arguments), {**environment(folder), **variables}, folder, LIMIT_SECONDS)
