"""What the SMS Provider does with the calls of an administrator about an update (facts/servicing.md, section 2.2).

Which calls a real provider rejects is not established: :func:`refusal` is the lab's own choice.
"""

from __future__ import annotations

from lab.configmgr import updates
from lab.configmgr.database import UpdatePackage
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.servicing import running
from lab.configmgr.sites import Site

CANNOT = "Cannot perform an update at this time."
# States from which an update can be started: ready, stopped after a check, or failed ([I] except the first).
_STARTS = updates.FAILED | {updates.READY_TO_INSTALL, updates.PREREQ_SUCCESS, updates.PREREQ_WARNING}
_DOWNLOADS = frozenset({updates.AVAILABLE, updates.DOWNLOAD_FAILED})
# What the console's Retry for one site writes is not published; these states begin the work at a site again ([I]).
_SITE_RETRIES = frozenset({updates.ENABLED, updates.CONTENT_REPLICATED})


def refusal(hierarchy: Hierarchy, package: UpdatePackage) -> str:
    """Why an update cannot be started; empty when it can.

    An update whose content was not downloaded is rejected ([C]). That another update at work and a wrong state are rejected, and
    with which error, is not established ([I]), nor what happens when a package that must come first is not installed.
    """
    others = [other for other in hierarchy.updates.values() if other is not package]
    if any(updates.is_installing(other.state) or other.state == updates.ENABLED for other in others):
        return CANNOT
    before = next((other for other in others if other.name == package.prerequisite), None)
    if before is not None and before.state != updates.INSTALL_SUCCESS:
        return CANNOT
    return "" if package.state in _STARTS else CANNOT


def initiate(hierarchy: Hierarchy, package: UpdatePackage, flag: int) -> None:
    """Start an update that can be started."""
    if hierarchy.faults.take("update_start_ignored", hierarchy.top.code) is None:
        running.start(hierarchy, package, flag)


def write_state(hierarchy: Hierarchy, package: UpdatePackage, flag: int, state: int) -> None:
    """Write flag and state as given; state 2 starts the update."""
    if state == updates.ENABLED:
        initiate(hierarchy, package, flag)
        return
    running.end(package)
    package.prereq_flag, package.state, package.updated = flag, state, hierarchy.clock.now()
    package.downloading = False
    if state == updates.DOWNLOAD_FAILED:
        package.replicated = False
        package.site_states.clear()


def set_flag(hierarchy: Hierarchy, package: UpdatePackage, flag: int) -> None:
    """Write the flag alone; a package that stopped after its check may go on ([I])."""
    package.prereq_flag = flag
    running.go_on(hierarchy, package)


def queue(package: UpdatePackage) -> bool:
    """Queue the content of a package for its download; whether it was accepted."""
    if package.state in _DOWNLOADS:
        package.download_wanted = True
    return package.download_wanted


def replicate_again(hierarchy: Hierarchy, package: UpdatePackage, force: bool) -> None:
    """Copy the content into the content library again; without force only when it is not there ([I])."""
    if force or not package.replicated:
        running.replicate_again(hierarchy, package)


def write_site_state(hierarchy: Hierarchy, package: UpdatePackage, site: Site, state: int) -> None:
    """Write the state of a package at one site; some states begin the work there again."""
    if state in _SITE_RETRIES and package.site_states.get(site.code) in updates.FAILED | {updates.PREREQ_WARNING}:
        running.start_site(hierarchy, package, site)
        return
    package.site_states[site.code] = state
    package.site_updated[site.code] = hierarchy.clock.now()
