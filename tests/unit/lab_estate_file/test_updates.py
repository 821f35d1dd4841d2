"""Updates with their prerequisites and features, service windows, and faults that an estate has from the start."""

from __future__ import annotations

import pytest

from lab.estate.errors import EstateError
from lab.estate_file.reader import parse

GUID = "7d3a9c1e-52b4-4f0b-9e66-0c5d2a8f4b11"
OTHER = "5e0c1b7a-93d4-4a6f-8c21-7b9d3f5a6e10"


def text(updates: str = "", site: str = "", faults: str = "") -> str:
    return f"""
domain: {{dns: corp.example, netbios: CORP}}
accounts: [{{name: 'CORP\\admin', password: Lab-1, sms: full, administrator_of: all}}]
machines: [{{name: cas01, address: 127.0.10.11, os: "2022"}}]
{faults}
hierarchies:
  - name: one
    sites: [{{code: ST1, name: Site, type: primary, server: cas01{site}}}]
    {updates}
"""


def update(more: str) -> str:
    old = f"{{name: Old, guid: {OTHER}, version: 5.00.9146.1000, state: 196612}}"
    return f"updates: [{old}, {{name: New, guid: {GUID}, version: 5.00.9152.1000, state: 327682{more}}}]"


def test_an_update_with_everything() -> None:
    more = f", min_version: 5.00.9141.1000, prerequisite: Old, features: [{{name: A, guid: {OTHER}}}]"
    found = parse(text(update(more)), "estate").hierarchies[0].updates[1]
    assert (found.min_version, found.prerequisite) == ("5.00.9141.1000", "Old")
    assert [(feature.name, feature.guid) for feature in found.features] == [("A", OTHER)]
    plain = parse(text(update("")), "estate").hierarchies[0].updates[1]
    assert (plain.min_version, plain.prerequisite, plain.features) == ("5.00.8913.1000", "", ())


def test_service_windows() -> None:
    site = ", service_windows: [{name: Night, start_hours: -2.5, duration_hours: 4, daily: true}, "
    site += "{name: Off, start_hours: 1, duration_hours: 1, enabled: false}]"
    night, off = parse(text(site=site), "estate").hierarchies[0].sites[0].service_windows
    assert (night.name, night.start_hours, night.duration_hours, night.daily, night.enabled) == ("Night", -2.5, 4, True, True)
    assert (off.daily, off.enabled) == (False, False)


def test_backup_and_clients() -> None:
    found = parse(text(site=", backup_hours: 20"), "estate").hierarchies[0]
    assert (found.sites[0].backup_hours, found.client_piloting) == (20, False)
    found = parse(text(updates="client_piloting: true"), "estate").hierarchies[0]
    assert (found.sites[0].backup_hours, found.client_piloting) == (None, True)


def test_faults() -> None:
    faults = "faults: [{kind: update_stuck, site: ST1, phase: replication}, {kind: dead_machine, machine: cas01}]"
    assert parse(text(faults=faults), "estate").faults == (
        {"kind": "update_stuck", "site": "ST1", "phase": "replication"},
        {"kind": "dead_machine", "machine": "cas01"},
    )


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (text(update(", prerequisite: New")), "there is no other update 'New' in this hierarchy"),
        (text(update(", prerequisite: Else")), "there is no other update 'Else' in this hierarchy"),
        (text(update(", min_version: 9152")), "min_version '9152' is not valid"),
        (text(site=", service_windows: [{name: N, start_hours: 0, duration_hours: 25}]"), "duration_hours '25' is not a number"),
        (text(faults="faults: [{site: ST1}]"), "kind is missing"),
        (text(faults="faults: [{kind: update_stuck, site: XXX, phase: enabled}]"), "there is no site 'XXX'"),
        (text(faults="faults: [{kind: update_stuck, site: ST1, phase: never}]"), "phase 'never' is not a known value"),
        (text(faults="faults: [{kind: nonsense}]"), "there is no fault 'nonsense'"),
    ],
)
def test_mistakes(bad: str, words: str) -> None:
    with pytest.raises(EstateError) as caught:
        parse(bad, "estate")
    assert words in str(caught.value)
