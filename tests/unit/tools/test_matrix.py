"""Pairs of ansible-core and Python, and how the Python versions of a machine are found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.tools import matrix


def script(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def test_every_core_is_paired_with_each_of_its_pythons() -> None:
    found = [str(pair) for pair in matrix.pairs()]
    assert found[0] == "ansible-core 2.18 with Python 3.11"
    assert found[-1] == "ansible-core 2.21 with Python 3.14"
    assert len(found) == 12


def test_some_cores_can_be_chosen() -> None:
    assert matrix.chosen("") == matrix.pairs()
    assert [str(pair) for pair in matrix.chosen("2.20")] == [
        f"ansible-core 2.20 with Python {python}" for python in ("3.12", "3.13", "3.14")
    ]
    with pytest.raises(ValueError, match=r"'2.17' is not a supported version .*; allowed: 2.18, 2.19, 2.20, 2.21$"):
        matrix.chosen("2.21 2.17")


def test_programs_of_the_path_come_first_and_the_newest_release_of_pyenv(tmp_path: Path) -> None:
    named = script(tmp_path / "bin" / "python3.12", "")
    plain = script(tmp_path / "bin" / "python3", "")
    old = script(tmp_path / "pyenv" / "versions" / "3.12.9" / "bin" / "python3.12", "")
    new = script(tmp_path / "pyenv" / "versions" / "3.12.10" / "bin" / "python3.12", "")
    found = matrix.candidates("3.12", str(tmp_path / "bin"), tmp_path / "pyenv")
    assert found == [named, plain, new, old]


def test_only_a_working_python_of_the_version_is_taken(tmp_path: Path) -> None:
    shim = script(tmp_path / "python3.12", "echo 'not this version' >&2; exit 127")
    other = script(tmp_path / "python3", "echo 3.10")
    right = script(tmp_path / "right", "echo 3.12")
    assert matrix.interpreter("3.12", [shim, other, right]) == right
    assert matrix.interpreter("3.12", [shim, other]) is None
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert matrix.interpreter(own, [sys.executable]) == sys.executable
