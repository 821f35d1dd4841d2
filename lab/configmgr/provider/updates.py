"""SMS_CM_UpdatePackages and the Entra and Azure classes (facts/site-model.md, sections 10 and 11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.provider import Call
from lab.configmgr.database import UpdatePackage
from lab.configmgr.provider.base import SmsProvider, failed, invalid
from lab.configmgr.updates import AVAILABLE, READY_TO_INSTALL, is_installing


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
        """Changes of state: UpdatePrereqAndStateFlags, SetPackageToBeDownloaded and related methods."""
        name = method.casefold()
        if name in ("iscurrentworkingupdatepackage", "packageexistsintobedownloadedlist"):
            self.reading(call, cls.name, "invoke")
        else:
            self.writing(call, cls.name, "invoke")
        guid = inputs["PackageGuid"] if instance is None else instance["PackageGuid"]
        package = self.hierarchy.updates.get(str(guid).upper())
        if package is None:
            raise CimError(Wbem.NOT_FOUND, "Not found", f"There is no update package {guid}.")
        if name == "iscurrentworkingupdatepackage":
            return {"ReturnValue": is_installing(package.state)}
        if name == "packageexistsintobedownloadedlist":
            return {"ReturnValue": package.download_wanted}
        if name == "retrycontentreplication":
            raise CimError(Wbem.NOT_SUPPORTED, "Not supported", "This site replicates no content of updates.")
        if name == "setpackagetobedownloaded":
            if package.state != AVAILABLE:
                raise failed(f"The update {package.name} is not waiting for its download.")
            package.download_wanted = True
        elif name == "updateprereqandstateflags":
            self._change(package, inputs)
        elif name == "setignoreprereqwarning":
            package.prereq_flag = 2
        package.updated = self.hierarchy.clock.now()
        return {"ReturnValue": 0}

    def _change(self, package: UpdatePackage, inputs: NameMap[Value]) -> None:
        flag, state = inputs["PrereqFlag"], inputs["State"]
        if flag not in (0, 1, 2) or not isinstance(state, int):
            raise invalid("PrereqFlag must be 0, 1 or 2, and State a number.")
        if state == 2 and package.state != READY_TO_INSTALL:
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


class CloudProvider(SmsProvider):
    """The Entra and Azure classes: read only, with the rows of the estate."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """The rows of the class."""
        self.reading(call, cls.name, "enumerate")
        return [self.place.new(cls.name, **dict(row.items())) for row in self.hierarchy.cloud.rows.get(cls.name) or []]
