# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Fixed drives, and the file that prevents a site's roles from using a drive."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import CIM_DATA_FILE, CIMV2, WIN32_LOGICAL_DISK
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread, attempt
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, select

MARKER = "NO_SMS_ON_DRIVE.SMS"
# Win32_LogicalDisk.DriveType (Win32 provider reference).
_LOCAL_DISK = 3


@dataclass(frozen=True)
class Drive:
    """A fixed NTFS drive.

    :param name: such as ``C:``.
    :param marked: whether NO_SMS_ON_DRIVE.SMS is in its root (memdocs, install-site-system-roles).
    """

    name: str
    free_bytes: int
    size_bytes: int
    marked: bool | Unread


def read_drives(session: CimSession) -> list[Drive]:
    """The fixed NTFS drives by name: a request for the list (two for several drives) and one for each drive."""
    columns = ("DeviceID", "FileSystem", "FreeSpace", "Size")
    query = select(WIN32_LOGICAL_DISK, equals("DriveType", _LOCAL_DISK), columns=columns)
    rows = [row for row in session.query(CIMV2, WIN32_LOGICAL_DISK, query) if str(row.get("FileSystem") or "").upper() == "NTFS"]
    drives = []
    for row in rows:
        name = str(row["DeviceID"])
        free, size = int(row.get("FreeSpace") or 0), int(row.get("Size") or 0)
        drives.append(Drive(name, free, size, attempt(partial(is_marked, session, name))))
    return sorted(drives, key=lambda drive: drive.name)


def is_marked(session: CimSession, drive: str) -> bool:
    """Whether the marker is in the root of the drive. A Get by key: a query on CIM_DataFile may search the complete disk."""
    try:
        session.get(CIMV2, CIM_DATA_FILE, {"Name": f"{drive}\\{MARKER}".lower()})
    except CimFault as fault:
        if fault.kind is FaultKind.NOT_FOUND:
            return False
        raise
    return True
