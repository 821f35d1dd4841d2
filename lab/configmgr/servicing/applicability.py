"""Hierarchy manager checks again which packages apply after an update was installed (KB 4490424)."""

from __future__ import annotations

from lab.configmgr import logs, names, updates
from lab.configmgr.database import UpdatePackage
from lab.configmgr.hierarchy import Hierarchy

# Only packages that nobody has begun to install change. Installed ones keep their state: that the history alone shows them is not
# established ([I]).
_CHECKED = frozenset({updates.AVAILABLE, updates.READY_TO_INSTALL, updates.DOWNLOAD_FAILED, updates.NOT_APPLICABLE})


def new_state(package: UpdatePackage, installed: str) -> int:
    """The state of a package after the check, when updates up to this version are installed."""
    if package.state not in _CHECKED:
        return package.state
    if updates.numbers(package.full_version) <= updates.numbers(installed):
        return updates.HIDDEN
    if not updates.applies(package.full_version, package.min_version, installed):
        return updates.NOT_APPLICABLE
    return updates.AVAILABLE if package.state == updates.NOT_APPLICABLE else package.state


def installed_version(hierarchy: Hierarchy) -> str:
    """The newest version that the top-level site has: its own, or that of an installed rollup."""
    done = [package.full_version for package in hierarchy.updates.values() if package.state == updates.INSTALL_SUCCESS]
    return max((hierarchy.top.version, *done), key=updates.numbers)


def check_again(hierarchy: Hierarchy) -> None:
    """Hide the packages that are older than what is installed, and show those that now apply."""
    server = hierarchy.machine(hierarchy.top.server)
    installed = installed_version(hierarchy)
    for package in hierarchy.updates.values():
        state = new_state(package, installed)
        if state == package.state:
            continue
        package.state, package.updated = state, hierarchy.clock.now()
        said = "is applicable" if state == updates.AVAILABLE else "is not applicable and should be filtered."
        if server is not None:
            text = f"Configuration Manager Update (PackageGuid={package.guid}) {said}~"
            logs.write(server, "hman.log", names.HIERARCHY_MANAGER, text)


def newest(hierarchy: Hierarchy) -> UpdatePackage | None:
    """The newest package that applies and is not installed: it downloads by itself ([D]). Hotfixes are left out ([I])."""
    found = [
        package
        for package in hierarchy.updates.values()
        if package.update_type != _QFE
        and package.state in (updates.AVAILABLE, updates.READY_TO_INSTALL, updates.DOWNLOAD_IN_PROGRESS, updates.DOWNLOAD_FAILED)
        and updates.applies(package.full_version, package.min_version, hierarchy.top.version)
    ]
    return max(found, key=lambda package: updates.numbers(package.full_version), default=None)


_QFE = 2
