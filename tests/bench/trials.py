"""Runs of several programs in turn, so that a temporary load on the machine affects all of them; and what each took."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.lab.ansible_runs import command, environment, run_playbook

_LOOK_SECONDS = 0.25
_TIME_LIMIT_SECONDS = 900.0


@dataclass(frozen=True)
class Taken:
    """One run: wall clock and processor time of the program with all its children, in seconds; memory in MiB.

    ``largest_mib`` is the peak of the largest process; ``whole_mib`` that of all processes together, shared pages counted once,
    measured every quarter of a second (0 if not requested).
    """

    wall_seconds: float
    cpu_seconds: float
    largest_mib: float
    whole_mib: float = 0.0


@dataclass(frozen=True)
class Trials:
    """The runs of one program."""

    runs: tuple[Taken, ...]

    @property
    def wall(self) -> float:
        return median(run.wall_seconds for run in self.runs)

    @property
    def cpu(self) -> float:
        return median(run.cpu_seconds for run in self.runs)

    @property
    def largest_mib(self) -> float:
        return max(run.largest_mib for run in self.runs)

    @property
    def whole_mib(self) -> float:
        return max(run.whole_mib for run in self.runs)

    def shown(self) -> str:
        """Median and range of the wall clock, with its unit."""
        walls = [run.wall_seconds for run in self.runs]
        return f"{self.wall:.2f} s ({min(walls):.2f} to {max(walls):.2f})"


def in_turns(rounds: int, things: Mapping[str, Callable[[], Taken]]) -> dict[str, Trials]:
    """Run all programs ``rounds`` times: A B C A B C ..., after one round that is not counted."""
    taken: dict[str, list[Taken]] = {name: [] for name in things}
    for number in range(rounds + 1):
        for name, run in things.items():
            found = run()
            if number:
                taken[name].append(found)
    return {name: Trials(tuple(runs)) for name, runs in taken.items()}


def play(
    playbook: Path,
    inventory: Path,
    folder: Path,
    *arguments: str,
    collections: Path | None = None,
    checkout: Path | None = None,
    memory: bool = False,
) -> Taken:
    """ansible-playbook as users run it; every host must succeed.

    :param collections: a folder with further collections.
    :param checkout: another checkout of this collection, which is used in place of this one.
    """
    # The recording of outcomes is for tests.
    variables = {name: value for name, value in environment(folder).items() if not name.startswith("ANSIBLE_CALLBACK")}
    if checkout is not None:
        variables["ANSIBLE_COLLECTIONS_PATH"] = str(checkout / "collections")
        variables["ANSIBLE_CONFIG"] = str(checkout / "ansible.cfg")
    if collections is not None:
        variables["ANSIBLE_COLLECTIONS_PATH"] += f":{collections}"
    return measured(command(playbook, inventory, arguments), variables, folder, memory=memory)


def tasks_of(playbook: Path, inventory: Path, folder: Path) -> int:
    """The number of tasks of a play, which must succeed; skipped ones are counted, because they cost the same.

    :raises RuntimeError: it failed.
    """
    done = run_playbook(playbook, inventory, folder)
    if done.code:
        raise RuntimeError(f"{playbook.name} failed:\n{done.output}")
    return done.output.count("\nTASK [")


def script(file: Path, folder: Path, *arguments: str) -> Taken:
    """A Python program."""
    return measured([sys.executable, str(file), *arguments], dict(os.environ), folder)


def measured(words: Sequence[str], variables: Mapping[str, str], folder: Path, *, memory: bool = False) -> Taken:
    """Run a program and measure it.

    :raises RuntimeError: it failed or took too long; with its output.
    """
    output = folder / "output.txt"
    began = time.monotonic()
    with output.open("wb") as file:
        process = subprocess.Popen(words, env=dict(variables), cwd=folder, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        watch = _Watch(process.pid) if memory else None
        limit = threading.Timer(_TIME_LIMIT_SECONDS, process.kill)
        limit.start()
        try:
            _pid, status, usage = os.wait4(process.pid, 0)
            took = time.monotonic() - began
        except BaseException:
            # The user has interrupted the run: the started program ends too.
            process.kill()
            raise
        finally:
            limit.cancel()
            whole = watch.finish() if watch else 0.0
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode}:\n{output.read_text(errors='replace')[-4000:]}")
    return Taken(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, whole)


class _Watch:
    """Measures the memory of a process and its children until it is stopped."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._peak = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def finish(self) -> float:
        """The peak in MiB."""
        self._ended.set()
        self._thread.join()
        return self._peak

    def _look(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            self._peak = max(self._peak, sum(_proportional_kib(pid) for pid in _tree(self._pid)) / 1024)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
        except OSError:
            continue  # it has ended in the meantime
        found.extend(map(int, children))
    return found


def _proportional_kib(pid: int) -> int:
    """The process' share of memory: each process counts its part of shared pages."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0  # it has ended in the meantime
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
