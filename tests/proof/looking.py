"""The lab's own state of the objects that modules change, read without modules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lab.configmgr import names
from lab.configmgr.database import ControlRow, UpdatePackage
from lab.configmgr.executive import Executive
from lab.running.estate import Estate

HIERARCHY = "one"
_WATCHED_ROLES = (names.SERVICE_CONNECTION_POINT, names.SITE_SYSTEM)


@dataclass(frozen=True)
class Looks:
    """``rows``: the settings of each row of the role, of site systems and of accounts, by key.

    ``threads``: for each server its downloader's state, the requested operation, and a number that grows at each start or stop.
    ``starts``: how often each update was started, by hierarchy and GUID.
    """

    rows: Mapping[tuple[str, int, str, str, str], Any]
    threads: Mapping[str, tuple[str, str, int]]
    starts: Mapping[tuple[str, str], int]


def look(estate: Estate) -> Looks:
    """The current state of hierarchy one, and of the updates of all."""
    with estate.lock:
        state = estate.hierarchy(HIERARCHY).state
        watched = [row for row in state.control.roles() if row.role in _WATCHED_ROLES]
        watched += state.control.of_class("SMS_SCI_Reserved")
        threads = {
            server: (executive.state(names.DOWNLOADER), _asked(executive), executive.threads[names.DOWNLOADER].life)
            for server, executive in state.executives.items()
            if names.DOWNLOADER in executive.threads
        }
        return Looks({row.key: _settings(row) for row in watched}, threads, _starts(estate))


def update(estate: Estate, code: str, guid: str) -> UpdatePackage:
    """An update of the hierarchy with this site."""
    return next(found for found in estate.hierarchies if code in found.state.sites).state.updates[guid]


def _starts(estate: Estate) -> dict[tuple[str, str], int]:
    return {
        (found.state.top.code, guid): package.life
        for found in estate.hierarchies
        for guid, package in found.state.updates.items()
    }


def points(estate: Estate) -> list[ControlRow]:
    """The rows of the service connection point."""
    return estate.hierarchy(HIERARCHY).state.control.roles(names.SERVICE_CONNECTION_POINT)


def site_system(estate: Estate, server: str) -> ControlRow | None:
    """The site system row of a server of the top-level site."""
    state = estate.hierarchy(HIERARCHY).state
    return state.site_system(server, state.top.code)


def listed_accounts(estate: Estate) -> list[str]:
    """The accounts in the site's list."""
    return sorted(row.text("UserName") for row in estate.hierarchy(HIERARCHY).state.control.of_class("SMS_SCI_Reserved"))


def downloader(estate: Estate, server: str) -> str:
    """The state of the role's thread on a server; empty when the role is not installed there."""
    executive = estate.hierarchy(HIERARCHY).state.executives.get(server)
    return executive.state(names.DOWNLOADER) if executive is not None else ""


def _asked(executive: Executive) -> str:
    found = executive.machine.registry.get(f"{names.THREADS_KEY}\\{names.DOWNLOADER}", names.REQUESTED_OPERATION)
    return str(found.data) if found is not None else ""


def _settings(row: ControlRow) -> Any:
    # The site itself sets the plain properties; only an account's encrypted password is the user's. A row that was removed and
    # created again is another row, even if it looks the same.
    return row.props, row.prop_lists, row.text("Reserved2"), row.created_at
