"""Cabinets of the lab, read by Debian's cabextract."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from lab.configmgr.connection_tool.cabinet import write_cabinet

_INSTALLER = Path(__file__).parents[2] / "tools" / "smbd.sh"
FILES = {"SiteVersion_5.00.9152.1000.txt": b"5.00.9152.1000\r\n", "empty": b"", "large.bin": bytes(range(256)) * 300 + b"xyz"}


def test_cabextract_reads_it(tmp_path: Path) -> None:
    if shutil.which("cabextract") is None:
        installed = subprocess.run(["sh", str(_INSTALLER)], capture_output=True, text=True, check=False)
        if installed.returncode != 0:
            pytest.skip(f"the real cabextract: {installed.stderr.strip().splitlines()[-1]}")
    (tmp_path / "x.cab").write_bytes(write_cabinet(FILES))
    subprocess.run(["cabextract", "-q", "-d", str(tmp_path / "out"), str(tmp_path / "x.cab")], check=True, timeout=30)
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == FILES
