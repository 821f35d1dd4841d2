# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Files and folders of a server, read with WMI.

Queries always give drive and folder: without them, Windows would search the complete disk for CIM_DataFile and Win32_Directory.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import (
    CIM_DATA_FILE,
    CIMV2,
    WIN32_DIRECTORY,
    WIN32_LOGICAL_DISK,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, select

_MOST_FILES = 20_000
_MOST_FOLDERS = 2_000


@dataclass(frozen=True)
class File:
    """A file.

    :param path: full, lower case as WMI writes it.
    :param modified: when it was last written, UTC; None when WMI does not show it.
    :param version: of a program; empty for anything else.
    """

    path: str
    size_bytes: int
    modified: datetime | None
    version: str = ""

    @property
    def name(self) -> str:
        return self.path.rpartition("\\")[2]


def find_file(session: CimSession, path: str) -> File | None:
    """One file by its full path, None when there is none: one request."""
    found = _get(session, CIM_DATA_FILE, path)
    return None if found is None else _file(found)


def folder_exists(session: CimSession, path: str) -> bool:
    """Whether there is a folder with this path: one request. WMI has no folder for the drive itself."""
    return _get(session, WIN32_DIRECTORY, path) is not None


def folder_listed(session: CimSession, path: str) -> bool:
    """As ``folder_exists``, but as the folder above it lists it: for decisions that a fault "not found" alone must not make.

    One request if it is missing, two if it exists.
    """
    return _listed(session, WIN32_DIRECTORY, path)


def file_listed(session: CimSession, path: str) -> bool:
    """The same for a file."""
    return _listed(session, CIM_DATA_FILE, path)


def files_in(session: CimSession, folder: str) -> list[File]:
    """The files directly in a folder, by name; an empty list also when the folder is missing."""
    columns = ("Name", "FileSize", "LastModified")
    return sorted((_file(row) for row in _in(session, CIM_DATA_FILE, folder, columns)), key=lambda file: file.path)


def folders_in(session: CimSession, folder: str) -> list[str]:
    """Full paths of the folders directly in a folder, lower case."""
    return sorted(str(row["Name"]).lower() for row in _in(session, WIN32_DIRECTORY, folder, ("Name",)))


def tree(session: CimSession, folder: str) -> list[File]:
    """All files below a folder: two requests for it and for each folder in it.

    :raises NotReadable: there are more than a transfer or a pack of updates has.
    """
    found: list[File] = []
    waiting, seen = [folder], 0
    while waiting:
        current = waiting.pop()
        seen += 1
        found += files_in(session, current)
        below = [path for path in folders_in(session, current) if path.startswith(f"{folder.lower()}\\")]
        waiting += below
        if len(found) > _MOST_FILES or seen > _MOST_FOLDERS:
            raise NotReadable(f"{folder} has more than {_MOST_FILES} files or {_MOST_FOLDERS} folders")
    return sorted(found, key=lambda file: file.path)


def free_bytes(session: CimSession, drive: str) -> int | None:
    """The free bytes on a drive (``D:``); None when there is no such drive, or when WMI does not show it."""
    found = _get(session, WIN32_LOGICAL_DISK, drive, key="DeviceID", lower=False)
    free = None if found is None else found.get("FreeSpace")
    return None if free is None else int(free)


def _listed(session: CimSession, cls: CimClass, path: str) -> bool:
    return bool(_in(session, cls, path.rpartition("\\")[0], ("Name",), equals("Name", path.lower())))


def _in(session: CimSession, cls: CimClass, folder: str, columns: tuple[str, ...], *where: str) -> list[CimInstance]:
    below = folder[2:].rstrip("\\").lower()
    query = select(cls, equals("Drive", folder[:2].lower()), equals("Path", f"{below}\\"), *where, columns=columns)
    return session.query(CIMV2, cls, query)


def _get(session: CimSession, cls: CimClass, value: str, key: str = "Name", lower: bool = True) -> CimInstance | None:
    try:
        return session.get(CIMV2, cls, {key: value.lower() if lower else value})
    except CimFault as fault:
        if fault.kind is FaultKind.NOT_FOUND:
            return None
        raise


def _file(row: CimInstance) -> File:
    modified = row.get("LastModified")
    return File(
        str(row["Name"]).lower(),
        int(row.get("FileSize") or 0),
        modified if isinstance(modified, datetime) else None,
        str(row.get("Version") or ""),
    )
