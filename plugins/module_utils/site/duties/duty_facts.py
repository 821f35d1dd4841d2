# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the facts that decide about duties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.duty import Facts, Package
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import cloud, naming, rows, site_systems, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import (
    SMS_CM_UPDATE_PACKAGES,
    SMS_SCI_RESERVED,
    SMS_SCI_SYS_RES_USE,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site, read_rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import time_if_allowed
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.overlap import read_named
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, select

# A large site has thousands of site systems, and their settings are the largest rows that it has.
MOST_SITE_SYSTEMS = 200
# At most this many that use a proxy are named.
MOST_PROXY_USERS = 3


def read_facts(
    session: CimSession,
    site: Site,
    role_rows: Sequence[CimInstance],
    components: Sequence[ComponentState],
    recovered: bool,
    entered: Sequence[str] = (),
) -> Facts:
    """Everything that ``duties.duties`` needs, except the rows and components of the role, which the caller has read.

    About ten requests. What the present state does not need (no role on a server, no secret) is not read.
    """
    mode = rows.mode_of(role_rows[0]) if len(role_rows) == 1 else None
    holders = [(rows.server_of(row), rows.site_of(row)) for row in role_rows]
    server = holders[0][0] if len(holders) == 1 else ""
    code = site.code
    found = read_named(
        session,
        {
            "applications": lambda one: cloud.read_applications(one, code),
            "gateways": lambda one: cloud.read_gateways(one, code),
            "discovery": lambda one: cloud.read_discovery(one, code),
            "packages": lambda one: read_packages(one, code),
            "systems": lambda one: _site_systems(one, code, server, mode),
            "accounts": lambda one: read_account_names(one, code),
            "installed_at": lambda one: read_installed_at(one, site, server) if server else None,
        },
    )
    systems, applications = found.pop("systems"), found["applications"]
    return Facts(
        site=site,
        holders=holders,
        mode=mode,
        components=components,
        now=time_if_allowed(session) if any(not app.client for app in applications or ()) else None,
        **found,
        **systems,
        recovered=recovered,
        entered=entered,
    )


def read_installed_at(session: CimSession, site: Site, server: str) -> datetime | None:
    """When the role was installed on its server: its newest success message. None if that is deleted, or from another server.

    The message may have the name of the site server, where the site component manager writes it.
    """
    found = status.messages_since(session, site.code, status.BEFORE_ALL, naming.DOWNLOADER, (status.INSTALLED,))
    newest = found[-1] if found else None
    if newest is None or newest.time is None:
        return None
    here = not newest.server or any(naming.same_computer(newest.server, name) for name in (server, site.server))
    return datetime.fromisoformat(newest.time) if here else None


def read_packages(session: CimSession, code: str) -> list[Package]:
    """Every update package that the site lists, by name."""
    query = select(SMS_CM_UPDATE_PACKAGES, columns=("Name", "State", "UpdateType"))
    found = session.query(naming.site_namespace(code), SMS_CM_UPDATE_PACKAGES, query)
    return sorted((_package(row) for row in found), key=lambda package: package.name)


def _site_systems(session: CimSession, code: str, server: str, mode: str | None) -> dict[str, Any]:
    """The fields of Facts about site systems. Servers other than the role's matter only when that one might need a proxy."""
    systems = read_rows(session, code, (naming.SITE_SYSTEM,), server) if server else []
    # By the name that the role's row has for the server: the two rows may write it differently.
    own = dict(zip([server], _settings(systems, code).values(), strict=False))
    if mode == rows.OFFLINE or server not in own or own[server]["proxy"]["enabled"]:
        return {"site_systems": own}
    others, all_seen = read_proxy_users(session, code)
    return {"site_systems": {**others, **own}, "all_site_systems_seen": all_seen}


def read_proxy_users(session: CimSession, code: str) -> tuple[Mapping[str, Mapping[str, Any]], bool]:
    """Some site systems of the site that use a proxy, and whether all of the site's were read to find them.

    A query cannot select them: the setting is inside the row. So the rows are read one after the other, and the enumeration is
    released when enough were found.
    """
    query = select(
        SMS_SCI_SYS_RES_USE.name,
        equals("RoleName", naming.SITE_SYSTEM),
        equals("SiteCode", code),
        columns=("NALPath", "NetworkOSPath", "SiteCode", "Props"),
    )
    found: dict[str, Mapping[str, Any]] = {}
    with session.rows(naming.site_namespace(code), SMS_SCI_SYS_RES_USE, query) as systems:
        for number, row in enumerate(systems, 1):
            if number > MOST_SITE_SYSTEMS or len(found) == MOST_PROXY_USERS:
                return found, False
            settings = _settings([row], code)
            found.update((server, data) for server, data in settings.items() if data["proxy"]["enabled"])
    return found, True


def _settings(found: Sequence[CimInstance], code: str) -> dict[str, Mapping[str, Any]]:
    return {rows.server_of(row): site_systems.as_data(row) for row in found if rows.site_of(row) == code}


def read_account_names(session: CimSession, code: str) -> list[str]:
    """The names in the site's list of accounts; their encrypted passwords are not read."""
    query = select(SMS_SCI_RESERVED, equals("SiteCode", code), columns=("UserName",))
    found = session.query(naming.site_namespace(code), SMS_SCI_RESERVED, query)
    return sorted(str(row.get("UserName")) for row in found if row.get("UserName"))


def _package(row: CimInstance) -> Package:
    return Package(
        name=str(row.get("Name") or row["PackageGuid"]),
        state=updates.state_name(int(row.get("State") or 0)),
        type=int(row.get("UpdateType") or 0),
    )
