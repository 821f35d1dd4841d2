"""The typed, frozen description of an emulated estate, which :mod:`lab.estate_file` reads from YAML.

Names of machines are short and lower case (``scp01``), site codes upper case; :meth:`EstateDescription.fqdn` gives the full name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from typing import Literal

from lab.estate.errors import EstateError
from lab.estate.network import Barrier, Internet, Proxy
from lab.estate.offline import InternetUpdate, ToolFolder
from lab.estate.powershell import CimWrites, Console, PowerShellSettings

# The site system roles that a site may have at startup, by the product's RoleName (site-model.md, section 4.3).
ROLE_NAMES = (
    "SMS SQL Server", "SMS Provider", "SMS Management Point", "SMS Distribution Point", "SMS Software Update Point",
    "SMS Fallback Status Point", "SMS State Migration Point", "SMS SRS Reporting Point", "SMS Endpoint Protection Site Role",
    "SMS Enrollment Server", "SMS Enrollment Web Site", "SMS Cloud Proxy Connector", "SMS Data Warehouse Service Point",
)  # fmt: skip

SERVICE_CONNECTION_POINT = "SMS Dmp Connector"


@dataclass(frozen=True)
class DomainGroup:
    r"""A group of the domain; ``members`` are accounts, computers (``CORP\SCP01$``) and other groups (``CORP\name``)."""

    name: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Domain:
    """The Active Directory domain of the estate."""

    dns: str
    netbios: str
    groups: tuple[DomainGroup, ...] = ()


@dataclass(frozen=True)
class Account:
    """An account that can log on. A local account has its ``machine`` and exists only there.

    ``sms`` are its rights in every site (role-based administration): ``full``, ``read`` or ``none``.
    ``administrator_of`` and ``remote_management_of`` contain machine names.
    """

    name: str
    password: str = field(repr=False)
    domain: str = ""
    machine: str | None = None
    sms: str = "none"
    administrator_of: tuple[str, ...] = ()
    remote_management_of: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        r"""``CORP\scpadmin``, or the name alone for a local account."""
        return f"{self.domain}\\{self.name}" if self.domain else self.name


@dataclass(frozen=True)
class Drive:
    """A fixed drive; sizes in bytes. ``no_sms``: its root has the file NO_SMS_ON_DRIVE.SMS."""

    letter: str
    size_bytes: int = 100 * 2**30
    free_bytes: int = 60 * 2**30
    no_sms: bool = False
    file_system: str = "NTFS"


@dataclass(frozen=True)
class Software:
    """The software that is installed in addition to Windows: dotted versions, or ``none`` (requirements.md, section 3).

    ``restart_pending`` is ``none``, or which part of Windows shows the pending restart: ``servicing``, ``update``, ``rename``,
    ``server_manager``. ``curl`` is the version of Windows' own curl.exe; empty means the usual one of that Windows version.
    ``vc_runtime`` is the Visual C++ runtime for x64, which a site installs with its roles; it installs ``vc_runtime_x86`` on site
    servers only. ``native_client`` is SQL Server Native Client 11.
    """

    net_framework: str = "4.8"
    net_framework_35: bool = True
    odbc_driver: str = "18.6.2.1"
    vc_runtime: str = "14.51.36247"
    strong_tls: bool = True
    restart_pending: str = "none"
    curl: str = ""
    vc_runtime_x86: str = "14.51.36247"
    native_client: str = "none"


@dataclass(frozen=True)
class RootCertificates:
    """Which of the root certificates in :data:`lab.windows.certificates.ROOTS` a server has in LocalMachine\\Root, and where.

    ``store`` is ``AuthRoot`` (Windows downloaded them) or ``ROOT`` (an administrator imported them). ``auto_update``: Windows may
    download a missing one when it needs it.
    """

    missing: tuple[str, ...] = ()
    store: str = "AuthRoot"
    auto_update: bool = True


@dataclass(frozen=True)
class MachineDescription:
    """One emulated server. ``os`` names a preset of :mod:`lab.windows.presets`; ``fault_style`` is the form of its CIM faults.

    ``administrators`` and ``remote_management_users`` contain accounts, computers and groups of the domain, local accounts, and
    SIDs of deleted accounts. ``workgroup`` is empty for a member of the domain. ``delegation``: it may delegate the logon of a
    user to other servers. ``credssp``: its WinRM offers CredSSP; ``basic``: it offers basic authentication over https.
    ``cbt_hardening`` is its CbtHardeningLevel: what it requires of the channel bindings of NTLM clients over https. ``media`` and
    ``connection_tools`` list the folders that contain the service connection tool. ``console`` is None for the usual one: site
    servers, except those of secondary sites, have the console of their site.
    """

    name: str
    address: IPv4Address
    os: str
    administrators: tuple[str, ...] = ()
    remote_management_users: tuple[str, ...] = ()
    software: Software = Software()
    drives: tuple[Drive, ...] = (Drive("C"),)
    language: str = "english"
    fault_style: Literal["A", "B"] = "B"
    alive: bool = True
    workgroup: str = ""
    clock_offset_seconds: float = 0.0
    certificates: RootCertificates = RootCertificates()
    internet: Internet = field(default_factory=Internet)
    winhttp_proxy: str = ""
    delegation: bool = False
    credssp: bool = False
    basic: bool = False
    cbt_hardening: Literal["none", "relaxed", "strict"] = "relaxed"
    media: tuple[ToolFolder, ...] = ()
    connection_tools: tuple[ToolFolder, ...] = ()
    powershell: PowerShellSettings = field(default_factory=PowerShellSettings)
    console: Console | None = None


@dataclass(frozen=True)
class SiteSystem:
    """A server of a site and the roles that it has at startup (the product's RoleName)."""

    server: str
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class ServiceWindow:
    """A service window of a site: when it opens first, in hours after startup (negative: before), and for how long."""

    name: str
    start_hours: float
    duration_hours: float
    daily: bool = False
    enabled: bool = True


@dataclass(frozen=True)
class Site:
    """A site. ``kind`` is ``cas``, ``primary`` or ``secondary``; ``passive_server`` is the second site server of a pair.

    ``providers`` are the machines with an SMS Provider of the site; a secondary site has none. ``backup_hours``: how long before
    startup its last successful backup was; None when it has none. ``cim_writes``: what the providers refuse.
    """

    code: str
    name: str
    kind: str
    server: str
    parent: str | None
    passive_server: str | None
    providers: tuple[str, ...]
    sql_server: str
    version: str
    install_folder: str
    site_systems: tuple[SiteSystem, ...] = ()
    sql_port: int = 1433
    service_windows: tuple[ServiceWindow, ...] = ()
    backup_hours: float | None = None
    cim_writes: CimWrites = field(default_factory=CimWrites)

    @property
    def build(self) -> int:
        """The build number: the third part of the version."""
        return int(self.version.split(".")[2])


@dataclass(frozen=True)
class ServiceConnectionPoint:
    """The server that has the role at startup, completely installed."""

    server: str
    mode: str = "online"


@dataclass(frozen=True)
class FoundRole:
    """A row of SMS_SCI_SysResUse that exists before the first run. No rule of the product is checked for it.

    :ivar site: site code of the row; :attr:`site_gone`: the hierarchy no longer has this site.
    :ivar server: the server's name exactly as in the row; :attr:`machine` is the machine that it means, None when the server no
        longer exists.
    :ivar mode: ``online``, ``offline`` or ``none`` (the row has no such setting); only for the service connection point.
    :ivar remote_name: the setting ``Server Remote Name`` of the row; empty when the row has none.
    :ivar site_system: whether the server has its ``SMS Site System`` row under the same name.
    :ivar installed: whether the role is installed and running at startup. Otherwise the row was written directly before startup.
    """

    site: str
    site_gone: bool
    server: str
    machine: str | None
    role: str
    mode: str
    remote_name: str
    site_system: bool
    installed: bool


@dataclass(frozen=True)
class Feature:
    """A feature that an update brings."""

    name: str
    guid: str


@dataclass(frozen=True)
class Update:
    """An update package at startup; ``state`` is a number of SMS_CM_UpdatePackages.State (site-model.md, section 10.2).

    ``type`` is ``regular``, ``weave`` or ``qfe`` (a hotfix that is not distributed through the console). ``state_hours`` is how
    long it has had its state, in hours of lab time before startup. ``min_version`` is the oldest site version that it applies to,
    ``prerequisite`` the name of another update that must be installed before.
    """

    name: str
    guid: str
    version: str
    state: int
    type: str = "regular"
    state_hours: float = 480
    min_version: str = "5.00.8913.1000"
    prerequisite: str = ""
    features: tuple[Feature, ...] = ()


@dataclass(frozen=True)
class CloudApplication:
    """An Entra application with the age and the remaining lifetime of its secret, in days of lab time before and after startup.

    ``imported``: it was created in Entra and imported in the console, so the site does not warn when its secret expires.
    """

    name: str
    client_id: str
    client: bool = False
    secret_age_days: int = 30
    secret_valid_days: int = 335
    imported: bool = False


@dataclass(frozen=True)
class CloudTenant:
    """An Entra tenant that the hierarchy is connected to."""

    name: str
    tenant_id: str
    applications: tuple[CloudApplication, ...] = ()


@dataclass(frozen=True)
class CloudGateway:
    """A cloud management gateway; ``state`` is a number of SMS_AzureService.State."""

    name: str
    state: int = 0


@dataclass(frozen=True)
class CloudDiscovery:
    """Discovery of Entra users: full, and delta discovery of changes every ``delta_minutes``."""

    full: bool = True
    delta: bool = True
    delta_minutes: int = 5


@dataclass(frozen=True)
class Hierarchy:
    """Sites under one top-level site. ``sites`` begins with the top-level site, installed ``installed_days`` before startup."""

    name: str
    sites: tuple[Site, ...]
    service_connection_point: ServiceConnectionPoint | None = None
    usage_level: str = "enhanced"
    updates: tuple[Update, ...] = ()
    cloud_tenants: tuple[CloudTenant, ...] = ()
    cloud_gateways: tuple[CloudGateway, ...] = ()
    cloud_discovery: CloudDiscovery | None = None
    installed_days: float = 200
    found_roles: tuple[FoundRole, ...] = ()
    client_piloting: bool = False

    @property
    def top_site(self) -> Site:
        """The central administration site, or the stand-alone primary."""
        return self.sites[0]

    def site(self, code: str) -> Site:
        """The site with this code; raises KeyError."""
        for site in self.sites:
            if site.code == code.upper():
                return site
        raise KeyError(f"hierarchy {self.name} has no site {code}")


@dataclass(frozen=True)
class EstateDescription:
    """The complete estate. ``source`` names the file it was read from; ``pace`` is lab seconds per real second.

    ``faults`` are orders for :class:`lab.faults.FaultBoard` that are placed at startup and after each reset.
    """

    source: str
    domain: Domain
    pace: float
    http_port: int
    https_port: int
    accounts: tuple[Account, ...]
    machines: tuple[MachineDescription, ...]
    hierarchies: tuple[Hierarchy, ...]
    proxies: tuple[Proxy, ...] = ()
    barriers: tuple[Barrier, ...] = ()
    internet_updates: tuple[InternetUpdate, ...] = ()
    faults: tuple[Mapping[str, str], ...] = ()

    def machine(self, name: str) -> MachineDescription:
        """The machine with this short or full name; raises KeyError."""
        for machine in self.machines:
            if name.lower() in (machine.name, self.fqdn(machine.name)):
                return machine
        raise KeyError(f"the estate has no machine {name}")

    def fqdn(self, machine: str) -> str:
        """``scp01`` to ``scp01.corp.example``."""
        return f"{machine}.{self.domain.dns}".lower()

    def hierarchy_of(self, code: str) -> Hierarchy:
        """The hierarchy with this site; raises KeyError."""
        for hierarchy in self.hierarchies:
            if any(site.code == code.upper() for site in hierarchy.sites):
                return hierarchy
        raise KeyError(f"no hierarchy has a site {code}")

    def at(self, base: str | None = None, pace: float | None = None, ports: tuple[int, int] | None = None) -> EstateDescription:
        """The same estate with other addresses, pace or ports.

        :param base: the first three numbers of every address (``127.77.3``), each machine keeps its last one.
        :param pace: lab seconds per real second.
        :param ports: ports for http and https.

        Raises :class:`EstateError` for a base outside 127.0.0.0/8 or one with which two machines would have the same address.
        """
        changed = self if pace is None else replace(self, pace=checked_pace(pace))
        if ports is not None:
            changed = replace(changed, http_port=ports[0], https_port=ports[1])
        if base is None:
            return changed
        moved = tuple(replace(machine, address=_moved(machine.address, base)) for machine in self.machines)
        if len({machine.address for machine in moved}) < len(moved):
            raise EstateError(f"{self.source}: with the address base {base} two machines would have the same address")
        return replace(changed, machines=moved)


def checked_pace(pace: float) -> float:
    """A pace from 0.01 to 100000, else :class:`EstateError`."""
    if not 0.01 <= pace <= 100_000:
        raise EstateError(f"the pace {pace:g} is not a number from 0.01 to 100000")
    return pace


def _moved(address: IPv4Address, base: str) -> IPv4Address:
    last = str(address).rpartition(".")[2]
    try:
        moved = IPv4Address(f"{base}.{last}")
    except ValueError:
        raise EstateError(f"the address base {base!r} must be three numbers, for example 127.0.20") from None
    if not moved.is_loopback:
        raise EstateError(f"the address base {base!r} is outside 127.0.0.0/8; the lab listens on loopback only")
    return moved
