# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Hosts, groups and variables of an inventory, out of a hierarchy as the module ``hierarchy_info`` returns it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming

# Variables of every host. `roles` alone is a name that Ansible reserves, with a warning in each run.
VARIABLES = ("scp_mode", "site_code", "site_codes", "site_name", "site_roles", "site_type", "site_version")
PROVIDERS, CANDIDATES, ROLE_HOLDERS = "sms_provider", "candidates", "service_connection_point"
_PREFIXES = ("role_", "site_", "tier_")
# The rank of a site among the sites of a server that belongs to several.
_TIERS = ("central administration site", "primary", "secondary")
# Names with a meaning of their own in Ansible.
_ANSIBLE_NAMES = frozenset({"all", "ungrouped", "localhost"})
_GROUP = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_OF_A_GROUP = re.compile(r"[^a-z0-9]+")
_LONGEST = 100
_Known = Mapping[str, Collection[tuple[str, str]]]


class PlanError(ValueError):
    """The hierarchy or an option cannot become an inventory; the text says why and what to do."""


@dataclass(frozen=True)
class Options:
    """What the user asks for.

    :ivar provider: the host that was asked, as the user names it.
    :ivar group: the group of all hosts.
    :ivar short: whether hosts have their short names.
    :ivar addresses: ``ansible_host`` by server.
    :ivar candidates: servers that the site may not have yet.
    """

    provider: str
    group: str = "configmgr"
    short: bool = False
    addresses: Mapping[str, str] = field(default_factory=dict)
    candidates: Sequence[str] = ()


@dataclass(frozen=True)
class Group:
    """A group: the names of its hosts and of the groups below it, sorted."""

    hosts: tuple[str, ...] = ()
    children: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """An inventory: ``hosts`` are variables by host; ``warnings`` are sentences for the user."""

    hosts: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, Group]
    warnings: tuple[str, ...]


@dataclass
class _Server:
    name: str
    # Site code to roles there.
    sites: dict[str, set[str]] = field(default_factory=dict)
    mode: str | None = None

    @property
    def roles(self) -> list[str]:
        return sorted(set().union(*self.sites.values()))


def plan_inventory(hierarchy: Mapping[str, Any], options: Options) -> Plan:
    """The inventory of a hierarchy. Each computer is one host, in whatever forms the rows have its name.

    :param hierarchy: return values of ``hierarchy_info``, for all servers.
    :raises PlanError: there is no site or no server, or an option cannot be used.
    """
    check_group(options.group)
    sites = {str(site["site_code"]): site for site in hierarchy["sites"]}
    warnings: list[str] = []
    servers = _servers(hierarchy, [options.provider, *options.candidates], warnings)
    if not sites or not servers:
        raise PlanError(
            f"The SMS Provider on {options.provider} lists {len(sites)} sites and {len(servers)} servers, so there is nothing "
            "for the inventory; check the security scopes and roles of the account at the site."
        )
    candidates = [_candidate(name, servers) for name in options.candidates]
    everyone = {**servers, **{name: servers.get(name, _Server(name)) for name in candidates}}
    members = _members(everyone, candidates)
    members[PROVIDERS] = {_provider(hierarchy, everyone, options.provider)}
    taken = {*members, *map(_tier, sites.values()), options.group, *_ANSIBLE_NAMES}
    names = _names(everyone, options.short, taken, warnings)
    if not members[PROVIDERS] <= names.keys():
        raise _no_provider(hierarchy)
    groups = {
        group: Group(tuple(sorted(names[name] for name in found if name in names))) for group, found in sorted(members.items())
    }
    hosts = {
        names[name]: _variables(server, names[name], sites, options.addresses)
        for name, server in sorted(everyone.items())
        if name in names
    }
    warnings += _unused(options.addresses, everyone)
    return Plan(hosts, _tree(groups, sites, options.group), tuple(warnings))


def check_group(name: str) -> None:
    """Check the name of the group of all hosts.

    :raises PlanError: Ansible would not accept it, or it is the name of another group.
    """
    if not _GROUP.fullmatch(name):
        raise PlanError(
            f"group: {name!r} is not a name of a group; give letters, digits and underscores, not beginning with a digit."
        )
    if name in {*_ANSIBLE_NAMES, PROVIDERS, CANDIDATES, ROLE_HOLDERS} or name.startswith(_PREFIXES):
        raise PlanError(f"group: {name!r} already has a meaning; give another name, such as configmgr.")


def slug(text: str) -> str:
    """A text as a part of a group's name: lower-case letters, digits and single underscores; ``other`` if nothing is left."""
    return _NOT_OF_A_GROUP.sub("_", text.lower())[:_LONGEST].strip("_") or "other"


def _servers(hierarchy: Mapping[str, Any], given: Iterable[str], warnings: list[str]) -> dict[str, _Server]:
    """The computers of the hierarchy by name. A name that no computer can have is left out, with a warning.

    :param given: names of servers as the user gives them: one may be the full name of a server that the site has as a short name.
    """
    placed = [(str(row["server"]), str(row["site_code"]), row["roles"]) for row in hierarchy["site_systems"]]
    placed += [(str(site["server"]), str(site["site_code"]), ()) for site in hierarchy["sites"]]
    points = hierarchy["service_connection_points"]
    placed += [(str(row["server"]), str(row["site_code"]), (naming.SERVICE_CONNECTION_POINT,)) for row in points]
    good: list[tuple[str, str, Iterable[str]]] = []
    for text, code, roles in placed:
        try:
            good.append((naming.computer_name(text), code, roles))
        except naming.BadName as error:
            sentence = f"A server of site {code} is left out, because its name cannot be used as a name of a host: {error}"
            if text and sentence not in warnings:
                warnings.append(sentence)
    known = _full_names([*((name, code) for name, code, _roles in good), *((naming.plain_name(name), "") for name in given)])
    servers: dict[str, _Server] = {}
    for short, code, roles in good:
        name = _full(short, code, known)
        server = servers.setdefault(name, _Server(name))
        server.sites.setdefault(code, set()).update(map(str, roles))
    for row in points:
        try:
            name = _full(naming.computer_name(str(row["server"])), str(row["site_code"]), known)
        except naming.BadName:
            continue
        servers[name].mode = row["mode"] if row["mode"] is None else str(row["mode"])
    return servers


def _full_names(places: Iterable[tuple[str, str]]) -> _Known:
    """Short name to the full names that begin with it, each with the codes of its sites. Names of users have an empty code."""
    known: dict[str, set[tuple[str, str]]] = {}
    for name, code in places:
        if "." in name:
            known.setdefault(name.partition(".")[0], set()).add((name, code))
    return known


def _full(name: str, code: str, known: _Known) -> str:
    """The full name of a server with a short name, if exactly one server of its site, or else of the hierarchy, has it."""
    alike = [(other, site) for other, site in known.get(name, ()) if naming.same_computer(other, name)]
    found = {other for other, site in alike if site == code} or {other for other, _site in alike}
    return found.pop() if len(found) == 1 else name


def _candidate(text: str, servers: Iterable[str]) -> str:
    try:
        name = naming.computer_name(str(text), "candidates")
        return naming.full_name(name, servers, "candidates")
    except naming.BadName as error:
        raise PlanError(str(error)) from error


def _members(servers: Mapping[str, _Server], candidates: Sequence[str]) -> dict[str, set[str]]:
    """Group to the names of its servers, without the groups of groups."""
    members: dict[str, set[str]] = {}
    for name, server in servers.items():
        for code in server.sites:
            members.setdefault(f"site_{slug(code)}", set()).add(name)
        for role in server.roles:
            members.setdefault(f"role_{slug(role)}", set()).add(name)
        if naming.SERVICE_CONNECTION_POINT in server.roles:
            members.setdefault(ROLE_HOLDERS, set()).add(name)
    if candidates:
        members[CANDIDATES] = set(candidates)
    return members


def _provider(hierarchy: Mapping[str, Any], servers: Mapping[str, _Server], asked: str) -> str:
    """The one host for the playbooks: the SMS Provider of the top-level site that was asked, or else the first one by name."""
    top = hierarchy["top_level_site"]
    names = [*map(str, top.get("providers") or ()), str(top["server"])]
    known = _full_names((name, code) for name, server in servers.items() for code in server.sites)
    full = [_full(naming.plain_name(name), str(top["site_code"]), known) for name in names]
    usable = [name for name in full if name in servers]
    if not usable:
        raise _no_provider(hierarchy)
    return next((name for name in usable if naming.same_computer(name, asked)), usable[0])


def _no_provider(hierarchy: Mapping[str, Any]) -> PlanError:
    code = hierarchy["top_level_site"]["site_code"]
    return PlanError(
        f"The host of the SMS Provider of the top-level site {code} has no name that can be used as a name of a host."
    )


def _names(servers: Mapping[str, _Server], short: bool, taken: Iterable[str], warnings: list[str]) -> dict[str, str]:
    """Server to its name in the inventory: unique, and never a name that has another meaning."""
    avoid = set(taken)
    firsts = Counter(name.partition(".")[0] for name in servers)
    names = {}
    for name in servers:
        first = name.partition(".")[0]
        chosen = first if short and firsts[first] == 1 and first not in avoid else name
        if chosen in avoid:
            warnings.append(
                f"The server {chosen} is left out, because a group or Ansible itself uses this name, and the site has no fully "
                "qualified name for it."
            )
        else:
            names[name] = chosen
    return names


def _variables(server: _Server, host: str, sites: Mapping[str, Any], addresses: Mapping[str, str]) -> dict[str, Any]:
    code = _home(server, sites)
    site: Mapping[str, Any] = sites.get(code, {})
    variables: dict[str, Any] = {
        "scp_mode": server.mode,
        "site_code": code or None,
        "site_codes": sorted(server.sites),
        "site_name": site.get("name"),
        "site_roles": server.roles,
        "site_type": site.get("type"),
        "site_version": site.get("version"),
    }
    address = address_of(server.name, addresses) or (server.name if host != server.name else "")
    return {**variables, "ansible_host": address} if address else variables


def address_of(server: str, addresses: Mapping[str, str]) -> str:
    """The address that the user gives for a server; empty if there is none."""
    exact = [text for name, text in addresses.items() if naming.plain_name(name) == naming.plain_name(server)]
    alike = [text for name, text in addresses.items() if naming.same_computer(name, server)]
    return next((str(text) for text in (*exact, *alike)), "")


def _home(server: _Server, sites: Mapping[str, Any]) -> str:
    """The site of a server: the one whose site server it is, else the highest one, else the first one by code."""

    def rank(code: str) -> tuple[bool, int, str]:
        site: Mapping[str, Any] = sites.get(code, {})
        own = naming.SITE_SERVER in server.sites[code] or naming.same_computer(str(site.get("server", "")), server.name)
        kind = str(site.get("type"))
        return not own, _TIERS.index(kind) if kind in _TIERS else len(_TIERS), code

    return min(server.sites, key=rank, default="")


def _unused(addresses: Mapping[str, str], servers: Iterable[str]) -> list[str]:
    known = list(servers)
    unused = sorted(name for name in addresses if not any(naming.same_computer(name, server) for server in known))
    return [
        f"addresses has {name}, which is no server of the hierarchy and no candidate, so it has no effect." for name in unused
    ]


def _tier(site: Mapping[str, Any]) -> str:
    return f"tier_{slug(str(site['type']))}"


def _tree(groups: Mapping[str, Group], sites: Mapping[str, Any], root: str) -> dict[str, Group]:
    """The groups below the group of all hosts; the groups of sites are below those of their tiers."""
    tiers: dict[str, set[str]] = {}
    for code, site in sites.items():
        if f"site_{slug(code)}" in groups:
            tiers.setdefault(_tier(site), set()).add(f"site_{slug(code)}")
    above = {name: Group(children=tuple(sorted(children))) for name, children in tiers.items()}
    below = {child for children in tiers.values() for child in children}
    children = tuple(sorted({*above, *groups} - below))
    return {root: Group(children=children), **dict(sorted({**groups, **above}.items()))}
