"""The rooms of ``module_utils/site`` are on six floors: imports lead only downwards, and no files import each other."""

from __future__ import annotations

from pathlib import Path

import pytest

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
        {"field"},
    ],
)
# Inside a room, its folders are below its own files.
INSIDE = {
    "preflight": Floors(f"{FLOORS.package}.preflight", [{"reach", "server", "site"}, {"."}]),
    "servicing": Floors(f"{FLOORS.package}.servicing", [{"connection_tool", "updating"}, {"update_guards"}, {"."}]),
}


def test_imports_go_downwards_only() -> None:
    assert FLOORS.complaints(sources(SITE)) == []


@pytest.mark.parametrize("room", INSIDE)
def test_the_folders_of_a_room_do_not_import_its_files(room: str) -> None:
    assert INSIDE[room].complaints(sources(SITE / room)) == []


def test_every_folder_inside_a_room_is_held() -> None:
    assert {path.parent.parent.name for path in SITE.glob("*/*/*.py")} == set(INSIDE)


def test_no_file_lies_beside_the_rooms() -> None:
    assert [path.name for path in SITE.iterdir() if path.is_file()] == []
