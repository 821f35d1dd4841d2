"""The emulated hierarchies of an estate: state, components and SMS Providers, built from the estate's description."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from lab.cim.model import NameMap
from lab.clock import LabClock
from lab.configmgr.building import as_found, seed
from lab.configmgr.cmdlets.installed import lay_out as lay_out_consoles
from lab.configmgr.components.component_manager import ComponentManager
from lab.configmgr.components.emulated import EmulatedHierarchy
from lab.configmgr.components.hierarchy_manager import HierarchyManager
from lab.configmgr.connection_tool.installed import lay_out, write_media
from lab.configmgr.hierarchy import Account, Hierarchy
from lab.configmgr.provider import cloud, features, messages, monitoring, security, sitecontrol, sites, updates
from lab.configmgr.provider.base import Place
from lab.configmgr.sites import CENTRAL, PRIMARY, SECONDARY, ServiceWindow, Site
from lab.estate.description import EstateDescription
from lab.estate.description import Hierarchy as HierarchyDescription
from lab.estate.description import ServiceWindow as WindowDescription
from lab.faults import FaultBoard
from lab.windows.machine import Machine
from lab.windows.network import Network
from lab.winrm.message import Caller

_MOF = Path(__file__).resolve().parents[1] / "mof"
_TYPES = {"secondary": SECONDARY, "primary": PRIMARY, "cas": CENTRAL}
_SITE_CLASSES = {
    "SMS_Identification": sites.IdentificationProvider,
    "SMS_Site": sites.SiteProvider,
    "SMS_RbacSecuredObject": security.SecuredObjectProvider,
    "SMS_SCI_SysResUse": sitecontrol.RoleProvider,
    "SMS_SCI_Component": sitecontrol.ComponentProvider,
    "SMS_SCI_SiteDefinition": sitecontrol.ControlProvider,
    "SMS_SCI_SCProperty": sitecontrol.ControlProvider,
    "SMS_SCI_Reserved": sitecontrol.AccountProvider,
    "SMS_SystemResourceList": sitecontrol.ResourceListProvider,
    "SMS_StatusMessage": messages.StatusMessageProvider,
    "SMS_StatMsgInsStrings": messages.InsertionStringProvider,
    "SMS_ComponentSummarizer": messages.ComponentSummarizerProvider,
    "SMS_SiteSystemSummarizer": messages.SiteSystemSummarizerProvider,
    "SMS_CM_UpdatePackages": updates.UpdateProvider,
    "SMS_CM_UpdatePackageSiteStatus": updates.SiteStatusProvider,
    "SMS_CM_UpdatePackagesHistory": updates.HistoryProvider,
    "SMS_CM_UpdatePackTopLevelMonitoring": monitoring.TopLevelProvider,
    "SMS_CM_UpdatePackDetailedMonitoring": monitoring.StepProvider,
    "SMS_CM_UpdatePackDownloadMonitoring": monitoring.DownloadProvider,
    "SMS_CM_UpdatePackDetailedPrereqMonitoring": monitoring.PrerequisiteProvider,
    "SMS_CM_UpdatePackDetailedSiteStatus": monitoring.SiteStepsProvider,
    "SMS_CM_UpdatePackageFeatures": features.PackageFeatureProvider,
    "SMS_CM_UpdateFeatures": features.FeatureProvider,
    "SMS_AAD_Tenant_Ex": cloud.CloudProvider,
    "SMS_AAD_Application_Ex": cloud.CloudProvider,
    "SMS_AAD_Discovery_Settings": cloud.CloudProvider,
    "SMS_AzureService": cloud.CloudProvider,
}


class EstateParts(Protocol):
    """What this package needs of a running estate. ``machines`` are by FQDN, in lower case or case-insensitive."""

    @property
    def description(self) -> EstateDescription:
        """The description from the estate file."""

    @property
    def machines(self) -> Mapping[str, Machine]:
        """The machines, with their repositories."""

    @property
    def clock(self) -> LabClock:
        """Lab time."""

    @property
    def faults(self) -> FaultBoard:
        """The injected faults."""

    def guard(self, machine: str, prefix: str, check: Callable[[Caller], bool]) -> None:
        """Require ``check`` for every use of this CIM namespace of a machine."""


def build_hierarchies(estate: EstateParts) -> list[EmulatedHierarchy]:
    """Set up the hierarchies of the estate on its machines: registry, services, logs, CIM classes and providers.

    The clock need not run yet. The caller holds the estate's lock.
    """
    built = [_build(estate, description) for description in estate.description.hierarchies]
    _register(estate, built)
    lay_out(estate.description, estate.machines.values())
    lay_out_consoles(estate.description, estate.machines.values())
    return built


def _build(estate: EstateParts, description: HierarchyDescription) -> EmulatedHierarchy:
    whole = estate.description
    fqdn = {machine.name: whole.fqdn(machine.name) for machine in whole.machines}
    found = [
        Site(
            code=site.code,
            name=site.name,
            type=_TYPES[site.kind],
            server=fqdn[site.server],
            parent=site.parent or "",
            version=site.version,
            build=site.build,
            providers=tuple(fqdn[name] for name in site.providers),
            sql_server=fqdn[site.sql_server],
            passive_server=fqdn[site.passive_server] if site.passive_server else "",
            install_dir=site.install_folder,
            service_windows=tuple(_window(window, estate.clock.now()) for window in site.service_windows),
            cim_writes=site.cim_writes,
        )
        for site in description.sites
    ]
    state = Hierarchy(
        sites=NameMap({site.code: site for site in found}),
        machines={name.lower(): machine for name, machine in estate.machines.items()},
        clock=estate.clock,
        faults=estate.faults,
        accounts=_accounts(whole),
        network=Network(whole, estate.machines),
    )
    installed = estate.clock.now() - timedelta(days=description.installed_days)
    built = EmulatedHierarchy(description.name, state, installed)
    for site, described in zip(found, description.sites, strict=True):
        seed.backup(state, site, described.backup_hours)
        seed.site_control(state, site, described, fqdn)
        manager = built.component_managers[site.code] = ComponentManager(state, site)
        seed.servers(state, manager)
        built.hierarchy_managers[site.code] = HierarchyManager(state, site, manager)
    seed.hierarchy_wide(state, description)
    for site in found:
        state.publish(site.code)
    state.media_watchers.append(lambda site: write_media(state.machines[site.server].files, site.install_dir, site.version))
    point = description.service_connection_point
    if point is not None:
        seed.service_connection_point(state, built.component_managers[state.top.code], fqdn[point.server], point.mode)
    for found_role in description.found_roles:
        as_found.found_role(state, built.component_managers, found_role)
    return built


def _window(described: WindowDescription, startup: datetime) -> ServiceWindow:
    start = startup + timedelta(hours=described.start_hours)
    return ServiceWindow(
        described.name, start.replace(microsecond=0), int(described.duration_hours * 60), described.daily, described.enabled
    )


def _accounts(description: EstateDescription) -> NameMap[Account]:
    r"""The domain's accounts by ``CORP\name`` and ``corp.example\name``."""
    accounts: NameMap[Account] = NameMap()
    for account in description.accounts:
        if account.machine is None:
            for domain in (description.domain.netbios, description.domain.dns):
                accounts[f"{domain}\\{account.name}"] = Account(account.full_name, account.password, account.sms)
    return accounts


def _register(estate: EstateParts, hierarchies: list[EmulatedHierarchy]) -> None:
    """Compile the classes on each provider's machine, register their providers, and publish where these are."""
    for built in hierarchies:
        for site in built.state.sites.values():
            for fqdn in site.providers:
                repository = built.state.machines[fqdn].repository
                place = Place(built.state, site.code, repository, f"root/sms/site_{site.code}", fqdn)
                for file in ("site.mof", "security.mof", "sitecontrol.mof", "status.mof", "servicing.mof", "cloud.mof"):
                    repository.compile((_MOF / file).read_text(encoding="ascii"), place.namespace, file)
                for class_name, provider in _SITE_CLASSES.items():
                    repository.register(place.namespace, class_name, provider(place))
    located = [(built, site) for built in hierarchies for site in built.state.sites.values() if site.providers]
    for fqdn in dict.fromkeys(name for _, site in located for name in _located_by(site)):
        _register_location(estate, fqdn, [(built, site) for built, site in located if fqdn in _located_by(site)])


def _located_by(site: Site) -> tuple[str, ...]:
    """The machines whose SMS_ProviderLocation contains a site: its site servers and its providers.

    Secondary sites have no provider, and what their servers have is not established: here they do not have the class.
    """
    return tuple(name for name in (site.server, site.passive_server, *site.providers) if name)


def _register_location(estate: EstateParts, fqdn: str, found: list[tuple[EmulatedHierarchy, Site]]) -> None:
    """root/sms on one machine. The local site is the one whose site server the machine is, otherwise the first that it serves."""
    repository = found[0][0].state.machines[fqdn].repository
    repository.compile((_MOF / "location.mof").read_text(encoding="ascii"), "root/sms", "location.mof")
    machines = {site.code: fqdn if fqdn in site.providers else site.providers[0] for _, site in found}
    own = [site.code for _, site in found if fqdn in (site.server, site.passive_server)]
    place = Place(found[0][0].state, found[0][1].code, repository, "root/sms", fqdn)
    location = sites.LocationProvider(place, machines, (own or list(machines))[0])
    repository.register("root/sms", "SMS_ProviderLocation", location)
    for built in {id(built): built for built, _ in found}.values():
        estate.guard(fqdn, "root/sms", _has_rights(built.state))


def _has_rights(state: Hierarchy) -> Callable[[Caller], bool]:
    return lambda caller: state.rights(caller) != "none"
