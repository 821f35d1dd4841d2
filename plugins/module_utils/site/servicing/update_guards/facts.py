# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the checks before an update need, read from the SMS Provider of the top-level site. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SCI_SYS_RES_USE, SMS_SITE
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site, read_rows, site_from
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.placed_roles import read_placed, roles_by_server
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import Package
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import read_role_rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import (
    BEFORE_ALL,
    ComponentState,
    component_states,
    messages_since,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import ServerClock, clock_if_allowed
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable, Unread, attempt
from ansible_collections.configmgr.scp.plugins.module_utils.windows.services import Services
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import select

MANAGEMENT_POINT, UPDATE_POINT = "SMS Management Point", "SMS Software Update Point"
# Roles whose servers have requirements of their own; distribution points alone can be thousands.
SERVER_ROLES = (
    naming.SITE_SERVER,
    naming.SMS_PROVIDER,
    naming.SQL_SERVER,
    naming.SERVICE_CONNECTION_POINT,
    MANAGEMENT_POINT,
    UPDATE_POINT,
)
# KB 4490424; memdocs, backup-and-recovery.
UPDATE_SERVICE, BACKUP, BACKUP_DONE = "CONFIGURATION_MANAGER_UPDATE", "SMS_SITE_BACKUP", 5035


@dataclass(frozen=True)
class SiteMode:
    """SMS_Site.Status and Mode; None where the site does not show them."""

    code: str
    status: int | None
    mode: int | None


@dataclass(frozen=True)
class Role:
    """The service connection point: its server, and its mode (None when it is not known)."""

    server: str
    mode: str | None


@dataclass(frozen=True)
class Backup:
    """A successful backup: the server that reported it, and when."""

    server: str
    time: str | None


@dataclass(frozen=True)
class GuardFacts:
    """What was read; a part that could not be read is Unread.

    :param replicas: management points with a database replica, as (server, SQL Server).
    :param windows: enabled service windows of site servers, by site code.
    :param servers: roles by (site code, server), of those in SERVER_ROLES.
    """

    sites: tuple[Site, ...]
    modes: tuple[SiteMode, ...]
    packages: tuple[Package, ...]
    clock: ServerClock | None
    roles: tuple[Role, ...] | Unread
    components: tuple[ComponentState, ...] | Unread
    backups: tuple[Backup, ...] | Unread | None
    service: str | Unread
    replicas: tuple[tuple[str, str], ...] | Unread
    windows: Mapping[str, int] | Unread
    servers: Mapping[tuple[str, str], Sequence[str]] | Unread
    piloting: bool | Unread


def read_hierarchy(session: CimSession, code: str) -> tuple[tuple[Site, ...], tuple[SiteMode, ...]]:
    """The sites and their modes, by site code. One request."""
    found = session.query(naming.site_namespace(code), SMS_SITE, select(SMS_SITE))
    ordered = sorted(found, key=lambda row: str(row["SiteCode"]))
    return tuple(map(site_from, ordered)), tuple(map(_mode, ordered))


def read_guard_facts(
    session: CimSession,
    top: Site,
    sites: tuple[Site, ...],
    modes: tuple[SiteMode, ...],
    packages: Sequence[Package],
    backup_days: int,
) -> GuardFacts:
    """Everything else, in about fifteen requests, and one for each site server.

    :param backup_days: age of a backup in days; 0: backups are not read.
    """
    code = top.code
    primaries = [site for site in sites if site.type != "secondary"]
    clock = clock_if_allowed(session)
    since = clock.now - timedelta(days=backup_days) if clock else None
    return GuardFacts(
        sites=sites,
        modes=modes,
        packages=tuple(packages),
        clock=clock,
        roles=attempt(lambda: tuple(map(_role, read_role_rows(session, code)))),
        components=attempt(lambda: tuple(component_states(session, code, (naming.DOWNLOADER,)))),
        backups=attempt(partial(_backups, session, code, since)) if backup_days else None,
        service=attempt(partial(_service, session, top, clock)),
        replicas=attempt(partial(_replicas, session, code)),
        windows=attempt(partial(_windows, session, code, {site.code for site in primaries})),
        servers=attempt(lambda: roles_by_server(read_placed(session, code, (), SERVER_ROLES))),
        piloting=attempt(partial(_piloting, session, code)),
    )


def _mode(row: CimInstance) -> SiteMode:
    status, mode = row.get("Status"), row.get("Mode")
    return SiteMode(
        str(row["SiteCode"]).upper(),
        status if isinstance(status, int) else None,
        mode if isinstance(mode, int) else None,
    )


def _role(row: CimInstance) -> Role:
    return Role(rows.server_of(row), rows.mode_of(row))


def _backups(session: CimSession, code: str, since: datetime | None) -> tuple[Backup, ...]:
    """Successful backups of the last days, oldest first."""
    if since is None:
        raise NotReadable("the clock of the SMS Provider's host could not be read")
    found = messages_since(session, code, BEFORE_ALL, BACKUP, (BACKUP_DONE,), since)
    return tuple(Backup(message.server, message.time) for message in found)


def _service(session: CimSession, top: Site, clock: ServerClock | None) -> str:
    if clock is None or not naming.same_computer(clock.computer, top.server):
        raise NotReadable(f"the SMS Provider is not on the site server {top.server}, or its name could not be read")
    return Services(session).state(UPDATE_SERVICE)


def _replicas(session: CimSession, code: str) -> tuple[tuple[str, str], ...]:
    """Management points that do not use the site's database (public code reads these properties)."""
    found = []
    for row in read_rows(session, code, (MANAGEMENT_POINT,)):
        own, server = rows.setting(row, "UseSiteDatabase"), rows.setting(row, "SQLServerName")
        if own is not None and own.value == 0 and server is not None and server.value2:
            found.append((rows.server_of(row), server.value2))
    return tuple(sorted(found))


def _windows(session: CimSession, code: str, codes: Collection[str]) -> dict[str, int]:
    """Number of service windows of each site; the property is lazy, so each row is read alone."""
    found = dict.fromkeys(sorted(codes), 0)
    for row in read_rows(session, code, (naming.SITE_SERVER,)):
        site = rows.site_of(row)
        if site in found:
            whole = session.get(naming.site_namespace(code), SMS_SCI_SYS_RES_USE, row.key_values())
            enabled = [entry for entry in whole.get("ServiceWindows") or () if _is_enabled(entry)]
            found[site] += len(enabled)
    return found


def _is_enabled(entry: object) -> bool:
    # The class is not in the schema of this collection, so its values are texts.
    return isinstance(entry, CimInstance) and str(entry.get("IsEnabled")).lower() != "false"


def _piloting(session: CimSession, code: str) -> bool:
    """Whether clients are tested in a pre-production collection (class dump of a 2002 site)."""
    answer = session.invoke(naming.site_namespace(code), SMS_SITE, "GetClientPilotingConfigs")
    enabled = answer.get("IsEnabled")
    if not isinstance(enabled, bool):
        raise NotReadable("the site does not show whether clients are tested in a pre-production collection")
    return enabled
