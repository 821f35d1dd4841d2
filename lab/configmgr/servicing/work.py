"""What the phases of an update share: the package, its states at the sites, reports about its steps, logs, injected faults."""

from __future__ import annotations

from collections.abc import Iterator

from lab.configmgr import logs, names, progress, steps, timing, updates
from lab.configmgr.database import UpdatePackage
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.progress import Report, Step
from lab.configmgr.servicing import applicability, steps_table
from lab.configmgr.servicing.overall import overall
from lab.configmgr.sites import PRIMARY, Site
from lab.faults import Flag
from lab.windows.machine import Machine

CMUPDATE_LOG = "CMUpdate.log"
HMAN_LOG = "hman.log"


class PhaseError(Exception):
    """A phase of an update fails at a site; the text is what the log says."""


class Work:
    """The work on one package since its last start. Ends when the package gets another start or another state is written.

    ``decided``: state and flag have decided what follows the check.

    The caller of every method holds the estate's lock, as the clock does.
    """

    def __init__(self, hierarchy: Hierarchy, package: UpdatePackage) -> None:
        self.hierarchy = hierarchy
        self.package = package
        self.top = updates.installing_sites(hierarchy)[0]
        self.decided = False
        self._life = package.life

    @property
    def current(self) -> bool:
        """Whether the package still has this work."""
        return self.package.life == self._life

    def baseline_at(self, site: Site) -> bool:
        """Whether the package changes the version of a site."""
        return updates.is_baseline(self.package.full_version, self.hierarchy.sites[site.code].version)

    def sites(self) -> list[Site]:
        """The sites that still have to install the package, the top-level site first."""
        return [site for site in updates.installing_sites(self.hierarchy) if self.state(site) != updates.INSTALL_SUCCESS]

    def run(self, work: Iterator[float], site: Site | None = None) -> None:
        """Do work in steps of lab time while the package has it; that of a site waits while its server does not answer."""
        steps.run(self.hierarchy.clock, self._guarded(work, site))

    def _guarded(self, work: Iterator[float], site: Site | None) -> Iterator[float]:
        for wait in work:
            yield wait
            while site is not None and self.current and not self._answers(site):
                yield timing.UPDATE_STUCK
            if not self.current:
                close = getattr(work, "close", None)
                if close is not None:
                    close()
                return

    def _answers(self, site: Site) -> bool:
        machine = self.server(site)
        return machine.alive and self.hierarchy.faults.flag("dead_machine", machine.name) is None

    def server(self, site: Site) -> Machine:
        """The site server."""
        return self.hierarchy.machines[site.server]

    # States

    def state(self, site: Site) -> int:
        """The state of the package at a site; 0 when it has none."""
        return self.package.site_states.get(site.code, 0)

    def set_state(self, site: Site, state: int) -> None:
        """Set the state of the package at a site; the top-level site sums the states up later."""
        now = self.hierarchy.clock.now()
        self.package.site_states[site.code] = state
        self.package.site_updated[site.code] = now
        delay = timing.UPDATE_STATES if site.parent else timing.HIERARCHY_MANAGER
        self.hierarchy.clock.later(delay, self.sum_up)

    def sum_up(self) -> None:
        """Hierarchy manager of the top-level site makes the state of the package from those of the sites."""
        if not self.current:
            return
        if self.hierarchy.faults.flag("update_states_hang", self.top.code) is not None:
            self.hierarchy.clock.later(timing.UPDATE_STUCK, self.sum_up)
            return
        states = [state for _, state in updates.site_states(self.hierarchy, self.package)]
        self.set_package_state(overall(states))

    def set_package_state(self, state: int) -> None:
        """Write the state of the package."""
        package = self.package
        if package.state == state:
            return
        package.state, package.updated = state, self.hierarchy.clock.now()
        self.hman(self.top, f"Updated CMUpdatePackage state to {state} (PackageGuid={package.guid})~")
        if state == updates.INSTALL_SUCCESS:
            self.hierarchy.clock.later(timing.MANIFEST, lambda: applicability.check_again(self.hierarchy))

    # Reports and logs

    def report(
        self, site: Site, number: int, is_complete: int = progress.SUCCESS, percent: int = 100, log: str = CMUPDATE_LOG
    ) -> None:
        """Report a step of this site."""
        step = steps_table.step(number)
        applicable = int(steps_table.is_applicable(number, not site.parent, site.type == PRIMARY))
        self.record(site, step, is_complete, percent, applicable)
        component = names.HIERARCHY_MANAGER if log == HMAN_LOG else names.UPDATE_SERVICE
        line = (
            f"Successfully reported ConfigMgr update status (SiteCode={site.code}, SubStageID={number:#x}, "
            f"IsComplete={is_complete}, Progress={percent}, Applicable={applicable})"
        )
        logs.write(self.server(site), log, component, line)

    def record(
        self, site: Site, step: Step, is_complete: int, percent: int = 100, applicable: int = 1, description: str = ""
    ) -> None:
        """Record a report about a step without a line in a log."""
        attempt = self.package.attempts.get(site.code, 0)
        now = self.hierarchy.clock.now()
        said = description or step.description
        report = Report(self.package.guid, site.code, attempt, step, percent, is_complete, applicable, said, now)
        self.hierarchy.progress.report(report)

    def cmupdate(self, site: Site, *lines: str) -> None:
        """Write to CMUpdate.log of a site."""
        logs.write(self.server(site), CMUPDATE_LOG, names.UPDATE_SERVICE, *lines)

    def hman(self, site: Site, *lines: str) -> None:
        """Write to hman.log of a site."""
        logs.write(self.server(site), HMAN_LOG, names.HIERARCHY_MANAGER, *lines)

    # Injected faults

    def fail_if_ordered(self, site: Site, phase: str, number: int, default: bool) -> None:
        """Raise :class:`PhaseError` when a failure of this step was ordered.

        :param default: the step at which an order without a step fails.
        """

        def fits(flag: Flag) -> bool:
            step = flag.text("step")
            at = default if not step else step.casefold() == f"{number:#x}"
            return at and flag.text("phase") == phase

        order = self.hierarchy.faults.take("update_failure", site.code, fits)
        if order is not None:
            raise PhaseError(order.text("reason", f"ERROR: Failed step {number:#x} of the update."))

    def is_stuck(self, site: Site, phase: str) -> bool:
        """Whether an injected fault keeps the package in this phase at a site."""
        return self.hierarchy.faults.flag("update_stuck", site.code, lambda flag: flag.text("phase") == phase) is not None

    def stuck(self, site: Site, phase: str) -> Iterator[float]:
        """Wait while an injected fault keeps the package in this phase."""
        while self.is_stuck(site, phase):
            yield timing.UPDATE_STUCK
