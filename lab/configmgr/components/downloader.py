"""SMS_DMP_DOWNLOADER: the mode that it read at its last start, and checks for updates as dmpdownloader.log shows them.

Lines: facts/logs.md, section 3. No line of an offline service connection point is published; those lines are the lab's own.
"""

from __future__ import annotations

from collections.abc import Iterator

from lab.configmgr import logs, names, steps, timing
from lab.configmgr.components import downloads, manifest
from lab.configmgr.hierarchy import OFFLINE, ONLINE, Hierarchy
from lab.configmgr.sites import Site
from lab.windows.machine import Machine
from lab.windows.registry import RegistryValue

KEY = f"{names.COMPONENTS_KEY}\\{names.DOWNLOADER}"
LOG = "dmpdownloader.log"
MANIFEST_URL = "https://go.microsoft.com/fwlink/?LinkId=2309745"
NO_PACKAGE = "00000000-0000-0000-0000-000000000000"

# The steps of a check that finds nothing new: what is logged, then the number of the state message or None.
CHECK: tuple[tuple[tuple[str, ...], int | None], ...] = (
    (("Hasn't synced recently.",), 0),
    (("Checking for preview version~~", "Site is preview? no~~", "Is it a fast channel? :False~~"), None),
    (
        (
            f"Easysetup fwlink to download the manifest: {MANIFEST_URL}~~",
            "Download Easy setup payloads~~",
            "Get manifest.cab url~~",
        ),
        1,
    ),
    (("Download manifest.cab~~", "Got fwdlink and recreating the httprequest/response~~"), 2),
    (("File 'ConfigMgr.Update.Manifest.cab' is signed and trusted.", "Finished calling verify manifest~~"), 3),
    (("Manifest.cab was successfully moved to the connector outbox~~",), 4),
)


class Downloader:
    """The thread on one server. ``mode`` is the effective mode, empty while the thread does not run."""

    def __init__(self, hierarchy: Hierarchy, site: Site, machine: Machine) -> None:
        self.hierarchy = hierarchy
        self.site = site
        self.machine = machine
        self.mode = ""
        self.checks = 0
        self._life = 0
        self._checking = False
        registry = machine.registry
        for name, number in (("LastSyncedTime", 0), ("LastSyncRequestTime", 0), ("EasySetupDownloadInterval", 1440)):
            if registry.get(KEY, name) is None:
                registry.set(KEY, name, number)
        registry.create(names.CONNECTOR_KEY)
        registry.watch(KEY, self._written)

    def started(self) -> None:
        """The thread started: it reads the mode that the site has published, and checks for updates when online."""
        self._life += 1
        self.mode = self.hierarchy.published_mode(self.machine.fqdn, self.site.code)
        self._log("EasySetupDownload thread is starting...")
        if self.mode == OFFLINE:
            self._log("The service connection point is in offline mode. No check for updates.~~")
        else:
            self._log("The service connection point is in online mode.~~")
            self.check()

    def stopped(self) -> None:
        """The thread ended."""
        self._life += 1
        self.mode = ""
        self._checking = False

    def check(self) -> None:
        """Check for updates now, if the thread runs, is online and is not already checking."""
        if self.mode == ONLINE and not self._checking:
            self._checking = True
            life = self._life
            steps.run(self.machine.clock, self._check(life), lambda: self._checked(life))

    def _check(self, life: int) -> Iterator[float]:
        for lines, state in CHECK:
            if life != self._life:
                return
            self._log(*lines)
            if state is not None:
                self._log(
                    f"Generating state message: {state} for package {NO_PACKAGE}~~",
                    f"Successfully Dropped the state message {state}~~",
                )
            if lines[0].startswith("Download manifest.cab") and self._fails():
                self._checking = False
                return
            yield timing.CHECK_STEP
        if life != self._life:
            return
        yield from self._downloads(life)
        if life != self._life:
            return
        self.checks += 1
        self._checking = False
        self.machine.registry.set(KEY, "LastSyncedTime", int(self.machine.clock.now().timestamp()))
        yield timing.MANIFEST
        manifest.log_extraction(self.hierarchy, self.site)

    def _fails(self) -> bool:
        """Whether an injected fault makes the download of the manifest fail; this is logged, and retried in the next cycle."""
        order = self.hierarchy.faults.take("failing_download", self.machine.name)
        if order is None:
            return False
        cause = order.text("cause")
        said = downloads.FAILURES.get(cause, cause)
        if cause == "tls":
            self._log(f"ERROR: Failed to download Admin UI content payload with exception: {said}~~")
            self._log("Failed to call AdminUIContentDownload. error = Error -2146233079~~")
        self._log(f"WARNING: Failed to download easy setup payload with exception: {said}")
        self._log("WARNING: Retry in the next polling cycle")
        return True

    def _downloads(self, life: int) -> Iterator[float]:
        """Download the payloads that are due, one after the other."""
        for package in downloads.due(self.hierarchy):
            if life == self._life:
                yield from downloads.download(self.hierarchy, self.site, self.machine, package, lambda: life == self._life)

    def _checked(self, life: int) -> None:
        if life == self._life:
            self.machine.clock.later(timing.CHECK_INTERVAL, lambda: self.check() if life == self._life else None)

    def _written(self, path: str, name: str, value: RegistryValue) -> None:
        """Registry values that request a check: LastSyncedTime 0, or an interval of one minute."""
        if path.casefold() != KEY.casefold():
            return
        asked = (name.casefold(), value.data) in (("lastsyncedtime", 0), ("easysetupdownloadinterval", 1))
        if asked:
            life = self._life
            self.machine.clock.later(timing.CHECK_STEP, lambda: self.check() if life == self._life else None)

    def _log(self, *lines: str) -> None:
        logs.write(self.machine, LOG, names.DOWNLOADER, *lines)
