"""The collection ansible.windows, for the peer: from the package `ansible` that requirements-bench.txt pins.

The package contains a hundred collections; only this one is unpacked, to .cache/bench, and nothing is installed.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from tests.lab.ansible_runs import CHECKOUT

REQUIREMENTS = CHECKOUT / "requirements-bench.txt"
_CACHE = CHECKOUT / ".cache" / "bench"
_PART = "ansible_collections/ansible/windows/"


def collections_folder() -> Path:
    """A folder for ANSIBLE_COLLECTIONS_PATH; downloaded if it does not exist yet.

    :raises RuntimeError: pip could not download the package.
    """
    name, _, pinned = _requirement().partition("==")
    folder = _CACHE / f"{name}-{pinned}"
    if not (folder / _PART / "MANIFEST.json").exists():
        _unpack(_download(), folder)
    return folder


def _requirement() -> str:
    lines = [line.strip() for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines()]
    (found,) = [line for line in lines if line and not line.startswith("#")]
    return found


def _download() -> Path:
    words = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "-q", "--no-deps", "--only-binary", ":all:"]
    done = subprocess.run(
        [*words, "-d", str(_CACHE), "-r", str(REQUIREMENTS)], capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode:
        raise RuntimeError(f"pip could not download {_requirement()}, which the peer needs:\n{done.stderr.strip()}")
    name, _, pinned = _requirement().partition("==")
    return next(_CACHE.glob(f"{name}-{pinned}-*.whl"))


def _unpack(wheel: Path, folder: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        # The list of contents is written last: it shows that all files exist.
        names = sorted(name for name in archive.namelist() if name.startswith(_PART))
        for name in sorted(names, key=lambda name: name.endswith("MANIFEST.json")):
            archive.extract(name, folder)
    wheel.unlink()
