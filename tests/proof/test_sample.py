"""A sample of the matrix, always the same; `make proof` runs all of it."""

from __future__ import annotations

import random

import pytest

from tests.proof.controller import Controller
from tests.proof.matrix import estate_of, struck
from tests.proof.operations import OPERATIONS, Operation
from tests.proof.trial import FAULTS

SEED = 2026
# Long operations have more requests, and more of them are tested.
REQUESTS_OF_ONE_TRIAL = 12


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_fault_is_told_and_the_next_run_reaches_the_wish(operation: Operation) -> None:
    chosen = random.Random(f"{SEED} {operation.name}")
    with estate_of(operation) as estate:
        operation.prepare(Controller(estate))
        whole = Controller(estate)
        operation.play(whole)
        assert operation.unmet(estate) == []
        for _ in range(max(2, len(whole.asked) // REQUESTS_OF_ONE_TRIAL)):
            trial = struck(estate, operation, chosen.choice(FAULTS), chosen.randint(1, len(whole.asked)))
            assert trial.problems == [], trial
            assert trial.struck, trial
