"""The complete matrix: every operation, every fault, every request, in parallel estates."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from lab.estate_file.reader import parse
from lab.running.estate import Estate
from tests.lab.addresses import claim
from tests.proof.operations import BY_NAME, OPERATIONS, Operation
from tests.proof.trial import FAULTS, FAULTS_BY_NAME, Fault, Trial, attempt

_ATTEMPTS = 3

Cell = tuple[str, str]
"""An operation and a fault, by name."""


@dataclass
class Column:
    """The trials of one cell, at each request in turn; ``whole`` is false if the time limit ended it before the last one."""

    operation: str
    fault: str
    trials: list[Trial] = field(default_factory=list)
    whole: bool = True
    seconds: float = 0.0

    @property
    def bad(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.problems]


@contextmanager
def estate_of(operation: Operation) -> Iterator[Estate]:
    """A separate estate for an operation, whose time the test advances."""
    with ExitStack() as claims:
        description = parse(operation.estate, f"the estate for {operation.name}").at(claim(claims), 1.0)
        yield claims.enter_context(Estate(description, by_hand=True))


def column(operation: str, fault: str, deadline: float, every: int = 1) -> Column:
    """Inject the fault at the first request, the second and so on, until the operation ends before the fault.

    :param deadline: by ``time.time()``.
    :param every: inject the fault only at every Nth request.
    """
    began = time.time()
    found = Column(operation, fault)
    with estate_of(BY_NAME[operation]) as estate:
        for at in itertools.count(1, every):
            if time.time() > deadline:
                found.whole = False
                break
            trial = struck(estate, BY_NAME[operation], FAULTS_BY_NAME[fault], at)
            if not trial.struck and not trial.message:
                break
            found.trials.append(trial)
    found.seconds = time.time() - began
    return found


def struck(estate: Estate, operation: Operation, fault: Fault, at: int) -> Trial:
    """A trial; repeated if the play failed before its fault, for example if the machine was too busy to answer in time."""
    for _ in range(_ATTEMPTS):
        trial = attempt(estate, operation, fault, at)
        if trial.struck or not trial.message:
            return trial
    trial.problems.append(f"the play failed before its fault: {trial.message}")
    return trial


def cells() -> list[Cell]:
    """Every combination; those that take longest first, so that no worker is still busy with one at the end."""
    length = {
        name: rank for rank, name in enumerate(("move", "provision", "mode change while it installs", "mode change", "removal"))
    }
    found = [(operation.name, fault.name) for operation in OPERATIONS for fault in FAULTS]
    return sorted(found, key=lambda cell: (length.get(cell[0], 9), not FAULTS_BY_NAME[cell[1]].late))


def run(wanted: list[Cell], minutes: float, workers: int, tell: Callable[[str], None], every: int = 1) -> list[Column]:
    """Run the cells in ``workers`` processes; cells that are not finished after ``minutes`` are cut short and marked.

    :param every: see :func:`column`.
    """
    deadline = time.time() + 60 * minutes
    done: list[Column] = []
    with ProcessPoolExecutor(workers, initializer=os.nice, initargs=(5,)) as pool:
        waiting = [pool.submit(column, operation, fault, deadline, every) for operation, fault in wanted]
        for future in as_completed(waiting):
            found = future.result()
            done.append(found)
            tell(
                f"{len(done)} of {len(wanted)}: {found.operation}, {found.fault}: {len(found.trials)} trials, "
                f"{len(found.bad)} not fine, {found.seconds:.0f} s"
            )
    return done
