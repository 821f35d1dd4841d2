# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the checks of a site need, read from its SMS Provider. Nothing is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.accounts import listed_names, read_accounts
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import (
    SMS_RBAC_SECURED_OBJECT,
    SMS_SCI_SITE_DEFINITION,
    SMS_SCI_SYS_RES_USE,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import (
    Site,
    on_server,
    read_providers,
    read_sites,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import read_installations, read_sites_installing
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.cloud_needs import read_cloud_needs
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.role_health import RoleHealth, read_role_health
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState, component_states
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import ServerClock, read_clock
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable, Unread, attempt
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import Registry
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.overlap import LOGON_EXCHANGES, read_named
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, one_of, select

# Number of sites among the types of secured objects (SMS_SecuredObject.ObjectKey, SDK page).
_SITE_OBJECTS = 6
# Where a site server stores the port of its database: public scripts read it there.
DATABASE_KEY = r"SOFTWARE\Microsoft\SMS\SQL Server\Site System SQL Account"
_DATABASE = re.compile(r"(?P<server>[^\\,]+)(?:\\(?P<instance>[^\\,]+))?(?:,(?P<port>\d{1,5}))?")


@dataclass(frozen=True)
class Database:
    """Where the site's database is. ``instance`` is empty for the default one, ``port`` None when the site does not show it."""

    server: str
    instance: str
    name: str
    port: int | None


@dataclass(frozen=True)
class Definition:
    """The site's own definition: the domain of its server (may be empty), and its database."""

    domain: str
    database: Database


@dataclass(frozen=True)
class SiteFacts:
    """What was read. ``rows`` are the role's rows, those of site servers, and all of the server in question; ``system`` is its
    ``SMS Site System`` row at this site.

    ``granted`` are the operations on sites that the site grants to this account, as a bit mask. ``now`` is the provider's time.
    """

    site: Site
    sites: tuple[Site, ...]
    rows: tuple[CimInstance, ...]
    system: CimInstance | None
    installing: tuple[tuple[str, str], ...] | Unread
    granted: int | Unread
    health: tuple[RoleHealth, ...] | Unread
    listed: frozenset[str] | Unread
    definition: Definition | Unread
    clock: ServerClock | None
    # Read only where a check has to name them: hosts of the SMS Providers by site, the state of the downloader on each server
    # as the site has it, what needs an online role, and sites below that still install an update, as (site, package, state).
    providers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    components: tuple[ComponentState, ...] | Unread = ()
    cloud_needs: tuple[str, ...] | Unread = ()
    sites_installing: tuple[tuple[str, str, str], ...] | Unread = ()
    # Packages in an unknown state, in which they may be being installed.
    unknown_states: tuple[tuple[str, str], ...] = ()

    @property
    def holders(self) -> list[tuple[str, str]]:
        """(server, site code) of every row of the service connection point."""
        return [(rows.server_of(row), rows.site_of(row)) for row in self.rows_of(naming.SERVICE_CONNECTION_POINT)]

    @property
    def site_servers(self) -> list[str]:
        """Servers of the site's ``SMS Site Server`` rows, sorted; the site's own server where there is no such row."""
        found = {rows.server_of(row) for row in self.rows_of(naming.SITE_SERVER) if rows.site_of(row) == self.site.code}
        return sorted(found) or [self.site.server]

    def host_of(self, code: str, own: str) -> str:
        """A host of the SMS Provider of a site; ``own`` is the one that this was read on."""
        if code == self.site.code:
            return own or self.site.server
        site = next((site for site in self.sites if site.code == code), None)
        return next(iter(self.providers.get(code, ())), site.server if site else own)

    def rows_of(self, role: str) -> list[CimInstance]:
        return [row for row in self.rows if rows.role_of(row) == role]

    def rows_on(self, server: str) -> list[CimInstance]:
        return [row for row in self.rows if rows.is_on(row, server)]


def read_core(session: CimSession, code: str, server: str) -> tuple[list[Site], list[CimInstance]]:
    """The sites, and the rows that :class:`SiteFacts` names. Rows of other site systems, perhaps many, are not read.

    :raises CimFault: also when this account may not read the site.
    """
    wanted = one_of("RoleName", (naming.SERVICE_CONNECTION_POINT, naming.SITE_SERVER))
    query = select(SMS_SCI_SYS_RES_USE, f"({wanted} OR {on_server(server)})")
    # As if they were longer: a further connection that logs on meanwhile is needed by read_facts.
    read = read_named(
        session,
        {
            "sites": lambda one: read_sites(one, code),
            "rows": lambda one: one.query(naming.site_namespace(code), SMS_SCI_SYS_RES_USE, query),
        },
        exchanges=LOGON_EXCHANGES,
    )
    sites, found = read["sites"], read["rows"]
    kept = (naming.SERVICE_CONNECTION_POINT, naming.SITE_SERVER)
    return sites, [row for row in found if rows.role_of(row) in kept or rows.is_on(row, server)]


def read_facts(
    session: CimSession,
    site: Site,
    sites: list[Site],
    found: list[CimInstance],
    system: CimInstance | None,
    accounts: Collection[str],
    offline: bool = False,
) -> SiteFacts:
    """Everything else, overlapping. A part that the site refuses to show is Unread, and the rest is still read.

    :param offline: the role will be in offline mode, which cloud services cannot use.
    """
    code = site.code
    readers: dict[str, Callable[[CimSession], Any]] = {
        # First, so that no logon is in the measured time: the clock of the server in question is compared with it.
        "clock": read_clock,
        "installations": lambda one: read_installations(one, code),
        "health": lambda one: read_role_health(one, code, system),
        "listed": lambda one: frozenset(name.casefold() for name in listed_names(read_accounts(one, code, accounts))),
        "definition": lambda one: read_definition(one, site),
        "granted": lambda one: _granted(one, code),
        # It counts only if the provider runs on the site server, which is not known yet.
        "port": _registry_port,
    }
    if len(sites) > 1:
        readers["sites_installing"] = lambda one: read_sites_installing(one, code)
    if offline:
        readers["cloud_needs"] = lambda one: tuple(read_cloud_needs(one, code))
    part = read_named(session, {name: partial(_attempted, read) for name, read in readers.items()})
    installations, definition = part["installations"], part["definition"]
    clock = None if isinstance(part["clock"], Unread) else part["clock"]
    if isinstance(definition, Definition) and clock is not None and naming.same_computer(clock.computer, site.server):
        definition = _with_port(definition, part["port"])
    read = SiteFacts(
        site=site,
        sites=tuple(sites),
        rows=tuple(found),
        system=system,
        installing=installations if isinstance(installations, Unread) else installations.under_way,
        granted=part["granted"],
        health=part["health"],
        listed=part["listed"],
        definition=definition,
        clock=clock,
        cloud_needs=part.get("cloud_needs", ()),
        sites_installing=part.get("sites_installing", ()),
        unknown_states=() if isinstance(installations, Unread) else installations.unknown,
    )
    return _with_ways(session, read)


def _attempted(read: Callable[[CimSession], Any], session: CimSession) -> Any:
    return attempt(partial(read, session))


def _with_ways(session: CimSession, facts: SiteFacts) -> SiteFacts:
    """With what a check names when the role is not where it should be."""
    code, holders = facts.site.code, facts.holders
    if facts.site.top_level and all(found == code for _server, found in holders) and len(holders) < 2:
        return facts
    providers = attempt(lambda: read_providers(session, code))
    components = attempt(lambda: tuple(component_states(session, code, (naming.DOWNLOADER,)))) if len(holders) > 1 else ()
    return replace(facts, providers={} if isinstance(providers, Unread) else providers, components=components)


def _granted(session: CimSession, code: str) -> int | Unread:
    """SMS_RbacSecuredObject.GrantedOperations: what is granted to the current user for this type of object (SDK page)."""
    query = select(
        SMS_RBAC_SECURED_OBJECT, equals("ObjectTypeID", _SITE_OBJECTS), columns=("ObjectTypeName", "GrantedOperations")
    )
    found = attempt(lambda: session.query(naming.site_namespace(code), SMS_RBAC_SECURED_OBJECT, query))
    if isinstance(found, Unread):
        return found
    # The number is from an older page of the SDK: the name confirms it.
    named = [row for row in found if "site" in str(row.get("ObjectTypeName") or "").lower()]
    granted = named[0].get("GrantedOperations") if named else None
    return granted if isinstance(granted, int) else Unread("the SMS Provider does not show what it grants on sites.")


def read_definition(session: CimSession, site: Site) -> Definition:
    """The site's definition: one request.

    :raises NotReadable: the SMS Provider shows none.
    """
    columns = ("SiteServerDomain", "SQLServerName", "SQLDatabaseName")
    query = select(SMS_SCI_SITE_DEFINITION, equals("SiteCode", site.code), columns=columns)
    found = session.query(naming.site_namespace(site.code), SMS_SCI_SITE_DEFINITION, query)
    if not found:
        raise NotReadable(f"the SMS Provider shows no definition (SMS_SCI_SiteDefinition) of site {site.code}")
    row = found[0]
    database = database_of(str(row.get("SQLServerName") or ""), str(row.get("SQLDatabaseName") or ""))
    return Definition(str(row.get("SiteServerDomain") or ""), database)


def database_of(server: str, name: str) -> Database:
    r"""The parts of ``server``, ``server\instance`` or ``server,port``, as the site may have it."""
    found = _DATABASE.fullmatch(server.strip())
    if found is None:
        return Database("", "", name, None)
    port = int(found["port"]) if found["port"] else 0
    return Database(found["server"].lower(), found["instance"] or "", name, port if 1 <= port <= 65535 else None)


def _registry_port(session: CimSession) -> str | None:
    """The port in the registry of the provider's host."""
    return Registry(session).get_string(DATABASE_KEY, "Port")


def _with_port(definition: Definition, text: str | Unread | None) -> Definition:
    """With the port from the site server's registry, if the site does not show one. Only if the provider runs on that server."""
    if definition.database.port is not None or isinstance(text, Unread):
        return definition
    port = int(text) if text and text.isdecimal() and 1 <= int(text) <= 65535 else None
    return replace(definition, database=replace(definition.database, port=port))
