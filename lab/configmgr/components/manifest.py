"""Hierarchy manager processes a manifest of updates: the lines of hman.log, and the packages that it adds to the site."""

from __future__ import annotations

from collections.abc import Sequence

from lab.configmgr import logs, names, timing, updates
from lab.configmgr.database import UpdatePackage
from lab.configmgr.executive import RUNNING
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.sites import Site
from lab.estate.offline import InternetUpdate
from lab.windows.machine import Machine

UPDATE_TYPES = {"regular": 0, "weave": 1, "qfe": 2}


def log_extraction(hierarchy: Hierarchy, site: Site) -> None:
    """Write what hierarchy manager logs while it extracts a manifest."""
    server = hierarchy.machine(site.server)
    if server is None:
        return
    inbox = f"{site.install_dir}\\inboxes\\hman.box\\CFD\\ConfigMgr.Update.Manifest.CAB"
    staging = f"{site.install_dir}\\CMUStaging\\"
    logs.write(
        server,
        "hman.log",
        names.HIERARCHY_MANAGER,
        f"Validate CMU file {inbox} with no intune subscription.~",
        f"Extracting file {inbox} to {staging}~",
        f"Extracted {staging}Manifest.xml~",
        "Processing Configuration Manager Update manifest file~",
    )


def content_reaches_site(hierarchy: Hierarchy, site: Site, holder: Machine, guid: str, folder: str = "") -> bool:
    """Hierarchy manager copies the content of an update, unless an injected fault denies it access to the share.

    :param folder: the folder between the share and the package, such as ``Offline\\``.
    """
    server = hierarchy.machine(site.server)
    if server is None:
        return False
    share = f"\\\\{holder.fqdn}\\EasySetupPayLoad\\{folder}{guid}"
    logs.write(server, "hman.log", names.HIERARCHY_MANAGER, f"Get update package {guid}, {share}~")
    if hierarchy.faults.take("share_unreadable", site.code) is not None:
        logs.write(server, "hman.log", names.HIERARCHY_MANAGER, "Failed to calculate hash~")
        return False
    state = f"Updated CMUpdatePackage state to {updates.READY_TO_INSTALL} (PackageGuid={guid.upper()})~"
    logs.write(server, "hman.log", names.HIERARCHY_MANAGER, state)
    return True


def take_offline(hierarchy: Hierarchy, holder: Machine, offered: Sequence[InternetUpdate]) -> None:
    """The service connection tool imported a manifest; the content of its updates is on ``holder``."""
    hierarchy.clock.later(timing.MANIFEST, lambda: _process(hierarchy, holder, offered))


def _process(hierarchy: Hierarchy, holder: Machine, offered: Sequence[InternetUpdate]) -> None:
    site = hierarchy.top
    server = hierarchy.machine(site.server)
    executive = hierarchy.executives.get(site.server)
    if server is None or not server.alive or (executive is not None and executive.state(names.HIERARCHY_MANAGER) != RUNNING):
        take_offline(hierarchy, holder, offered)
        return
    log_extraction(hierarchy, site)
    for update in offered:
        if update.guid.upper() not in hierarchy.updates:
            fits = updates.applies(update.version, update.min_version, site.version)
            _learn(hierarchy, update, updates.AVAILABLE if fits else updates.NOT_APPLICABLE)
            said = "is applicable" if fits else "is not applicable and should be filtered."
            text = f"Configuration Manager Update (PackageGuid={update.guid.upper()}) {said}~"
            logs.write(server, "hman.log", names.HIERARCHY_MANAGER, text)
    hierarchy.clock.later(timing.MANIFEST, lambda: _take_content(hierarchy, holder, offered))


def _learn(hierarchy: Hierarchy, update: InternetUpdate, state: int) -> None:
    now = hierarchy.clock.now().replace(microsecond=0)
    hierarchy.updates[update.guid.upper()] = UpdatePackage(
        update.guid.upper(),
        update.name,
        update.version,
        state,
        update_type=UPDATE_TYPES[update.type],
        released=now,
        updated=now,
        min_version=update.min_version,
    )


def _take_content(hierarchy: Hierarchy, holder: Machine, offered: Sequence[InternetUpdate]) -> None:
    for update in offered:
        package = hierarchy.updates.get(update.guid.upper())
        if package is None or package.state != updates.AVAILABLE:
            continue
        if content_reaches_site(hierarchy, hierarchy.top, holder, update.guid.lower(), "Offline\\"):
            package.state, package.download_wanted = updates.READY_TO_INSTALL, False
            package.updated = hierarchy.clock.now()
