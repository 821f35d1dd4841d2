"""Running the state machine: a given number of steps, shared by several processes, each with its own examples."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import HierarchyUnderFire
from tests.proof.matrix import estate_of
from tests.proof.operations import STATES

FIRST_SEED = 2026
_STEPS_OF_EXAMPLE = 50
# The first example of a batch is always the simplest one, so a batch has many.
_EXAMPLES_OF_BATCH = 20


@dataclass(frozen=True)
class Walk:
    """What one process did: ``failure`` is the shortest way to break a rule, as Hypothesis reports it, or empty."""

    steps: int
    examples: int
    failure: str
    seconds: float


def profile(examples: int, steps: int) -> settings:
    """The numbers of examples and steps; no deadline, because machines are shared, and no example is kept between runs."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
    )


def walk(steps: int, number: int, deadline: float) -> Walk:
    """Run at least ``steps`` steps, in batches with seeds derived from ``number``; stops at the first failure."""
    began, examples = time.time(), 0
    HierarchyUnderFire.steps = 0
    with estate_of(STATES) as estate:
        HierarchyUnderFire.estate = estate
        while HierarchyUnderFire.steps < steps and time.time() < deadline:
            batch = type("Batch", (HierarchyUnderFire,), {})
            seed(FIRST_SEED + 100_000 * number + examples)(batch)
            try:
                run_state_machine_as_test(batch, settings=profile(_EXAMPLES_OF_BATCH, _STEPS_OF_EXAMPLE))
            except Exception:  # noqa: BLE001 - every violation of a rule is reported, with the steps that led to it
                return Walk(HierarchyUnderFire.steps, examples, traceback.format_exc(), time.time() - began)
            examples += _EXAMPLES_OF_BATCH
    return Walk(HierarchyUnderFire.steps, examples, "", time.time() - began)


def run(steps: int, minutes: float, workers: int, tell: Callable[[str], None]) -> list[Walk]:
    """Divide the steps among ``workers`` processes; after ``minutes`` no new batch begins."""
    deadline = time.time() + 60 * minutes
    done: list[Walk] = []
    shares = workers
    with ProcessPoolExecutor(workers, initializer=os.nice, initargs=(5,)) as pool:
        waiting = [pool.submit(walk, -(-steps // shares), number, deadline) for number in range(shares)]
        for future in as_completed(waiting):
            done.append(future.result())
            state = "a rule broke" if done[-1].failure else "all rules held"
            tell(f"states: {sum(found.steps for found in done)} of {steps} steps, {state}, {done[-1].seconds:.0f} s")
    return done
