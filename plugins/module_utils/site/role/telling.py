# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a task about the role reports in addition to its outcome: where the role still is, problems there, effects of a change.

Each is a warning for the user and a return value; what only such a warning needs is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site, read_sites
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Refused
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import placement, ways, which_works
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.cloud_needs import needs_warning, read_cloud_needs
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import (
    Refusal,
    RoleState,
    Surroundings,
    Wish,
    elsewhere,
    elsewhere_told,
    read_site_servers,
    with_providers,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.task import Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread, attempt
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance


def elsewhere_after(task: Task, state: RoleState, wish: Wish, left: Sequence[CimInstance], removed: bool) -> Result:
    """Where the role still is after it was removed from one server; also shown as a warning."""
    if not left:
        return {"elsewhere": []}
    site = state.site
    sites = tuple(read_sites(task.cim, site.code))
    around = with_providers(task.cim, site, Surroundings(sites=sites, host=task.host))
    found = elsewhere(state, left, around)
    told = elsewhere_told(wish, found, removed)
    task.warn(told)
    return {"elsewhere": [one.as_data() for one in found], "msg": told}


def problems(task: Task, state: RoleState, wish: Wish) -> list[str]:
    """What is wrong with the server of a role that is on the requested server; each problem is also a warning."""
    if not state.on_site_server:
        return []
    site = state.site
    problem = placement.pair_problem(wish.server, site.code, read_site_servers(task.cim, site.code))
    if problem is None:
        return []
    row = state.row_on(wish.server)
    way = ways.relocation(wish.server, ways.SERVER, task.host, rows.mode_of(row) if row is not None else None)
    text = f"{problem.detail} {problem.remedy} That is: {way.command}"
    task.warn(text)
    return [text]


def refused(task: Task, state: RoleState, around: Surroundings, decision: Callable[[Surroundings], object]) -> TaskFailure:
    """The refusal, with the hosts of the SMS Providers in it, which are read only now."""
    found = decision(with_providers(task.cim, state.site, around))
    if not isinstance(found, Refusal):
        raise TypeError(f"a refusal stays one, whatever the hosts of the providers are: {found}")
    message = found.message
    if len(state.rows) > 1:
        states = status.component_states(task.cim, state.site.code, (naming.DOWNLOADER,))
        seen = [component.as_data() for component in states]
        told = (which_works.told(rows.server_of(row), rows.site_of(row), seen) for row in state.rows)
        message = f"{message} {' '.join(told)}"
    return TaskFailure(message, way_out=[way.as_data() for way in found.ways])


@contextmanager
def full_names_wanted(task: Task, row: CimInstance) -> Iterator[None]:
    """Around a write of a row: if it has a NetBIOS name and the write is refused, say how the server gets its full name.

    :param row: of the role, or of the site system that a new one is made for.
    """
    short = rows.short_name(row)
    if short is None:
        yield
        return
    try:
        yield
    except Refused as refusal:
        server = rows.server_of(row)
        steps = ways.renewal(server, task.host)
        away, again = steps[0].command, steps[-1].command
        raise TaskFailure(
            f"{refusal.message} The site's row has the NetBIOS name {short}, and the SMS Provider accepts full names only. "
            f"Remove the site system and create it again with its full name: {away}; then {again}. If the server has other "
            "roles, remove them first.",
            **{**refusal.result, "way_out": [way.as_data() for way in steps]},
        ) from refusal


def told_before(task: Task, site: Site, around: Surroundings, before: CimInstance | None, after: CimInstance | None) -> Result:
    """What a user has to know before a change is written: updates in an unknown state, cloud services that lose the role.

    :param before: the role's row that is removed or changed; None when there is none.
    :param after: the row that replaces it; None for a removal.
    """
    unknown = updates.unknown_state_warning(site.code, around.unknown_states)
    if unknown:
        task.warn(unknown)
    online_until_now = before is not None and rows.mode_of(before) != rows.OFFLINE
    if not online_until_now or (after is not None and rows.mode_of(after) != rows.OFFLINE):
        return {"cloud_services_affected": []}
    needs = attempt(lambda: read_cloud_needs(task.cim, site.code))
    if isinstance(needs, Unread):
        task.warn(
            f"Cannot determine which cloud services of site {site.code} need an online service connection point: {needs.why}"
        )
        return {"cloud_services_affected": []}
    change = "no service connection point" if after is None else "an offline service connection point"
    warning = needs_warning(site.code, needs, change)
    if warning:
        task.warn(warning)
    return {"cloud_services_affected": needs}
