"""Recordings through the client and the probes: as they are, with every assumption contradicted, and with nothing answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probe import (
    AS_ASSUMED,
    CANNOT_TELL,
    OTHERWISE,
    SERVER,
    SITE,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probes import PROBES
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread
from tests.recorded.estates import AGREEING, CONTRADICTING
from tests.recorded.replay import BUNDLES, Recording

FOLDERS = sorted(path for path in BUNDLES.iterdir() if path.is_dir())
LAB = Recording.of(BUNDLES / "lab")


def judged(recording: Recording) -> dict[str, dict[str, str]]:
    return {**recording.judged(SITE), **recording.judged(SERVER)}


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_recording_has_the_verdicts_that_it_had_when_it_was_taken(folder: Path) -> None:
    recording = Recording.of(folder)
    known = {probe["id"]: probe["verdict"] for probe in recording.verdicts}
    found = {name: probe["verdict"] for name, probe in judged(recording).items()}
    # A probe that was added later may find what it needs in the old answers, or not.
    assert {name: word for name, word in found.items() if name in known} == known


@pytest.mark.parametrize("probe", [probe.id for probe in PROBES])
def test_an_estate_that_contradicts_an_assumption_is_otherwise(probe: str) -> None:
    found = judged(CONTRADICTING[probe](LAB))[probe]
    assert found["verdict"] == OTHERWISE, found["seen"]


@pytest.mark.parametrize("probe", [probe.id for probe in PROBES])
def test_an_estate_that_has_what_is_asked_is_as_assumed(probe: str) -> None:
    found = judged(AGREEING[probe](LAB) if probe in AGREEING else LAB)[probe]
    assert found["verdict"] == AS_ASSUMED, found["seen"]


def test_an_estate_that_answers_nothing_else_cannot_tell() -> None:
    """Only the first request of each host is answered: the reading that all others wait for."""
    sites = next(name for name, text in LAB.texts.items() if "FROM SMS_Site<" in text)
    number = int(sites.split("-")[1])
    first = (f"site-{number:03d}", f"site-{number + 1:03d}", "server-001")
    left = Recording({name: text for name, text in LAB.texts.items() if name.startswith(first) or "-request" not in name})
    readings = {name: Unread("no rights") for name in LAB.readings(SERVER)}
    left.readings = lambda part: readings if part == SERVER else {}  # type: ignore[method-assign]
    found = judged(left)
    assert {name for name, probe in found.items() if probe["verdict"] != CANNOT_TELL} == set()
    assert all(probe["seen"] for probe in found.values())
