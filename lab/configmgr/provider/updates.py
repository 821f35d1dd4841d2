"""SMS_CM_UpdatePackages, its state at each site, and the Entra and Azure classes (facts/site-model.md, sections 10 and 11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.provider import Call
from lab.configmgr.database import UpdatePackage
from lab.configmgr.provider.base import SmsProvider, failed, invalid
from lab.configmgr.updates import AVAILABLE, ENABLED, READY_TO_INSTALL, is_installing, site_states


class UpdateProvider(SmsProvider):
    """SMS_CM_UpdatePackages: global data, the same at every site.

    The lab downloads requested payloads (with the next check, online) and accepts a request to install (state 2); only
    :mod:`lab.configmgr.updates` advances the installation itself.
    """

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """Every package; EULA is lazy and therefore null."""
        self.reading(call, cls.name, "enumerate")
        return [self._shown(package) for package in self.hierarchy.updates.values()]

    def get(self, call: Call, cls: ClassDef, keys: NameMap[Value]) -> Instance | None:
        """One package with its EULA."""
        self.reading(call, cls.name, "get")
        package = self.hierarchy.updates.get(str(keys["PackageGuid"]).upper())
        if package is None:
            return None
        shown = self._shown(package)
        shown["EULA"] = "The licence terms of the update."
        return shown

    def invoke(
        self, call: Call, cls: ClassDef, method: str, instance: Instance | None, inputs: NameMap[Value]
    ) -> Mapping[str, Value]:
        """The methods of one package; all return 0, what they answer is in output parameters."""
        if instance is None:
            raise invalid(f"{method} is a method of an instance.")
        name = method.casefold()
        if name in ("iscurrentworkingupdatepackage", "packageexistsintobedownloadedlist"):
            self.reading(call, cls.name, "invoke")
        else:
            self.writing(call, cls.name, "invoke")
        package = self.hierarchy.updates[str(instance["PackageGuid"]).upper()]
        if name == "iscurrentworkingupdatepackage":
            return {"IsCurrentWorkingUpdatePackage": is_installing(package.state), "ReturnValue": 0}
        if name == "packageexistsintobedownloadedlist":
            return {"PackageExists": package.download_wanted, "ReturnValue": 0}
        if name == "retrycontentreplication":
            raise CimError(Wbem.NOT_SUPPORTED, "Not supported", "This site replicates no content of updates.")
        if name == "setpackagetobedownloaded":
            if package.state != AVAILABLE:
                raise failed(f"The update {package.name} is not waiting for its download.")
            package.download_wanted = True
        elif name == "setignoreprereqwarning":
            package.prereq_flag = _flag(inputs["flag"], "flag")
        elif name == "initiateupgrade":
            self._change(package, _flag(inputs["PrereqFlag"], "PrereqFlag"), ENABLED)
        else:
            self._change(package, _flag(inputs["flag"], "flag"), inputs["state"])
        package.updated = self.hierarchy.clock.now()
        return {"ReturnValue": 0}

    def _change(self, package: UpdatePackage, flag: int, state: Value) -> None:
        if not isinstance(state, int):
            raise invalid("state must be a number.")
        if state == ENABLED and package.state != READY_TO_INSTALL:
            raise failed(f"The update {package.name} is not ready to install.")
        package.prereq_flag, package.state = flag, state

    def _shown(self, package: UpdatePackage) -> Instance:
        return self.place.new(
            "SMS_CM_UpdatePackages",
            ClientVersion=package.client_version,
            DateCreated=package.released,
            DateReleased=package.released,
            Description=package.name,
            FullVersion=package.full_version,
            Impact=package.impact,
            LastUpdateTime=package.updated,
            LocaleID=1033,
            MaxCMVersion=package.full_version,
            MinCMVersion=package.min_version,
            Name=package.name,
            PackageGuid=package.guid,
            PrereqFlag=package.prereq_flag,
            State=package.state,
            UpdateType=package.update_type,
            WarningFlag=0,
        )


class SiteStatusProvider(SmsProvider):
    """SMS_CM_UpdatePackageSiteStatus: the state of a package at each site, from its replication on."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """One instance for each package and site."""
        self.reading(call, cls.name, "enumerate")
        numbers = {code: number for number, code in enumerate(self.hierarchy.sites, start=1)}
        return [
            self.place.new(
                cls.name,
                LastUpdateTime=package.updated,
                Name=package.name,
                PackageGuid=package.guid,
                PrereqFlag=package.prereq_flag,
                SiteCode=site.code,
                SiteName=site.name,
                SiteNumber=numbers[site.code],
                SiteServerName=site.server,
                SiteType=site.type,
                State=state,
            )
            for package in self.hierarchy.updates.values()
            for site, state in site_states(self.hierarchy, package)
        ]

    def invoke(
        self, call: Call, cls: ClassDef, method: str, instance: Instance | None, inputs: NameMap[Value]
    ) -> Mapping[str, Value]:
        """UpdatePackageSiteState: the state of the package at this site only."""
        self.writing(call, cls.name, "invoke")
        state = inputs["State"]
        if instance is None or not isinstance(state, int):
            raise invalid("State must be a number.")
        self.hierarchy.updates[str(instance["PackageGuid"]).upper()].site_states[instance["SiteCode"]] = state
        return {"ReturnValue": 0}


def _flag(value: Value, parameter: str) -> int:
    if value not in (0, 1, 2):
        raise invalid(f"{parameter} must be 0, 1 or 2.")
    return int(value)


class CloudProvider(SmsProvider):
    """The Entra and Azure classes: read only, with the rows of the estate."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """The rows of the class."""
        self.reading(call, cls.name, "enumerate")
        return [self.place.new(cls.name, **dict(row.items())) for row in self.hierarchy.cloud.rows.get(cls.name) or []]
