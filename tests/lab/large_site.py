"""A site with thousands of site systems, rows and status messages, made from a small one."""

from __future__ import annotations

from datetime import timedelta

from lab.configmgr import names, status
from lab.configmgr.database import ControlRow, EmbeddedProperty
from lab.configmgr.hierarchy import Hierarchy, role_row
from lab.estate.description import ROLE_NAMES
from lab.running.estate import Estate

SITE_SYSTEMS = 2000
ROWS_OF_EACH = 10
MESSAGES = 20_000
_BETWEEN_MESSAGES = timedelta(minutes=5)

# As many settings as a site system has after some years.
_SETTINGS = tuple(
    EmbeddedProperty(name, 0, "", "")
    for name in ("IsProtected", "FDMOperation", "UseMachineAccount", "Server Remote Public Name", "UseProxy", "ProxyName")
)


def grow(estate: Estate, code: str = "CAS", site_systems: int = SITE_SYSTEMS, messages: int = MESSAGES) -> None:
    """Give a site of a running estate further site systems with ROWS_OF_EACH rows each, and further status messages.

    The servers are only rows: nothing listens there. There is a message for every five minutes; nine of ten are those of a
    change of the configuration, the others are from another component.
    """
    with estate.lock:
        state = next(found.state for found in estate.hierarchies if code in found.state.sites)
        for number in range(site_systems):
            for row in _rows(f"dp{number:05}.{estate.description.domain.dns}", code):
                state.store(row)
        state.publish(code)
        _messages(state, code, messages)


def _rows(server: str, code: str) -> list[ControlRow]:
    # However large a site is, it has few SMS Providers.
    others = [role for role in ROLE_NAMES if role != names.SMS_PROVIDER]
    roles = (names.SITE_SYSTEM, names.COMPONENT_SERVER, *others)[:ROWS_OF_EACH]
    return [role_row(server, code, role, _SETTINGS if role == names.SITE_SYSTEM else (), 8) for role in roles]


def _messages(state: Hierarchy, code: str, count: int) -> None:
    server = state.sites[code].server
    began = state.clock.now() - count * _BETWEEN_MESSAGES
    for number in range(count):
        when = began + number * _BETWEEN_MESSAGES
        if number % 10:
            state.status.report(code, server, "SMS_HIERARCHY_MANAGER", status.CHANGE_PROCESSED, code, time=when)
        else:
            state.status.report(code, server, "SMS_DISTRIBUTION_MANAGER", 2301, f"package {number}", time=when)
