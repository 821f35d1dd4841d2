"""An update of hierarchies without internet: imported by the tool, then installed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from lab.configmgr.updates import INSTALL_SUCCESS, READY_TO_INSTALL
from tests.lab.conftest import StartEstate
from tests.lab.estates import UPDATE, before_update
from tests.lab.offline.conftest import CAB, IMPORTED, ON_WEB01, PACKS, USAGE, Carrier

OLD, NEW = "5.00.9141.1000", "5.00.9152.1000"
SECONDS = 25.0
QUERY = "SELECT State FROM SMS_CM_UpdatePackages WHERE PackageGuid = "
WHERE = [("CAS", "cas01", "scp01", "D:"), ("ST1", "sta03", "scp02", "C:")]


@pytest.mark.parametrize(("code", "provider", "server", "media"), WHERE)
def test_an_imported_update_is_installed(start_estate: StartEstate, code: str, provider: str, server: str, media: str) -> None:
    carrier = Carrier(start_estate(before_update("offline"), pace=2000))
    tool = rf"{media}\Media\SMSSETUP\TOOLS\ServiceConnectionTool"
    there: dict[str, Any] = {"tool_path": tool, "site_version": OLD, "mode": "offline"}
    carrier.run("service_connection_tool", server, action="prepare", usage_data=CAB, **there)
    carrier.carry(server, CAB, "web01", USAGE + r"\UsageData.cab")
    carrier.run("service_connection_tool", "web01", action="connect", tool_path=ON_WEB01, usage_data=USAGE, update_packs=PACKS)
    carrier.carry("web01", PACKS + "\\", server, IMPORTED + "\\")
    carrier.run("service_connection_tool", server, action="import", update_packs=IMPORTED, **there)
    packages = carrier.hierarchy(code).state.updates
    until(lambda: UPDATE in packages and packages[UPDATE].state == READY_TO_INSTALL)

    namespace, keys = f"root/sms/site_{code}", {"PackageGuid": UPDATE}
    of_package: dict[str, Any] = {"namespace": namespace, "class": "SMS_CM_UpdatePackages", "keys": keys}
    carrier.run("cim", provider, **of_package, method="InitiateUpgrade", arguments={"PrereqFlag": 0})

    def installed() -> bool:
        try:
            found = carrier.run("cim", provider, namespace=namespace, query=f"{QUERY}'{UPDATE}'")
        except CimFault:
            return False
        return [int(row["State"]) for row in found["instances"]] == [INSTALL_SUCCESS]

    until(installed)
    sites = carrier.run("cim", provider, namespace=namespace, query="SELECT Version FROM SMS_Site WHERE Type > 1")["instances"]
    assert {row["Version"] for row in sites} == {NEW}


def until(look: Callable[[], bool]) -> None:
    """Wait for the emulated sites."""
    end = time.monotonic() + SECONDS
    while not look():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)
