"""How serious a line is."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import Record
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.severity import severity


@pytest.mark.parametrize(
    ("record", "level"),
    [
        (Record("x", type=3), "error"),
        (Record("ERROR in words", type=1), "information"),
        (Record("x", type=2), "warning"),
        (Record("it failed", type=0), "error"),
        (Record("ERROR: x"), "error"),
        (Record("ERROR:x"), "error"),
        (Record("WARNING: it failed with an exception"), "warning"),
        (Record("INFO: error"), "information"),
        # Information that reports a failure nevertheless.
        (Record("INFO: SQL Connection failed. Connection: SRV MASTER"), "error"),
        (Record("INFO: failure of the connection"), "error"),
        (Record("INFO: failed over to the other node"), "information"),
        (Record("INFO:\tUnhandled exception"), "error"),
        (Record("WARN: The state is not set to installed yet"), "warning"),
        (Record("an exception"), "error"),
        (Record("a warning"), "warning"),
        (Record("failover done"), "information"),
        (Record("failover failed"), "error"),
        (Record("all is well"), "information"),
    ],
)
def test_severity(record: Record, level: str) -> None:
    assert severity(record) == level
