"""The contents of a hierarchy when the lab starts: rows as setup and administrators wrote them, and the state of its servers.

Rows contain settings that the collection does not know, between those that it uses, so that tests find a client that drops or
misreads them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from lab.configmgr import logs, names, status
from lab.configmgr.components import component_server
from lab.configmgr.components.component_decisions import roles_left
from lab.configmgr.components.component_manager import ComponentManager
from lab.configmgr.components.manifest import UPDATE_TYPES
from lab.configmgr.database import ControlRow, EmbeddedList, EmbeddedProperty, Feature, UpdatePackage
from lab.configmgr.executive import component_machine
from lab.configmgr.hierarchy import Hierarchy, role_row
from lab.configmgr.sites import CENTRAL, PRIMARY, SECONDARY, Site
from lab.estate.description import Hierarchy as HierarchyDescription
from lab.estate.description import Site as SiteDescription
from lab.windows.machine import Machine, Service

_USAGE_LEVELS = {"basic": 1, "enhanced": 2, "full": 3}
_READY = 0x00030000  # ServerState of a passive site server that is ready: its high word


def site_control(hierarchy: Hierarchy, site: Site, description: SiteDescription, fqdn: dict[str, str]) -> None:
    """The rows of one site. ``fqdn`` gives the full name of each machine name of the description."""
    servers = {site.server: [names.SITE_SERVER]}
    for provider in site.providers:
        servers.setdefault(provider, []).append(names.SMS_PROVIDER)
    servers.setdefault(site.sql_server, []).append(names.SQL_SERVER)
    if site.passive_server:
        servers.setdefault(site.passive_server, []).append(names.SITE_SERVER)
    for system in description.site_systems:
        roles = servers.setdefault(fqdn[system.server], [])
        roles.extend(role for role in system.roles if role not in roles)
    for server, roles in servers.items():
        kind = server_type(hierarchy, site, server)
        hierarchy.store(site_system(hierarchy, server, site.code, kind))
        for role in roles:
            row = role_row(server, site.code, role, type_=kind)
            if role == names.SITE_SERVER and server == site.passive_server:
                row = row.with_values(SiteSystemStatus=0, ServerState=_READY)
            hierarchy.store(row)
        if server != site.server and roles_left(hierarchy.control.roles(server=server)):
            hierarchy.store(role_row(server, site.code, names.COMPONENT_SERVER))
        component_server.count_roles(hierarchy, server, site.code)
    for role, components in names.ROLE_COMPONENTS.items():
        for component in components if site.type != SECONDARY else ():
            row = ControlRow("SMS_SCI_Component", names.FILE_TYPE, f"{component.name}|{role}", "Component", site.code)
            poll = (EmbeddedProperty("Polling Interval", 0, "", ""),) if component.name == names.DOWNLOADER else ()
            values = {"ComponentName": component.name, "Name": role, "Flag": 1}
            hierarchy.store(replace(row, props=poll).with_values(**values))
    hierarchy.store(_definition(hierarchy, site, description))


def site_system(hierarchy: Hierarchy, server: str, code: str, kind: int) -> ControlRow:
    """The ``SMS Site System`` row of a server as setup and administrators write it. ``kind`` is the row's Type."""
    machine = hierarchy.machine(server)
    domain = "" if machine is None else machine.dns_domain
    props = (
        EmbeddedProperty("IsProtected", 0, "", ""),
        EmbeddedProperty("ForestFQDN", 0, domain, ""),
        EmbeddedProperty("DomainFQDN", 0, domain, ""),
        EmbeddedProperty("FDMOperation", 0, "", ""),
        EmbeddedProperty("UseMachineAccount", 1, "", ""),
        EmbeddedProperty("Server Remote Public Name", 0, "", ""),
        EmbeddedProperty("UseProxy", 0, "", ""),
        EmbeddedProperty("Last Inventoried Drives", 0, "C", "D;E"),
    )
    polled = EmbeddedList("Objects Polled By Site Status", (names.nal_path(server, code),))
    return replace(role_row(server, code, names.SITE_SYSTEM, props, kind), prop_lists=(polled,))


def _definition(hierarchy: Hierarchy, site: Site, description: SiteDescription) -> ControlRow:
    row = ControlRow("SMS_SCI_SiteDefinition", names.FILE_TYPE, "Site Definition", "Site Definition", site.code)
    row = replace(
        row, props=(EmbeddedProperty("Comments", 0, "", ""), EmbeddedProperty("Device Collection Threshold", 1, "", ""))
    )
    return row.with_values(
        ParentSiteCode=site.parent,
        SiteName=site.name,
        SiteServerName=site.server,
        # Whether a site writes the NetBIOS or the DNS name here is not established ([K]).
        SiteServerDomain=hierarchy.machines[site.server].netbios_domain,
        SiteType=site.type,
        SQLServerName=site.sql_server,
        SQLDatabaseName=f"CM_{site.code}",
        InstallDirectory=description.install_folder,
    )


def servers(hierarchy: Hierarchy, manager: ComponentManager) -> None:
    """The site server with its components, and a component server on each other server with roles that need one."""
    site = manager.site
    site_server = hierarchy.machines[site.server]
    _site_server(hierarchy, manager, site_server)
    for row in hierarchy.control.roles(names.COMPONENT_SERVER, site_code=site.code):
        machine = hierarchy.machine(row.server)
        if machine is not None and machine.fqdn not in hierarchy.executives:
            component_server.set_up(hierarchy, site, machine)


def _site_server(hierarchy: Hierarchy, manager: ComponentManager, machine: Machine) -> None:
    site = manager.site
    for name, value in (("Installation Directory", site.install_dir), ("Full Version", site.version), ("Type", site.type)):
        machine.registry.set(names.SETUP_KEY, name, value)
    # SQL Server's default port: the estate has no named instances.
    for name, value in (("Server", site.sql_server), ("Database Name", f"CM_{site.code}"), ("Port", "1433")):
        machine.registry.set(names.DATABASE_KEY, name, value)
    executive = hierarchy.executives.get(machine.fqdn) or component_server.set_up(hierarchy, site, machine)
    for component in names.SITE_SERVER_THREADS:
        executive.add(component, running=True)
    machine.services[names.SITE_COMPONENT_MANAGER] = Service(
        names.SITE_COMPONENT_MANAGER,
        names.SITE_COMPONENT_MANAGER,
        path_name=f"{site.install_dir}\\bin\\x64\\sitecomp.exe",
        on_start=manager.restarted,
    )
    if site.type != SECONDARY:
        # cmupdate.exe and its folder are in the logs of KB 4490424.
        program = rf"{site.install_dir}\bin\x64\cmupdate.exe"
        machine.services[names.UPDATE_SERVICE] = Service(names.UPDATE_SERVICE, names.UPDATE_SERVICE, path_name=program)
        logs.register_log(machine, names.UPDATE_SERVICE, "CMUpdate.log")
    machine.registry.set(f"{names.COMPONENTS_KEY}\\{names.SITE_COMPONENT_MANAGER}", "Server Name", machine.fqdn)
    logs.register_log(machine, names.SITE_COMPONENT_MANAGER, "sitecomp.log")
    hierarchy.status.set_state(site.code, component_machine(machine), names.SITE_COMPONENT_MANAGER, status.STATE_STARTED)


def backup(hierarchy: Hierarchy, site: Site, hours: float | None) -> None:
    """The message of the last successful backup of a site, this many hours before startup (facts/servicing.md, section 4)."""
    if hours is not None:
        machine = component_machine(hierarchy.machines[site.server])
        time = hierarchy.clock.now() - timedelta(hours=hours)
        hierarchy.status.report(site.code, machine, names.SITE_BACKUP, status.BACKUP_DONE, site.code, time=time)


def hierarchy_wide(hierarchy: Hierarchy, description: HierarchyDescription) -> None:
    """Settings of the hierarchy: the usage level, update packages, tenants and applications."""
    top = hierarchy.top.code
    level = ControlRow("SMS_SCI_SCProperty", names.FILE_TYPE, "TelemetryLevel", "Property", top)
    hierarchy.store(
        level.with_values(PropertyName="TelemetryLevel", Value=_USAGE_LEVELS[description.usage_level], Value1="", Value2="")
    )
    hierarchy.client_piloting = description.client_piloting
    now = hierarchy.clock.now().replace(microsecond=0)
    for update in description.updates:
        changed = timedelta(hours=update.state_hours)
        hierarchy.updates[update.guid.upper()] = UpdatePackage(
            update.guid.upper(),
            update.name,
            update.version,
            update.state,
            update_type=UPDATE_TYPES[update.type],
            released=now - max(changed, timedelta(days=40)),
            updated=now - changed,
            min_version=update.min_version,
            prerequisite=update.prerequisite,
            features=[Feature(feature.guid.upper(), feature.name) for feature in update.features],
        )
    number = 16777217
    for tenant in description.cloud_tenants:
        tenant_id = number
        number += 1
        hierarchy.cloud.add(
            "SMS_AAD_Tenant_Ex",
            {"ID": tenant_id, "Name": tenant.name, "TenantID": tenant.tenant_id, "Environment": 0, "SiteCode": top}.items(),
        )
        for application in tenant.applications:
            created = now - timedelta(days=application.secret_age_days)
            values = {
                "ID": number,
                "Name": application.name,
                "ClientID": application.client_id,
                "TenantID": tenant_id,
                "IsClientApp": application.client,
                "SecretKeyCreationTime": None if application.client else created,
                "SecretKeyExpiry": None if application.client else now + timedelta(days=application.secret_valid_days),
                "LastUpdateTime": created,
                "Source": int(application.imported),  # which number means imported is not published; the lab's choice
                "SiteCode": top,
            }
            hierarchy.cloud.add("SMS_AAD_Application_Ex", values.items())
            number += 1
    for gateway in description.cloud_gateways:
        service = {"AzureServiceID": number, "Name": gateway.name, "ServiceType": "CloudProxyService", "SiteCode": top}
        hierarchy.cloud.add("SMS_AzureService", {**service, "State": gateway.state, "StatusDetails": 0}.items())
        number += 1
    if description.cloud_discovery is not None:
        discovery = description.cloud_discovery
        settings = {"CloudServiceId": number, "FullSyncEnabled": discovery.full, "DeltaSyncEnabled": discovery.delta}
        schedule = {"DeltaSyncInterval": discovery.delta_minutes, "FullSyncSchedule": "0001200000100038", "RunNow": False}
        hierarchy.cloud.add("SMS_AAD_Discovery_Settings", {**settings, **schedule}.items())


def service_connection_point(hierarchy: Hierarchy, manager: ComponentManager, server: str, mode: str) -> None:
    """The role as the estate has it at startup, completely installed and running."""
    site = manager.site
    if hierarchy.site_system(server, site.code) is None:
        hierarchy.store(site_system(hierarchy, server, site.code, 8))
    kind = server_type(hierarchy, site, server)
    hierarchy.store(role_row(server, site.code, names.SERVICE_CONNECTION_POINT, connector_props(mode), kind))
    if server != site.server and not hierarchy.control.roles(names.COMPONENT_SERVER, server, site.code):
        hierarchy.store(role_row(server, site.code, names.COMPONENT_SERVER))
    hierarchy.publish(site.code)
    manager.adopt(server, names.SERVICE_CONNECTION_POINT)


def connector_props(mode: str) -> tuple[EmbeddedProperty, ...]:
    """The settings of a service connection point's row; without the mode when that is ``none``."""
    number = {"online": 0, "offline": 1}.get(mode)
    settings = () if number is None else (EmbeddedProperty("OfflineMode", number, "", ""),)
    return (EmbeddedProperty("Connector Revision", 0, "7", ""), *settings, EmbeddedProperty("Usage Data Consent", 1, "", "setup"))


def server_type(hierarchy: Hierarchy, site: Site, server: str) -> int:
    """Type of a row: the site's type if the server is its site server, otherwise 8."""
    if hierarchy.computer(server) != site.server:
        return 8
    return {SECONDARY: 1, CENTRAL: 4}.get(site.type, PRIMARY)
