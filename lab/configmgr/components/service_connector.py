"""SMS_SERVICE_CONNECTOR: checks whether the cloud's endpoints are reached, and reports the results as status messages.

Messages 11410 to 11412 and 11488: facts/internet-and-offline.md, section 3. Which endpoints the product tries, and which of
them are critical, is not published; the lists below are the lab's own ([I]), and so are the lines of the log.
"""

from __future__ import annotations

from lab.configmgr import logs, names, status, timing
from lab.configmgr.executive import component_machine
from lab.configmgr.hierarchy import OFFLINE, Hierarchy
from lab.configmgr.sites import Site
from lab.windows.machine import Machine
from lab.windows.network import Connection

LOG = "EndpointConnectivityCheckWorker.log"
CRITICAL = ("go.microsoft.com", "download.microsoft.com")
OTHER = ("configmgrbits.cdn.manage.microsoft.com", "definitionupdates.microsoft.com")
_PORT = 443
# Codes that the documentation lists as failures of an endpoint.
_FAILING_CODES = frozenset({407, 408, 426, 451, 502, 511, 598, 599})


class ServiceConnector:
    """The thread on one server. The caller of every method holds the estate's lock."""

    def __init__(self, hierarchy: Hierarchy, site: Site, machine: Machine) -> None:
        self.hierarchy = hierarchy
        self.site = site
        self.machine = machine
        self._life = 0

    def started(self) -> None:
        """The thread started: it checks soon, and then once a day."""
        self._life += 1
        self._plan(timing.CHECK_STEP)

    def stopped(self) -> None:
        """The thread ended."""
        self._life += 1

    def _plan(self, seconds: float) -> None:
        life = self._life
        self.machine.clock.later(seconds, lambda: self._due(life))

    def _due(self, life: int) -> None:
        if life != self._life:
            return
        if self.hierarchy.published_mode(self.machine.fqdn, self.site.code) != OFFLINE:
            self.check()
        self._plan(timing.CHECK_INTERVAL)

    def check(self) -> None:
        """Try every endpoint and report."""
        failed = {host: problem for host in (*CRITICAL, *OTHER) if (problem := self._problem(host))}
        for host in (*CRITICAL, *OTHER):
            logs.write(self.machine, LOG, names.SERVICE_CONNECTOR, _line(host, failed.get(host, "")))
        lost = [host for host in failed if host in CRITICAL]
        if lost:
            self._report(status.ENDPOINTS_CRITICAL, status.ERROR, ", ".join(lost))
            self._report(status.ENDPOINT_UNREACHABLE, status.ERROR, lost[0])
        elif failed:
            self._report(status.ENDPOINTS_NOT_CRITICAL, status.WARNING, ", ".join(failed))
        else:
            self._report(status.ENDPOINTS_REACHED, status.INFORMATION, self.machine.fqdn)
        condition = status.CRITICAL if lost else status.CONDITION_WARNING if failed else status.OK
        spelled = component_machine(self.machine)
        self.hierarchy.status.set_condition(self.site.code, spelled, names.SERVICE_CONNECTOR, condition)

    def _problem(self, host: str) -> str:
        """Why an endpoint is not reached; empty when it is."""
        order = self.hierarchy.faults.flag("failing_endpoint", self.machine.name)
        if order is not None and order.text("host", host).casefold() == host.casefold():
            return "timeout"
        found = self._connection(host)
        if found.problem:
            return found.problem
        rule = found.rule
        if rule is None:
            return "not an endpoint"
        if rule.problem:
            return rule.problem
        return f"HTTP {rule.status}" if rule.status in _FAILING_CODES else ""

    def _connection(self, host: str) -> Connection:
        """The connection that the role's settings require: direct, or through the proxy of its site system."""
        row = self.hierarchy.site_system(self.machine.fqdn, self.site.code)
        proxy = row.prop("ProxyName") if row is not None and row.prop_value("UseProxy") == 1 else None
        network = self.hierarchy.network
        if row is None or proxy is None:
            return network.connect(self.machine, host, _PORT)
        found = network.connect(self.machine, proxy.value2 or "", row.prop_value("ProxyServerPort", 80))
        if found.problem or found.proxy is None:
            return found if found.problem else Connection("refused")
        if found.proxy.authentication != "none" and row.prop_value("AnonymousProxyAccess", 1) == 1:
            return Connection("HTTP 407")
        return network.behind(found.proxy, host, _PORT)

    def _report(self, message: int, severity: int, *strings: str) -> None:
        spelled = component_machine(self.machine)
        self.hierarchy.status.report(self.site.code, spelled, names.SERVICE_CONNECTOR, message, *strings, severity=severity)


def _line(host: str, problem: str) -> str:
    return f"ERROR: Failed to reach endpoint {host}: {problem}~" if problem else f"Endpoint {host} is reachable~"
