# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A server's clock compared with the controller's, measured around one request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import CIMV2, WIN32_OPERATING_SYSTEM
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import select


@dataclass(frozen=True)
class ServerClock:
    """The clock of a server.

    :param computer: its NetBIOS name.
    :param now: its time, UTC.
    :param offset_seconds: its time minus the controller's, at the middle of the request.
    :param utc_offset_minutes: its local time minus UTC, with summer time; None when it was not read.
    """

    computer: str
    now: datetime
    offset_seconds: float
    utc_offset_minutes: int | None = None


def read_clock(session: CimSession, controller: Callable[[], datetime] = lambda: datetime.now(UTC)) -> ServerClock | None:
    """One request; None when the server does not report its time.

    The error is at most half of the request's duration, authentication included when it is the first request of a session.
    """
    query = select(WIN32_OPERATING_SYSTEM.name, columns=("CSName", "LocalDateTime", "CurrentTimeZone"))
    before = controller()
    found = session.query(CIMV2, WIN32_OPERATING_SYSTEM, query)
    after = controller()
    return clock_between(found[0], before, after) if found else None


def clock_if_allowed(session: CimSession) -> ServerClock | None:
    """The clock of the session's host; None for an account that may use the site but not the server's own classes."""
    try:
        return read_clock(session)
    except CimFault as fault:
        if fault.kind is FaultKind.ACCESS_DENIED:
            return None
        raise


def time_if_allowed(session: CimSession) -> datetime | None:
    """The server's time, UTC: events of a site are judged by it, not by the controller's. None as in ``clock_if_allowed``."""
    clock = clock_if_allowed(session)
    return clock.now if clock else None


def clock_between(row: CimInstance, before: datetime, after: datetime) -> ServerClock | None:
    """The clock from a row of Win32_OperatingSystem and the controller's times before and after its request."""
    now = row.get("LocalDateTime")
    if not isinstance(now, datetime):
        return None
    middle = before + (after - before) / 2
    zone = row.get("CurrentTimeZone")
    seconds = round((now - middle).total_seconds(), 1) + 0.0
    return ServerClock(str(row.get("CSName") or ""), now, seconds, zone if isinstance(zone, int) else None)
