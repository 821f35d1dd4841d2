"""One run of the tool: its folder, its logs, and how its work can end early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lab.configmgr import names
from lab.configmgr.components.emulated import EmulatedHierarchy
from lab.configmgr.connection_tool import installed, requirements
from lab.configmgr.connection_tool.command_line import Request
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.logs import native_line
from lab.estate.description import EstateDescription
from lab.faults import FaultBoard
from lab.windows.network import Network
from lab.windows.shell import Invocation

SETUP_LOG = r"C:\ConfigMgrSetup.log"
_SETUP = "Configuration Manager Setup"
_NO_ROOM = "There is not enough space on the disk."


@dataclass(frozen=True)
class World:
    """What the tool uses outside its own server. ``running`` are the folders of the tools that are currently running."""

    description: EstateDescription
    network: Network
    hierarchies: Sequence[EmulatedHierarchy]
    faults: FaultBoard
    running: set[tuple[str, str]] = field(default_factory=set)


class Failed(Exception):
    """The tool fails: the text is the last line of its log."""


class Died(Exception):
    """The process ended at once, without a message."""


class Unhandled(Exception):
    """An exception that the tool does not catch: the text is what .NET prints."""


class Run:
    """The tool, started with this invocation. ``folder`` contains its program."""

    def __init__(self, invocation: Invocation, world: World) -> None:
        self.invocation = invocation
        self.world = world
        self.machine = invocation.machine
        self.files = self.machine.files
        self.caller = invocation.line.caller
        program = invocation.path(invocation.program)
        self.program = program if program.lower().endswith(".exe") else f"{program}.exe"
        self.folder = self.program.rpartition("\\")[0]
        self.version = installed.version_of(self.files, self.program)
        self.request = Request("")
        self.proxy_password = ""
        self._written = 0

    def path(self, parameter: str) -> str:
        """A path of the command line, as a full path."""
        return self.invocation.path(self.request.paths[parameter]).rstrip("\\")

    def log(self, *lines: str) -> None:
        """Write lines to ServiceConnectionTool.log, each with INFO before it."""
        self._append(*(f"INFO:{line}" for line in lines))

    def warn(self, line: str) -> None:
        """Write a warning to ServiceConnectionTool.log."""
        self._append(f"WARNING: {line}")

    def error(self, line: str) -> None:
        """Write an error to ServiceConnectionTool.log; the real tool omits the blank in some lines."""
        self._append(f"ERROR:{line}" if len(line) % 2 else f"ERROR: {line}")

    def trace(self, *lines: str) -> None:
        """Write lines of the downloader's code, with its ``~~``."""
        self._append(*(f"{line}~~" for line in lines))

    def setup_log(self, *lines: str) -> None:
        """Write lines to ConfigMgrSetup.log, which grows with each run."""
        now = self.machine.clock.now()
        self.files.append(SETUP_LOG, "".join(native_line(line, _SETUP, now) for line in lines).encode())

    def begin_log(self) -> None:
        """Start a new log, which replaces that of the last run."""
        self.files.write(f"{self.folder}\\{installed.LOG}", b"")
        self.log(f"ServiceConnectionTool version {self.version}, -{self.request.action}")

    def write(self, path: str, content: bytes, phase: str) -> None:
        """Write a file; only half of it if the work ends here."""
        end = self.end_at(phase, path, len(content))
        self.files.write(path, content if end is None else content[: len(content) // 2])
        if end is not None:
            raise end

    def end_at(self, phase: str, path: str, size: int) -> Exception | None:
        """The exception that ends the work when a file of this size is written: an injected fault, or a full drive; else None."""
        faults, name = self.world.faults, self.machine.name
        crash = faults.flag("tool_crash", name)
        if crash is not None and crash.text("phase") == phase:
            faults.take("tool_crash", name)
            return Died()
        full = faults.flag("tool_disk_full", name)
        if full is not None and full.text("phase", phase) == phase:
            faults.take("tool_disk_full", name)
            return Failed(_NO_ROOM)
        self._written += size
        free = next((drive.free_bytes for drive in self.machine.drives if drive.letter == path[:1].upper()), 0)
        return Failed(_NO_ROOM) if self._written > free else None

    def need_folder(self, path: str) -> None:
        """Reject a path on a drive or in a folder that does not exist."""
        if not self.files.is_folder(path):
            raise Failed(f"Could not find a part of the path '{path}'.")

    def hierarchy(self) -> EmulatedHierarchy:
        """The hierarchy whose service connection point this server is. Raises :class:`Failed`."""
        for found in self.world.hierarchies:
            if found.state.control.roles(names.SERVICE_CONNECTION_POINT, self.machine.fqdn):
                return found
        raise Failed("This computer is not a service connection point. Run the tool on the server that hosts the role.")

    def check_version(self, site_version: str) -> None:
        """Reject a site of another version."""
        if self.version.split(".")[2:3] != site_version.split(".")[2:3]:
            raise Failed(f"The version {self.version} of the tool does not match the version {site_version} of the site.")

    def check_database(self, hierarchy: Hierarchy) -> None:
        """Check that the caller can read the database of the top-level site. Raises :class:`Failed`."""
        if not requirements.has_database_driver(self.machine, self.version):
            raise Failed("[Microsoft][ODBC Driver Manager] Data source name not found and no default driver specified")
        site = hierarchy.top
        port = self.world.description.hierarchy_of(site.code).site(site.code).sql_port
        server = hierarchy.machine(site.sql_server)
        if server is None or self.world.network.connect(self.machine, site.sql_server, port).problem:
            raise Failed("A network-related or instance-specific error occurred while establishing a connection to SQL Server.")
        delegates = self.caller.delegated or self.world.description.machine(self.machine.name).delegation
        if server is not self.machine and not delegates:
            # A user who logs on over the network has no credentials for another server, unless the logon was delegated.
            raise Failed("Login failed for user 'NT AUTHORITY\\ANONYMOUS LOGON'.")
        if not server.is_administrator(str(self.caller)) and hierarchy.rights(self.caller) == "none":
            raise Failed(f"Login failed for user '{self.caller}'.")
        if self.world.faults.flag("database_unreadable", site.code) is not None:
            table = f"'TEL_TelemetryResults', database 'CM_{site.code}', schema 'dbo'"
            raise Failed(f"The SELECT permission was denied on the object {table}.")

    def _append(self, *lines: str) -> None:
        self.files.append(f"{self.folder}\\{installed.LOG}", "".join(f"{line}\r\n" for line in lines).encode())
