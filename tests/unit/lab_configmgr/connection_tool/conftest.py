"""The service connection tool on a small estate without a network: an offline hierarchy, and a server with internet."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from lab.configmgr.connection_tool.installed import PROGRAM
from lab.configmgr.connection_tool.program import service_connection_tool
from lab.configmgr.connection_tool.run import World
from lab.estate_file.reader import parse
from lab.windows import presets
from lab.windows.machine import Machine
from lab.windows.network import Network
from lab.windows.programs.built_in import BUILT_IN
from lab.windows.shell import Shell
from lab.winrm.message import Caller
from lab.winrm.programs import CommandLine, Program, ProgramOutput
from tests.unit.lab_configmgr.conftest import ESTATE, SmallEstate

OLD = "5E0C1B7A-93D4-4A6F-8C21-7B9D3F5A6E10"
NEW = "C8E5A1F3-46D9-4D27-B3F0-5A7E9C2B8D53"
HOTFIX = "9B4F2D86-1C7E-4E35-A0D8-6F2C8B5D7A31"
OFFERED = f"""
internet_updates:
  - {{name: Old, guid: {OLD}, version: 5.00.9141.1000}}
  - {{name: New, guid: {NEW}, version: 5.00.9158.1000, size_mb: 2.5, redists: [a.msi, b.exe]}}
  - {{name: Hotfix, guid: {HOTFIX}, version: 5.00.9152.1012, type: qfe, min_version: 5.00.9152.1000}}
proxies:
  - {{name: proxy01, port: 8080}}
  - {{name: proxy02, port: 3128, authentication: negotiate}}
"""
_COPY = r"{folder: 'D:\ServiceConnectionTool', version: 5.00.9152.1000}"
FOLDER = r"D:\ServiceConnectionTool"
ON_ROLE_SERVER = rf"C:\Media\SMSSETUP\TOOLS\{PROGRAM}"


@dataclass(frozen=True)
class Ended:
    """What a program has written, and its exit code."""

    code: int
    stdout: str
    stderr: str


class Tools:
    """Runs the tool on the machines of an estate."""

    def __init__(self, text: str) -> None:
        self.estate = SmallEstate(parse(text, "offline estate"))
        for described in self.estate.description.machines:
            machine = self.machine(described.name)
            presets.write_software(machine.registry, described.software)
            presets.write_drives(machine.files, described.drives)
        network = Network(self.estate.description, self.estate.machines)
        both = [self.estate.one, self.estate.two]
        self.maker = service_connection_tool(World(self.estate.description, network, both, self.estate.faults))
        self.estate.clock.advance(60)

    def machine(self, name: str) -> Machine:
        return self.estate.machine(name)

    def start(self, machine: str, line: str, user: str = "admin", folder: str = FOLDER) -> tuple[Program, ProgramOutput]:
        shell = Shell(self.machine(machine), BUILT_IN)
        shell.install(PROGRAM, self.maker)
        program = shell(CommandLine(Caller(user, "CORP"), rf"{folder}\{PROGRAM}.exe {line}", code_page=65001))
        output = ProgramOutput()
        program.start(output)
        return program, output

    def run(self, machine: str, line: str, user: str = "admin", folder: str = FOLDER) -> Ended:
        _, output = self.start(machine, line, user, folder)
        self.estate.clock.advance(7200)
        return ended(output)

    def log(self, machine: str, folder: str = FOLDER) -> str:
        return (self.machine(machine).files.read(rf"{folder}\{PROGRAM}.log") or b"").decode()

    def prepare(self, line: str = r"-prepare -usagedatadest C:\Usage.cab") -> Ended:
        return self.run("scp02", line, folder=ON_ROLE_SERVER)

    def connect(self, more: str = "") -> Ended:
        """Copy the cabinet to the connected server and download the updates for it."""
        cabinet = self.machine("scp02").files.read(r"C:\Usage.cab")
        assert cabinet is not None
        self.machine("web01").files.write(r"D:\USB\Usage.cab", cabinet)
        return self.run("web01", rf"-connect -usagedatasrc D:\USB -updatepackdest D:\USB\Packs {more}")

    def carry_back(self) -> None:
        source, target = self.machine("web01").files, self.machine("scp02").files
        for path, _ in list(source.files()):
            if path.startswith("D:\\USB\\Packs\\"):
                target.write(path.replace("D:\\USB", "C:"), source.read(path) or b"")

    def import_(self) -> Ended:
        return self.run("scp02", r"-import -updatepacksrc C:\Packs", folder=ON_ROLE_SERVER)

    @property
    def states(self) -> dict[str, int]:
        return {guid: package.state for guid, package in self.estate.two.state.updates.items()}


def ended(output: ProgramOutput) -> Ended:
    texts = {"stdout": b"", "stderr": b""}
    part = output.read(2**24, 0)
    assert part is not None
    for stream, data in part.chunks:
        texts[stream] += data
    assert part.exit_code is not None, "the program still runs"
    return Ended(part.exit_code, texts["stdout"].decode(), texts["stderr"].decode())


def offline_estate() -> str:
    text = ESTATE.replace(
        "administrators: ['CORP\\CAS01$', 'CORP\\STA01$']}",
        "administrators: ['CORP\\STA01$'], delegation: true, media: [{path: 'C:\\Media', version: 5.00.9152.1000}]}",
    )
    text = text.replace("{name: scp01,", "{name: scp01, delegation: true, connection_tools: [" + _COPY + "],")
    assert text.count("delegation: true") == 2
    return text + OFFERED


@pytest.fixture
def tools() -> Tools:
    return Tools(offline_estate())
