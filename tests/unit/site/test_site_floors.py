"""The rooms of ``module_utils/site`` stand on five floors: imports go downwards only, and no files import each other."""

from __future__ import annotations

from pathlib import Path

from tests.unit.floors import Floors, sources

SITE = Path(__file__).resolve().parents[3] / "plugins/module_utils/site"
FLOORS = Floors(
    "ansible_collections.configmgr.scp.plugins.module_utils.site",
    [
        {"model", "logs"},
        {"signals", "setup_script"},
        {"role"},
        {"preflight", "duties"},
        {"servicing", "verify"},
    ],
)


def test_imports_go_downwards_only() -> None:
    assert FLOORS.complaints(sources(SITE)) == []


def test_no_file_lies_beside_the_rooms() -> None:
    assert [path.name for path in SITE.iterdir() if path.is_file()] == []
