"""Lines as a service connection point writes them, and how they are interpreted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Judge
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import parse
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.report import report

LOG = r"D:\SMS\Logs\dmpdownloader.log"
HMAN = r"D:\SMS\Logs\hman.log"
BEGIN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
GUID = "7d3a9c1e-52b4-4f0b-9e66-0c5d2a8f4b11"
OTHER = "aaaaaaaa-52b4-4f0b-9e66-0c5d2a8f4b11"
NONE = "00000000-0000-0000-0000-000000000000"

CHECK = (
    "Hasn't synced recently.",
    f"Generating state message: 0 for package {NONE}~~",
    "Successfully Dropped the state message 0~~",
    "Checking for preview version~~",
    "Get manifest.cab url~~",
    "Download manifest.cab~~",
    "Finished calling verify manifest~~",
    "Manifest.cab was successfully moved to the connector outbox~~",
    f"Generating state message: 4 for package {NONE}~~",
    "Successfully Dropped the state message 4~~",
)
BROKEN = (
    *CHECK[:6],
    "WARNING: Failed to download easy setup payload with exception: The operation has timed out",
    "WARNING: Retry in the next polling cycle",
)
PAYLOAD = (
    "Found a new available update~~",
    f"EasySetupDownloadSinglePackage downloading {GUID}. ~~",
    "Download large file with BITs~~",
    "Verify the payload signature, hash value and extract the payload~~",
    f"Successfully download redist for {GUID}.~~",
    f"EasySetupDownloadSinglePackage finishes downloading {GUID}. ~~",
)


def lines(messages: Iterable[str], begin: datetime = BEGIN, thread: int = 4700, step: float = 1) -> list[str]:
    """Records one second apart, an hour east of Greenwich."""
    found = []
    for number, message in enumerate(messages):
        local = begin + timedelta(hours=1, seconds=number * step)
        found.append(f"{message} $$<SMS_DMP_DOWNLOADER><{local:%m-%d-%Y %H:%M:%S}.000-60><thread={thread} (0x{thread:X})>")
    return found


def judged(
    *written: list[str], now: datetime | None = BEGIN + timedelta(minutes=5), log: str = LOG, **options: Any
) -> dict[str, Any]:
    judge = Judge(**options)
    judge.read({log: parse(line for part in written for line in part)})
    return report(judge, now)
