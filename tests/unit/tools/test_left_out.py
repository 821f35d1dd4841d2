"""What `make test` reports at its end about what was not run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools import left_out

TESTS = """\
import pytest

CURL = "the real curl: curl is not installed and only root can install it (apt-get install curl)."

@pytest.mark.parametrize("number", [1, 2])
def test_curl(number):
    pytest.skip(CURL)

def test_share():
    pytest.skip("no file shares on this machine: only root can run a file server, and only on Linux")

def test_passes():
    pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The report of a real run of pytest, and a line of the scenarios."""
    (tmp_path / "test_some.py").write_text(TESTS, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        "/dev/null",
        "--junit-xml=lab.xml",
        "test_some.py",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "molecule.txt").write_text("the scenario x: only root can run it (apt-get install samba)\n", encoding="utf-8")
    return tmp_path


def test_reasons_are_counted_and_packages_named(folder: Path) -> None:
    assert left_out.told(left_out.reasons(folder), left_out.others(folder)) == [
        "2 tests: the real curl: curl is not installed and only root can install it (apt-get install curl).",
        "1 test: no file shares on this machine: only root can run a file server, and only on Linux",
        "the scenario x: only root can run it (apt-get install samba)",
        "An administrator can install what is missing: apt-get install curl samba",
        "To run what only root can run, run `make test` as root, on Debian.",
    ]


def test_nothing_is_said_of_nothing(tmp_path: Path) -> None:
    assert left_out.told(left_out.reasons(tmp_path), left_out.others(tmp_path)) == []


def test_the_page_names_what_an_administrator_can_install() -> None:
    root = Path(__file__).resolve().parents[3]
    page = (root / "docs" / "development.md").read_text(encoding="utf-8")
    known = dict(
        re.findall(r'^(\w+)\)\n.*?packages="([^"]+)"', (root / "tests/tools/debian.sh").read_text(), re.MULTILINE | re.DOTALL)
    )
    assert set(known) == {"cabextract", "chromium", "curl", "kerberos", "npm", "prometheus", "samba", "smbd", "winrmcp"}
    # The others are for servers, which only root can run.
    for need in ("cabextract", "chromium", "curl", "npm", "prometheus", "winrmcp"):
        assert all(f"`{package}`" in page for package in known[need].split())
