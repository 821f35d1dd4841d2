"""A hierarchy with the components that work on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lab.cim.model import NameMap
from lab.configmgr.components.component_manager import ComponentManager
from lab.configmgr.components.hierarchy_manager import HierarchyManager
from lab.configmgr.hierarchy import Hierarchy, Violation


@dataclass
class EmulatedHierarchy:
    """A hierarchy with its components, as tests use it. ``installed`` is when its top-level site was installed."""

    name: str
    state: Hierarchy
    installed: datetime
    component_managers: NameMap[ComponentManager] = field(default_factory=NameMap)
    hierarchy_managers: NameMap[HierarchyManager] = field(default_factory=NameMap)

    @property
    def violations(self) -> list[Violation]:
        """Writes that violated a rule of the role, oldest first; empty when there are none."""
        return self.state.violations

    def effective_mode(self, server: str) -> str:
        """``online`` or ``offline`` as read by SMS_DMP_DOWNLOADER on this server at its start; empty when it does not run."""
        computer = self.state.computer(server)
        for manager in self.component_managers.values():
            if computer in manager.downloaders:
                return manager.downloaders[computer].mode
        return ""
