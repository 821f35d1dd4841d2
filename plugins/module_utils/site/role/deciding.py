# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The service connection point: its present state, the requested state, and the step between them - or why there may be none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SCI_SYS_RES_USE
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import (
    Site,
    on_server,
    read_providers,
    read_rows,
    read_sites,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.site_systems import SiteSystemWish, new_site_system
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import read_installations
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Change, Create, Delete, Step
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import placement, ways
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.ways import WayOut
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, select


@dataclass(frozen=True)
class Wish:
    """What the task declares. ``server`` may be empty only when ``present`` is false; ``mode`` None leaves the mode unchanged.

    ``move`` allows the role to be moved from the server that has it, which must be ``move_from`` where that is given.
    """

    present: bool
    server: str = ""
    mode: str | None = None
    allow_during_update: bool = False
    move: bool = False
    move_from: str = ""


@dataclass(frozen=True)
class RoleState:
    """The site the task works on and every row of the role in its hierarchy.

    ``on_site_server``: the requested server is a site server, so it may be one of a pair.
    """

    site: Site
    rows: tuple[CimInstance, ...]
    on_site_server: bool = False

    @property
    def holders(self) -> list[tuple[str, str]]:
        """(server, site code) of every row."""
        return [(rows.server_of(row), rows.site_of(row)) for row in self.rows]

    def row_on(self, server: str) -> CimInstance | None:
        """The row on the server; where the server has one at several sites, that of the task's site."""
        found = [row for row in self.rows if rows.is_on(row, server)]
        return next((row for row in found if rows.site_of(row) == self.site.code), found[0] if found else None)


@dataclass(frozen=True)
class Surroundings:
    """What a write depends on in addition to the role itself.

    ``site_systems`` maps the requested server, if it is a site system, to that row; ``site_servers`` are the servers of the
    site's ``SMS Site Server`` rows, ``installing`` the (name, state) of update packages that are being installed,
    ``unknown_states`` of those that may be. ``host`` is where the task runs, by its inventory name, ``providers`` the hosts of
    the SMS Providers by site, read only where a refusal names them.
    """

    sites: tuple[Site, ...] = ()
    site_systems: Mapping[str, CimInstance] = field(default_factory=dict)
    site_servers: frozenset[str] = frozenset()
    installing: tuple[tuple[str, str], ...] = ()
    unknown_states: tuple[tuple[str, str], ...] = ()
    host: str = ""
    providers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def site_system(self, server: str) -> CimInstance | None:
        """The row that makes the server a site system; None when none does."""
        alike = [row for row in self.site_systems.values() if rows.is_on(row, server)]
        return next((row for row in alike if rows.server_of(row) == server), alike[0] if alike else None)

    def host_of(self, code: str, own: str) -> str:
        """The host to run on for a site: one of its SMS Providers; for a site that no longer exists, that of the top-level site.

        :param own: the site that the task works on.
        """
        site = next((site for site in self.sites if site.code == code), None)
        site = site or placement.top_of(self.sites)
        if site is None or site.code == own:
            return self.host
        return next(iter(self.providers.get(site.code, ())), site.server)


@dataclass(frozen=True)
class Refusal:
    """The request must not be carried out; the message says why and what to do. ``ways`` are the steps that it names, as data."""

    message: str
    ways: tuple[WayOut, ...] = ()


def settled(state: RoleState, wish: Wish) -> bool:
    """Whether the hierarchy is already as requested, on the right server and site: then nothing else needs to be read."""
    if not wish.present:
        return not _to_remove(state, wish)
    row = state.row_on(wish.server)
    return (
        state.site.top_level
        and row is not None
        and len(state.rows) == 1
        and rows.site_of(row) == state.site.code
        and wish.mode in (None, rows.mode_of(row))
    )


def expecting_site_system(around: Surroundings, site: Site, server: str) -> Surroundings:
    """The surroundings with the server as a site system of the site, to plan what follows once it is one.

    A server that is already a site system, of whichever site, is left unchanged.
    """
    if around.site_system(server) is not None:
        return around
    expected = new_site_system(site.code, SiteSystemWish(server))
    return replace(around, site_systems={**around.site_systems, server: expected})


def decide(state: RoleState, wish: Wish, around: Surroundings) -> Step | Refusal:
    """The step from the present to the requested state, or the refusal. Call it only when ``settled`` is false."""
    return _decide_present(state, wish, around) if wish.present else _decide_absent(state, wish, around)


def _decide_present(state: RoleState, wish: Wish, around: Surroundings) -> Step | Refusal:
    site = state.site
    refusal = _misplaced(state, wish, around)
    if refusal is not None:
        return refusal
    system = around.site_system(wish.server)
    row = state.row_on(wish.server)
    problem = placement.pair_problem(wish.server, site.code, around.site_servers)
    why = (
        (
            f"{problem.detail} {problem.remedy if row is not None else 'Choose a server that is not one of these.'}"
            if problem
            else None
        )
        or _remnant(wish.server, site, around)
        or placement.site_system_refusal(
            wish.server, site, {name: rows.site_of(found) for name, found in around.site_systems.items()}
        )
        or (None if wish.allow_during_update else placement.update_refusal(site, around.installing))
    )
    if why or system is None:
        out = ways.renewal(wish.server, around.host)[1:] if _remnant(wish.server, site, around) else ()
        return Refusal(why or f"{wish.server} is not a site system server of site {site.code}.", out)
    if row is None:
        new = rows.service_connection_point_row(site.code, system, wish.mode or rows.ONLINE)
        return Create(f"the service connection point on {wish.server}", new)
    # A mode that is not declared stays.
    changed = row if wish.mode is None else rows.with_mode(row, wish.mode)
    return Change(f"the mode of the service connection point on {wish.server}", row, changed)


def _remnant(server: str, site: Site, around: Surroundings) -> str | None:
    """Why a server that is a site system of a site which no longer exists cannot have the role yet."""
    system = around.site_system(server)
    if system is None or not _is_gone(rows.site_of(system), around):
        return None
    steps = ways.renewal(server, around.host)
    return (
        f"{server} is a site system server of site {rows.site_of(system)}, which is no longer a site of this hierarchy. "
        f"Make it one of {site.code}: {steps[1].command}; then {steps[2].command}."
    )


def _misplaced(state: RoleState, wish: Wish, around: Surroundings) -> Refusal | None:
    """Why existing rows prevent what the task asks for, with the way out of each; None when they do not."""
    site = state.site
    tier = below_the_top(state, wish, around)
    if tier:
        return tier
    stray = placement.stray_refusal(state.holders)
    if stray:
        keep = state.row_on(wish.server)
        stays = keep is not None and rows.site_of(keep) == site.code
        others = [row for row in state.rows if not (stays and row is keep)]
        found = _removals(others, state, around)
        named = placement.listed([(rows.server_of(row), rows.site_of(row)) for row in others])
        return Refusal(f"{stray} Remove {named}: {_one_after_the_other(found)}. Then run this again.", found)
    if not state.rows:
        return None
    [row] = state.rows
    holder, code = rows.server_of(row), rows.site_of(row)
    foreign = placement.foreign_refusal(site, holder, code, around.sites)
    if foreign:
        found = _removals(state.rows, state, around)
        return Refusal(f"{foreign} Remove it: {found[0]}. Then run this again.", found)
    elsewhere = placement.holder_refusal(wish.server, state.holders)
    if elsewhere:
        move = ways.relocation(holder, wish.server, around.host, wish.mode or rows.mode_of(row))
        return Refusal(f"{elsewhere} Move it: {move}.", (move,))
    return None


def below_the_top(state: RoleState, wish: Wish, around: Surroundings) -> Refusal | None:
    """Why the task's site cannot have the role. Its rows of the role are removed first: only its own provider can do that."""
    tier = placement.tier_refusal(state.site, around.sites)
    if tier is None:
        return None
    own = [row for row in state.rows if rows.site_of(row) == state.site.code]
    if own:
        found = _removals(own, state, around)
        first = f"It is nevertheless there, on {rows.server_of(own[0])}: remove it with {_one_after_the_other(found)}. "
        return Refusal(f"{tier} {first}Then run this on the host of the SMS Provider of the top-level site.", found)
    top = placement.top_of(around.sites)
    if top is None:
        return Refusal(f"{tier} Run this on the host of that site's SMS Provider.")
    host = around.host_of(top.code, state.site.code)
    way = ways.installation(wish.server, host, wish.mode)
    if wish.move and len(state.rows) == 1:
        [row] = state.rows
        if not rows.is_on(row, wish.server):
            way = ways.relocation(rows.server_of(row), wish.server, host, wish.mode or rows.mode_of(row))
    return Refusal(f"{tier} Run this on {host}, the host of its SMS Provider: {way}.", (way,))


def _decide_absent(state: RoleState, wish: Wish, around: Surroundings) -> Step | Refusal:
    found = _to_remove(state, wish)
    # The server may have it twice, in the rows of two sites: each site removes its own.
    row = next((row for row in found if _may_remove(row, state.site, around)), found[0])
    server, code = rows.server_of(row), rows.site_of(row)
    if any(not rows.is_on(other, server) for other in found):
        out = _removals(found, state, around)
        stray = placement.stray_refusal(state.holders)
        return Refusal(f"{stray} Name the one that is to be removed: {_one_after_the_other(out)}.", out)
    if not _may_remove(row, state.site, around):
        foreign = placement.foreign_refusal(state.site, server, code, around.sites)
        out = _removals([row], state, around)
        return Refusal(f"{foreign} Remove it: {out[0]}.", out)
    refusal = None if wish.allow_during_update else placement.update_refusal(state.site, around.installing)
    return Refusal(refusal) if refusal else Delete(f"the service connection point on {server}", row)


def _may_remove(row: CimInstance, site: Site, around: Surroundings) -> bool:
    """Whether this site removes the row: its own rows; at the top also those of a site that no longer exists (no other could)."""
    return rows.site_of(row) == site.code or (site.top_level and _is_gone(rows.site_of(row), around))


def _is_gone(code: str, around: Surroundings) -> bool:
    """Whether the hierarchy no longer has such a site."""
    return bool(around.sites) and not any(site.code == code for site in around.sites)


def _removals(found: Sequence[CimInstance], state: RoleState, around: Surroundings) -> tuple[WayOut, ...]:
    """How to remove each of these rows, on the host that can."""
    places = [(rows.server_of(row), around.host_of(rows.site_of(row), state.site.code)) for row in found]
    # One removal covers every row of a server at a site; a full name identifies the server best.
    named: list[tuple[str, str]] = []
    for server, host in sorted(places, key=lambda place: "." not in place[0]):
        if not any(host == known and naming.same_computer(server, name) for name, known in named):
            named.append((server, host))
    return tuple(ways.removal(server, host) for server, host in named)


def _one_after_the_other(found: Sequence[WayOut]) -> str:
    return "; ".join(map(str, found))


def deletions(state: RoleState, wish: Wish, step: Delete, around: Surroundings) -> list[Delete]:
    """The step, and one for each further row of that server that may be removed here: it may have rows under two names."""
    server = rows.server_of(step.row)
    others = [
        row
        for row in _to_remove(state, wish)
        if row is not step.row and rows.is_on(row, server) and _may_remove(row, state.site, around)
    ]
    return [step, *(Delete(step.what, row) for row in others)]


@dataclass(frozen=True)
class Elsewhere:
    """A row that a removal did not touch, and how to remove it."""

    server: str
    site_code: str
    way: WayOut

    def as_data(self) -> dict[str, Any]:
        return {"server": self.server, "site_code": self.site_code, "provider": self.way.host, "command": self.way.command}


def elsewhere(state: RoleState, left: Sequence[CimInstance], around: Surroundings) -> list[Elsewhere]:
    """Where the role still is after a removal.

    :param left: the rows that remain.
    """
    return [Elsewhere(rows.server_of(row), rows.site_of(row), way) for row in left for way in _removals([row], state, around)]


def elsewhere_told(wish: Wish, found: Sequence[Elsewhere], removed: bool) -> str:
    """The same as a message: not a failure, but the hierarchy still has the role."""
    where = placement.listed([(one.server, one.site_code) for one in found])
    done = f"was removed from {wish.server}" if removed else f"is not on {wish.server}, so nothing was removed"
    return (
        f"The service connection point {done}. The hierarchy still has one on {where}. "
        f"To remove it too: {_one_after_the_other([one.way for one in found])}."
    )


def _to_remove(state: RoleState, wish: Wish) -> list[CimInstance]:
    """The rows to remove: those on the server when one is named, else all."""
    return [row for row in state.rows if not wish.server or rows.is_on(row, wish.server)]


def read_role_rows(session: CimSession, code: str) -> tuple[CimInstance, ...]:
    """Every row of the role in the hierarchy. One request while there is at most one."""
    return tuple(read_rows(session, code, (naming.SERVICE_CONNECTION_POINT,)))


def read_state(session: CimSession, site: Site, server: str) -> RoleState:
    """Every row of the role, and whether the server, where one is named, is a site server.

    One request while there is at most one row: a server that is not a site server adds no row.
    """
    wanted = equals("RoleName", naming.SERVICE_CONNECTION_POINT)
    if server:
        wanted = f"({wanted} OR ({equals('RoleName', naming.SITE_SERVER)} AND {on_server(server)}))"
    found = session.query(naming.site_namespace(site.code), SMS_SCI_SYS_RES_USE, select(SMS_SCI_SYS_RES_USE, wanted))
    return RoleState(
        site,
        tuple(row for row in found if rows.role_of(row) == naming.SERVICE_CONNECTION_POINT),
        any(rows.role_of(row) == naming.SITE_SERVER and rows.is_on(row, server) for row in found),
    )


def read_site_servers(session: CimSession, code: str) -> frozenset[str]:
    """The servers of the site's ``SMS Site Server`` rows."""
    return site_servers_of(read_rows(session, code, (naming.SITE_SERVER,)), code)


def site_servers_of(found: Sequence[CimInstance], code: str) -> frozenset[str]:
    """Of rows of roles, the servers of the site's ``SMS Site Server`` rows."""
    return frozenset(
        rows.server_of(row) for row in found if rows.role_of(row) == naming.SITE_SERVER and rows.site_of(row) == code
    )


def read_surroundings(session: CimSession, site: Site, server: str, host: str) -> Surroundings:
    """What the guards need: sites, the requested server as a site system (if one is requested), site servers, updates.

    Other site systems, of which there may be thousands, are not queried.
    """
    around = read_rows(session, site.code, (naming.SITE_SERVER,))
    if server:
        around += read_rows(session, site.code, (naming.SITE_SYSTEM,), server)
    installations = read_installations(session, site.code)
    return Surroundings(
        sites=tuple(read_sites(session, site.code)),
        site_systems=_site_systems_of(around, site),
        site_servers=site_servers_of(around, site.code),
        installing=installations.under_way,
        unknown_states=installations.unknown,
        host=host,
    )


def _site_systems_of(found: Sequence[CimInstance], site: Site) -> dict[str, CimInstance]:
    """Site systems by server; where a server has rows of several sites, that of this one."""
    systems = [row for row in found if rows.role_of(row) == naming.SITE_SYSTEM]
    return {rows.server_of(row): row for row in sorted(systems, key=lambda row: rows.site_of(row) == site.code)}


def with_providers(session: CimSession, site: Site, around: Surroundings) -> Surroundings:
    """The surroundings with the hosts of the SMS Providers, which only a refusal names."""
    return replace(around, providers=read_providers(session, site.code))
