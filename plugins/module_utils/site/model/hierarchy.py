# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The sites of a hierarchy and which of them is the top-level site."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import (
    PROVIDER_NAMESPACE,
    SMS_PROVIDER_LOCATION,
    SMS_SCI_SYS_RES_USE,
    SMS_SITE,
)
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, like, one_of, select

# SMS_Site.Type (SDK page).
_TYPES = {1: "secondary", 2: "primary", 4: "central administration site"}


@dataclass(frozen=True)
class Site:
    """One site. ``parent`` is empty for the top-level site; ``type`` is a name, or the number when it is unknown."""

    code: str
    name: str
    type: str
    parent: str
    server: str
    version: str

    @property
    def top_level(self) -> bool:
        """Central administration site or stand-alone primary: it reports to no other site, and it is not a secondary site."""
        return not self.parent and self.type != "secondary"

    def as_data(self) -> dict[str, Any]:
        return {
            "site_code": self.code,
            "name": self.name,
            "type": self.type,
            "parent": self.parent or None,
            "server": self.server,
            "version": self.version,
            "top_level": self.top_level,
        }

    def __str__(self) -> str:
        return f"{self.code} ({self.type}, {self.server})"


def site_from(instance: CimInstance) -> Site:
    """A row of SMS_Site."""
    number = instance.get("Type")
    return Site(
        code=str(instance["SiteCode"]).upper(),
        name=str(instance.get("SiteName") or ""),
        type=_TYPES.get(number, str(number)) if isinstance(number, int) else str(number),
        parent=str(instance.get("ReportingSiteCode") or "").upper(),
        server=str(instance.get("ServerName") or "").lower(),
        version=str(instance.get("Version") or ""),
    )


def top_level_site(sites: Iterable[Site]) -> Site:
    """The top-level site of one hierarchy.

    :raises TaskFailure: none or several report to no other site: then the provider's list is incomplete, and nothing may be
        installed.
    """
    known = list(sites)
    tops = [site for site in known if site.top_level]
    if len(tops) != 1:
        listed = ", ".join(str(site) for site in known) or "none"
        raise TaskFailure(
            f"The top-level site cannot be determined: {len(tops)} sites report to no other site. Sites that the SMS Provider "
            f"lists: {listed}. Check the hierarchy in the console before you continue."
        )
    return tops[0]


@dataclass(frozen=True)
class Location:
    """Where an SMS Provider of a site runs, as a host lists it (SMS_ProviderLocation). A site server lists them all."""

    code: str
    machine: str


def find_site_code(session: CimSession, host: str) -> str:
    """The site whose SMS Provider the host lists as that of its own site.

    :raises TaskFailure: when the host lists no SMS Provider, or those of several sites.
    """
    codes = _codes(provider_locations(session, host))
    if len(codes) == 1:
        return codes[0]
    raise TaskFailure(f"The SMS Provider on {host} serves the sites {', '.join(codes)}: set site_code to one of them.")


def provider_locations(session: CimSession, host: str) -> list[Location]:
    """The SMS Providers that the host lists; only those of its own site, if it has one.

    :raises TaskFailure: when it lists none.
    """
    try:
        found = session.query(PROVIDER_NAMESPACE, SMS_PROVIDER_LOCATION, select(SMS_PROVIDER_LOCATION))
    except CimFault as fault:
        if is_missing_site(fault):
            raise no_provider(host) from fault
        raise
    if not found:
        raise no_provider(host)
    local = [row for row in found if row.get("ProviderForLocalSite")] or found
    return [Location(str(row["SiteCode"]).upper(), naming.plain_name(str(row.get("Machine") or ""))) for row in local]


def _codes(locations: Iterable[Location]) -> list[str]:
    return list(dict.fromkeys(location.code for location in locations))


def no_provider(host: str) -> TaskFailure:
    """The refusal of a host without an SMS Provider."""
    return TaskFailure(
        f"{host} has no SMS Provider (no {SMS_PROVIDER_LOCATION.name} in {PROVIDER_NAMESPACE}): run this on the host of the "
        "SMS Provider, usually the server of the top-level site."
    )


def has_no_site(session: CimSession, code: str, fault: CimFault) -> bool:
    """Whether a fault means that the site does not exist on the host, and not only one of its classes: older sites have fewer.

    One request if the fault may mean either: every site answers this query.
    """
    if not is_missing_site(fault):
        return False
    if fault.request is not None and fault.request.target == SMS_SITE.name:
        return True
    try:
        prove_site(session, code)
    except CimFault as again:
        return is_missing_site(again)
    return False


def prove_site(session: CimSession, code: str) -> None:
    """A query that every site answers.

    :raises CimFault: the site does not exist on the host (``is_missing_site``), or the query failed.
    """
    session.query(naming.site_namespace(code), SMS_SITE, select(SMS_SITE, equals("SiteCode", code), columns=("SiteCode",)))


def is_missing_site(fault: CimFault) -> bool:
    """Whether a fault in a site's namespace means that the class, or the namespace and so the site, does not exist."""
    if fault.kind in (FaultKind.INVALID_CLASS, FaultKind.INVALID_NAMESPACE) or fault.missing in ("class", "namespace"):
        return True
    # A query that finds no instance returns no rows; so "not found" is about the class or the namespace.
    return fault.kind is FaultKind.NOT_FOUND and fault.request is not None and bool(fault.request.query)


def no_such_site(session: CimSession, code: str, host: str) -> TaskFailure:
    """The refusal of a site that has no namespace on the host; reads which SMS Providers the host lists."""
    return TaskFailure(missing_site(code, host, provider_locations(session, host)))


def missing_site(code: str, host: str, locations: Sequence[Location]) -> str:
    """Where to run instead.

    A site server lists the SMS Providers of its site even if they are only on other machines (SDK, about the SMS Provider).

    :param locations: what the host lists.
    """
    elsewhere = sorted({location.machine for location in locations if location.code == code and location.machine})
    if elsewhere:
        where = " and ".join(elsewhere)
        run = f"run there (scp_provider={elsewhere[0]} in the playbooks)" if len(elsewhere) == 1 else "run on one of them"
        return f"The SMS Provider of {code} is on {where}, not on {host}: {run}."
    served = ", ".join(_served(known, host, locations) for known in _codes(locations))
    return (
        f"There is no site {code} at the SMS Provider on {host}; it serves {served}. Correct site_code, or run this on the host "
        f"of the SMS Provider of {code}."
    )


def _served(code: str, host: str, locations: Sequence[Location]) -> str:
    machines = sorted({location.machine for location in locations if location.code == code and location.machine})
    if not machines or any(naming.same_computer(machine, host) for machine in machines):
        return code
    return f"{code} (its SMS Provider is on {' and '.join(machines)})"


def read_site(session: CimSession, code: str, host: str) -> Site:
    """The provider's own row of one site: one request.

    :raises TaskFailure: no such site; the message says which sites this provider serves.
    """
    try:
        return site_from(session.get(naming.site_namespace(code), SMS_SITE, {"SiteCode": code}))
    except CimFault as fault:
        if fault.kind is FaultKind.NOT_FOUND or is_missing_site(fault):
            raise no_such_site(session, code, host) from fault
        raise


def read_sites(session: CimSession, code: str) -> list[Site]:
    """All sites of the hierarchy that the provider of ``code`` lists, in the order of their codes."""
    found = session.query(naming.site_namespace(code), SMS_SITE, select(SMS_SITE))
    return sorted((site_from(row) for row in found), key=lambda site: site.code)


def read_rows(session: CimSession, code: str, roles: Sequence[str], server: str | None = None) -> list[CimInstance]:
    """Complete site control rows of these roles at all sites of the hierarchy; only of one server when it is given.

    The site finds a server by NetworkOSPath, which may be empty just after creation; here the NAL path decides.
    """
    conditions = [one_of("RoleName", roles)]
    if server is not None:
        conditions.append(on_server(server))
    found = session.query(naming.site_namespace(code), SMS_SCI_SYS_RES_USE, select(SMS_SCI_SYS_RES_USE, *conditions))
    return found if server is None else [row for row in found if rows.is_on(row, server)]


def servers_like(session: CimSession, code: str, short: str) -> list[str]:
    """Site systems of the hierarchy whose name begins with this short name, as in their rows. One request if there are few."""
    paths = f"({like('NetworkOSPath', f'%{short}.%')} OR {on_server(short)})"
    query = select(SMS_SCI_SYS_RES_USE, equals("RoleName", naming.SITE_SYSTEM), paths)
    found = session.query(naming.site_namespace(code), SMS_SCI_SYS_RES_USE, query)
    return [rows.server_of(row) for row in found if rows.is_on(row, short)]


def read_providers(session: CimSession, code: str) -> dict[str, tuple[str, ...]]:
    """Site code to the hosts of its SMS Providers, of every site that the provider of ``code`` lists."""
    return providers_of(read_rows(session, code, (naming.SMS_PROVIDER,)))


def providers_of(found: Iterable[CimInstance]) -> dict[str, tuple[str, ...]]:
    """Site code to the hosts of its SMS Providers, from rows of roles; other roles are ignored."""
    hosts: dict[str, set[str]] = {}
    for row in found:
        if rows.role_of(row) == naming.SMS_PROVIDER:
            hosts.setdefault(rows.site_of(row), set()).add(rows.server_of(row))
    return {code: tuple(sorted(servers)) for code, servers in sorted(hosts.items())}


def on_server(server: str) -> str:
    """The WQL condition for rows of a server, by its FQDN. Rows with an empty NetworkOSPath match: their NAL path decides."""
    paths = one_of("NetworkOSPath", (f"\\\\{server}", f"\\\\{server.partition('.')[0]}", ""))
    return f"({paths} OR {equals('NetworkOSPath', None)})"
