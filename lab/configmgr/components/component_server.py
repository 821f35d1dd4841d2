"""The component server: installed on a server before its first component, removed after its last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lab.configmgr import logs, names, status, timing
from lab.configmgr.components.component_decisions import Place, role_count, roles_left
from lab.configmgr.executive import Executive, component_machine
from lab.configmgr.hierarchy import Hierarchy, role_row
from lab.configmgr.sites import Site
from lab.windows.machine import Machine, Service


def install(hierarchy: Hierarchy, site: Site, machine: Machine) -> Iterator[float]:
    """Install the component server on a remote server; the bootstrap service exists only during this time."""
    site_server = hierarchy.machines[site.server]
    service = names.bootstrap_service(machine.fqdn)

    def log(*lines: str) -> None:
        logs.write(site_server, "sitecomp.log", names.SITE_COMPONENT_MANAGER, *lines)

    log(f"Installing component {names.EXECUTIVE}...~", "Starting bootstrap operations...~")
    machine.services[service] = Service(
        service, service, start_mode="Manual", path_name=f"{logs.install_folder(machine)}\\bin\\x64\\srvboot.exe"
    )
    log(
        f"Installed service {service}.~",
        f'Starting service {service} with command-line arguments "{site.code} {logs.install_folder(machine)}"...~',
    )
    logs.write(machine, "SrvBoot.log", service, f"{service} is running on server {component_machine(machine)}.~")
    yield timing.BOOTSTRAP
    log(
        f"Execution of service {service} finished.~",
        f"{service} executed successfully on server {machine.fqdn}.~",
        "Bootstrap operation successful.~",
    )
    del machine.services[service]
    log(f"Deinstalled service {service}.~")
    yield timing.COMPONENT_SERVER - timing.BOOTSTRAP
    set_up(hierarchy, site, machine)
    hierarchy.store(role_row(machine.fqdn, site.code, names.COMPONENT_SERVER))
    count_roles(hierarchy, machine.fqdn, site.code)
    hierarchy.status.report(
        site.code,
        component_machine(site_server),
        names.SITE_COMPONENT_MANAGER,
        status.SERVER_CONFIGURED,
        component_machine(machine),
    )
    log(f"The server {machine.fqdn} is configured to receive components.~")


def set_up(hierarchy: Hierarchy, site: Site, machine: Machine) -> Executive:
    """Create the registry keys and the service of a component server at once."""
    registry = machine.registry
    key = f"{names.SMS_KEY}\\Identification"
    if registry.find(key) is None:
        registry.set(key, "Site Code", site.code)
        registry.set(key, "Site Server", site.server)
        registry.set(key, "Server", machine.fqdn)
    executive = hierarchy.executives[machine.fqdn] = Executive(hierarchy.status, hierarchy.faults, site, machine)
    hierarchy.status.set_state(site.code, component_machine(machine), names.EXECUTIVE, status.STATE_STARTED)
    return executive


def remove_if_unused(hierarchy: Hierarchy, site: Site, machine: Machine, placed: Iterable[Place]) -> Iterator[float]:
    """Remove the component server if no role on the server needs it any longer and no installation on it is in progress.

    :param placed: the places of all roles that the site has installed or is working on, including the role that is being removed.
    """
    rows = hierarchy.roles_on(machine.fqdn)
    busy = sum(1 for place in placed if place[0] == machine.fqdn)
    if roles_left(rows) or busy > 1 or machine.fqdn not in hierarchy.executives:
        return
    yield timing.COMPONENT_SERVER_REMOVE
    hierarchy.executives.pop(machine.fqdn).remove_service()
    machine.registry.delete(names.SMS_KEY)
    hierarchy.status.forget(site.code, machine.fqdn, names.EXECUTIVE)
    for row in hierarchy.roles_on(machine.fqdn, names.COMPONENT_SERVER):
        hierarchy.control.delete(row)
        hierarchy.published.pop(row.key, None)


def write_role_keys(machine: Machine, role: str, site_code: str) -> None:
    """Write the registry key that shows that the role is on this server."""
    machine.registry.set(f"{names.ROLES_KEY}\\{role}", "Site Code", site_code)


def delete_role_keys(machine: Machine, role: str) -> None:
    """Remove what :func:`write_role_keys` and the role's components wrote."""
    machine.registry.delete(f"{names.ROLES_KEY}\\{role}")
    if role == names.SERVICE_CONNECTION_POINT:
        machine.registry.delete(names.CONNECTOR_KEY)
        for component in names.ROLE_COMPONENTS[role]:
            machine.registry.delete(f"{names.COMPONENTS_KEY}\\{component.name}")


def count_roles(hierarchy: Hierarchy, server: str, site_code: str) -> None:
    """Update RoleCount in the server's ``SMS Site System`` row; in each, if it has one under each of its names."""
    for row in hierarchy.roles_on(server, names.SITE_SYSTEM, site_code):
        of_name = hierarchy.control.roles(server=row.server, site_code=site_code)
        hierarchy.store(row.with_values(RoleCount=role_count(of_name)))
