"""States of update packages (facts/site-model.md, section 10.2), and which update applies to which version of a site."""

from __future__ import annotations

from lab.configmgr.database import UpdatePackage
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.sites import SECONDARY, Site

ENABLED = 2
CONTENT_REPLICATING = 0x00010001
CONTENT_REPLICATED = 0x00010002
CONTENT_FAILED = 0x0001FFFF
PREREQ_IN_PROGRESS = 0x00020001
PREREQ_SUCCESS = 0x00020002
PREREQ_WARNING = 0x00020003
PREREQ_ERROR = 0x0002FFFF
INSTALL_IN_PROGRESS = 0x00030001
INSTALL_WAITING_WINDOW = 0x00030002
INSTALL_WAITING_PARENT = 0x00030003
INSTALL_SUCCESS = 0x00030004
INSTALL_PENDING_REBOOT = 0x00030005
CMU_VALIDATING = 0x00030006
CMU_STOPPED = 0x00030007
CMU_INSTALL_FILES = 0x00030008
CMU_STARTED = 0x00030009
CMU_SUCCESS = 0x0003000A
WAITING_CMU = 0x0003000B
INSTALL_FILES = 0x0003000C
UPGRADE_SITE_CONTROL = 0x0003000D
CONFIGURE_BROKER = 0x0003000E
INSTALL_SYSTEM = 0x0003000F
INSTALL_CONSOLE = 0x00030010
INSTALL_BASE_SERVICES = 0x00030011
UPDATE_SITES = 0x00030012
BROKER_ON = 0x00030013
UPGRADE_DATABASE = 0x00030014
UPDATE_ADMIN_CONSOLE = 0x00030015
CMU_FAILED = 0x0003FFFE
INSTALL_FAILED = 0x0003FFFF
DOWNLOAD_IN_PROGRESS = 0x00040001
READY_TO_INSTALL = 0x00040002
DOWNLOAD_FAILED = 0x0004FFFF
AVAILABLE = 0x00050002
HIDDEN = 0x0005FFFD
NOT_APPLICABLE = 0x0005FFFE

FAILED = frozenset({CONTENT_FAILED, PREREQ_ERROR, CMU_FAILED, INSTALL_FAILED})
# Final states of content replication, prerequisite check and installation: no work is in progress in these.
_AT_REST = FAILED | {INSTALL_SUCCESS}


def is_installing(state: int) -> bool:
    """Whether a package is being replicated, checked or installed. The numbers do not give the order of these phases."""
    return state >> 16 in (1, 2, 3) and state not in _AT_REST


def installing_sites(hierarchy: Hierarchy) -> list[Site]:
    """The sites that install updates, the top-level site first. Secondary sites do not take part (KB 4490424)."""
    return sorted((site for site in hierarchy.sites.values() if site.type != SECONDARY), key=lambda site: bool(site.parent))


def site_states(hierarchy: Hierarchy, package: UpdatePackage) -> list[tuple[Site, int]]:
    """The state of a package at each site that installs it; empty before the package is replicated ([I]).

    A site without a state of its own has that of the package; below another site it waits while the package is installed.
    """
    waiting = package.state >> 16 == 3 and is_installing(package.state)
    found = []
    for site in installing_sites(hierarchy):
        state = package.site_states.get(site.code)
        if state is None and package.state >> 16 in (1, 2, 3):
            state = INSTALL_WAITING_PARENT if waiting and site.parent else package.state
        if state is not None:
            found.append((site, state))
    return found


def applies(version: str, min_version: str, site_version: str) -> bool:
    """Whether an update of this version applies to a site: it is newer than the site, which is not older than ``min_version``."""
    return numbers(min_version) <= numbers(site_version) < numbers(version)


def is_baseline(version: str, site_version: str) -> bool:
    """Whether an update changes the version of a site: it has another build. A rollup does not (facts/servicing.md, 6)."""
    return numbers(version)[2] != numbers(site_version)[2]


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
