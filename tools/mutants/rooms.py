# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which unit tests hold which code."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tools.mutants.places import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]

SITE = "plugins/module_utils/site/"
# The longest beginning of a path counts.
ROOMS = (
    "plugins/module_utils/wsman/",
    "plugins/module_utils/windows/",
    "plugins/module_utils/transfer/",
    "plugins/plugin_utils/",
    SITE + "model/",
    SITE + "logs/",
    SITE + "signals/",
    SITE + "setup_script/",
    SITE + "role/",
    SITE + "preflight/",
    SITE + "preflight/site/",
    SITE + "preflight/server/",
    SITE + "preflight/reach/",
    SITE + "duties/",
    SITE + "servicing/",
    SITE + "verify/",
    SITE + "field/",
)
# What is drawn from, where no part is asked for.
DECIDING = (SITE, "plugins/module_utils/wsman/", "plugins/plugin_utils/")


def room_of(path: str) -> str | None:
    """The room that a file (relative to the checkout) is in, or None."""
    return max((prefix for prefix in ROOMS if path.startswith(prefix)), key=len, default=None)


def room_tests(room: str, path: str) -> tuple[list[str], list[str]]:
    """The files with a room's tests: those that name the module of ``path``, which notice most, and the others.

    The tests of a room are in the folder below ``tests/unit`` that has its name.

    :raises FileNotFoundError: the room has no tests.
    """
    folder = "tests/unit/" + room.removeprefix("plugins/").removeprefix("module_utils/")
    files = sorted((ROOT / folder).rglob("test_*.py"))
    if not files:
        raise FileNotFoundError(f"tools/mutants/rooms.py: there are no tests in {folder} for {room}.")
    name = Path(path).stem
    near = [str(file) for file in files if name in file.read_text(encoding="utf-8")]
    return near, [str(file) for file in files if str(file) not in near]


def gathered(beginnings: Iterable[str]) -> list[Mutant]:
    """Every mutant of the files whose path begins so."""
    wanted = tuple(beginnings)
    paths = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "plugins").rglob("*.py"))
    return [
        mutant
        for path in paths
        if path.startswith(wanted) and room_of(path)
        for mutant in mutants(path, (ROOT / path).read_text(encoding="utf-8"))
    ]
