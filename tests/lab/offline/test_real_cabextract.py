"""Cabinets of the lab, read by Debian's cabextract."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lab.configmgr.connection_tool.cabinet import write_cabinet
from tests.lab.debian import why_not_installed

FILES = {"SiteVersion_5.00.9152.1000.txt": b"5.00.9152.1000\r\n", "empty": b"", "large.bin": bytes(range(256)) * 300 + b"xyz"}


def test_cabextract_reads_it(tmp_path: Path) -> None:
    missing = why_not_installed("cabextract")
    if missing:
        pytest.skip(f"the real cabextract: {missing}")
    (tmp_path / "x.cab").write_bytes(write_cabinet(FILES))
    subprocess.run(["cabextract", "-q", "-d", str(tmp_path / "out"), str(tmp_path / "x.cab")], check=True, timeout=30)
    assert {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()} == FILES
