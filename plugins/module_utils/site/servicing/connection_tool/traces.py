# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a run of the tool leaves behind, and what that means: its exit code is not documented and proves nothing. Pure.

Proofs (memdocs; KB service-connection-tool-not-download-updates): a download has its ConfigMgr.Update.Manifest.ENC, an import has
dropped the state message 4, a preparation has left its .cab file, an export its .csv file.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import IMPORT
from ansible_collections.configmgr.scp.plugins.module_utils.windows.folders import File

LOG = "ServiceConnectionTool.log"
MANIFEST = "configmgr.update.manifest.enc"
# An empty folder next to the destination, created before a run and removed after its proof: while it exists, the result is
# incomplete.
UNFINISHED = ".unfinished"
_IMPORTED = re.compile(r"Successfully Dropped the state message 4(?!\d)", re.IGNORECASE)
_CRASH = re.compile(r"unhandled exception", re.IGNORECASE)
_DENIED = re.compile(r"UnauthorizedAccessException|access (?:to the path .{1,300} )?is denied", re.IGNORECASE | re.DOTALL)
_USAGE_DATA = re.compile(r"usage ?data", re.IGNORECASE)
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_IDENTITY_DIGITS = 16
CAB_HEAD_BYTES = 12
_SAVED = re.compile(r"serviceconnectiontool-import-\d{8}t\d{6}z-([0-9a-f]{16})\.log")


def manifest_in(files: Iterable[File]) -> File | None:
    """The encrypted manifest of a download, which proves it; the largest when there are several."""
    found = [file for file in files if file.name == MANIFEST and file.size_bytes]
    return max(found, key=lambda file: file.size_bytes, default=None)


def packages_in(files: Iterable[File]) -> list[str]:
    """The GUIDs of update packages in the paths of a download. (That each package has a folder with its GUID is inferred.)"""
    return sorted({match[0].upper() for file in files for match in _GUID.finditer(file.path)})


def is_young(file: File | None, now: datetime | None, most_days: float) -> bool:
    """Whether a file exists, is not empty and is less than this many days old."""
    if file is None or not file.size_bytes or file.modified is None or now is None:
        return False
    return now - file.modified < timedelta(days=most_days)


def is_newer(file: File, others: Iterable[File]) -> bool:
    """Whether a file was written after all others whose time is known."""
    times = [other.modified for other in others if other.modified is not None]
    return file.modified is not None and all(file.modified >= time for time in times)


def has_imported(texts: Iterable[str]) -> bool:
    """Whether one of the lines says that the import was passed to the site."""
    return any(_IMPORTED.search(text) for text in texts)


def is_whole_cab(head: bytes, size_bytes: int) -> bool:
    """Whether a cabinet is as long as its header says ([MS-CAB] 2.1, cbCabinet); a signature may follow."""
    return len(head) >= CAB_HEAD_BYTES and head[:4] == b"MSCF" and 0 < int.from_bytes(head[8:12], "little") <= size_bytes


def is_abnormal_end(exit_code: int | None, text: str) -> bool:
    """Whether the run did not end normally, so that its result may be incomplete: it was stopped, it crashed with a Windows
    error (such as 0xC0000005), or it ended with an exception other than the harmless one."""
    died = exit_code is None or exit_code & 0xF0000000 == 0xC0000000
    return died or (bool(_CRASH.search(text)) and not is_harmless_crash(text))


def is_harmless_crash(text: str) -> bool:
    """The documented end of some downloads: an unhandled access-denied exception about a temporary folder."""
    return bool(_CRASH.search(text)) and bool(_DENIED.search(text))


def hides_proxy_failure(text: str, proxy: str) -> bool:
    """Whether an error about the usage data may really be about the proxy, whose port is wrong or missing (memdocs)."""
    return bool(proxy) and bool(_USAGE_DATA.search(text))


def identity_of(hashes: Mapping[str, str]) -> str:
    """A pack's identity, computed from the hashes of its files by path; upper and lower case do not matter."""
    lines = sorted(f"{digest.lower()} {path.lower()}" for path, digest in hashes.items())
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def saved_log_name(action: str, now: datetime, *, succeeded: bool, identity: str = "") -> str:
    """The name under which the log of a run is kept. The log of a successful import has the pack's identity, and is its proof."""
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    end = "-failed" if not succeeded else f"-{identity[:_IDENTITY_DIGITS]}" if action == IMPORT and identity else ""
    return f"ServiceConnectionTool-{action}-{stamp}{end}.log"


def proofs_of_import(files: Iterable[File], identity: str) -> list[File]:
    """The kept logs of imports of this pack, the latest first."""
    found = [file for file in files if (match := _SAVED.fullmatch(file.name)) and match[1] == identity[:_IDENTITY_DIGITS]]
    return sorted(found, key=lambda file: file.name, reverse=True)
