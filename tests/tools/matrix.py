# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run the tests marked ``core`` with every supported ansible-core on every Python of this machine that it supports.

What cannot be run here is listed at the end. Each pair has its own environment in ``.cache/matrix``, which is kept.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# The Python versions of a controller, from ansible-core's own metadata. What is supported is stated here and in
# requirements-core-*.txt; tests/unit/tools/test_supported.py checks the pages and the other files against it.
CORES = {
    "2.18": ("3.11", "3.12", "3.13"),
    "2.19": ("3.11", "3.12", "3.13"),
    "2.20": ("3.12", "3.13", "3.14"),
    "2.21": ("3.12", "3.13", "3.14"),
}
# The ansible-core in requirements.txt: `make` itself runs on its Python versions.
OWN_CORE = "2.19"


@dataclass(frozen=True)
class Pair:
    """A version of ansible-core and one of Python."""

    core: str
    python: str

    def __str__(self) -> str:
        return f"ansible-core {self.core} with Python {self.python}"


def pairs() -> list[Pair]:
    """Every supported pair, the oldest first."""
    return [Pair(core, python) for core, pythons in CORES.items() for python in pythons]


def candidates(python: str, path: str, pyenv: Path) -> list[str]:
    """Programs that may be this Python: first those on the ``PATH``, then those of pyenv, the newest patch release first."""
    found = [program for name in (f"python{python}", "python3") if (program := shutil.which(name, path=path))]
    installed = pyenv.glob(f"versions/{python}.*/bin/python{python}")
    return found + [str(program) for program in sorted(installed, key=_release, reverse=True)]


def _release(program: Path) -> tuple[int, ...]:
    numbers = program.parents[1].name.split(".")
    return tuple(int(number) for number in numbers if number.isdigit())


def interpreter(python: str, programs: Iterable[str]) -> str | None:
    """The first of ``programs`` that is a working Python of this version."""
    for program in programs:
        said = subprocess.run(
            [program, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if said.returncode == 0 and said.stdout.strip() == python:
            return program
    return None


def run(pair: Pair, program: str, arguments: Sequence[str]) -> bool:
    """Bring the environment of a pair up to date and run the tests in it; returns whether both succeeded."""
    place = Path(".cache", "matrix", f"{pair.core}-{pair.python}")
    place.parent.mkdir(parents=True, exist_ok=True)
    print(f"\n== {pair}", flush=True)
    environment = {**os.environ, "PYTHON": program, "PYTHON_NEWEST": "14"}
    files = ["requirements-core.txt", f"requirements-core-{pair.core}.txt"]
    if subprocess.run(["sh", "tests/tools/venv.sh", place, *files], cwd=ROOT, env=environment, check=False).returncode:
        return False
    programs = (ROOT / place / "bin").absolute()
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    command = [str(programs / "python"), "-m", "pytest", "-q", "-m", "core", *arguments, "tests/lab/plays"]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def chosen(wanted: str) -> list[Pair]:
    """The pairs of the versions of ansible-core in ``wanted``, such as ``2.20 2.21``; every pair when it is empty.

    :raises ValueError: when one of them is not supported.
    """
    names = wanted.split()
    for name in names:
        if name not in CORES:
            raise ValueError(f"CORES: '{name}' is not a supported version of ansible-core; allowed: {', '.join(CORES)}")
    return [pair for pair in pairs() if not names or pair.core in names]


def matrix(wanted: Sequence[Pair], arguments: Sequence[str]) -> int:
    """Run these pairs and print a line for each; ``arguments`` are passed to pytest. Returns the exit code of the program."""
    path, pyenv = os.environ.get("PATH", ""), Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    # The virtual environment of this program is not a Python of the machine.
    path = os.pathsep.join(part for part in path.split(os.pathsep) if not (Path(part).parent / "pyvenv.cfg").exists())
    lines = []
    failed = False
    for pair in wanted:
        program = interpreter(pair.python, candidates(pair.python, path, pyenv))
        if program is None:
            lines.append(f"{pair}: not run, because this machine has no Python {pair.python}")
            continue
        began = time.monotonic()
        passed = run(pair, program, arguments)
        failed = failed or not passed
        lines.append(f"{pair}: {'passed' if passed else 'FAILED'}, {round(time.monotonic() - began)} s")
    print("\n== matrix", *lines, sep="\n", flush=True)
    return int(failed)


if __name__ == "__main__":
    try:
        which = chosen(os.environ.get("CORES", ""))
    except ValueError as error:
        sys.exit(f"matrix: {error}")
    sys.exit(matrix(which, sys.argv[1:]))
