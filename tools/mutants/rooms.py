# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which unit tests hold which code."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tools.mutants.places import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]

SITE = "plugins/module_utils/site/"
# The folder of the code, and its tests; the longest beginning of a path counts. A star stands for files, never for folders.
ROOMS: dict[str, tuple[str, ...]] = {
    "plugins/module_utils/wsman/": ("tests/unit/wsman",),
    "plugins/module_utils/windows/": ("tests/unit/windows",),
    "plugins/module_utils/transfer/": ("tests/unit/transfer",),
    "plugins/plugin_utils/": ("tests/unit/plugin_utils",),
    SITE + "model/": ("tests/unit/site/model",),
    SITE + "logs/": ("tests/unit/site/logs",),
    SITE + "signals/": ("tests/unit/site/signals",),
    SITE + "setup_script/": ("tests/unit/site/setup_script",),
    SITE + "role/": ("tests/unit/site/role",),
    SITE + "preflight/": ("tests/unit/site/preflight",),
    SITE + "preflight/site/": ("tests/unit/site/preflight/site",),
    SITE + "preflight/server/": ("tests/unit/site/preflight/server",),
    SITE + "preflight/reach/": ("tests/unit/site/preflight/reach",),
    SITE + "duties/": ("tests/unit/site/duties",),
    SITE + "servicing/": ("tests/unit/site/servicing",),
    SITE + "verify/": ("tests/unit/site/verify",),
}
# What is drawn from, where no part is asked for.
DECIDING = (SITE, "plugins/module_utils/wsman/", "plugins/plugin_utils/")


def room_of(path: str) -> str | None:
    """The room that a file (relative to the checkout) is in, or None."""
    return max((prefix for prefix in ROOMS if path.startswith(prefix)), key=len, default=None)


def room_tests(room: str, path: str) -> tuple[list[str], list[str]]:
    """The files with a room's tests: those that name the module of ``path``, which notice most, and the others.

    :raises FileNotFoundError: a line of ROOMS names tests that are not there.
    """
    files: list[Path] = []
    for pattern in ROOMS[room]:
        found = sorted(ROOT.glob(pattern if pattern.endswith(".py") else f"{pattern}/**/test_*.py"))
        if not found:
            raise FileNotFoundError(
                f"tools/mutants/rooms.py: there are no tests {pattern} for {room}; correct the line in ROOMS."
            )
        files += found
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
