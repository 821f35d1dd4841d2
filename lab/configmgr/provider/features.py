"""The features that updates bring: SMS_CM_UpdatePackageFeatures and SMS_CM_UpdateFeatures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.provider import Call
from lab.configmgr.database import Feature, UpdatePackage
from lab.configmgr.provider.base import SmsProvider, invalid
from lab.configmgr.updates import INSTALL_SUCCESS


class PackageFeatureProvider(SmsProvider):
    """SMS_CM_UpdatePackageFeatures: the features of every package."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """One instance for each feature of each package."""
        self.reading(call, cls.name, "enumerate")
        return [self.row(cls, package, feature) for package, feature in self.features()]

    def features(self) -> list[tuple[UpdatePackage, Feature]]:
        """The features that this class shows."""
        return [(package, feature) for package in self.hierarchy.updates.values() for feature in package.features]

    def row(self, cls: ClassDef, package: UpdatePackage, feature: Feature) -> Instance:
        """A feature as an instance."""
        of_class: dict[str, Value] = {"PackageGuid": package.guid, "Flag": 1} if "PackageGuid" in cls.properties else {}
        if "DateReleased" in cls.properties:
            of_class["DateReleased"] = package.released
        return self.place.new(
            cls.name,
            Description=feature.name,
            Exposed=feature.exposed,
            FeatureGuid=feature.guid,
            FeatureType=0,
            LocaleID=1033,
            Name=feature.name,
            Status=feature.exposed,
            **of_class,
        )

    def invoke(
        self, call: Call, cls: ClassDef, method: str, instance: Instance | None, inputs: NameMap[Value]
    ) -> Mapping[str, Value]:
        """UpdateFeatureExposureStatus: turn a feature on or off; which numbers are allowed is inferred ([I])."""
        self.writing(call, cls.name, "invoke")
        status = inputs["Status"]
        if instance is None or status not in (0, 1):
            raise invalid("Status must be 0 or 1.")
        for _, feature in self.features():
            if feature.guid.casefold() == str(instance["FeatureGuid"]).casefold():
                feature.exposed = int(status)
        return {"ReturnValue": 0}


class FeatureProvider(PackageFeatureProvider):
    """SMS_CM_UpdateFeatures: the features of the installed packages ([I])."""

    def features(self) -> list[tuple[UpdatePackage, Feature]]:
        """The features of installed packages."""
        return [(package, feature) for package, feature in super().features() if package.state == INSTALL_SUCCESS]
