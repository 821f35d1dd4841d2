"""Peak memory and time of one case, each in a fresh process that has imported what a task's process has."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
LIMIT_MIB = 300
"""What the whole process may need while it reads the worst answer."""
LIMIT_SECONDS = 5.0
_LONGEST_SECONDS = 600


@dataclass(frozen=True)
class Read:
    """One reading of hostile input.

    :param size_bytes: what was received.
    :param end: ``read``, or the sentence with which it was refused.
    :param seconds: processor time for the slowest of its answers.
    """

    size_bytes: int
    end: str
    seconds: float


Case = Callable[[], Iterable[Read]]
"""The readings of one case, in order; the peak is that of all of them, the seconds those of the slowest."""


@dataclass(frozen=True)
class Measured:
    """What one case cost.

    :param before_mib: the process before it.
    :param seconds: processor time for the slowest answer.
    :param size_bytes: the largest reading.
    :param read_bytes: the largest reading that was not refused, 0 if there is none.
    :param refused: the sentence of the last refusal, empty if there is none.
    """

    name: str
    before_mib: float
    peak_mib: float
    seconds: float
    size_bytes: int
    read_bytes: int
    refused: str


def measure(name: str, *, arguments: tuple[str, ...] = ("-m", "tests.hostile")) -> Measured:
    """Run a case of ``tests.hostile.cases`` in a process of its own.

    :raises RuntimeError: the process failed; the text is its error output.
    """
    path = os.pathsep.join([str(CHECKOUT / "collections"), str(CHECKOUT)])
    done = subprocess.run(
        [sys.executable, *arguments, "--here", name],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=_LONGEST_SECONDS,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed:\n{done.stderr}")
    return Measured(**json.loads(done.stdout))


def import_as_a_task_does() -> None:
    """Import what the process of a task has imported: Ansible, the action plugins, and the libraries of both connections."""
    for name in (
        "ansible.executor.task_executor",
        "ansible.plugins.connection.winrm",
        "ansible.plugins.connection.psrp",
        "ansible_collections.configmgr.scp.plugins.action.cim",
        "winrm.protocol",
        "pypsrp.wsman",
    ):
        import_module(name)


def run_here(name: str, case: Case) -> str:
    """Run a case in this process, which must be fresh; what ``measure`` reads."""
    before = peak_mib()
    found = list(case())
    read = [each.size_bytes for each in found if each.end == "read"]
    refused = [each.end for each in found if each.end != "read"]
    return json.dumps(
        asdict(
            Measured(
                name,
                before,
                peak_mib(),
                max(each.seconds for each in found),
                max(each.size_bytes for each in found),
                max(read, default=0),
                refused[-1] if refused else "",
            )
        )
    )


def peak_mib() -> float:
    """The largest resident memory of this program so far. ``ru_maxrss`` would include that of the process that started it."""
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    if found is None:
        raise RuntimeError("this system does not report the peak memory of a process")
    return int(found[1]) / 1024
