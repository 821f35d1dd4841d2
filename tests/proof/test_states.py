"""A short run of the state machine, the same in every run; `make proof` runs ten thousand steps."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.proof.machine import HierarchyUnderFire
from tests.proof.matrix import estate_of
from tests.proof.operations import STATES
from tests.proof.states import profile

SHORT = settings(profile(examples=8, steps=15), derandomize=True)


@pytest.mark.long
def test_the_rules_of_the_role_hold_whatever_happens() -> None:
    with estate_of(STATES) as estate:
        HierarchyUnderFire.estate = estate
        run_state_machine_as_test(HierarchyUnderFire, settings=SHORT)
