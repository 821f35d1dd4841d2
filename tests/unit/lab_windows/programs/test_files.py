"""mkdir, rmdir, copy, certutil and the groups of a token, and the times of files, in the lab."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from lab.windows.machine import Machine
from lab.windows.programs.built_in import BUILT_IN
from lab.windows.shell import Shell
from lab.winrm.message import Caller
from lab.winrm.programs import CommandLine, Finished


def run(machine: Machine, line: str, caller: str = "admin") -> Finished:
    found = Shell(machine, BUILT_IN)(CommandLine(Caller(caller), line, code_page=65001))
    assert isinstance(found, Finished)
    return found


def test_folders_come_and_go(machine: Machine) -> None:
    assert run(machine, r"mkdir C:\A\B").exit_code == 0
    assert machine.files.is_folder(r"C:\A\B")
    assert run(machine, r"mkdir C:\A\B").exit_code == 1
    assert run(machine, r"mkdir Z:\A").exit_code == 1
    machine.files.write(r"C:\A\x", b"x")
    assert run(machine, r"rmdir /q C:\A").exit_code == 145
    assert run(machine, r"rmdir /s /q C:\A").exit_code == 0
    assert not machine.files.is_folder(r"C:\A")
    assert run(machine, r"rmdir /s /q C:\A").exit_code == 2


def test_copies(machine: Machine) -> None:
    machine.files.write(r"C:\A\x", b"x")
    assert run(machine, r"copy /b /y C:\A\x C:\A\y").exit_code == 0
    assert machine.files.read(r"C:\A\y") == b"x"
    assert run(machine, r"copy /b /y C:\A\none C:\A\y").exit_code == 1
    assert run(machine, r"copy /b /y C:\A\x C:\None\y").exit_code == 1


def test_hashes(machine: Machine) -> None:
    machine.files.write(r"C:\A\x y", b"content")
    said = run(machine, r'certutil -hashfile "C:\A\x y" SHA256').stdout.decode().splitlines()
    assert said[1] == hashlib.sha256(b"content").hexdigest()
    assert run(machine, r"certutil -hashfile C:\A\none SHA256").exit_code != 0
    assert run(machine, r"certutil -encode a b").exit_code != 0


def test_the_groups_of_a_token(machine: Machine) -> None:
    machine.administrators.append("admin")
    line = "whoami /groups /fo csv /nh"
    assert b"S-1-16-12288" in run(machine, line).stdout
    assert b"S-1-16-12288" not in run(machine, line, "nobody").stdout


def test_files_have_times(machine: Machine, tmp_path: Path) -> None:
    machine.files.write(r"C:\A\x", b"x")
    assert machine.files.modified(r"C:\A\x") is not None
    assert machine.files.modified(r"C:\A\none") is None
    machine.files.mount("C:", tmp_path)
    os.utime(tmp_path / "A" / "x", (1_000_000_000, 1_000_000_000))
    found = machine.files.modified(r"C:\a\X")
    assert found is not None
    assert found.timestamp() == pytest.approx(1_000_000_000)
    assert r"C:\A" in list(machine.files.all_folders())
