"""The name by which the tables know a log."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.log_names import log_name
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import (
    CONNECT,
    EXPORT,
    IMPORT,
    PREPARE,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.traces import saved_log_name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (r"C:\SMS\Logs\dmpdownloader.lo_", "dmpdownloader"),
        (r"C:\SMS\Logs\DmpDownloader.LOG", "dmpdownloader"),
        ("C:/SMS/Logs/hman.log", "hman"),
        (r"\\scp01\SMS_P01\Logs/hman.log", "hman"),
        (r'"D:\SMS\Logs\hman.log" ', "hman"),
        ("hman", "hman"),
        (r"C:\v1.2\hman", "hman"),
        ("SMS_CLOUDCONNECTION.log", "sms_cloudconnection"),
        # Rolled over, with the time in the name.
        ("hman-20260601-100000.log", "hman"),
        ("CMUpdate-20260601-100000.lo_", "cmupdate"),
        ("CMUpdate_2026-06-01_10-00-00.log", "cmupdate"),
        ("hman-20260601T100000Z.log", "hman"),
        ("hman-20260601-100000123.log", "hman"),
        ("hman.2026-06-01.log", "hman"),
        ("hman.log.20260601", "hman"),
        # Copies.
        ("hman (2).log", "hman"),
        ("hman(1).log", "hman"),
        ("hman - Copy.log", "hman"),
        ("hman - Copy (3).log", "hman"),
        ("hman - Kopie.log", "hman"),
        ("hman - \u043a\u043e\u043f\u0438\u044f.log", "hman"),
        ("Copy of hman.log", "hman"),
        ("Copy (2) of hman.log", "hman"),
        ("hman-20260601-100000 - Copy (2).log.txt", "hman"),
        ("dmpdownloader.log.1", "dmpdownloader"),
        ("dmpdownloader.log.txt", "dmpdownloader"),
        ("dmpdownloader.log.1.txt", "dmpdownloader"),
        ("dmpdownloader.lo_.bak", "dmpdownloader"),
        # What cannot be decided stays as it is.
        ("scp01_dmpdownloader.log", "scp01_dmpdownloader"),
        ("hman-20261301-100000.log", "hman-20261301-100000"),
        ("setup.1.log", "setup.1"),
        ("hman-5.log", "hman-5"),
        ("KB25858444.log", "kb25858444"),
        ("hman - notes.log", "hman - notes"),
        ("other-import-20260601T100000Z-failed.log", "other-import-20260601t100000z-failed"),
        # Nothing is left but what was added.
        (".log", ".log"),
        ("(2).log", "(2)"),
        ("-20260601.log", "-20260601"),
        ("", ""),
        ("C:\\SMS\\", ""),
    ],
)
def test_names(path: str, name: str) -> None:
    assert log_name(path) == name


@pytest.mark.parametrize("action", [PREPARE, CONNECT, IMPORT, EXPORT])
@pytest.mark.parametrize("succeeded", [True, False])
@pytest.mark.parametrize("identity", ["", "0123456789abcdef" * 4])
def test_the_names_that_the_collection_gives_to_kept_logs(action: str, succeeded: bool, identity: str) -> None:
    kept = saved_log_name(action, datetime(2026, 6, 1, 10, tzinfo=UTC), succeeded=succeeded, identity=identity)
    assert log_name(rf"C:\SMS\Logs\{kept}") == "serviceconnectiontool"
    assert log_name(rf"C:\SMS\Logs\{kept[:-4]} - Copy.log") == "serviceconnectiontool"


def test_a_long_path_takes_no_time() -> None:
    for text in ("\\" * 30_000, " (1)" * 10_000, ".1" * 20_000, "-20260601" * 5_000, " - copy" * 5_000):
        log_name(f"hman{text}")
