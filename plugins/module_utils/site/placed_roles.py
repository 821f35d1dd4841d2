# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which roles stand on which servers of a hierarchy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from ansible_collections.configmgr.scp.plugins.module_utils.site import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.classes import SMS_SCI_SYS_RES_USE
from ansible_collections.configmgr.scp.plugins.module_utils.site.hierarchy import on_server
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import one_of, select


def read_placed(session: CimSession, code: str, servers: Collection[str] | None, roles: Sequence[str] = ()) -> list[CimInstance]:
    """Rows of roles at all sites of the hierarchy, without embedded properties, which are large.

    :param servers: only of these; None for all.
    :param roles: rows of these roles on any server besides.
    """
    columns = ("NALPath", "NetworkOSPath", "RoleName", "SiteCode")
    return _read(session, code, servers, lambda *where: select(SMS_SCI_SYS_RES_USE.name, *where, columns=columns), roles)


def read_site_systems(session: CimSession, code: str, servers: Collection[str] | None) -> list[CimInstance]:
    """Whole rows of site systems, with their settings, at all sites of the hierarchy.

    :param servers: only of these; None for all.
    """
    role = one_of("RoleName", (naming.SITE_SYSTEM,))
    return _read(session, code, servers, lambda *where: select(SMS_SCI_SYS_RES_USE, role, *where))


def roles_by_server(placed: Iterable[CimInstance]) -> dict[tuple[str, str], list[str]]:
    """Names of roles by site code and server, in this order."""
    roles: dict[tuple[str, str], set[str]] = {}
    for row in placed:
        roles.setdefault((rows.site_of(row), rows.server_of(row)), set()).add(rows.role_of(row))
    return {place: sorted(found) for place, found in sorted(roles.items())}


def _read(
    session: CimSession, code: str, servers: Collection[str] | None, query: Callable[..., str], roles: Sequence[str] = ()
) -> list[CimInstance]:
    if servers is not None and not servers and not roles:
        return []
    wanted = [] if servers is None else [*([one_of("RoleName", roles)] if roles else []), *map(on_server, sorted(servers))]
    where = (f"({' OR '.join(wanted)})",) if wanted else ()
    found = session.query(naming.site_namespace(code), SMS_SCI_SYS_RES_USE, query(*where))
    return found if servers is None else [row for row in found if rows.server_of(row) in servers or rows.role_of(row) in roles]
