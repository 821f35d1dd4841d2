"""The rules of the prerequisite check, and their results at a site.

Which rules an update has: facts/servicing.md, section 4. A rule without a published title has a plain one. What the machine of
the lab shows decides the result, unless an injected fault (``update_prerequisite``) orders another one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lab.configmgr import progress
from lab.configmgr.hierarchy import Hierarchy
from lab.configmgr.progress import Step
from lab.configmgr.servicing import steps_table
from lab.configmgr.sites import Site
from lab.configmgr.updates import numbers
from lab.windows.machine import Machine

PASSED, WARNING, FAILED = "passed", "warning", "failed"
IS_COMPLETE = {PASSED: progress.SUCCESS, WARNING: progress.WARNING, FAILED: progress.FAILURE}
_GIB = 2**30
_SITE = "Site Upgrade Requirements"
_SERVICING = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"
_WINDOWS_UPDATE = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired"
_SESSION_MANAGER = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager"
_SERVER_MANAGER = r"HKLM\SOFTWARE\Microsoft\ServerManager"
_NET = r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full"
_NET_462, _NET_48 = 394802, 528040
_ODBC = r"HKLM\SOFTWARE\Microsoft\MSODBCSQL18"
_ODBC_LEAST, _ODBC_FAULTY = (18, 4, 1, 1), (18, 6, 1, 1)
_BUILD_2016 = 14393


@dataclass(frozen=True)
class Result:
    """The result of one rule at one site."""

    rule: str
    result: str
    description: str


@dataclass(frozen=True)
class Rule:
    """A rule: its title, its category in ConfigMgrPrereq.log, what it means, and how it judges a site server."""

    title: str
    category: str
    description: str
    judge: Callable[[Site, Machine], str]


def _restart(_site: Site, machine: Machine) -> str:
    registry = machine.registry
    values = (
        (_SESSION_MANAGER, "PendingFileRenameOperations"),
        (r"HKLM\SOFTWARE\Microsoft\ServerManager", "CurrentRebootAttempts"),
    )
    pending = any(registry.find(key) is not None for key in (_SERVICING, _WINDOWS_UPDATE))
    return FAILED if pending or any(registry.get(key, name) is not None for key, name in values) else PASSED


def _space(site: Site, machine: Machine) -> str:
    needed = 16 if machine.fqdn in site.providers else 15
    free = next((drive.free_bytes for drive in machine.drives if drive.letter == site.install_dir[:1].upper()), 0)
    return PASSED if free >= needed * _GIB else FAILED


def _net(_site: Site, machine: Machine) -> str:
    found = machine.registry.get(_NET, "Release")
    release = found.data if found is not None and isinstance(found.data, int) else 0
    return FAILED if release < _NET_462 else WARNING if release < _NET_48 else PASSED


def _odbc(_site: Site, machine: Machine) -> str:
    found = machine.registry.get(_ODBC, "InstalledVersion")
    version = numbers(found.data) if found is not None and isinstance(found.data, str) else ()
    return FAILED if version < _ODBC_LEAST or version == _ODBC_FAULTY else PASSED


def _windows(_site: Site, machine: Machine) -> str:
    return FAILED if int(machine.os.build) < _BUILD_2016 else PASSED


def _passed(_site: Site, _machine: Machine) -> str:
    return PASSED


RULES = (
    Rule("Administrative rights on site system", "Access Permissions", "The site server has the rights that it needs.", _passed),
    Rule("Free disk space on site server", "System Requirements", "The drive of the installation has enough free space.", _space),
    Rule("Pending system restart", "System Requirements", "Another program requires the server to be restarted.", _restart),
    Rule(
        "Windows Server 2012 and 2012 R2 lifecycle",
        "System Requirements",
        "Windows Server 2012 and 2012 R2 are no longer supported for site servers and site systems.",
        _windows,
    ),
    Rule("Microsoft .NET Framework", "Dependent Components", "Version 4.6.2 is required, and version 4.8 recommended.", _net),
    Rule(
        "Microsoft ODBC driver 18 for SQL",
        "Dependent Components",
        "Install the Microsoft ODBC driver 18 for SQL setup from https://go.microsoft.com/fwlink/?linkid=2220989.",
        _odbc,
    ),
    Rule(
        "Site is in a state that allows an update",
        "Site Upgrade Requirements",
        "No site of the hierarchy is being changed.",
        _passed,
    ),
    Rule(
        "Enable site system roles for HTTPS or enhanced HTTP", "Site Upgrade Requirements", "HTTP only is not supported.", _passed
    ),
)


def results(hierarchy: Hierarchy, site: Site) -> list[tuple[Rule, Result]]:
    """The result of every rule at a site, in their order; rules that only an injected fault has come last."""
    ordered = {flag.text("rule"): flag for flag in reversed(hierarchy.faults.flags("update_prerequisite", site.code))}
    machine = hierarchy.machines[site.server]
    found = []
    for rule in (*RULES, *(_added(title) for title in reversed(ordered) if title not in {rule.title for rule in RULES})):
        flag = ordered.get(rule.title)
        result = rule.judge(site, machine) if flag is None else flag.text("result")
        said = rule.description if flag is None else flag.text("description", rule.description)
        found.append((rule, Result(rule.title, result, said)))
    return found


def _added(title: str) -> Rule:
    return Rule(title, _SITE, title, _passed)


def step_of(place: int, rule: Rule) -> Step:
    """The row of a rule; its number is not shown, because the class has no SubStageid."""
    stage = steps_table.PREREQUISITES
    return Step(stage, stage.number << 16 | place, rule.title, place, rule.description)
