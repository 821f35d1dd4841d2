from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Location, missing_site, providers_of
from tests.unit.site.support import row

HERE, THERE, OTHER = "sta01.corp.example", "sta03.corp.example", "sta04.corp.example"


@pytest.mark.parametrize(
    ("code", "locations", "words"),
    [
        (
            "ST1",
            [Location("ST1", THERE)],
            f"The SMS Provider of ST1 is on {THERE}, not on {HERE}: run there (scp_",
        ),
        (
            "ST1",
            [Location("ST1", OTHER), Location("ST1", THERE)],
            f"on {THERE} and {OTHER}, not on {HERE}: run on one of them",
        ),
        ("XYZ", [Location("ST1", HERE)], f"no site XYZ at the SMS Provider on {HERE}; it serves ST1. Correct site_code"),
        ("XYZ", [Location("ST1", "STA01")], "it serves ST1. Correct site_code"),
        ("XYZ", [Location("ST1", THERE)], f"it serves ST1 (its SMS Provider is on {THERE}). Correct site_code"),
        ("XYZ", [Location("ST1", "")], "it serves ST1. Correct site_code"),
    ],
)
def test_who_runs_at_the_wrong_place_hears_where_to_run(code: str, locations: list[Location], words: str) -> None:
    assert words in missing_site(code, HERE, locations)


def test_providers_by_site() -> None:
    found = [
        row("b.x", "SMS Provider", "PR1"),
        row("B.X", "SMS Provider", "PR1"),
        row("a.x", "SMS Provider", "PR1"),
        row("cas01.x", "SMS Provider"),
        row("c.x", "SMS Site System"),
    ]
    assert providers_of(found) == {"CAS": ("cas01.x",), "PR1": ("a.x", "b.x")}
