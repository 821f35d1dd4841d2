"""The floors of the lab: which of its folders may import which. docs/lab.md describes the purpose of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.floors import Floors, sources

FILES = sources(Path(__file__).resolve().parents[2] / "lab")
LAB = Floors(
    "lab",
    [
        {"fault_kinds.py"},
        {"clock.py", "faults.py", "estate", "winrm"},
        {"cim", "domain"},
        {"windows"},
        {"windows/curl", "windows/powershell", "estate_file", "configmgr"},
        {"windows/programs", "configmgr/servicing"},
        {"configmgr/components", "configmgr/provider"},
        {"configmgr/cmdlets", "configmgr/connection_tool"},
        {"configmgr/building"},
        {"running"},
        {"command"},
        {"__main__.py"},
    ],
)


def test_imports_go_downwards_and_in_no_circle() -> None:
    assert LAB.complaints(FILES) == []


def test_every_folder_is_a_room() -> None:
    # Folders inside one room could import each other in a circle that this test does not find.
    folders = {path.rpartition("/")[0] for path in FILES} - {""}
    assert folders == {room for floor in LAB.floors for room in floor if not room.endswith(".py")}


BAD = [
    ("winrm/message.py", "from lab.cim.model import Instance", "cim above it on floor 3"),
    ("cim/errors.py", "if TYPE_CHECKING:\n    from lab.windows.machine import Machine", "windows above it on floor 4"),
    ("windows/executable.py", "def f():\n    from lab.configmgr import names", "configmgr above it on floor 5"),
    ("windows/curl/options.py", "from lab.windows.programs import built_in", "windows/programs above it on floor 6"),
    ("windows/command_line.py", "from .curl import options", "windows/curl above it on floor 5"),
    ("estate/errors.py", "import lab.estate_file.sections", "estate_file above it on floor 5"),
    ("estate/errors.py", "from lab import clock", "estate and clock.py are two rooms of floor 2"),
    ("configmgr/names.py", "from lab.configmgr.components import manifest", "configmgr/components above it on floor 7"),
    ("configmgr/provider/new.py", "from lab.configmgr.components import manifest", "two rooms of floor 7"),
    ("configmgr/components/new.py", "from lab.configmgr.building import seed", "configmgr/building above it on floor 9"),
    ("configmgr/steps.py", "from lab.configmgr import downloader, hierarchy\nfrom lab.running import estate", "floor 10"),
    ("running/certificates.py", "from lab.command.control import ask", "command above it on floor 11"),
    ("faults.py", "import lab.__main__", "__main__.py above it on floor 12"),
    ("new.py", "", "no floor has a room for new.py"),
]


@pytest.mark.parametrize(("path", "source", "words"), BAD)
def test_an_import_that_breaks_the_plan_is_found(path: str, source: str, words: str) -> None:
    # Of the other files only the names are needed.
    (sentence,) = LAB.complaints({**dict.fromkeys(FILES, ""), path: source})
    assert words in sentence


CIRCLES = [
    (
        "cim/errors.py",
        "def f():\n    from lab.cim.wql import parse",
        "cim/errors.py imports cim/wql.py imports cim/errors.py: a circle",
    ),
    (
        "configmgr/sites.py",
        "if TYPE_CHECKING:\n    from lab.configmgr.invariants import broken",
        "configmgr/invariants.py imports configmgr/sites.py imports configmgr/invariants.py: a circle",
    ),
    (
        "configmgr/components/component_decisions.py",
        "from lab.configmgr.components import component_server",
        "configmgr/components/component_decisions.py imports configmgr/components/component_server.py imports",
    ),
]


@pytest.mark.parametrize(("path", "source", "words"), CIRCLES)
def test_a_circle_inside_a_folder_is_found(path: str, source: str, words: str) -> None:
    assert any(words in sentence for sentence in LAB.complaints({**FILES, path: source}))
