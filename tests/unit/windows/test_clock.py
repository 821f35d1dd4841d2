"""A server's clock against the controller's, and whose time counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import clock_if_allowed, read_clock, time_if_allowed
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from tests.unit.windows.support import FakeServer, denied

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def server(*rows: dict[str, Any], error: Exception | None = None) -> FakeServer:
    return FakeServer(rows={"Win32_OperatingSystem": error or list(rows)})


@pytest.mark.parametrize(
    ("seconds", "took", "offset"),
    [(0, 0, 0.0), (301, 2, 300.0), (-299, 2, -300.0), (1.26, 0, 1.3), (1, 2, 0.0), (0.96, 2, 0.0)],
)
def test_the_difference_is_that_to_the_middle_of_the_request(seconds: float, took: float, offset: float) -> None:
    times = iter([START, START + timedelta(seconds=took)])
    now = START + timedelta(seconds=seconds)
    asked = server({"CSName": "SCP01", "LocalDateTime": now, "CurrentTimeZone": -480})
    found = read_clock(asked.session, lambda: next(times))
    assert found is not None
    assert (found.computer, found.now, found.offset_seconds, found.utc_offset_minutes) == ("SCP01", now, offset, -480)
    # No minus in front of a zero.
    assert str(found.offset_seconds) == str(offset)
    assert asked.asked == ["SELECT CSName, LocalDateTime, CurrentTimeZone FROM Win32_OperatingSystem"]


@pytest.mark.parametrize("rows", [(), ({"CSName": "SCP01"},)])
def test_a_server_that_does_not_tell_its_time(rows: tuple[dict[str, Any], ...]) -> None:
    assert read_clock(server(*rows).session) is None
    assert time_if_allowed(server(*rows).session) is None


def test_the_time_there_counts_and_not_the_one_here() -> None:
    assert time_if_allowed(server({"LocalDateTime": START}).session) == START
    clock = clock_if_allowed(server({"LocalDateTime": START}).session)
    assert clock is not None
    assert (clock.computer, clock.now) == ("", START)


def test_an_account_that_may_not_ask_is_told_nothing() -> None:
    assert clock_if_allowed(server(error=denied()).session) is None
    assert time_if_allowed(server(error=denied()).session) is None
    with pytest.raises(CimFault):
        clock_if_allowed(server(error=CimFault(FaultKind.OTHER, RequestInfo("Query"))).session)
