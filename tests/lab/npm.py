"""Installing the npm packages that tests need, at the versions of tests/tools/npm, without running any script of theirs."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
from pathlib import Path

from tests.lab.debian import ROOT, why_not_installed

_SOURCE = ROOT / "tests" / "tools" / "npm"
_FOLDER = ROOT / ".cache" / "npm"
_LOCK = "package-lock.json"
# Includes the time that npm takes to download the packages.
_SECONDS = 120.0


class CannotInstall(Exception):
    """The packages cannot be installed on this machine; the text says why."""


def packages() -> Path:
    """The folder that contains the packages; :class:`CannotInstall` if it cannot be filled."""
    missing = why_not_installed("npm")
    if missing:
        raise CannotInstall(missing)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with (_FOLDER.parent / "npm.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # npm writes this file last.
        if not (_FOLDER / "node_modules" / ".package-lock.json").exists() or _read(_FOLDER / _LOCK) != _read(_SOURCE / _LOCK):
            _install()
    return _FOLDER / "node_modules"


def _install() -> None:
    for name in ("package.json", _LOCK):
        shutil.copy(_SOURCE / name, _FOLDER / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(command, cwd=_FOLDER, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise CannotInstall(f"npm did not finish within {_SECONDS:.0f} seconds.") from None
    if done.returncode:
        raise CannotInstall(f"npm could not install its packages (exit code {done.returncode}).")


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
