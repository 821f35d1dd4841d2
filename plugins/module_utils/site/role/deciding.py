# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The service connection point: what is there, what is wished, and the one step between them - or why there may be none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.configmgr.scp.plugins.module_utils.site import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.hierarchy import Site, read_rows, read_sites
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import placement
from ansible_collections.configmgr.scp.plugins.module_utils.site.site_systems import SiteSystemWish, new_site_system
from ansible_collections.configmgr.scp.plugins.module_utils.site.updates import packages_being_installed
from ansible_collections.configmgr.scp.plugins.module_utils.site.writer import Change, Create, Delete, Step
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession


@dataclass(frozen=True)
class Wish:
    """What the task declares. ``server`` may be empty only when ``present`` is false; ``mode`` None leaves it as it is.

    ``move`` lets the role be taken from the server that has it, which must be ``move_from`` where that is named.
    """

    present: bool
    server: str = ""
    mode: str | None = None
    allow_during_update: bool = False
    move: bool = False
    move_from: str = ""


@dataclass(frozen=True)
class RoleState:
    """The site the task works on and every row of the role in its hierarchy."""

    site: Site
    rows: tuple[CimInstance, ...]

    @property
    def holders(self) -> list[tuple[str, str]]:
        """(server, site code) of every row."""
        return [(rows.server_of(row), rows.site_of(row)) for row in self.rows]

    def row_on(self, server: str) -> CimInstance | None:
        return next((row for row in self.rows if rows.is_on(row, server)), None)


@dataclass(frozen=True)
class Surroundings:
    """What a write depends on besides the role itself.

    ``site_systems`` maps the wished server, if it is a site system, to that row; ``site_servers`` are the servers of the site's
    ``SMS Site Server`` rows, ``installing`` the (name, state) of update packages that are being installed.
    """

    sites: tuple[Site, ...] = ()
    site_systems: Mapping[str, CimInstance] = field(default_factory=dict)
    site_servers: frozenset[str] = frozenset()
    installing: tuple[tuple[str, str], ...] = ()

    def site_system(self, server: str) -> CimInstance | None:
        """The row that makes the server a site system; None when none does."""
        return next((row for row in self.site_systems.values() if rows.is_on(row, server)), None)


@dataclass(frozen=True)
class Refusal:
    """The wish must not be carried out; the sentence says why and what to do."""

    message: str


def settled(state: RoleState, wish: Wish) -> bool:
    """Whether the hierarchy shows the wish already, at the right place: then nothing else needs to be read."""
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
    """The surroundings with the server as a site system of the site, for planning what comes after it was made one.

    A server that is a site system already, of whichever site, stays what it is.
    """
    if around.site_system(server) is not None:
        return around
    expected = new_site_system(site.code, SiteSystemWish(server))
    return replace(around, site_systems={**around.site_systems, server: expected})


def decide(state: RoleState, wish: Wish, around: Surroundings) -> Step | Refusal:
    """The step that leads from the present state to the wish, or the refusal. To be asked only when it is not settled."""
    return _decide_present(state, wish, around) if wish.present else _decide_absent(state, wish, around)


def _decide_present(state: RoleState, wish: Wish, around: Surroundings) -> Step | Refusal:
    site = state.site
    system = around.site_system(wish.server)
    row = state.row_on(wish.server)
    refusal = (
        placement.tier_refusal(site, around.sites)
        or placement.stray_refusal(state.holders)
        or placement.holder_refusal(wish.server, state.holders)
        or placement.pair_refusal(wish.server, site, around.site_servers)
        or placement.site_system_refusal(
            wish.server, site, {name: rows.site_of(found) for name, found in around.site_systems.items()}
        )
        or (None if wish.allow_during_update else placement.update_refusal(site, around.installing))
    )
    if refusal or system is None:
        return Refusal(refusal or f"{wish.server} is not a site system server of site {site.code}.")
    if row is None:
        new = rows.service_connection_point_row(site.code, system, wish.mode or rows.ONLINE)
        return Create(f"the service connection point on {wish.server}", new)
    return Change(
        f"the mode of the service connection point on {wish.server}", row, rows.with_mode(row, wish.mode or rows.ONLINE)
    )


def _decide_absent(state: RoleState, wish: Wish, around: Surroundings) -> Step | Refusal:
    found = _to_remove(state, wish)
    if len(found) > 1:
        return Refusal(placement.stray_refusal(state.holders) or "")
    row = found[0]
    server, code = rows.server_of(row), rows.site_of(row)
    if code != state.site.code:
        return Refusal(
            f"The service connection point on {server} belongs to site {code}, not to {state.site.code}: "
            f"run this on the host of the SMS Provider of {code}."
        )
    refusal = None if wish.allow_during_update else placement.update_refusal(state.site, around.installing)
    return Refusal(refusal) if refusal else Delete(f"the service connection point on {server}", row)


def _to_remove(state: RoleState, wish: Wish) -> list[CimInstance]:
    """The rows that an absence is about: those on the server when one is named, else all."""
    return [row for row in state.rows if not wish.server or rows.is_on(row, wish.server)]


def read_role_rows(session: CimSession, code: str) -> tuple[CimInstance, ...]:
    """Every row of the role in the hierarchy. One request while there is at most one."""
    return tuple(read_rows(session, code, (naming.SERVICE_CONNECTION_POINT,)))


def read_surroundings(session: CimSession, site: Site, server: str) -> Surroundings:
    """What the guards need: sites, the wished server as a site system (if one is wished), site servers, updates.

    Other site systems, which may be thousands, are not asked for.
    """
    around = read_rows(session, site.code, (naming.SITE_SERVER,))
    if server:
        around += read_rows(session, site.code, (naming.SITE_SYSTEM,), server)
    return Surroundings(
        sites=tuple(read_sites(session, site.code)),
        site_systems={rows.server_of(row): row for row in around if rows.role_of(row) == naming.SITE_SYSTEM},
        site_servers=frozenset(
            rows.server_of(row) for row in around if rows.role_of(row) == naming.SITE_SERVER and rows.site_of(row) == site.code
        ),
        installing=tuple(packages_being_installed(session, site.code)),
    )
