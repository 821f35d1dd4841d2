"""The check of a package's floors: it finds each import that leads upwards, sideways or in a circle."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.floors import Floors, circles, sources

HOUSE = Floors("box.house", [{"ground.py"}, {"left", "right"}, {"left/inner"}, {"roof"}])
FILES = {
    "__init__.py": "",
    "ground.py": "import os",
    "left/__init__.py": "",
    "left/door.py": "from box.house.ground import floor\nfrom box.house import ground\nfrom . import lock",
    "left/lock.py": "import box.household",
    "left/inner/cupboard.py": "from box.house.left.door import handle\nfrom ..door import handle",
    "right/window.py": "",
    "roof/tiles.py": "from box.house.left.inner import cupboard\nimport box.house.right.window",
}


def complaints(path: str, source: str) -> list[str]:
    return HOUSE.complaints({**FILES, path: source})


def test_imports_that_go_down_are_allowed() -> None:
    assert HOUSE.complaints(FILES) == []


UP = "box.house: {} must not import {}: {} is on floor {}, {} above it on floor {}."
SIDEWAYS = "box.house: {} must not import {}: {} and {} are two rooms of floor {}."
BAD = [
    (
        "ground.py",
        "import box.house.right.window",
        UP.format("ground.py:1", "box.house.right.window", "ground.py", 1, "right", 2),
    ),
    (
        "left/new.py",
        "from box.house.roof.tiles import tile",
        UP.format("left/new.py:1", "box.house.roof.tiles.tile", "left", 2, "roof", 4),
    ),
    ("left/new.py", "\nfrom box.house import roof", UP.format("left/new.py:2", "box.house.roof", "left", 2, "roof", 4)),
    ("left/new.py", "from ..roof import tiles", UP.format("left/new.py:1", "box.house.roof.tiles", "left", 2, "roof", 4)),
    (
        "left/new.py",
        "def f():\n    from box.house.roof import tiles",
        UP.format("left/new.py:2", "box.house.roof.tiles", "left", 2, "roof", 4),
    ),
    (
        "left/new.py",
        "if TYPE_CHECKING:\n    import box.house.roof",
        UP.format("left/new.py:2", "box.house.roof", "left", 2, "roof", 4),
    ),
    (
        "left/new.py",
        "importlib.import_module('box.house.roof.tiles')",
        UP.format("left/new.py:1", "box.house.roof.tiles", "left", 2, "roof", 4),
    ),
    # A folder inside another one is a separate room.
    (
        "left/new.py",
        "from box.house.left.inner import hinge",
        UP.format("left/new.py:1", "box.house.left.inner.hinge", "left", 2, "left/inner", 3),
    ),
    (
        "left/__init__.py",
        "from .inner import hinge",
        UP.format("left/__init__.py:1", "box.house.left.inner.hinge", "left", 2, "left/inner", 3),
    ),
    (
        "right/window.py",
        "from box.house.left import lock",
        SIDEWAYS.format("right/window.py:1", "box.house.left.lock", "right", "left", 2),
    ),
    (
        "__init__.py",
        "from .ground import floor",
        "box.house: __init__.py:1 must not import box.house.ground.floor: the package's own file is below every floor.",
    ),
    ("cellar/deep/pin.py", "", "box.house: no floor has a room for cellar/deep/pin.py; add its folder to one."),
    ("beside.py", "", "box.house: no floor has a room for beside.py; add its folder to one."),
    (
        "left/lock.py",
        "def f():\n    from box.house.left import door",
        "box.house: left/door.py imports left/lock.py imports left/door.py: "
        "a circle; put what they share into a file of its own.",
    ),
]


@pytest.mark.parametrize(("path", "source", "sentence"), BAD)
def test_what_breaks_the_plan_is_told(path: str, source: str, sentence: str) -> None:
    assert complaints(path, source) == [sentence]


def test_a_room_without_a_file_is_told() -> None:
    files = {path: source for path, source in FILES.items() if not path.startswith("roof/")}
    assert HOUSE.complaints(files) == ["box.house: the room roof has no file; take it out."]


def test_a_room_on_two_floors_is_told() -> None:
    assert Floors("box", [{"ground.py"}, {"ground.py"}]).complaints({"ground.py": ""}) == [
        "box: the room ground.py is on two floors."
    ]


@pytest.mark.parametrize(
    ("imports", "found"),
    [
        ("ab bc", []),
        ("ab ba", ["ab"]),
        ("ca ab bc", ["abc"]),
        ("ab ba cd dc bc", ["ab", "cd"]),
        # Two circles through one file.
        ("ab ba bc cb", ["ab", "bc"]),
    ],
)
def test_each_circle_is_found_once(imports: str, found: list[str]) -> None:
    assert circles((pair[0], pair[1]) for pair in imports.split()) == [list(circle) for circle in found]


def test_sources_are_read_from_every_folder(tmp_path: Path) -> None:
    (tmp_path / "left").mkdir()
    (tmp_path / "ground.py").write_text("import os", encoding="utf-8")
    (tmp_path / "left" / "door.py").write_text("import re", encoding="utf-8")
    (tmp_path / "left" / "notes.txt").write_text("import sys", encoding="utf-8")
    assert sources(tmp_path) == {"ground.py": "import os", "left/door.py": "import re"}
