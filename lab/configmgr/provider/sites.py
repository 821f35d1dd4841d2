"""SMS_ProviderLocation, SMS_Identification and SMS_Site."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.provider import Call
from lab.configmgr import names, secrets
from lab.configmgr.database import ControlRow
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.provider.base import Place, SmsProvider, invalid
from lab.configmgr.sites import PRIMARY, SECONDARY, Site
from lab.configmgr.updates import numbers

MAX_PASSWORD = 256


class LocationProvider(SmsProvider):
    """SMS_ProviderLocation in root/sms: where the providers are of the sites that this machine serves.

    The site code is the key, so a site server shows one provider of its site, however many there are.

    :param place: the place in root/sms.
    :param machines: by site code, the FQDN of a machine with a provider of that site.
    :param local: the code of this machine's own site.
    """

    def __init__(self, place: Place, machines: Mapping[str, str], local: str) -> None:
        super().__init__(place)
        self.machines = machines
        self.local = local

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """One instance for each site."""
        self.reading(call, cls.name, "enumerate")
        return [
            self.place.new(
                cls.name,
                Machine=machine,
                NamespacePath=f"\\\\{machine}\\root\\sms\\site_{code}",
                ProviderForLocalSite=code == self.local,
                SiteCode=code,
            )
            for code, machine in self.machines.items()
        ]


class IdentificationProvider(SmsProvider):
    """SMS_Identification: a few facts about the connected site."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """One instance: this site."""
        self.reading(call, cls.name, "enumerate")
        site = self.place.site
        yield self.place.new(
            cls.name,
            SMSBuildNumber=site.build,
            SMSProviderServer=self.place.machine,
            SMSSiteServer=site.server,
            SMSVersion=site.version,
            ThisSiteCode=site.code,
            ThisSiteName=site.name,
        )

    def invoke(
        self, call: Call, cls: ClassDef, method: str, instance: Instance | None, inputs: NameMap[Value]
    ) -> Mapping[str, Value]:
        """The static methods."""
        self.reading(call, cls.name, "invoke")
        site = self.place.site
        name = method.casefold()
        if name == "getproviderversion":
            return {"VersionString": site.version, "ReturnValue": 0}
        if name == "getsiteid":
            return {"SiteID": f"{{{site.code}-LAB}}", "ReturnValue": 0}
        if name == "getsitetype":
            return {"SiteType": site.type, "ReturnValue": 0}
        if name == "iscurrentbranch":
            return {"ReturnValue": True}
        return {"UserName": str(call.caller), "ReturnValue": 0}


def mode(hierarchy: Hierarchy, site: Site) -> int:
    """SMS_Site.Mode: 3 while an update is installed, 6 or 7 with older primary or secondary sites below ([D]), otherwise 0."""
    if site.code in hierarchy.upgrading:
        return 3
    older = {below.type for below in hierarchy.sites.values() if below.parent == site.code and _is_older(below, site)}
    return 6 if PRIMARY in older else 7 if SECONDARY in older else 0


def _secondary_status(hierarchy: Hierarchy, site: Site) -> int | None:
    """Whether a secondary site has the version of its parent: 1 or 0, as a documented function of the database reports it."""
    if site.type != SECONDARY:
        return None
    return 0 if _is_older(site, hierarchy.sites[site.parent]) else 1


def _is_older(site: Site, other: Site) -> bool:
    return numbers(site.version) < numbers(other.version)


class SiteProvider(SmsProvider):
    """SMS_Site: every site of the hierarchy, and the site's encryption."""

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """All sites; ReportingSiteCode is empty for the top-level site."""
        self.reading(call, cls.name, "enumerate")
        return [
            self.place.new(
                cls.name,
                BuildNumber=site.build,
                InstallDir=site.install_dir,
                Mode=mode(self.hierarchy, site),
                ReportingSiteCode=site.parent,
                RequestedStatus=110,
                SecondarySiteCMUpdateStatus=_secondary_status(self.hierarchy, site),
                ServerName=site.server,
                SiteCode=site.code,
                SiteName=site.name,
                Status=1,
                Type=site.type,
                Version=site.version,
            )
            for site in self.hierarchy.sites.values()
        ]

    def invoke(
        self, call: Call, cls: ClassDef, method: str, instance: Instance | None, inputs: NameMap[Value]
    ) -> Mapping[str, Value]:
        """EncryptData..., ImportGlobalUserAccount... and GetClientPilotingConfigs; the others are not part of the lab."""
        name = method.casefold()
        if name == "getclientpilotingconfigs":
            self.reading(call, cls.name, "invoke")
            return {"IsEnabled": self.hierarchy.client_piloting, "IsAccepted": False, "TargetCollectionID": "", "ReturnValue": 0}
        self.writing(call, cls.name, "invoke")
        if name in ("encryptdata", "encryptdataex"):
            site = _known_site(self, str(inputs["SiteCode"] or ""))
            data = _text(inputs["Data"] or [], "Data") if name == "encryptdata" else inputs["Data"]
            if not isinstance(data, str) or not 0 < len(data) <= MAX_PASSWORD:
                raise invalid(f"Data must be text of 1 to {MAX_PASSWORD} characters.")
            return {"EncryptedData": secrets.encrypt(data, site.code), "ReturnValue": 0}
        if name in ("importglobaluseraccount", "importglobaluseraccountex"):
            password = inputs["Password"]
            text = str(password or "") if name.endswith("ex") else _text(password or [], "Password")
            self._import(call, str(inputs["UserName"] or ""), text)
            return {"ReturnValue": 0}
        raise CimError(Wbem.NOT_SUPPORTED, "Not supported", f"{cls.name}.{method} is not available on this site.")

    def _import(self, call: Call, user: str, password: str) -> None:
        if "\\" not in user.strip("\\") or not 0 < len(password) <= MAX_PASSWORD:
            raise invalid("UserName must be DOMAIN\\user, and Password must not be empty.")
        code = self.place.site.code
        row = ControlRow("SMS_SCI_Reserved", names.FILE_TYPE, f"{user}| 0", "User", code)
        values = {"UserName": user, "Availability": 0, "AccountUsage": [], "Reserved2": secrets.encrypt(password, code)}
        self.hierarchy.write(row.with_values(**values), str(call.caller))


def _text(data: list[int], parameter: str) -> str:
    """How the real methods read an array of bytes is not known; UTF-16LE is usual on Windows ([I])."""
    try:
        return bytes(data).decode("utf-16-le")
    except UnicodeDecodeError:
        raise invalid(f"{parameter} is not UTF-16 text.") from None


def _known_site(provider: SmsProvider, code: str) -> Site:
    site = provider.hierarchy.sites.get(code)
    if site is None:
        raise invalid(f"The site code {code} is not a site of this hierarchy.")
    return site
