"""The hierarchies of version 2509 of the lab's second estate, on a clock that only the tests advance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.configmgr.components.emulated import EmulatedHierarchy
from lab.configmgr.database import UpdatePackage
from lab.configmgr.sites import Site as SiteData
from lab.estate.description import EstateDescription
from lab.estate_file.reader import parse
from lab.windows import presets
from tests.unit.lab_configmgr.conftest import Site, SmallEstate

FILE = Path(__file__).resolve().parents[4] / "inventories" / "lab" / "update.yml"
GUID = "7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11"
OLDER = "5E0C1B7A-93D4-4A6F-8C21-7B9D3F5A6E10"
HOTFIX = "2A6D8E4C-70B3-4B9F-9E15-3C8F1D7B5A42"
NEW = "5.00.9152.1000"
READY, DONE = 262146, 196612


class Hierarchy:
    """One hierarchy with the package 2609, and short methods to act on it and to look at it."""

    def __init__(self, estate: SmallEstate, built: EmulatedHierarchy, provider: Site) -> None:
        self.estate = estate
        self.built = built
        self.state = built.state
        self.provider = provider

    def package(self, guid: str = GUID) -> UpdatePackage:
        return self.state.updates[guid]

    def ready(self) -> None:
        """The content of 2609 is downloaded; the other packages do not download."""
        for package in self.state.updates.values():
            if package.state == 327682:
                package.state = READY if package.guid == GUID else 393213

    def call(self, method: str, **inputs: Any) -> dict[str, object]:
        row = next(i for i in self.provider.all("SMS_CM_UpdatePackages") if i["PackageGuid"] == GUID)
        return self.provider.invoke("SMS_CM_UpdatePackages", method, row, **inputs)

    def start(self, flag: int = 0) -> None:
        assert self.call("InitiateUpgrade", PrereqFlag=flag) == {"ReturnValue": 0}

    def advance(self, seconds: float) -> None:
        self.estate.clock.advance(seconds)

    def until(self, *states: int, limit: float = 20_000) -> int:
        """Advance until the package has one of these states; the state."""
        passed = 0
        while self.package().state not in states:
            self.advance(5)
            passed += 5
            assert passed < limit, f"{self.package().state:#x} {self.states()}"
        return self.package().state

    def until_site(self, code: str, state: int, limit: float = 20_000) -> None:
        passed = 0
        while self.package().site_states.get(code) != state:
            self.advance(5)
            passed += 5
            assert passed < limit, self.states()

    def states(self) -> dict[str, int]:
        """The state at each site, as the SMS Provider shows it."""
        rows = self.provider.all("SMS_CM_UpdatePackageSiteStatus")
        return {row["SiteCode"]: row["State"] for row in rows if row["PackageGuid"] == GUID}

    def states_now(self, code: str) -> int:
        """The state at a site, also while the SMS Provider does not answer."""
        return self.package().site_states[code]

    def steps(self, code: str, class_name: str = "SMS_CM_UpdatePackDetailedMonitoring") -> dict[int, tuple[int, int]]:
        """By SubStageid, IsComplete and SiteInstallID of the steps at a site."""
        rows = [row for row in self.provider.all(class_name) if row["SiteCode"] == code and row["PackageGuid"] == GUID]
        return {row["SubStageid"]: (row["IsComplete"], row["SiteInstallID"]) for row in rows}

    def rules(self, code: str) -> dict[str, int]:
        """By title, IsComplete of the rules at a site."""
        rows = self.provider.all("SMS_CM_UpdatePackDetailedPrereqMonitoring")
        return {row["SubStageName"]: row["IsComplete"] for row in rows if row["SiteCode"] == code}

    def stages(self, code: str) -> dict[int, int]:
        """By StageId, StageCompleted of the stages at a site."""
        rows = [row for row in self.provider.all("SMS_CM_UpdatePackTopLevelMonitoring") if row["PackageGuid"] == GUID]
        return {row["StageId"]: row["StageCompleted"] for row in rows if row["SiteCode"] == code}

    def versions(self) -> dict[str, str]:
        return {site.code: site.version for site in self.state.sites.values()}

    def site(self, code: str) -> SiteData:
        return self.state.sites[code]


def described(mode: str = "online", **changes: object) -> EstateDescription:
    """The estate, with its service connection points in this mode and other keys of the file."""
    estate = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    # The account of the tests of the provider.
    estate["accounts"].append({"name": "CORP\\admin", "password": "Lab-Admin-1", "sms": "full", "administrator_of": "all"})
    for hierarchy in estate["hierarchies"]:
        hierarchy["service_connection_point"]["mode"] = mode
    estate.update(changes)
    return parse(yaml.safe_dump(estate), "update.yml")


def built(description: EstateDescription) -> SmallEstate:
    """The small estate, whose servers have the software of the description."""
    estate = SmallEstate(description)
    for machine in description.machines:
        presets.write_software(estate.machine(machine.name).registry, machine.software)
    return estate


@pytest.fixture
def estate() -> SmallEstate:
    return built(described())


@pytest.fixture
def one(estate: SmallEstate) -> Hierarchy:
    found = Hierarchy(estate, estate.one, Site(estate, "cas01", "CAS"))
    found.ready()
    return found


@pytest.fixture
def two(estate: SmallEstate) -> Hierarchy:
    found = Hierarchy(estate, estate.two, Site(estate, "sta03", "ST1"))
    found.ready()
    return found
