"""Log lines in the native format."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from lab.configmgr.logs import native_line, role_drive
from lab.estate.description import Drive


@pytest.mark.parametrize(
    ("bias", "stamp"),
    [(-120, "09-22-2015 21:21:36.981-120"), (480, "09-22-2015 11:21:36.981+480"), (-330, "09-23-2015 00:51:36.981-330")],
)
def test_local_time_plus_bias_is_utc(bias: int, stamp: str) -> None:
    line = native_line(
        "Download Easy setup payloads~~", "SMS_DMP_DOWNLOADER", datetime(2015, 9, 22, 19, 21, 36, 981000, UTC), bias
    )
    found = re.fullmatch(r"(.*)  \$\$<(\w+)><([^>]*)><thread=(\d+) \(0x([0-9A-F]+)\)>\r\n", line)
    assert found is not None
    assert found[1] == "Download Easy setup payloads~~"
    assert found[2] == "SMS_DMP_DOWNLOADER"
    assert found[3] == stamp
    assert int(found[4]) == int(found[5], 16)


def test_role_files_go_to_the_largest_free_drive_that_takes_them() -> None:
    drives = (Drive("C", free_bytes=900, no_sms=True), Drive("D", free_bytes=100), Drive("E", free_bytes=200))
    assert role_drive(drives) == "E"
    assert role_drive(drives[:1]) is None
