"""SMS_HIERARCHY_MANAGER: processes a change of the site control file later and makes it the published configuration."""

from __future__ import annotations

from lab.configmgr import logs, names, status, timing
from lab.configmgr.components.component_manager import ComponentManager
from lab.configmgr.executive import RUNNING, component_machine
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.sites import Site


class HierarchyManager:
    """The component at one site, on its site server."""

    def __init__(self, hierarchy: Hierarchy, site: Site, component_manager: ComponentManager) -> None:
        self.hierarchy = hierarchy
        self.site = site
        self.component_manager = component_manager
        self.serial = 100
        self._sync_asked = self._sync_now()
        hierarchy.watchers.append(self._changed)

    def _changed(self, site_code: str) -> None:
        if site_code == self.site.code.upper():
            self.hierarchy.clock.later(timing.HIERARCHY_MANAGER, self._process)

    def _process(self) -> None:
        server = self.hierarchy.machine(self.site.server)
        if server is None or not server.alive:
            return
        executive = self.hierarchy.executives.get(self.site.server)
        if executive is not None and executive.state(names.HIERARCHY_MANAGER) != RUNNING:
            self.hierarchy.clock.later(timing.HIERARCHY_MANAGER, self._process)
            return
        self.serial += 1
        logs.write(
            server,
            "smsdbmon.log",
            names.DATABASE_MONITOR,
            f"SND: Dropped {self.site.install_dir}\\inboxes\\hman.box\\{self.site.code}.SCU~",
        )
        logs.write(
            server,
            "hman.log",
            names.HIERARCHY_MANAGER,
            f"Processing site control file: Site: {self.site.code} File: {self.site.code}.SCU~",
        )
        self.hierarchy.publish(self.site.code)
        self.hierarchy.status.report(
            self.site.code,
            component_machine(server),
            names.HIERARCHY_MANAGER,
            status.CHANGE_PROCESSED,
            self.site.code,
            str(self.serial),
        )
        asked = self._sync_now()
        if asked != self._sync_asked:
            self._sync_asked = asked
            self.component_manager.check_now()
        self.hierarchy.clock.later(timing.COMPONENT_MANAGER, lambda: self.component_manager.synchronize(self.serial))

    def _sync_now(self) -> str:
        """Value1 of ``SyncNow`` on the downloader's component row (one public source: experimental)."""
        for row in self.hierarchy.control.of_class("SMS_SCI_Component"):
            if row.site_code.casefold() == self.site.code.casefold() and row.text("ComponentName") == names.DOWNLOADER:
                found = row.prop("SyncNow")
                return "" if found is None else found.value1 or ""
        return ""
