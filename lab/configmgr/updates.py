"""States of update packages that the lab and its faults use (facts/site-model.md, section 10.2)."""

from __future__ import annotations

from lab.configmgr.database import UpdatePackage
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.sites import SECONDARY, Site

ENABLED = 2
INSTALL_IN_PROGRESS = 0x00030001
INSTALL_WAITING_PARENT = 0x00030003
INSTALL_SUCCESS = 0x00030004
DOWNLOAD_IN_PROGRESS = 0x00040001
READY_TO_INSTALL = 0x00040002
AVAILABLE = 0x00050002
NOT_APPLICABLE = 0x0005FFFE

# Final states of content replication, prerequisite check and installation: no work is in progress in these.
_AT_REST = frozenset({0x0001FFFF, 0x0002FFFF, INSTALL_SUCCESS, 0x0003FFFE, 0x0003FFFF})


def is_installing(state: int) -> bool:
    """Whether a package is being replicated, checked or installed. The numbers do not give the order of these phases."""
    return state >> 16 in (1, 2, 3) and state not in _AT_REST


def site_states(hierarchy: Hierarchy, package: UpdatePackage) -> list[tuple[Site, int]]:
    """The state of a package at each site that installs it; empty before the package is replicated ([I]).

    Secondary sites do not take part. A site below waits while its parent installs (KB 4490424), unless it has a state of its own.
    """
    if package.state >> 16 not in (1, 2, 3):
        return []
    waiting = package.state >> 16 == 3 and is_installing(package.state)
    return [
        (site, package.site_states.get(site.code, INSTALL_WAITING_PARENT if waiting and site.parent else package.state))
        for site in hierarchy.sites.values()
        if site.type != SECONDARY
    ]


def applies(version: str, min_version: str, site_version: str) -> bool:
    """Whether an update of this version applies to a site: it is newer than the site, which is not older than ``min_version``."""
    return numbers(min_version) <= numbers(site_version) < numbers(version)


def numbers(version: str) -> tuple[int, ...]:
    """A dotted version as numbers, for comparison."""
    return tuple(int(part) for part in version.split("."))


def start_installation(hierarchy: Hierarchy, guid: str, state: int = INSTALL_IN_PROGRESS) -> None:
    """Set a package to the state of a running installation; KeyError when there is no such package."""
    package = hierarchy.updates[guid.upper()]
    package.state = state
    package.updated = hierarchy.clock.now()


def finish_installation(hierarchy: Hierarchy, guid: str) -> None:
    """Let the installation of a package succeed; KeyError when there is no such package."""
    start_installation(hierarchy, guid, INSTALL_SUCCESS)
