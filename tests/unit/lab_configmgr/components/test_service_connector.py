"""The endpoint check of the emulated service connection point."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from lab.configmgr import status, timing
from lab.configmgr.components.service_connector import CRITICAL, OTHER
from lab.configmgr.names import SERVICE_CONNECTOR


@pytest.fixture
def installed(estate: Any) -> Any:
    estate.install("scp01")
    estate.clock.advance(600)
    return estate


def checks(estate: Any) -> list[int]:
    return [m.message_id for m in estate.one.state.status.messages if m.component == SERVICE_CONNECTOR and m.message_id > 11000]


def condition(estate: Any) -> int:
    return int(estate.one.state.status.state_of("CAS", "scp01.corp.example", SERVICE_CONNECTOR).status)


def test_it_checks_at_its_start_and_once_a_day(installed: Any) -> None:
    assert checks(installed) == [status.ENDPOINTS_REACHED]
    installed.clock.advance(timing.CHECK_INTERVAL)
    assert checks(installed) == [status.ENDPOINTS_REACHED] * 2
    assert condition(installed) == status.OK


@pytest.mark.parametrize(
    ("host", "expected", "ill"),
    [
        (CRITICAL[0], [status.ENDPOINTS_CRITICAL, status.ENDPOINT_UNREACHABLE], status.CRITICAL),
        (OTHER[0], [status.ENDPOINTS_NOT_CRITICAL], status.CONDITION_WARNING),
    ],
)
def test_an_endpoint_that_is_not_reached(installed: Any, host: str, expected: list[int], ill: int) -> None:
    installed.faults.order("failing_endpoint", target="scp01", host=host)
    installed.clock.advance(timing.CHECK_INTERVAL)
    assert checks(installed)[1:] == expected
    assert condition(installed) == ill
    assert f"ERROR: Failed to reach endpoint {host}: timeout~" in installed.log("scp01", "EndpointConnectivityCheckWorker.log")


def test_an_offline_one_does_not_check(estate: Any) -> None:
    # Hierarchy two has an offline one from the start.
    estate.clock.advance(timing.CHECK_INTERVAL * 2)
    assert [m for m in estate.two.state.status.messages if m.message_id > 11000] == []


def heartbeat(cas: Any) -> datetime:
    rows = [row for row in cas.all("SMS_ComponentSummarizer") if row["ComponentName"] == SERVICE_CONNECTOR]
    found = {row["LastHeartbeat"] for row in rows}
    assert len(found) == 1
    return datetime.fromisoformat(str(found.pop()))


def test_heartbeats_go_on_while_it_runs(installed: Any, cas: Any) -> None:
    first = heartbeat(cas)
    installed.clock.advance(timing.HEARTBEAT * 3)
    assert heartbeat(cas) - first == timedelta(seconds=timing.HEARTBEAT * 3)
    installed.faults.order("dead_machine", target="scp01")
    installed.clock.advance(timing.HEARTBEAT * 3)
    assert heartbeat(cas) - first == timedelta(seconds=timing.HEARTBEAT * 3)
