"""The download of the content of an update by SMS_DMP_DOWNLOADER. Lines and state messages: facts/logs.md, section 3."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lab.configmgr import logs, names, progress, timing, updates
from lab.configmgr.components import manifest
from lab.configmgr.database import UpdatePackage
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.progress import Report
from lab.configmgr.servicing import applicability
from lab.configmgr.servicing.steps_table import DOWNLOAD_STEPS
from lab.configmgr.sites import Site
from lab.windows.machine import Machine

LOG = "dmpdownloader.log"
_START, _PAYLOAD, _EXTRACT, _REDIST, _READY = range(len(DOWNLOAD_STEPS))
_FAILED_CAUSE = "lost"
# How much of the time of a download is spent on the payload; an article shows 4 of 20 minutes.
_PAYLOAD_SHARE = 0.2

# .NET's message for a failed download, by the cause of a `failing_download`. Those for trust and the two lines for TLS are in
# Microsoft's articles (facts/logs.md, section 6); that the others appear in this log is inferred.
FAILURES: Mapping[str, str] = {
    "untrusted": ("The underlying connection was closed: Could not establish trust relationship for the SSL/TLS secure channel."),
    "tls": "The underlying connection was closed: An unexpected error occurred on a send.",
    "proxy": "The remote server returned an error: (407) Proxy Authentication Required.",
    "name_resolution": "The remote name could not be resolved: 'go.microsoft.com'",
    "refused": (
        "Unable to connect to the remote server\n"
        "No connection could be made because the target machine actively refused it 192.0.2.8:8080"
    ),
    "timeout": "The operation has timed out",
    "lost": "The underlying connection was closed: The connection was closed unexpectedly.",
}


def due(hierarchy: Hierarchy) -> list[UpdatePackage]:
    """The packages that the downloader gets in this cycle: queued ones, those that it did not finish, and the newest.

    The newest applicable package downloads by itself ([D]), after a failure only when it is queued ([I]).
    """
    newest = applicability.newest(hierarchy)
    return [
        package
        for package in hierarchy.updates.values()
        if (package.download_wanted and package.state in (updates.AVAILABLE, updates.DOWNLOAD_FAILED))
        or package.downloading
        or (package is newest and package.state == updates.AVAILABLE)
    ]


def download(
    hierarchy: Hierarchy, site: Site, machine: Machine, package: UpdatePackage, alive: Callable[[], bool]
) -> Iterator[float]:
    """Get the content of a package; it stays unfinished when the thread ends, that is when it is no longer ``alive``."""
    guid = package.guid.lower()
    package.downloading = True

    def log(*lines: str) -> None:
        logs.write(machine, LOG, names.DOWNLOADER, *lines)

    def report(place: int, is_complete: int = progress.SUCCESS, percent: int = 100) -> None:
        now = hierarchy.clock.now()
        attempt = package.attempts.get(site.code, 0)
        step = DOWNLOAD_STEPS[place]
        hierarchy.progress.report(Report(package.guid, site.code, attempt, step, percent, is_complete, 1, "", now))

    def message(number: int) -> None:
        log(
            f"Generating state message: {number} for package {guid}~~",
            f"Successfully Dropped the state message {number}~~",
        )

    def meta(state: int) -> None:
        time = f"{hierarchy.clock.now():%Y-%m-%dT%H:%M:%S}"
        log(
            f'outerxml is <ConfigurationManagerUpdateContent Guid="{guid}" State="{state}" ReportTime="{time}" />~~',
            f"Successfully write the update meta into outbox for package {guid}~~",
        )

    _set(hierarchy, package, updates.DOWNLOAD_IN_PROGRESS)
    log("Get new Easy Setup Package IDs~~", "Found a new available update~~")
    message(6)
    log(f"EasySetupDownloadSinglePackage downloading {guid}. ~~")
    message(8)
    log("PayloadExist = -1~~", f"Content for {guid} does not exist locally. Download it from internet~~")
    report(_START)
    meta(updates.DOWNLOAD_IN_PROGRESS)
    message(9)
    log("Download large file with BITs~~")
    for percent in (1, 50):
        report(_PAYLOAD, progress.IN_PROGRESS, percent)
        yield timing.DOWNLOAD * _PAYLOAD_SHARE / 2
        if not alive():
            return
    if hierarchy.faults.flag("update_download_stuck", machine.name) is not None:
        yield from _stuck(hierarchy, site, machine, alive)
        if not alive():
            return
    order = hierarchy.faults.take("update_download_failure", machine.name)
    if order is not None:
        report(_PAYLOAD, progress.FAILURE)
        said = FAILURES[order.text("cause", _FAILED_CAUSE)]
        log(f"ERROR: Failed to download content for payload {guid} with exception: {said}~~")
        meta(updates.DOWNLOAD_FAILED)
        _end(hierarchy, site, package, updates.DOWNLOAD_FAILED)
        return
    report(_PAYLOAD)
    message(10)
    log("Verify the payload signature, hash value and extract the payload~~")
    log(f"File {logs.install_folder(machine)}\\EasySetupPayload\\{guid}.cab has been extracted with 0~~")
    report(_EXTRACT)
    message(25)
    log(f"Check if there is redist to download for update, {guid}~~", f"Download redist for update {guid}~~")
    report(_REDIST, progress.IN_PROGRESS, 1)
    yield timing.DOWNLOAD * (1 - _PAYLOAD_SHARE)
    if not alive():
        return
    log(f"Successfully download redist for {guid}.~~")
    package.incomplete = hierarchy.faults.take("update_payload_incomplete", machine.name) is not None
    report(_REDIST)
    message(11)
    meta(updates.READY_TO_INSTALL)
    log(f"EasySetupDownloadSinglePackage finishes downloading {guid}. ~~")
    # A payload that the site cannot read stays unfinished ([I]); the next cycle reports it again.
    if manifest.content_reaches_site(hierarchy, site, machine, guid):
        report(_READY)
        _end(hierarchy, site, package, updates.READY_TO_INSTALL)


def _stuck(hierarchy: Hierarchy, site: Site, machine: Machine, alive: Callable[[], bool]) -> Iterator[float]:
    """No progress until the fault was cancelled and SMS_EXECUTIVE on the site server has restarted ([D]), or the thread ends."""
    before = _starts(hierarchy, site)
    while alive():
        yield timing.THREAD_STUCK
        if hierarchy.faults.flag("update_download_stuck", machine.name) is None and _starts(hierarchy, site) != before:
            return


def _starts(hierarchy: Hierarchy, site: Site) -> int:
    """A number that changes with each start of hierarchy manager on the site server."""
    executive = hierarchy.executives.get(site.server)
    thread = None if executive is None else executive.threads.get(names.HIERARCHY_MANAGER)
    return 0 if thread is None else thread.life


def _set(hierarchy: Hierarchy, package: UpdatePackage, state: int) -> None:
    package.state, package.updated = state, hierarchy.clock.now()


def _end(hierarchy: Hierarchy, site: Site, package: UpdatePackage, state: int) -> None:
    """The site writes the result; the package leaves the queue at either end ([D])."""
    package.downloading = package.download_wanted = False
    _set(hierarchy, package, state)
    server = hierarchy.machine(site.server)
    if state == updates.DOWNLOAD_FAILED and server is not None:
        text = f"Updated CMUpdatePackage state to {state} (PackageGuid={package.guid})~"
        logs.write(server, "hman.log", names.HIERARCHY_MANAGER, text)
