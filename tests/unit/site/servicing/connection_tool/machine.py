"""A stand-in for a server with the service connection tool: files, folders, registry, and the commands that run there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.task import Task
from ansible_collections.configmgr.scp.plugins.module_utils.windows.shell import Finished
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from tests.unit.site.support import Clock
from tests.unit.site.support import task as site_task
from tests.unit.windows.support import FakeServer

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
TOOL = r"D:\Tool"
LOG = rf"{TOOL}\ServiceConnectionTool.log"
TRACING = r"SOFTWARE\Microsoft\SMS\Tracing\SMS_DMP_DOWNLOADER"
ADMINISTRATOR = '"BUILTIN\\Administrators","Alias","S-1-5-32-544","x"\r\n"High","Label","S-1-16-12288",""\r\n'
USER = '"Users","Alias","S-1-5-32-545","x"\r\n'
SOUND: dict[str, dict[str, Any]] = {
    r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full": {"Release": 528040},
    r"SOFTWARE\Microsoft\VisualStudio\14.0\VC\Runtimes\x64": {"Version": "v14.51.36247.0", "Installed": 1},
    r"SOFTWARE\WOW6432Node\Microsoft\VisualStudio\14.0\VC\Runtimes\x86": {"Version": "v14.51.36247.0", "Installed": 1},
    r"SOFTWARE\Microsoft\MSODBCSQL18": {"InstalledVersion": "18.6.2.1"},
    TRACING: {"TraceFilename": r"C:\SMS\Logs\dmpdownloader.log"},
}
OPTIONS: dict[str, Any] = {
    "usage_data": None,
    "update_packs": None,
    "export_file": None,
    "download": "latest",
    "proxy": None,
    "tool_path": TOOL,
    "site_version": "2609",
    "mode": "offline",
    "max_age_days": 7.0,
    "clear_destination": False,
    "required_free_bytes": None,
    "log_folder": None,
    "run_timeout": 3600,
    "force": False,
}
_WORD = re.compile(r'"([^"]*)"|(\S+)')
_BELOW = re.compile(r"Drive = '([a-z]:)' AND Path = '(.*?)'(?: AND Name = '(.*)')?$")


def cab(length: int = 100, says: int = 100) -> bytes:
    """The beginning of a cabinet with its length, filled up to that length."""
    return (b"MSCF" + bytes(4) + says.to_bytes(4, "little")).ljust(length, b"\0")


class Machine(FakeServer):
    """Windows with the tool in ``D:\\Tool``.

    :ivar tool: what a run of the tool does; it writes its output files.
    :ivar ran: the commands that changed something or ran the tool, each as typed.
    """

    def __init__(self, keys: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        super().__init__(SOUND if keys is None else keys)
        self.files: dict[str, tuple[bytes, datetime | None]] = {}
        self.folders: set[str] = set()
        self.free: dict[str, int] = {"C:": 100 * 1024**3, "D:": 100 * 1024**3}
        self.now: datetime | None = NOW
        self.groups: str | CimFault = ADMINISTRATOR
        self.ran: list[str] = []
        self.tool: Callable[[], Finished] = lambda: Finished(0, "", "")
        self.refused: set[str] = set()
        # Paths of which a Get says that they do not exist, although they do.
        self.denies: set[str] = set()
        self.version = "5.0.9152.1000"
        # The limits of the last run of the tool, and the clock that measures it.
        self.limit_seconds, self.limit_bytes = 0.0, 0
        self.monotonic: Callable[[], float] = lambda: 0.0
        self.write(rf"{TOOL}\ServiceConnectionTool.exe", b"MZ")

    def write(self, path: str, data: bytes = b"x", modified: datetime | None = NOW) -> None:
        self.files[path.lower()] = (data, modified)
        self._above(path.rpartition("\\")[0])

    def make(self, path: str) -> None:
        self.folders.add(path.lower())
        self._above(path.rpartition("\\")[0])

    def exists(self, path: str) -> bool:
        return path.lower() in self.files or path.lower() in self.folders

    def task(self, action: str, check_mode: bool = False, **options: Any) -> tuple[Task, Clock, list[str]]:
        """A task of the module, with its warnings."""
        warnings: list[str] = []
        made, clock = site_task(self, {"action": action, **OPTIONS, **options}, check_mode=check_mode, warn=warnings.append)
        return made, clock, warnings

    # What WMI shows.

    def get(self, namespace: str, cls: CimClass, keys: Mapping[str, Any]) -> CimInstance:
        [value] = keys.values()
        row: dict[str, Any] | None = None
        if value in self.denies:
            pass
        elif cls.name == "CIM_DataFile" and value in self.files:
            row = self._row(value)
        elif cls.name == "Win32_Directory" and value in self.folders:
            row = {"Name": value}
        elif cls.name == "Win32_LogicalDisk" and value in self.free:
            row = {"DeviceID": value, "FreeSpace": self.free[value]}
        if row is None:
            raise CimFault(FaultKind.NOT_FOUND, RequestInfo("Get"))
        return CimInstance.new(namespace, cls, row)

    def query(self, namespace: str, cls: CimClass, query: str) -> list[CimInstance]:
        if cls.name == "Win32_OperatingSystem":
            rows: list[dict[str, Any]] = [{"CSName": "SCP01", "LocalDateTime": self.now}] if self.now else []
        else:
            found = _BELOW.search(query)
            assert found is not None, query
            folder = (found[1] + found[2].replace("\\\\", "\\")).rstrip("\\")
            names = self.files if cls.name == "CIM_DataFile" else self.folders
            wanted = found[3].replace("\\\\", "\\") if found[3] else ""
            inside = sorted(name for name in names if name.rpartition("\\")[0] == folder and wanted in ("", name))
            rows = [self._row(name) if cls.name == "CIM_DataFile" else {"Name": name} for name in inside]
        return [CimInstance.new(namespace, cls, row) for row in rows]

    def _row(self, path: str) -> dict[str, Any]:
        data, modified = self.files[path]
        version = self.version if path.endswith(".exe") else None
        return {"Name": path, "FileSize": len(data), "LastModified": modified, "Version": version}

    # What its commands do.

    def run(self, _session: object, line: str, *, stdin: str = "", folder: str = "", **limits: Any) -> Finished:
        words = [quoted or plain for quoted, plain in _WORD.findall(line)]
        program = words[0].rpartition("\\")[2].removesuffix(".exe").lower()
        if program not in ("curl", "whoami", "certutil"):
            self.ran.append(line)
        if program in self.refused:
            return Finished(1, "", "Access is denied.")
        if program == "serviceconnectiontool":
            self.limit_seconds, self.limit_bytes = limits["limit_seconds"], limits["limit_bytes"]
            self.monotonic = limits["monotonic"]
            limits["waiting"](1.0)
            assert folder == TOOL
            return self.tool()
        if program == "whoami":
            if isinstance(self.groups, CimFault):
                raise self.groups
            return Finished(0, self.groups, "")
        if program == "curl":
            return self._part(stdin)
        if program == "certutil":
            limits["waiting"](1.0)
            return Finished(0, f"SHA256:\r\n{hashlib.sha256(self.files[words[2].lower()][0]).hexdigest()}\r\n", "")
        return self._changed(program, words)

    def _changed(self, program: str, words: list[str]) -> Finished:
        path = words[-1].lower()
        if program == "mkdir":
            if path in self.folders:
                return Finished(1, "", "A subdirectory or file already exists.")
            self.make(path)
        elif program == "rmdir":
            if path not in self.folders:
                return Finished(2, "", "The system cannot find the file specified.")
            self.folders = {name for name in self.folders if not f"{name}\\".startswith(f"{path}\\")}
            self.files = {name: what for name, what in self.files.items() if not name.startswith(f"{path}\\")}
        else:
            assert program == "copy", words
            self.write(path, self.files[words[-2].lower()][0])
        return Finished(0, "", "")

    def _part(self, config: str) -> Finished:
        address, part = re.findall(r'"([^"]*)"', config)
        path = address.removeprefix("file:///").replace("/", "\\").replace("%20", " ").lower()
        if path not in self.files:
            return Finished(37, "", "curl: (37) Couldn't open file")
        data = self.files[path][0]
        first, _dash, last = part.partition("-")
        data = data[: int(last) + 1] if first else data[-int(last) :]
        return Finished(0, "", "", stdout_bytes=data)

    def _above(self, path: str) -> None:
        parts = path.lower().split("\\")
        self.folders |= {"\\".join(parts[:count]) for count in range(2, len(parts) + 1)}
