"""``python -m tests.bench.transfer [MiB]``: memory and time of a large transfer, against a real file server on this machine.

The file is sparse on the server. The figure is the resident memory of the largest process of ansible-playbook, including its
workers, as the kernel counts it, compared with an empty task. Needs root, for the file server.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lab.estate_file.reader import DEFAULT_FILE, load
from lab.running.estate import Estate
from tests.lab.ansible_runs import command, environment
from tests.lab.shares.smbd import CannotRun, shares

ADDRESS_BASE = "127.58.83"
HOST = "scp01.corp.example"
_MEASURE = "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL); \
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)"


@dataclass(frozen=True)
class Figure:
    """One play: seconds, and the largest process in MiB."""

    name: str
    seconds: float
    peak_mib: float


def main() -> int:
    """Measure and print."""
    mib = int(sys.argv[1]) if len(sys.argv) > 1 else 2048
    try:
        figures = measure(mib * 2**20)
    except (CannotRun, OSError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(f"| folder_transfer of {mib} MiB | seconds | largest process, MiB |\n|---|---|---|")
    for figure in figures:
        print(f"| {figure.name} | {figure.seconds:.1f} | {figure.peak_mib:.0f} |")
    print(f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    return 0


def measure(size_bytes: int) -> list[Figure]:
    """An empty task, a fetch and a push."""
    with (
        tempfile.TemporaryDirectory() as name,
        Estate(load().at(ADDRESS_BASE, pace=10)) as estate,
        shares(estate, "scp01") as served,
    ):
        folder = Path(name)
        pack = served.path(r"D:\Packs\large.cab")
        pack.parent.mkdir()
        with pack.open("wb") as file:
            file.truncate(size_bytes)
        local = {"local": str(folder / "Packs")}
        return [
            _play(folder, "nothing (probe)", {"action": "probe", "path": r"D:\Packs"}),
            _play(folder, "fetch", {"action": "fetch", "path": r"D:\Packs", **local}),
            _play(folder, "push", {"action": "push", "path": r"D:\Back", **local}),
        ]


def _play(folder: Path, name: str, arguments: dict[str, Any]) -> Figure:
    inventory = folder / "hosts.yml"
    text = DEFAULT_FILE.with_name("hosts.yml").read_text(encoding="utf-8").replace("127.0.10.", f"{ADDRESS_BASE}.")
    inventory.write_text(text, encoding="utf-8")
    playbook = folder / "play.yml"
    task = {"name": name, "configmgr.scp.folder_transfer": arguments}
    playbook.write_text(yaml.safe_dump([{"hosts": HOST, "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, *command(playbook, inventory)],
        env=environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise OSError(f"{name} failed: {done.stdout} {done.stderr}")
    return Figure(name, time.monotonic() - began, int(done.stdout.splitlines()[-1]) / 1024)


if __name__ == "__main__":
    sys.exit(main())
