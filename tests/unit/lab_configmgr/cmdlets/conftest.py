"""powershell.exe and the module on a small estate without a network; the second hierarchy has its provider on another server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from lab.configmgr.cmdlets.connection import World
from lab.configmgr.cmdlets.module import prepare
from lab.configmgr.database import ControlRow
from lab.configmgr.hierarchy import Hierarchy
from lab.estate.description import EstateDescription
from lab.estate_file.reader import parse
from lab.windows.machine import Service
from lab.windows.network import Network
from lab.windows.powershell.program import ScriptRun, powershell
from lab.windows.programs.built_in import BUILT_IN
from lab.windows.shell import Shell
from lab.winrm.message import Caller
from lab.winrm.programs import CommandLine, Program, ProgramOutput
from tests.unit.lab_configmgr.conftest import ESTATE, SmallEstate

FILE = r"C:\Scripts\write.ps1"
MODULE = r"C:\Program Files\Microsoft Configuration Manager\AdminConsole\bin\ConfigurationManager.psd1"
OPENING = f"""
$ErrorActionPreference = 'Stop'
Import-Module -Name '{MODULE}'
$null = New-PSDrive -Name 'SITE' -PSProvider CMSite -Root 'cas01.corp.example'
Set-Location -Path 'SITE:\\'
"""


@cache
def _described(text: str) -> EstateDescription:
    return parse(text, "estate of scripts")


@dataclass(frozen=True)
class Ended:
    """What a run has written, its exit code, and whether it has ended."""

    code: int | None
    stdout: str
    stderr: str

    @property
    def unwrapped(self) -> str:
        """Standard error without the ends of lines that the width of the console makes."""
        return " ".join(self.stderr.split())

    @property
    def answer(self) -> Any:
        """The one line of JSON on standard output."""
        (line,) = self.stdout.splitlines()
        return json.loads(line)


class Scripts:
    """Runs scripts on the machines of an estate."""

    def __init__(self, text: str = ESTATE) -> None:
        self.estate = SmallEstate(_described(text))
        self.runs: list[ScriptRun] = []
        for machine in self.estate.machines.values():
            machine.services["RpcSs"] = Service("RpcSs", "Remote Procedure Call (RPC)")
        network = Network(self.estate.description, self.estate.machines)
        self.world = World(self.estate.description, network, [self.estate.one.state, self.estate.two.state])
        self.estate.clock.advance(60)

    @property
    def site(self) -> Hierarchy:
        """The first hierarchy."""
        return self.estate.one.state

    def start(
        self,
        script: str,
        machine: str = "cas01",
        user: str = "admin",
        delegated: bool = False,
        options: str = "",
        code_page: int = 65001,
    ) -> tuple[Program, ProgramOutput]:
        """Start ``powershell.exe -File`` with this script."""
        self.estate.machine(machine).files.write(FILE, b"\xef\xbb\xbf" + script.encode())
        line = f"powershell.exe -NoProfile -NonInteractive {options or '-ExecutionPolicy RemoteSigned'} -File {FILE}"
        return self.start_line(line, machine, user, delegated, code_page)

    def start_line(
        self, line: str, machine: str = "cas01", user: str = "admin", delegated: bool = False, code_page: int = 65001
    ) -> tuple[Program, ProgramOutput]:
        """Start a command line."""
        described = self.estate.description.machine(machine)
        shell = Shell(self.estate.machine(machine), BUILT_IN)
        shell.add("powershell", powershell(described.powershell, lambda session: prepare(self.world, session), self.runs))
        program = shell(CommandLine(Caller(user, "CORP", delegated), line, code_page=code_page))
        output = ProgramOutput()
        program.start(output)
        return program, output

    def run(self, script: str, values: Mapping[str, object] | None = None, **where: Any) -> Ended:
        """Run a script with these values as JSON on standard input, until it ends or an hour has passed."""
        program, output = self.start(script, **where)
        program.stdin(json.dumps(values or {}).encode(), end=True)
        self.estate.clock.advance(3600)
        return ended(output)

    def site_run(self, script: str, values: Mapping[str, object] | None = None, **where: Any) -> Ended:
        """Run a script that begins in the drive of the site."""
        return self.run(OPENING + script, values, **where)

    def role(self, server: str, role: str = "SMS Dmp Connector") -> ControlRow | None:
        """The row of a role of the first hierarchy."""
        return next(iter(self.site.control.roles(role, f"{server}.corp.example")), None)


def ended(output: ProgramOutput) -> Ended:
    """What was written until now."""
    parts: dict[str, bytes] = {"stdout": b"", "stderr": b""}
    code: int | None = None
    while code is None:
        part = output.read(2**20, 0)
        if part is None:
            break
        for stream, data in part.chunks:
            parts[stream] += data
        code = part.exit_code
    return Ended(code, parts["stdout"].decode(), parts["stderr"].decode().replace("\r\n", "\n"))


def estate_with(machine: str = "", **changes: str) -> str:
    """The estate's text with more keys for a machine or a site: ``estate_with("cas01", console="{module: false}")``."""
    text = ESTATE
    for key, value in changes.items():
        start = text.index(f"name: {machine}," if "name: " + machine + "," in text else f"code: {machine},")
        text = f"{text[:start]}{key}: {value}, {text[start:]}"
    return text


@pytest.fixture
def scripts() -> Scripts:
    return Scripts()
