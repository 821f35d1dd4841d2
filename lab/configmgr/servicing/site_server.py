"""What the update service does to a site while it installs: services, WMI providers, the version, the folder cd.latest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from lab.configmgr import logs, names, timing
from lab.configmgr.servicing.work import Work
from lab.configmgr.sites import Site
from lab.configmgr.updates import numbers
from lab.faults import FaultError
from lab.windows.machine import Machine

_SERVICES = (names.SITE_COMPONENT_MANAGER, names.EXECUTIVE)


def stop_services(work: Work, site: Site) -> None:
    """Stop the site's services on the site server, with their threads."""
    work.hierarchy.upgrading.add(site.code)
    machine = work.server(site)
    for name in _SERVICES:
        service = machine.services[name]
        service.state = "Stopped"
        if service.on_stop is not None:
            service.on_stop()


def unload_providers(work: Work, site: Site) -> None:
    """Unload the SMS Provider of the site: from now on it does not answer."""
    work.hierarchy.unloaded.add(site.code)


def load_providers(work: Work, site: Site) -> None:
    """Let the SMS Provider answer again."""
    work.hierarchy.unloaded.discard(site.code)


def start_services(work: Work, site: Site) -> None:
    """Start the site's services on the site server."""
    machine = work.server(site)
    for name in _SERVICES:
        service = machine.services[name]
        if service.state == "Stopped":
            service.state = "Running"
            if service.on_start is not None:
                service.on_start()


def leave(work: Work, site: Site) -> None:
    """End of an installation, also of one that failed: services and providers run ([I] after a failure)."""
    if site.code in work.hierarchy.upgrading:
        load_providers(work, site)
        start_services(work, site)
        work.hierarchy.upgrading.discard(site.code)


def update_version(work: Work, site: Site) -> None:
    """Set the version of the site to that of the package. Only a baseline does this ([C])."""
    version = work.package.full_version
    changed = replace(work.hierarchy.sites[site.code], version=version, build=numbers(version)[2])
    work.hierarchy.sites[site.code] = changed
    work.server(site).registry.set(names.SETUP_KEY, "Full Version", version)


def reinstall_components(work: Work, site: Site) -> None:
    """Site component manager reinstalls the components of the site ([D]); on other servers SMS_EXECUTIVE restarts ([I])."""
    for executive in list(work.hierarchy.executives.values()):
        machine = executive.machine
        service = machine.services.get(names.EXECUTIVE)
        if executive.site.code != site.code or machine is work.server(site) or service is None or service.state != "Running":
            continue
        lines = [f"Reinstalling component {name}...~" for name in executive.threads]
        logs.write(work.server(site), "sitecomp.log", names.SITE_COMPONENT_MANAGER, *lines)
        executive.service_stopped()
        executive.service_started()


def restart(work: Work, machine: Machine, seconds: float) -> Iterator[float]:
    """Restart a server: for this many seconds of lab time it does not answer."""
    faults = work.hierarchy.faults
    number = faults.order("dead_machine", machine=machine.name)
    # By itself, and not in a further step of this work, which waits while the server does not answer.
    work.hierarchy.clock.later(seconds, lambda: _up_again(work, number))
    yield timing.UPDATE_STUCK


def _up_again(work: Work, number: int) -> None:
    # All injected faults may have been cancelled meanwhile.
    with suppress(FaultError):
        work.hierarchy.faults.cancel(number)
