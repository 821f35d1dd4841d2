"""Rules that must hold in a hierarchy at every moment, whoever writes (facts/site-model.md, sections 2 and 12)."""

from __future__ import annotations

from collections.abc import Iterable

from lab.configmgr import names
from lab.configmgr.database import ControlRow
from lab.configmgr.sites import Site


def broken(roles: Iterable[ControlRow], sites: list[Site]) -> set[str]:
    """The rules of the service connection point that these rows violate, one sentence each."""
    points = [row for row in roles if row.role.casefold() == names.SERVICE_CONNECTION_POINT.casefold()]
    found: set[str] = set()
    if len(points) > 1:
        where = ", ".join(sorted(f"{row.server} ({row.site_code})" for row in points))
        found.add(f"the hierarchy has {len(points)} service connection points: {where}")
    by_code = {site.code.upper(): site for site in sites}
    pairs = {names.host_of(server) for site in sites if site.passive_server for server in (site.server, site.passive_server)}
    for row in points:
        site = by_code.get(row.site_code.upper())
        if site is not None and site.parent:
            found.add(f"the service connection point on {row.server} is at {site.code}, which is not the top-level site")
        if names.host_of(row.server) in pairs:
            found.add(f"the service connection point is on {row.server}, a server of an active and passive site server pair")
    return found


def lost_settings(before: ControlRow | None, after: ControlRow) -> list[str]:
    """Embedded properties and lists that the row had and that a write left out."""
    if before is None:
        return []
    kept = {prop.name for prop in after.props or ()}
    lists = {entry.name for entry in after.prop_lists or ()}
    lost = [prop.name for prop in before.props or () if prop.name not in kept]
    return lost + [entry.name for entry in before.prop_lists or () if entry.name not in lists]
