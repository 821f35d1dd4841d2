"""Usage data of a hierarchy as the tool transfers it to the internet: a cabinet, or a table for reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lab.configmgr.connection_tool.cabinet import CabinetError, read_cabinet, write_cabinet

_ID_FILE, _ROWS_FILE = "HierarchyID.txt", "TelemetryResults.csv"
# The documentation says that the name of a text file contains the site version, and how to search for it: *SiteVersion*.txt.
_VERSION_FILE = re.compile(r".*SiteVersion.*\.txt", re.IGNORECASE)
_VERSION = re.compile(r"5\.\d{2}\.\d{4}\.\d{4}")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class UsageData:
    """Whose data it is: the hierarchy's identifier (``fnGetHierarchyID``) and the version of its top-level site."""

    hierarchy_id: str
    site_version: str


def cabinet_of(data: UsageData, rows: Mapping[str, int]) -> bytes:
    """The .cab of ``-prepare``."""
    return write_cabinet(
        {
            f"SiteVersion_{data.site_version}.txt": f"{data.site_version}\r\n".encode(),
            _ID_FILE: f"{data.hierarchy_id}\r\n".encode(),
            _ROWS_FILE: table_of(data, rows),
        }
    )


def table_of(data: UsageData, rows: Mapping[str, int]) -> bytes:
    """The .csv of ``-export``."""
    lines = ["Hierarchy,Query,Value", *(f"{data.hierarchy_id},{name},{value}" for name, value in rows.items())]
    return "".join(f"{line}\r\n" for line in lines).encode()


def read_usage_data(cabinet: bytes) -> UsageData | None:
    """Whose data a cabinet contains; None when it is not a cabinet with usage data."""
    try:
        files = read_cabinet(cabinet)
    except CabinetError:
        return None
    version = next((content for name, content in files.items() if _VERSION_FILE.fullmatch(name)), b"")
    found = UsageData(files.get(_ID_FILE, b"").decode("ascii", "replace").strip(), version.decode("ascii", "replace").strip())
    return found if _ID.fullmatch(found.hierarchy_id) and _VERSION.fullmatch(found.site_version) else None
