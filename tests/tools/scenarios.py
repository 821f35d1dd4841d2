# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Run molecule's scenarios, each on loopback addresses that no other process of this machine uses.

Without this program, with ``molecule test -s NAME``, a scenario uses the addresses in its ``molecule.yml``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.lab.addresses import claim

ROOT = Path(__file__).resolve().parents[2]
# Their estates have real file shares.
ONLY_ROOT = ("offline_updates",)


def scenarios(root: Path = ROOT) -> list[str]:
    """Names of all scenarios."""
    return sorted(path.parent.name for path in root.glob("molecule/*/molecule.yml"))


def variable(scenario: str) -> str:
    """The environment variable from which a scenario's ``molecule.yml`` reads its address base."""
    return f"LAB_ADDRESS_{scenario.upper()}"


def run(left_out: Path) -> int:
    """Run all scenarios and return molecule's exit code; those that this user cannot run are printed and written to a file."""
    mine = [name for name in scenarios() if os.geteuid() == 0 or name not in ONLY_ROOT]
    if missing := [f"the scenario {name}: only root can run a file server" for name in scenarios() if name not in mine]:
        print(*missing, sep="\n", flush=True)
        left_out.parent.mkdir(parents=True, exist_ok=True)
        left_out.write_text("\n".join(missing) + "\n", encoding="utf-8")
    with ExitStack() as claims:
        addresses = {variable(name): claim(claims) for name in mine}
        options = [word for name in mine for word in ("-s", name)]
        command = [str(Path(sys.executable).with_name("molecule")), "test", *options]
        # Set, so that molecule does not print advice on where the scenarios of a collection belong.
        place = {"MOLECULE_GLOB": "molecule/*/molecule.yml"}
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **addresses, **place}, check=False).returncode


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])))
