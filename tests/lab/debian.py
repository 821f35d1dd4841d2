"""Installing the Debian packages that tests need: one after the other, because apt-get does not wait for another apt-get."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Includes the time that apt-get takes to download the packages.
_SECONDS = 600.0


def why_not_installed(need: str) -> str:
    """Install a program of tests/tools/debian.sh if it is missing; empty when it is installed, otherwise the reason why not."""
    cache = ROOT / ".cache"
    cache.mkdir(exist_ok=True)
    with (cache / "debian.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = ROOT / "tests" / "tools" / "debian.sh"
        done = subprocess.run(["sh", str(path), need], capture_output=True, text=True, timeout=_SECONDS, check=False)
    if not done.returncode:
        return ""
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"{path.name} ended with exit code {done.returncode}"


if __name__ == "__main__":
    sys.exit(why_not_installed(sys.argv[1]) or 0)
