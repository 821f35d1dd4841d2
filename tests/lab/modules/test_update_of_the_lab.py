"""An update of the lab's sites over WinRM: states, steps, a provider that fails for a while, a server that restarts."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import NoConnection
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from lab.clock import HandClock
from lab.configmgr.updates import AVAILABLE, DOWNLOAD_IN_PROGRESS, INSTALL_SUCCESS, READY_TO_INSTALL
from tests.lab.conftest import StartEstate
from tests.lab.estates import UPDATE, before_update
from tests.lab.modules.conftest import Play

PROVIDERS = {"CAS": "cas01", "ST1": "sta03"}
SITES = {"CAS": {"CAS", "PR1", "PR2"}, "ST1": {"ST1"}}


class Client:
    """Reads and starts the update 2609 through the SMS Provider of a top-level site."""

    def __init__(self, play: Play, code: str) -> None:
        self.play = play
        self.code = code

    def run(self, **given: Any) -> Any:
        return self.play.run("cim", PROVIDERS[self.code], namespace=f"root/sms/site_{self.code}", **given)

    def rows(self, class_name: str) -> list[dict[str, Any]]:
        found = self.run(query=f"SELECT * FROM {class_name} WHERE PackageGuid = '{UPDATE}'")
        rows: list[dict[str, Any]] = found["instances"]
        return rows

    def state(self) -> int:
        return int(self.rows("SMS_CM_UpdatePackages")[0]["State"])

    def call(self, method: str, **arguments: int) -> Any:
        return self.run(**{"class": "SMS_CM_UpdatePackages"}, keys={"PackageGuid": UPDATE}, method=method, arguments=arguments)

    def advance(self, seconds: float) -> None:
        clock = self.play.estate.clock
        assert isinstance(clock, HandClock)
        clock.advance(seconds)


def client(start_estate: StartEstate, text: str, code: str = "CAS") -> Client:
    return Client(Play(start_estate(text, by_hand=True)), code)


@pytest.mark.parametrize("code", ["CAS", "ST1"])
def test_from_the_download_to_the_new_version(start_estate: StartEstate, code: str) -> None:
    top = client(start_estate, before_update(state=AVAILABLE), code)
    top.advance(60)
    assert top.state() == DOWNLOAD_IN_PROGRESS
    top.advance(1500)
    assert top.state() == READY_TO_INSTALL
    assert {row["StageName"] for row in top.rows("SMS_CM_UpdatePackTopLevelMonitoring")} == {"Download"}
    top.call("InitiateUpgrade", PrereqFlag=0)
    faults: list[str] = []
    for _ in range(120):
        top.advance(60)
        try:
            top.state()
        except CimFault as failure:
            faults.append(str(failure))
    assert len(faults) > 3
    assert all("0x80041013" in text for text in faults)
    assert top.state() == INSTALL_SUCCESS
    assert {row["SiteCode"]: int(row["State"]) for row in top.rows("SMS_CM_UpdatePackageSiteStatus")} == dict.fromkeys(
        SITES[code], INSTALL_SUCCESS
    )
    sites = top.run(query="SELECT SiteCode, Version FROM SMS_Site WHERE Type > 1")["instances"]
    assert {row["SiteCode"]: row["Version"] for row in sites} == dict.fromkeys(SITES[code], "5.00.9152.1000")
    steps = top.rows("SMS_CM_UpdatePackDetailedMonitoring")
    assert {int(row["SubStageid"]) >> 16 for row in steps} == {0xB, 0xD, 0xE}
    assert {int(row["IsComplete"]) for row in steps} <= {2, 3}
    assert {int(row["IsComplete"]) for row in top.rows("SMS_CM_UpdatePackDetailedPrereqMonitoring")} == {2}


def test_a_server_that_restarts_is_away_and_goes_on(start_estate: StartEstate) -> None:
    top = client(start_estate, before_update(faults=[{"kind": "update_restart", "site": "ST1"}]), "ST1")
    top.call("InitiateUpgrade", PrereqFlag=0)
    server = top.play.estate.machine("sta01")
    passed = 0
    while server.alive:
        top.advance(30)
        passed += 30
        assert passed < 5000
    with pytest.raises(NoConnection):
        top.play.run("cim", "sta01", namespace="root/cimv2", query="SELECT Name FROM Win32_ComputerSystem")
    top.advance(180)
    assert server.alive
    top.play.run("cim", "sta01", namespace="root/cimv2", query="SELECT Name FROM Win32_ComputerSystem")
    top.advance(3600)
    assert top.state() == INSTALL_SUCCESS
