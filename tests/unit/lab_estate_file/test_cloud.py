"""Entra and Azure in an estate file."""

from __future__ import annotations

import pytest

from lab.estate.description import CloudDiscovery, CloudGateway
from lab.estate.errors import EstateError
from lab.estate_file.reader import parse

ESTATE = """domain: {dns: corp.example, netbios: CORP}
accounts:
  - {name: 'CORP\\admin', password: Lab-Admin-1, sms: full, administrator_of: all}
machines:
  - {name: sta01, address: 127.0.10.1}
hierarchies:
  - name: one
    sites:
      - {code: ST1, name: Alone, type: primary, server: sta01}
"""
GUID = "3f5b0c1e-8a4d-4b7e-9c55-5d1f6a0e2b90"


def test_nothing_is_there_unless_it_is_said() -> None:
    hierarchy = parse(ESTATE).hierarchies[0]
    assert (hierarchy.cloud_gateways, hierarchy.cloud_discovery, hierarchy.updates) == ((), None, ())


def test_everything() -> None:
    more = f"""
    updates:
      - {{name: KB1, guid: {GUID}, version: 5.00.9152.1000, state: 196612, type: qfe}}
      - {{name: KB2, guid: {GUID}, version: 5.00.9152.1000, state: 196612}}
    cloud_tenants:
      - name: Corp
        tenant_id: {GUID}
        applications:
          - {{name: A, client_id: {GUID}, imported: true}}
          - {{name: B, client_id: {GUID}}}
    cloud_gateways: [{{name: CMG}}, {{name: OTHER, state: 6}}]
    cloud_discovery: {{delta: false}}
"""
    hierarchy = parse(ESTATE + more).hierarchies[0]
    assert [update.type for update in hierarchy.updates] == ["qfe", "regular"]
    assert [application.imported for application in hierarchy.cloud_tenants[0].applications] == [True, False]
    assert hierarchy.cloud_gateways == (CloudGateway("CMG", 0), CloudGateway("OTHER", 6))
    assert hierarchy.cloud_discovery == CloudDiscovery(full=True, delta=False)


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ("    cloud_gateways: [{state: 6}]", "name is missing"),
        ("    cloud_gateways: [{name: A, state: -1}]", "state '-1' is not a number from 0"),
        ("    cloud_gateways: [{name: A, colour: red}]", "colour is not a known key"),
        ("    cloud_discovery: {full: maybe}", "full must be true or false"),
        ("    cloud_discovery: {delta_minutes: 0}", "delta_minutes"),
        (
            f"    updates: [{{name: A, guid: {GUID}, version: 5.00.9152.1000, state: 0, type: hot}}]",
            "allowed: regular, weave, qfe",
        ),
    ],
)
def test_mistakes(more: str, complaint: str) -> None:
    with pytest.raises(EstateError, match=complaint):
        parse(f"{ESTATE}{more}\n")
