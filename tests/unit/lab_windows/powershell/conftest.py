"""Scripts on one server without the console, on a clock that only the tests advance."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from lab.estate.description import EstateDescription
from lab.estate.powershell import PowerShellSettings
from lab.estate_file.reader import load
from lab.windows.install import build_machine
from lab.windows.machine import Machine
from lab.windows.powershell.program import ScriptRun, powershell
from lab.windows.shell import Shell
from lab.winrm.message import Caller
from lab.winrm.programs import CommandLine, Program, ProgramOutput
from tests.unit.lab_windows.conftest import ManualClock

FILE = r"C:\Scripts\script.ps1"


@dataclass(frozen=True)
class Ended:
    """What a run has written, and its exit code; None while it runs."""

    code: int | None
    stdout: str
    stderr: str

    @property
    def unwrapped(self) -> str:
        """Standard error without the ends of lines that the width of the console makes."""
        return " ".join(self.stderr.split())


class Runner:
    """Runs scripts on one server."""

    def __init__(self, machine: Machine, clock: ManualClock) -> None:
        self.machine = machine
        self.clock = clock
        self.settings = PowerShellSettings()
        self.runs: list[ScriptRun] = []

    def start(self, line: str, code_page: int = 65001, skip_shell: bool = False) -> tuple[Program, ProgramOutput]:
        """Start a command line."""
        shell = Shell(self.machine, {"powershell": powershell(self.settings, lambda _session: None, self.runs)})
        program = shell(CommandLine(Caller("scpadmin", "CORP"), line, code_page=code_page, skip_shell=skip_shell))
        output = ProgramOutput()
        program.start(output)
        return program, output

    def line(self, line: str, stdin: bytes = b"", **how: Any) -> Ended:
        """Run a command line to its end."""
        program, output = self.start(line, **how)
        program.stdin(stdin, end=True)
        while self.clock.waiting:
            self.clock.run_all()
        return ended(output)

    def script(self, text: str, stdin: bytes = b"", options: str = "", **how: Any) -> Ended:
        """Run a script file to its end."""
        self.machine.files.write(FILE, b"\xef\xbb\xbf" + text.encode())
        return self.line(f"powershell.exe -NoProfile -NonInteractive {options} -File {FILE}", stdin, **how)

    def value(self, expression: str, before: str = "") -> Any:
        """The value of an expression, as JSON shows it."""
        done = self.script(f"{before}\n$value = {expression}\nConvertTo-Json -InputObject @{{ v = $value }} -Compress -Depth 5")
        assert (done.code, done.stderr) == (0, "")
        return json.loads(done.stdout)["v"]


def ended(output: ProgramOutput) -> Ended:
    """What was written until now."""
    parts = {"stdout": b"", "stderr": b""}
    code: int | None = None
    while code is None and (part := output.read(2**20, 0)) is not None:
        for stream, data in part.chunks:
            parts[stream] += data
        code = part.exit_code
    return Ended(code, parts["stdout"].decode(), parts["stderr"].decode().replace("\r\n", "\n"))


@pytest.fixture(scope="session")
def description() -> EstateDescription:
    """The default estate, read once: reading takes longer than a script."""
    return load()


@pytest.fixture
def runner(description: EstateDescription, clock: ManualClock) -> Runner:
    return Runner(build_machine(description, description.machine("scp01"), clock), clock)
