# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which roles are on which servers of a hierarchy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SCI_SYS_RES_USE
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import on_server
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import like, one_of, select


def read_placed(session: CimSession, code: str, servers: Collection[str] | None, roles: Sequence[str] = ()) -> list[CimInstance]:
    """Rows of roles at all sites of the hierarchy, without embedded properties, which are large.

    :param servers: only of these; None for all.
    :param roles: also rows of these roles on any server.
    """
    columns = ("NALPath", "NetworkOSPath", "RoleName", "SiteCode")
    found = _read(session, code, servers, lambda *where: select(SMS_SCI_SYS_RES_USE.name, *where, columns=columns), roles)
    return [row for row in found if rows.role_of(row) in roles or of_servers([row], servers)]


def read_site_systems(session: CimSession, code: str, servers: Collection[str] | None) -> list[CimInstance]:
    """Complete rows of site systems, with their settings, at all sites of the hierarchy.

    :param servers: only of these; None for all.
    """
    role = one_of("RoleName", (naming.SITE_SYSTEM,))
    return of_servers(_read(session, code, servers, lambda *where: select(SMS_SCI_SYS_RES_USE, role, *where)), servers)


def roles_by_server(placed: Iterable[CimInstance], whole: Iterable[CimInstance] = ()) -> dict[tuple[str, str], list[str]]:
    """Names of roles by site code and server, in this order. A row with a NetBIOS name counts for the matching full name.

    :param whole: rows that were read with their embedded properties, which have the full names.
    """
    found = [(rows.site_of(row), rows.server_of(row), rows.role_of(row)) for row in placed]
    known = [*((code, server) for code, server, _role in found), *((rows.site_of(row), rows.server_of(row)) for row in whole)]
    # By their first label, because a large site has thousands of servers.
    full: dict[tuple[str, str], set[str]] = {}
    for code, server in known:
        if "." in server and not naming.is_address(server):
            full.setdefault((code, server.partition(".")[0]), set()).add(server)
    roles: dict[tuple[str, str], set[str]] = {}
    for code, server, role in found:
        alike = full.get((code, server), set()) if server else set()
        # Two full names may have the same first label; then the short name belongs to neither.
        roles.setdefault((code, next(iter(alike)) if len(alike) == 1 else server), set()).add(role)
    return {place: sorted(names) for place, names in sorted(roles.items())}


def of_servers(placed: Iterable[CimInstance], servers: Collection[str] | None) -> list[CimInstance]:
    """The rows of these servers; all for None."""
    return [row for row in placed if servers is None or any(rows.is_on(row, server) for server in servers)]


def _read(
    session: CimSession, code: str, servers: Collection[str] | None, query: Callable[..., str], roles: Sequence[str] = ()
) -> list[CimInstance]:
    """Rows that may be of these servers, or have one of these roles."""
    wanted = [] if servers is None else [*([one_of("RoleName", roles)] if roles else []), *map(_on, servers)]
    if servers is not None and not wanted:
        return []
    where = (f"({' OR '.join(wanted)})",) if wanted else ()
    return session.query(naming.site_namespace(code), SMS_SCI_SYS_RES_USE, query(*where))


def _on(server: str) -> str:
    # A short name may match rows with a full name.
    return on_server(server) if "." in server else f"({like('NetworkOSPath', f'%{server}.%')} OR {on_server(server)})"
