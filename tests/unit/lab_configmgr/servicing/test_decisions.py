"""The pure parts of an update: its state from those of the sites, which packages apply, whether a stage is complete."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from lab.configmgr.database import UpdatePackage
from lab.configmgr.progress import Report
from lab.configmgr.servicing import steps_table
from lab.configmgr.servicing.applicability import new_state
from lab.configmgr.servicing.overall import overall
from lab.configmgr.servicing.stage_rows import completed
from lab.configmgr.sites import CENTRAL, PRIMARY, Site
from lab.configmgr.updates import is_baseline
from tests.unit.lab_configmgr.servicing.conftest import DONE

TOP = Site("CAS", "Top", CENTRAL, "cas01.corp.example")
CHILD = Site("PR1", "Child", PRIMARY, "pri1.corp.example", "CAS")


@pytest.mark.parametrize(
    ("states", "state"),
    [
        ((65538, 65537), 65537),
        ((131073, 65538), 65538),
        ((131074, 131073), 131073),
        ((131075, 131074), 131075),
        ((131074, 131074), 131074),
        ((131073, 196607), 196607),
        ((131075, 131073), 131073),
        ((196620, 196611), 196620),
        ((DONE, 196611), 196611),
        ((DONE, DONE, 196628), 196628),
        ((DONE, 262143, 196628), 262143),
        ((196613,), 196613),
        ((DONE, DONE), DONE),
    ],
)
def test_the_state_of_a_package(states: tuple[int, ...], state: int) -> None:
    assert overall(states) == state


@pytest.mark.parametrize(
    ("version", "least", "state", "expected"),
    [
        ("5.00.9146.1000", "5.00.9132.1000", 327682, 393213),
        ("5.00.9146.1000", "5.00.9132.1000", 262146, 393213),
        ("5.00.9152.1000", "5.00.9135.1000", DONE, DONE),
        ("5.00.9152.1012", "5.00.9152.1000", 393214, 327682),
        ("5.00.9158.1000", "5.00.9155.1000", 327682, 393214),
        ("5.00.9158.1000", "5.00.9141.1000", 262146, 262146),
        ("5.00.9158.1000", "5.00.9141.1000", 196609, 196609),
    ],
)
def test_which_packages_apply_after_the_installation(version: str, least: str, state: int, expected: int) -> None:
    assert new_state(UpdatePackage("G", "N", version, state, min_version=least), "5.00.9152.1000") == expected


def test_what_changes_the_version() -> None:
    assert is_baseline("5.00.9152.1000", "5.00.9141.1000")
    assert not is_baseline("5.00.9152.1012", "5.00.9152.1000")


def reports(values: dict[int, int]) -> list[Report]:

    now = datetime(2026, 1, 1, tzinfo=UTC)
    return [Report("G", "X", 0, steps_table.step(number), 100, value, 1, "", now) for number, value in values.items()]


@pytest.mark.parametrize(
    ("site", "values", "expected"),
    [
        (TOP, {0xB0001: 2, 0xB0002: 2, 0xB0004: 2, 0xB0005: 2}, 2),
        (TOP, {0xB0001: 2, 0xB0002: 2}, 1),
        (TOP, {0xB0001: 2, 0xB0002: 1, 0xB0004: 2, 0xB0005: 2}, 1),
        (CHILD, {0xB0003: 2, 0xB0004: 2, 0xB0005: 2}, 2),
        (CHILD, {0xB0003: 3, 0xB0004: 2, 0xB0005: 2}, 3),
        (CHILD, {0xB0003: 4}, 4),
    ],
)
def test_whether_a_stage_is_complete(site: Site, values: dict[int, int], expected: int) -> None:
    assert completed(steps_table.REPLICATION, site, reports(values)) == expected


def test_every_number_is_in_its_stage() -> None:
    for stage in steps_table.STAGES:
        assert {step.number >> 16 for step in steps_table.expected(stage)} <= {stage.number}
    numbers = [step.number for step in steps_table.INSTALLATION_STEPS]
    assert sorted(numbers) == list(range(0xD0005, 0xD001F))
    assert steps_table.STATE_IN_STEP.keys() <= set(numbers)
