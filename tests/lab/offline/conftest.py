"""An estate whose second hierarchy has no internet, and the modules on its servers."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool import occasion
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.modules.conftest import Play

SITE_VERSION = "5.00.9146.1000"
ON_SCP02, ON_WEB01 = r"C:\Media\SMSSETUP\TOOLS\ServiceConnectionTool", r"D:\ServiceConnectionTool"
CAB, USAGE, PACKS = r"C:\USB\UsageData_ST1.cab", r"D:\USB\UsageData", r"D:\USB\UpdatePacks"
IMPORTED = r"C:\USB\UpdatePacks"


def offline_estate() -> str:
    """The default estate with its second hierarchy offline, its servers without internet."""
    estate = yaml.safe_load(with_role("scp02", "offline", hierarchy="two"))
    for machine in estate["machines"]:
        if machine["name"] != "web01":
            machine["internet"] = {"default": "name_resolution"}
    return yaml.safe_dump(estate)


class Carrier(Play):
    """Runs the tool's module, and copies files between servers like a user with a USB drive."""

    def tool(self, action: str, machine: str, **given: Any) -> dict[str, Any]:
        options: dict[str, Any] = {"tool_path": ON_WEB01 if machine == "web01" else ON_SCP02, **given}
        return self.run("service_connection_tool", machine, action=action, **options)

    def tool_refused(self, action: str, machine: str, **given: Any) -> str:
        options: dict[str, Any] = {"tool_path": ON_WEB01 if machine == "web01" else ON_SCP02, **given}
        return self.refused("service_connection_tool", machine, action=action, **options)

    def prepare(self, **given: Any) -> dict[str, Any]:
        return self.tool("prepare", "scp02", usage_data=CAB, site_version=SITE_VERSION, mode="offline", **given)

    def connect(self, **given: Any) -> dict[str, Any]:
        return self.tool("connect", "web01", usage_data=USAGE, update_packs=PACKS, **given)

    def import_(self, **given: Any) -> dict[str, Any]:
        return self.tool("import", "scp02", update_packs=IMPORTED, site_version=SITE_VERSION, mode="offline", **given)

    def carry(self, source: str, prefix: str, target: str, to: str) -> None:
        with self.estate.lock:
            files, others = self.estate.machine(source).files, self.estate.machine(target).files
            for path in [path for path, _ in files.files() if path.lower().startswith(prefix.lower())]:
                others.write(to + path[len(prefix) :], files.read(path) or b"")

    def usage_to_web01(self) -> None:
        self.carry("scp02", CAB, "web01", USAGE + r"\UsageData_ST1.cab")

    def packs_to_scp02(self) -> None:
        self.carry("web01", PACKS + "\\", "scp02", IMPORTED + "\\")

    def runs(self, machine: str) -> int:
        """The number of runs of the tool that wrote a log."""
        files = self.estate.machine(machine).files
        return sum("ServiceConnectionTool-" in path for path, _ in files.files())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lab's time runs fast."""
    monkeypatch.setattr(occasion, "_HAND_OVER_SECONDS", 0.5)


@pytest.fixture
def carrier(start_estate: StartEstate) -> Carrier:
    return Carrier(start_estate(offline_estate()))


@pytest.fixture
def prepared(carrier: Carrier) -> Carrier:
    """The usage data is on the connected host."""
    carrier.prepare()
    carrier.usage_to_web01()
    return carrier


@pytest.fixture
def downloaded(prepared: Carrier) -> Carrier:
    """The packs are on the server of the role."""
    prepared.connect()
    prepared.packs_to_scp02()
    return prepared
