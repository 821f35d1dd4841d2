"""SMS_CM_UpdatePackages, its history, and the state of a package at each site (facts/servicing.md, section 2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.provider import Call
from lab.configmgr.database import UpdatePackage
from lab.configmgr.provider.base import SmsProvider, failed, invalid
from lab.configmgr.servicing import requests
from lab.configmgr.updates import ENABLED, INSTALL_SUCCESS, is_installing, site_states


class PackageProvider(SmsProvider):
    """What the two classes of packages share."""

    def shown(self, class_name: str, package: UpdatePackage) -> Instance:
        """A package as an instance of one of the classes; lazy properties are null."""
        before = next((other for other in self.hierarchy.updates.values() if other.name == package.prerequisite), None)
        return self.place.new(
            class_name,
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
            PrereqPackageName=package.prerequisite,
            PrereqPackageState=0 if before is None else before.state,
            State=package.state,
            UpdateType=package.update_type,
            WarningFlag=0,
        )


class UpdateProvider(PackageProvider):
    """SMS_CM_UpdatePackages: global data, the same at every site. Its methods start what :mod:`lab.configmgr.servicing` does."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """Every package; EULA is lazy and therefore null."""
        self.reading(call, cls.name, "enumerate")
        return [self.shown(cls.name, package) for package in self.hierarchy.updates.values()]

    def get(self, call: Call, cls: ClassDef, keys: NameMap[Value]) -> Instance | None:
        """One package with its EULA."""
        self.reading(call, cls.name, "get")
        package = self.hierarchy.updates.get(str(keys["PackageGuid"]).upper())
        if package is None:
            return None
        shown = self.shown(cls.name, package)
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
        self._change(name, package, inputs)
        return {"ReturnValue": 0}

    def _change(self, name: str, package: UpdatePackage, inputs: NameMap[Value]) -> None:
        if name == "retrycontentreplication":
            requests.replicate_again(self.hierarchy, package, inputs["ForceRetry"] == 1)
        elif name == "setpackagetobedownloaded":
            if not requests.queue(package):
                raise failed(f"The update {package.name} is not waiting for its download.")
        elif name == "setignoreprereqwarning":
            requests.set_flag(self.hierarchy, package, _flag(inputs["flag"], "flag"))
        elif name == "initiateupgrade":
            flag = _flag(inputs["PrereqFlag"], "PrereqFlag")
            self._refuse_start(package)
            requests.initiate(self.hierarchy, package, flag)
        else:
            flag, state = _flag(inputs["flag"], "flag"), inputs["state"]
            if not isinstance(state, int):
                raise invalid("state must be a number.")
            if state == ENABLED:
                self._refuse_start(package)
            requests.write_state(self.hierarchy, package, flag, state)

    def _refuse_start(self, package: UpdatePackage) -> None:
        ordered = self.hierarchy.faults.take("update_start_refused", self.place.site.code)
        if ordered is not None:
            raise failed(ordered.text("message", requests.CANNOT))
        refusal = requests.refusal(self.hierarchy, package)
        if refusal:
            raise failed(refusal)


class HistoryProvider(PackageProvider):
    """SMS_CM_UpdatePackagesHistory: the packages that were installed. That it lists no others is inferred ([I])."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """Every installed package."""
        self.reading(call, cls.name, "enumerate")
        done = [package for package in self.hierarchy.updates.values() if package.state == INSTALL_SUCCESS]
        return [self.shown(cls.name, package) for package in done]


class SiteStatusProvider(SmsProvider):
    """SMS_CM_UpdatePackageSiteStatus: the state of a package at each site, from its replication on."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """One instance for each package and site."""
        self.reading(call, cls.name, "enumerate")
        return [
            self.place.new(
                cls.name,
                LastUpdateTime=package.site_updated.get(site.code, package.updated),
                Name=package.name,
                PackageGuid=package.guid,
                PrereqFlag=package.prereq_flag,
                SiteCode=site.code,
                SiteName=site.name,
                SiteNumber=self.hierarchy.site_number(site.code),
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
        package = self.hierarchy.updates[str(instance["PackageGuid"]).upper()]
        requests.write_site_state(self.hierarchy, package, self.hierarchy.sites[instance["SiteCode"]], state)
        return {"ReturnValue": 0}


def _flag(value: Value, parameter: str) -> int:
    if value not in (0, 1, 2):
        raise invalid(f"{parameter} must be 0, 1 or 2.")
    return int(value)
