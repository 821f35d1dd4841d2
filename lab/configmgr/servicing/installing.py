"""The installation of an update at one site, after the check of all sites (KB 4490424; facts/servicing.md, sections 3 and 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lab.configmgr import names, progress, timing, updates
from lab.configmgr.servicing import site_server, steps_table, windows
from lab.configmgr.servicing.checking import staging_folder
from lab.configmgr.servicing.work import PhaseError, Work
from lab.configmgr.sites import PRIMARY, Site
from lab.faults import Flag

# How the update service replaces itself: the states in their order ([D]: the states; their order is that of their numbers, [I]).
_OWN_UPDATE = (
    updates.WAITING_CMU,
    updates.CMU_VALIDATING,
    updates.CMU_STOPPED,
    updates.CMU_INSTALL_FILES,
    updates.CMU_STARTED,
    updates.CMU_SUCCESS,
)
# What a step does to the site, after its wait.
_EFFECTS: dict[int, Callable[[Work, Site], None]] = {
    steps_table.STOP_SERVICES: site_server.stop_services,
    steps_table.UNLOAD_WMI: site_server.unload_providers,
    steps_table.START_WMI: site_server.load_providers,
    steps_table.INSTALL_SERVICES: site_server.start_services,
}


# The lines of an article about a payload that lacks files ([D]).
_MISSING = "SQLSysClrTypes.msi"
_NO_REDIST = (
    "ERROR: Failed to find folder that stores msi file {file}",
    "Failed to find {file}",
    "Failed to install {file}",
)


class ServiceError(PhaseError):
    """The update service could not replace itself."""


def install(work: Work, site: Site) -> Iterator[float]:
    """Install the package at a site; at the end its state is 196612. Raises :class:`PhaseError`."""
    yield from _wait_for_parent(work, site)
    work.set_state(site, updates.INSTALL_IN_PROGRESS)
    yield timing.UPDATE_NOTICE
    yield from work.stuck(site, "installation")
    yield from _prepare(work, site)
    yield from _wait_for_window(work, site)
    try:
        for step in steps_table.INSTALLATION_STEPS:
            if step.number != steps_table.PREPARE:
                yield from _step(work, site, step.number)
    finally:
        site_server.leave(work, site)
    yield from _copy_media(work, site)
    yield from _wait_for_restart(work, site)
    work.cmupdate(site, "INFO: Successfully dropped update pack installed notification to HMan CFD box.")
    work.set_state(site, updates.INSTALL_SUCCESS)


def failed(work: Work, site: Site, error: PhaseError) -> None:
    """The installation at a site failed."""
    work.cmupdate(site, str(error))
    work.set_state(site, updates.CMU_FAILED if isinstance(error, ServiceError) else updates.INSTALL_FAILED)


def _wait_for_parent(work: Work, site: Site) -> Iterator[float]:
    """A site below waits for its parent. A top-level site was seen in the same state ([C]): here by an injected fault, and for
    ever with an update of the version that it already has.
    """
    parent = work.hierarchy.sites.get(site.parent)
    # A retry may find the version of its first attempt.
    first = site.code not in work.package.attempts
    installed = first and work.hierarchy.sites[site.code].version == work.package.full_version
    while (
        (parent is not None and work.state(parent) != updates.INSTALL_SUCCESS)
        or (parent is None and installed)
        or work.is_stuck(site, "waiting_parent")
    ):
        if work.state(site) != updates.INSTALL_WAITING_PARENT:
            work.set_state(site, updates.INSTALL_WAITING_PARENT)
        yield timing.UPDATE_STUCK
    if parent is not None:
        yield timing.UPDATE_STATES


def _wait_for_window(work: Work, site: Site) -> Iterator[float]:
    if windows.is_open(work.hierarchy, site):
        if not site.service_windows:
            work.cmupdate(site, "There is no service window defined for the site server to apply the CM server updates.")
        return
    before = work.state(site)
    work.set_state(site, updates.INSTALL_WAITING_WINDOW)
    while not windows.is_open(work.hierarchy, site):
        yield timing.UPDATE_STUCK
    work.set_state(site, before)


def _prepare(work: Work, site: Site) -> Iterator[float]:
    work.report(site, steps_table.PREPARE, progress.IN_PROGRESS, 1)
    guid = work.package.guid
    work.cmupdate(site, f"INFO: Waiting for CONFIGURATION_MANAGER_SERVICE to be ready to apply update: {guid}")
    if not work.baseline_at(site):
        work.cmupdate(site, f"update.map has no update for {names.UPDATE_SERVICE}")
    else:
        service = work.server(site).services[names.UPDATE_SERVICE]
        for state in _OWN_UPDATE:
            work.set_state(site, state)
            if state == updates.CMU_STOPPED:
                work.cmupdate(site, f"{names.UPDATE_SERVICE} service is stopping...")
                service.state = "Stopped"
            elif state == updates.CMU_STARTED:
                work.cmupdate(site, f"{names.UPDATE_SERVICE} service is starting...")
                service.state = "Running"
            yield timing.UPDATE_SERVICE_STEP
            if state == updates.CMU_INSTALL_FILES:
                _fail_in_service(work, site)
        work.set_state(site, updates.INSTALL_IN_PROGRESS)
    work.report(site, steps_table.PREPARE)


def _fail_in_service(work: Work, site: Site) -> None:
    try:
        work.fail_if_ordered(site, "update_service", steps_table.PREPARE, default=True)
    except PhaseError as error:
        work.server(site).services[names.UPDATE_SERVICE].state = "Running"
        work.report(site, steps_table.PREPARE, progress.FAILURE)
        raise ServiceError(str(error)) from None


def _step(work: Work, site: Site, number: int) -> Iterator[float]:
    if not steps_table.is_applicable(number, not site.parent, site.type == PRIMARY):
        return
    state = steps_table.STATE_IN_STEP.get(number)
    if state is not None:
        work.set_state(site, state)
    work.report(site, number, progress.IN_PROGRESS, 1)
    if number == steps_table.DATABASE:
        yield from _wait_for_database(work, site)
    yield timing.UPDATE_STEP / 2
    work.report(site, number, progress.IN_PROGRESS, 50)
    yield timing.UPDATE_STEP / 2
    try:
        work.fail_if_ordered(site, "installation", number, default=number == steps_table.FILES)
    except PhaseError:
        work.report(site, number, progress.FAILURE)
        raise
    if number == steps_table.COMPONENT_MANAGER:
        work.cmupdate(site, rf"Drop site role reset trnfile: {site.install_dir}\inboxes\sitecomp.box\resetall.trn")
    if number == steps_table.REDISTS and work.package.incomplete:
        work.report(site, number, progress.FAILURE)
        work.cmupdate(site, *(line.format(file=_MISSING) for line in _NO_REDIST))
        raise PhaseError("Failed to install SQL redist")
    effect = _EFFECTS.get(number)
    if effect is not None:
        effect(work, site)
    if number == steps_table.SITE_TABLE and work.baseline_at(site):
        site_server.update_version(work, site)
    # The log of the product shows this step with 3 ([D]).
    work.report(site, number, progress.WARNING if number == steps_table.BOOT_IMAGES else progress.SUCCESS)
    if number == steps_table.FILES:
        yield from _restart_if_ordered(work, site)


def _wait_for_database(work: Work, site: Site) -> Iterator[float]:
    while True:
        flag = work.hierarchy.faults.flag("update_database_blocked", site.code)
        if flag is None:
            return
        work.cmupdate(site, _blocked(flag))
        yield timing.UPDATE_BLOCKED


def _blocked(flag: Flag) -> str:
    session = flag.params.get("session", 77)
    program = flag.text("program", "SMS Provider")
    return f"{names.UPDATE_SERVICE} is currently blocked in database by another session [{program}][session_id={session}]"


def _restart_if_ordered(work: Work, site: Site) -> Iterator[float]:
    order = work.hierarchy.faults.take("update_restart", site.code)
    if order is None:
        return
    seconds = float(order.params.get("seconds", timing.UPDATE_RESTART))
    yield from site_server.restart(work, work.server(site), seconds)
    work.cmupdate(site, f"{names.UPDATE_SERVICE} service is starting...")


def _copy_media(work: Work, site: Site) -> Iterator[float]:
    latest = rf"{site.install_dir}\cd.latest"
    work.cmupdate(
        site,
        f"Creating cd backup location at {latest}",
        f"Copying contents of update package from {staging_folder(work, site)} to {latest}",
    )
    yield timing.UPDATE_MEDIA
    for copied in work.hierarchy.media_watchers:
        copied(work.hierarchy.sites[site.code])


def _wait_for_restart(work: Work, site: Site) -> Iterator[float]:
    """What ends 196613 is not established ([I]): here the fault is cancelled, or the server was away once."""
    faults = work.hierarchy.faults
    if faults.flag("update_restart_pending", site.code) is None:
        return
    work.set_state(site, updates.INSTALL_PENDING_REBOOT)
    while faults.flag("update_restart_pending", site.code) is not None:
        yield timing.UPDATE_STUCK
