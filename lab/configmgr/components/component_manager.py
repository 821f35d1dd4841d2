"""SMS_SITE_COMPONENT_MANAGER of one site: installs and removes roles as the published configuration requires, later and in steps.

Order of events, messages and log lines: facts/site-model.md, sections 6 and 8.2; facts/logs.md, section 7.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from lab.configmgr import logs, names, status, steps, timing
from lab.configmgr.components import component_server
from lab.configmgr.components.component_decisions import (
    Phase,
    Place,
    Placement,
    Work,
    connection_problem,
    decide,
    install_account,
    unreachable,
)
from lab.configmgr.components.downloader import Downloader
from lab.configmgr.components.service_connector import ServiceConnector
from lab.configmgr.database import ControlRow
from lab.configmgr.executive import Executive, component_machine
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.names import Component
from lab.configmgr.sites import Site
from lab.windows.machine import Machine

LOG = "sitecomp.log"


class InstallError(Exception):
    """An installation or a removal failed; the text is what the log says."""


class ComponentManager:
    """The component on the site server. The caller of every method holds the estate's lock."""

    def __init__(self, hierarchy: Hierarchy, site: Site) -> None:
        self.hierarchy = hierarchy
        self.site = site
        self.placed: dict[Place, Placement] = {}
        self.downloaders: dict[str, Downloader] = {}

    @property
    def _server(self) -> Machine | None:
        return self.hierarchy.machine(self.site.server)

    def synchronize(self, serial: int | None = None, hurry: bool = False) -> None:
        """Compare the published configuration with what is installed and begin the work that is due."""
        server = self._server
        if server is None or not server.alive:
            return
        if serial is not None:
            self._log(f"Parsed the master site control file, serial number {serial}.~")
        now = self.hierarchy.clock.now()
        for work in decide(self._wanted(), self.placed, now, self._settings(), hurry):
            self._log(f"Synchronizing component server {work.server}...~")
            self._begin(work)

    def restarted(self) -> None:
        """The component was restarted: failed installations are retried at once."""
        self.hierarchy.clock.later(timing.COMPONENT_PREPARE, lambda: self.synchronize(hurry=True))

    def adopt(self, server: str, role: str) -> None:
        """Set a role to installed, with its threads running, at startup; the machine exists and is alive."""
        machine = self._machine(server)
        executive = self._executive(machine)
        self.placed[(server, role)] = Placement(Phase.INSTALLED, settings=self._settings().get(server))
        for component in names.ROLE_COMPONENTS.get(role, ()):
            if component.name in executive.threads:  # another site has the role there as well
                self._state(server, component.name, status.STATE_STARTED)
            else:
                self._add_thread(executive, component, running=True)
        component_server.write_role_keys(machine, role, self.site.code)
        self._count_roles(server)

    def check_now(self) -> None:
        """Let every downloader of the site check for updates."""
        for downloader in self.downloaders.values():
            downloader.check()

    def _begin(self, work: Work) -> None:
        place = (work.server, work.role)
        phase = Phase.INSTALLING if work.install else Phase.REMOVING
        placement = self.placed[place] = Placement(phase, settings=self._settings().get(work.server))
        task = self._install(work, placement) if work.install else self._remove(work, placement)
        steps.run(self.hierarchy.clock, self._guarded(work, placement, task), self.synchronize)

    def _guarded(self, work: Work, placement: Placement, task: Iterator[float]) -> Iterator[float]:
        """Run a task; a failure is reported, and the task is retried after an hour."""
        try:
            yield from task
        except InstallError as error:
            placement.phase = Phase.FAILED if work.install else Phase.REMOVE_FAILED
            placement.retry_at = self.hierarchy.clock.now() + timedelta(seconds=timing.RETRY)
            self._report_failure(work, str(error))
            self.hierarchy.clock.later(timing.RETRY, self.synchronize)

    def _install(self, work: Work, placement: Placement) -> Iterator[float]:
        components = names.ROLE_COMPONENTS[work.role]
        for component in components:
            self._log(f"Component {component.name} flagged for installation.~")
            self._report(work.server, component.name, status.PREPARING, component.name)
            self._state(work.server, component.name, status.STATE_INSTALLING)
        yield timing.COMPONENT_PREPARE
        machine = self._connect(work)
        if self.hierarchy.faults.flag("install_never", machine.name):
            self._log(f"Installing component {components[0].name}...~")
            self._report(work.server, components[0].name, status.INSTALLING, components[0].name)
            placement.phase = Phase.HUNG
            return
        if machine.fqdn not in self.hierarchy.executives:
            yield from component_server.install(self.hierarchy, self.site, machine)
        executive = self._executive(machine)
        for component in components:
            self._log(f"Installing component {component.name}...~")
            self._report(work.server, component.name, status.INSTALLING, component.name)
            yield timing.COMPONENT_INSTALL
            self._connect(work)
            self._add_thread(executive, component, running=False)
            self._log(f"Component {component.name} installed successfully.~")
            self._report(work.server, component.name, status.INSTALLED, component.name)
        self._log(
            f"Creating registry keys Operations Management\\SMS Server Role\\{work.role} on server {work.server}.~",
            "All files installed.~",
        )
        component_server.write_role_keys(machine, work.role, self.site.code)
        placement.phase = Phase.INSTALLED
        self._count_roles(work.server)

    def _remove(self, work: Work, placement: Placement) -> Iterator[float]:
        machine = self.hierarchy.machine(work.server)
        executive = self.hierarchy.executives.get(work.server)
        present = [c for c in names.ROLE_COMPONENTS[work.role] if executive is not None and c.name in executive.threads]
        if self._wanted_elsewhere(work):
            present = []
        for component in names.ROLE_COMPONENTS[work.role]:
            if component in present:
                self._log(f"Component {component.name} flagged for deinstallation.~")
                self._state(work.server, component.name, status.STATE_DEINSTALLING)
            else:
                self._forget(work.server, component.name)
        if present:
            self._log(f"Removing role {work.role} from server {work.server}...~")
        yield timing.COMPONENT_PREPARE
        if executive is not None and present:
            if machine is None or not machine.alive or self.hierarchy.faults.flag("dead_machine", machine.name):
                raise InstallError(unreachable(work.server))
            for component in present:
                self._log(f"Deinstalling component {component.name}...~")
                self._report(work.server, component.name, status.DEINSTALLING, component.name)
                yield timing.COMPONENT_REMOVE
                executive.remove(component.name)
                self._report(work.server, component.name, status.DEINSTALLED, component.name)
                self._forget(work.server, component.name)
                self._log(f"Component {component.name} deinstalled successfully.~")
            self.downloaders.pop(work.server, None)
            component_server.delete_role_keys(machine, work.role)
            yield from component_server.remove_if_unused(self.hierarchy, self.site, machine, self.placed)
        placement.phase = Phase.REMOVING
        del self.placed[(work.server, work.role)]
        self._count_roles(work.server)

    def _connect(self, work: Work) -> Machine:
        """The machine of the work, or InstallError with the reason why the site cannot work on it."""
        site_server = self._server
        systems = self.hierarchy.published_roles(names.SITE_SYSTEM, self.site.code)
        row = next((row for row in systems if self.hierarchy.computer(row.server) == work.server), None)
        if site_server is None or row is None:
            raise InstallError(f"There is no site system {work.server} in the site control file.")
        machine = self.hierarchy.machine(work.server)
        if machine is not None and self.hierarchy.faults.flag("dead_machine", machine.name):
            machine = None
        account = install_account(row, site_server)
        problem = connection_problem(
            work.server, machine, account, site_server, self._stored_account(account), self.hierarchy.accounts.get(account)
        )
        if problem is not None or machine is None:
            raise InstallError(problem or unreachable(work.server))
        order = self.hierarchy.faults.take("install_failure", machine.name)
        if order is not None:
            raise InstallError(order.text("reason", f"Failed to copy files to server {work.server}."))
        return machine

    def _stored_account(self, account: str) -> ControlRow | None:
        for row in self.hierarchy.control.of_class("SMS_SCI_Reserved"):
            if row.text("UserName").casefold() == account.casefold() and row.site_code.casefold() == self.site.code.casefold():
                return row
        return None

    def _report_failure(self, work: Work, reason: str) -> None:
        message = status.INSTALL_FAILED if work.install else status.DEINSTALL_FAILED
        verb = "install" if work.install else "deinstall"
        for component in names.ROLE_COMPONENTS[work.role]:
            if self.hierarchy.status.state_of(self.site.code, work.server, component.name) is None:
                continue
            self._report(work.server, component.name, message, component.name, reason, severity=status.ERROR)
            state = status.STATE_INSTALLING if work.install else status.STATE_DEINSTALLING
            self._state(work.server, component.name, state, status.CRITICAL)
        self._log(
            f"ERROR: {reason}~",
            f"Failed to {verb} {work.role} on server {work.server}. "
            "Site component manager will retry in the next polling cycle (60 minutes).~",
        )

    def _add_thread(self, executive: Executive, component: Component, running: bool) -> None:
        if component.name == names.DOWNLOADER:
            downloader = self.downloaders[executive.machine.fqdn] = Downloader(self.hierarchy, self.site, executive.machine)
            executive.add(component, running, downloader.started, downloader.stopped)
        elif component.name == names.SERVICE_CONNECTOR:
            connector = ServiceConnector(self.hierarchy, self.site, executive.machine)
            executive.add(component, running, connector.started, connector.stopped)
        else:
            executive.add(component, running)

    def _executive(self, machine: Machine) -> Executive:
        if machine.fqdn not in self.hierarchy.executives:
            component_server.set_up(self.hierarchy, self.site, machine)
        return self.hierarchy.executives[machine.fqdn]

    def _machine(self, server: str) -> Machine:
        found = self.hierarchy.machine(server)
        if found is None:
            raise KeyError(f"the estate has no machine {server}")
        return found

    def _count_roles(self, server: str) -> None:
        component_server.count_roles(self.hierarchy, server, self.site.code)

    def _wanted(self) -> list[Place]:
        return [
            (self.hierarchy.computer(row.server), role)
            for role in names.ROLE_COMPONENTS
            for row in self.hierarchy.published_roles(role, self.site.code)
        ]

    def _wanted_elsewhere(self, work: Work) -> bool:
        """Whether another site has the same role on the same computer: then its components are kept."""
        return any(
            row.role == work.role and row.site_code != self.site.code and self.hierarchy.computer(row.server) == work.server
            for row in self.hierarchy.published.values()
        )

    def _settings(self) -> dict[str, ControlRow]:
        """The site system rows by server, without the role count that the site itself writes."""
        rows = self.hierarchy.published_roles(names.SITE_SYSTEM, self.site.code)
        return {self.hierarchy.computer(row.server): row.with_values(RoleCount=0) for row in rows}

    def _log(self, *lines: str) -> None:
        server = self._server
        if server is not None:
            logs.write(server, LOG, names.SITE_COMPONENT_MANAGER, *lines)

    def _report(self, server: str, component: str, message_id: int, *strings: str, severity: int = status.INFORMATION) -> None:
        self.hierarchy.status.report(self.site.code, self._spelled(server), component, message_id, *strings, severity=severity)

    def _state(self, server: str, component: str, state: int, condition: int = status.OK) -> None:
        self.hierarchy.status.set_state(self.site.code, self._spelled(server), component, state, condition)

    def _forget(self, server: str, component: str) -> None:
        self.hierarchy.status.forget(self.site.code, server, component)

    def _spelled(self, server: str) -> str:
        machine = self.hierarchy.machine(server)
        return server if machine is None else component_machine(machine)
