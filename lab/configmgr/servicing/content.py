"""Replication of an update: a hidden package goes from the top-level site to the primary sites (facts/logs.md, section 5)."""

from __future__ import annotations

from collections.abc import Iterator

from lab.configmgr import logs, names, progress, timing, updates
from lab.configmgr.executive import RUNNING
from lab.configmgr.servicing.work import HMAN_LOG, PhaseError, Work
from lab.configmgr.sites import Site

SCHEDULER, SENDER, DESPOOLER = "SMS_SCHEDULER", "SMS_LAN_SENDER", "SMS_DESPOOLER"
PREPARE, SNAPSHOT, SEND, STORE, NOTIFY = 0xB0001, 0xB0002, 0xB0003, 0xB0004, 0xB0005


def package_id(site: Site) -> str:
    """The ID of the Easy Setup package of a hierarchy."""
    return f"{site.code}10001"


def trigger_file(site: Site) -> str:
    """The file that lets hierarchy manager process a package in state 2; an empty one made by hand repeats it ([D])."""
    return rf"{site.install_dir}\inboxes\hman.box\CFD\2.ESC"


def share(work: Work) -> str:
    """The folder of the package's content on the service connection point."""
    points = work.hierarchy.control.roles(names.SERVICE_CONNECTION_POINT)
    server = work.hierarchy.computer(points[0].server) if points else work.top.server
    return f"\\\\{server}\\EasySetupPayLoad\\{work.package.guid}"


def prepare(work: Work) -> Iterator[float]:
    """Hierarchy manager of the top-level site updates the Easy Setup package. It needs to read the share."""
    site, server = work.top, work.server(work.top)
    trigger = trigger_file(site)
    logs.write(server, "smsdbmon.log", names.DATABASE_MONITOR, f"SND: Dropped {trigger}~")
    yield timing.UPDATE_REQUEST
    yield from work.stuck(site, "enabled")
    yield from _until_running(work, site)
    while not _reads_share(work):
        while not server.files.exists(trigger):
            yield timing.UPDATE_STUCK
        server.files.delete(trigger)
    if work.package.replicated:
        work.hman(site, "Easy setup source folder hash is not changed. Skip updating.~")
    else:
        text = (
            f"Info: Updated package {package_id(site)} and SMS_DISTRIBUTION_MANAGER will replicate the content to all the site "
            "servers except the secondary sites. The content will be stored in the content library on the site servers. "
            "Check distmgr.log for replication status.~"
        )
        work.hman(site, f"INFO: Successfully requested package {package_id(site)} to be updated from its source.~", text)
    work.report(site, PREPARE, log=HMAN_LOG)
    _start_update_service(work, site)


def arrive(work: Work, site: Site) -> Iterator[float]:
    """The content reaches the content library of a site; raises :class:`PhaseError`."""
    if not work.package.replicated:
        if site.parent:
            yield from _to_child(work, site)
        else:
            yield from _snapshot(work, site)
        work.package.damaged.discard(site.code)
        if work.hierarchy.faults.take("update_content_untrusted", site.code) is not None:
            work.package.damaged.add(site.code)
    work.hman(site, f"Created notification file ({work.package.guid}.CMI) for CONFIGURATION_MANAGER_UPDATE~")
    work.report(site, NOTIFY, log=HMAN_LOG)


def _reads_share(work: Work) -> bool:
    path = share(work)
    work.hman(
        work.top,
        "INFO: 2.ESC file was found. Easy setup package needs to be updated.~",
        f"Get update package {work.package.guid}, {path}~",
    )
    if work.hierarchy.faults.take("share_unreadable", work.top.code) is None:
        return True
    work.hman(work.top, "Failed to calculate hash~")
    work.report(work.top, PREPARE, progress.FAILURE, log=HMAN_LOG)
    return False


def _until_running(work: Work, site: Site) -> Iterator[float]:
    """Wait while hierarchy manager does not run."""
    executive = work.hierarchy.executives[work.server(site).fqdn]
    while executive.state(names.HIERARCHY_MANAGER) != RUNNING:
        yield timing.UPDATE_STUCK


def _start_update_service(work: Work, site: Site) -> None:
    service = work.server(site).services[names.UPDATE_SERVICE]
    work.hman(site, f"INFO: Starting service {names.UPDATE_SERVICE}~")
    if service.state == "Running":
        work.hman(site, f"{names.UPDATE_SERVICE} is already running.~")
    service.state = "Running"


def _snapshot(work: Work, site: Site) -> Iterator[float]:
    name = package_id(site)
    _distmgr(
        work,
        site,
        f"Found package properties updated notification for package '{name}'~",
        f"Info: package '{name}' is set to replicate to site servers only.~",
        f"Start adding package {name}...~",
        f"Taking package snapshot for package {name} from source {share(work)}~",
    )
    work.report(site, SNAPSHOT, progress.IN_PROGRESS, 1, "distmgr.log")
    yield timing.UPDATE_SNAPSHOT
    yield from work.stuck(site, "replication")
    work.fail_if_ordered(site, "replication", SNAPSHOT, default=True)
    work.report(site, SNAPSHOT, log="distmgr.log")
    work.report(site, STORE, log="distmgr.log")
    _distmgr(work, site, f"Successfully created/updated the package {name}~")


def _to_child(work: Work, site: Site) -> Iterator[float]:
    yield timing.UPDATE_SNAPSHOT
    name, top = package_id(work.top), work.server(work.top)
    root = rf"C:\SMSPKG\{name}.PCK.1"
    _distmgr(
        work,
        work.top,
        f"Setting CMiniJob transfer root to {root}~",
        f"Created minijob to send compressed copy of package {name} to site {site.code}.  Transfer root = {root}~",
    )
    job = f"Software Distribution for Configuration Manager Easy Setup Package, Package ID = {name}"
    logs.write(top, "schedule.log", SCHEDULER, f"<Updating JOB 00000391> [{job}]~", "Created new send request ID: 20001CAS~")
    work.report(site, SEND, progress.IN_PROGRESS, 1, "distmgr.log")
    yield from work.stuck(site, "replication")
    logs.write(top, "sender.log", SENDER, f"~Package file = {root}~", f"~Sending Started [{root}]~")
    yield timing.UPDATE_SEND
    work.fail_if_ordered(site, "replication", SEND, default=True)
    logs.write(
        top,
        "sender.log",
        SENDER,
        f"~Finished sending SWD package {name} version 1 to site {site.code}~",
        "~Sending completed successfully~",
    )
    work.report(site, SEND, log="distmgr.log")
    yield timing.UPDATE_STORE
    work.fail_if_ordered(site, "replication", STORE, default=False)
    logs.write(
        work.server(site),
        "despool.log",
        DESPOOLER,
        f"Received package {name} version 1. Compressed file -  {root}~",
        f"Stored Package {name}. Stored Package Version = 1~",
    )
    _distmgr(
        work,
        site,
        f"Found package properties updated notification for package '{name}'~",
        f"Adding package '{name}' to package processing queue.~",
        f"Started package processing thread for package '{name}'~",
        f"Successfully created/updated the package {name}~",
    )
    work.report(site, STORE, log="distmgr.log")


def _distmgr(work: Work, site: Site, *lines: str) -> None:
    logs.write(work.server(site), "distmgr.log", names.DISTRIBUTION_MANAGER, *lines)


def failed(work: Work, site: Site, error: PhaseError) -> None:
    """The content did not reach a site."""
    report_failure(work, site, error)
    work.set_state(site, updates.CONTENT_FAILED)


def report_failure(work: Work, site: Site, error: PhaseError) -> None:
    """Report that the content did not reach a site, without a change of its state."""
    number = SEND if site.parent else SNAPSHOT
    work.report(site, number, progress.FAILURE, log="distmgr.log")
    _distmgr(work, site, f"Failed to process package {package_id(work.top)}. {error}~")
