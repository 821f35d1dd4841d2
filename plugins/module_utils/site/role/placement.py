# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the service connection point may be: pure rules over what was read. Each returns what is wrong, or None.

What to do about it depends on the caller: :mod:`ways` has the ways out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site


@dataclass(frozen=True)
class Problem:
    """A state that is wrong, and how to correct it; two sentences for users."""

    detail: str
    remedy: str


def tier_refusal(site: Site, sites: Sequence[Site]) -> str | None:
    """Only on the top-level site (memdocs, about-the-service-connection-point)."""
    if site.top_level:
        return None
    top = top_of(sites)
    right = f"the top-level site {top}" if top else "the top-level site of the hierarchy"
    below = f", a {site.type} below {site.parent}" if site.parent else f", a {site.type}"
    return f"The service connection point cannot be at site {site.code}{below}: it belongs to {right}."


def top_of(sites: Sequence[Site]) -> Site | None:
    """The top-level site, where the list shows exactly one."""
    tops = [site for site in sites if site.top_level]
    return tops[0] if len(tops) == 1 else None


def pair_refusal(server: str, site: Site, site_servers: Collection[str]) -> str | None:
    """Never on either server of an active/passive site server pair (memdocs, site-server-high-availability).

    :param site_servers: the servers of the site's ``SMS Site Server`` rows.
    """
    problem = pair_problem(server, site.code, site_servers)
    return problem.detail if problem else None


def pair_problem(server: str, code: str, site_servers: Collection[str]) -> Problem | None:
    """What is wrong if the role is, or is to be, on a server of an active/passive pair of site servers; else None.

    :param code: the site of the role's row.
    :param site_servers: the servers of that site's ``SMS Site Server`` rows, as hierarchy_info lists them too.
    """
    pair = sorted({naming.plain_name(name) for name in site_servers})
    if len(pair) < 2 or not any(naming.same_computer(server, name) for name in pair):
        return None
    return Problem(
        f"{server} is a site server of the active/passive pair of site {code} ({', '.join(pair)}), and Microsoft does not "
        "support the service connection point on either of them: it must be on another site system server.",
        f"Move it to another site system server of site {code}, with configmgr.scp.move and that server in scp_to.",
    )


def holder_refusal(server: str, holders: Sequence[tuple[str, str]]) -> str | None:
    """At most one in the hierarchy.

    :param holders: (server, site code) of every row of the role that was read.
    """
    others = [(holder, code) for holder, code in holders if not naming.same_computer(holder, server)]
    if not others:
        return None
    return f"The hierarchy already has a service connection point on {listed(others)}, so {server} cannot have one as well."


def stray_refusal(holders: Sequence[tuple[str, str]]) -> str | None:
    """More than one row is a state that no single step can correct without choosing for the administrator."""
    if len(holders) < 2:
        return None
    return f"The hierarchy has {len(holders)} service connection points: {listed(holders)}. Only one may exist."


def foreign_refusal(site: Site, server: str, code: str, sites: Sequence[Site]) -> str | None:
    """A row of the role that belongs to a site other than the task's.

    :param code: the site of the row.
    """
    if code == site.code:
        return None
    gone = "" if any(other.code == code for other in sites) else ", which is no longer a site of this hierarchy"
    return f"The service connection point on {server} belongs to site {code}{gone}, not to {site.code}."


def site_system_refusal(server: str, site: Site, site_systems: Mapping[str, str]) -> str | None:
    """The role needs a server that is already a site system of this site (Add-CMServiceConnectionPoint).

    :param site_systems: server to site code, of the ``SMS Site System`` rows.
    """
    code = next((found for name, found in site_systems.items() if naming.same_computer(name, server)), None)
    if code == site.code:
        return None
    if code:
        return f"{server} is a site system server of site {code}, not of {site.code}: choose a server of site {site.code}."
    return (
        f"{server} is not a site system server of site {site.code}: make it one first with configmgr.scp.site_system "
        "(the role configmgr.scp.service_connection_point does both)."
    )


def update_refusal(site: Site, installing: Sequence[tuple[str, str]]) -> str | None:
    """Not while an update of the site is being installed.

    :param installing: (name, state name) of the packages that are being installed.
    """
    return updates.installing_refusal(site.code, installing)


def listed(holders: Sequence[tuple[str, str]]) -> str:
    """(server, site code) pairs as part of a sentence."""
    return ", ".join(f"{server} (site {code})" for server, code in holders)
