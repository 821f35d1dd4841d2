"""The environment of the measurements: machine, versions, commit."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.lab.ansible_runs import CHECKOUT

CORE_VERSION = "2.19.14"
"""The ansible-core of the figures: the stand-in for PowerShell reads what this version sends."""


def described() -> str:
    """One sentence for a page: processor, memory, versions, commit and day."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in ("ansible-core", "pywinrm"))
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} at commit {commit()}, on {os.cpu_count()} cores ({_processor()}) and "
        f"{memory:.0f} GiB of memory, {platform.system()}, Python {platform.python_version()}, {versions}; load average before: "
        f"{os.getloadavg()[0]:.1f}."
    )


def commit() -> str:
    """The commit of the checkout, marked when files differ from it."""

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=CHECKOUT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    return f"{git('rev-parse', '--short=10', 'HEAD') or 'unknown'}{' with changes' if changed else ''}"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
