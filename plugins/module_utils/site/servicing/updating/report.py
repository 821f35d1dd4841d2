# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The result of a task: what was read at its end, in the form that modules return."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import FAILED, INSTALLATION, Package
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site.facts import Database, read_definition
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating import telling
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.afterwards import duties_after
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.course import Course
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import (
    AVAILABLE,
    CHECKED,
    DOWNLOADED,
    INSTALLED,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.finding import Found, read_top
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.reading import Look
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.telling import StepState
from ansible_collections.configmgr.scp.plugins.module_utils.task import Result, Task
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError

# Lines of the prerequisite check in a message; the result has all of them.
_MOST_LINES = 20
_LINE_LENGTH = 400


def nothing(found: Found) -> Result:
    """The result when the site has nothing to install."""
    return {
        "changed": False,
        "site_code": found.top.code,
        "package": None,
        "reached": True,
        "state": None,
        "state_number": None,
        "previous_state": None,
        "asked": [],
        "due": False,
        "phases": [],
        "planned_phases": [],
        "sites": [],
        "prerequisites": [],
        "failed_steps": [],
        "advice": None,
        "reset_command": None,
        "site_server": found.top.server,
        "site_version": found.top.version,
        "duties": [],
        "outages": 0,
    }


def result(task: Task, found: Found, course: Course, first: Look, look: Look, reached: bool) -> Result:
    """The result without ``changed``, ``diff`` and the time.

    Details are read at the end. If the site does not answer then, they are left out: the state itself is known.
    """
    package = look.seen.package
    rules, steps = _details(course, look)
    installed = reached and course.wish.state == INSTALLED
    sites, version = found.sites, found.top.version
    if installed and course.done:
        try:
            found_sites, top = read_top(task, course.code)
            sites, version = tuple(found_sites), top.version
        except CimError as error:
            task.warn(f"The versions of the sites could not be read after the installation: {error}")
        _warn_of_version(task, package, version)
    if installed:
        _warn_of_post_installation(task, package, steps)
    failed = [step for step in (*rules, *steps) if step.status == FAILED]
    return {
        "site_code": course.code,
        "package": _shown_package(package),
        "reached": reached,
        "state": package.state,
        "state_number": package.number,
        "previous_state": first.seen.package.state,
        "asked": [do.value for do in course.done],
        "due": bool(course.done),
        "phases": telling.phases(look.seen, steps),
        "planned_phases": telling.planned(first.seen, course.wish, found.sites, course.code),
        "sites": telling.sites(look.seen, [*steps, *rules]),
        "prerequisites": [rule.as_data() for rule in rules],
        "failed_steps": [step.as_data() for step in failed],
        "advice": updates.advice(package) if package.phase == FAILED else None,
        "reset_command": _reset_command(task, found, package) if not reached else None,
        "site_server": found.top.server,
        "site_version": version,
        "duties": [duty.as_data() for duty in duties_after(package, sites)] if installed else [],
        "outages": course.outages,
    }


def _shown_package(package: Package) -> dict[str, Any]:
    return {
        "guid": package.guid,
        "name": package.name,
        "version": package.version,
        "type": package.type,
        "impact": list(package.impact),
    }


def _details(course: Course, look: Look) -> tuple[Sequence[StepState], Sequence[StepState]]:
    """The results of the check, and the steps."""
    stage = look.seen.package.stage
    try:
        rules = look.rules or (course.reader.results() if stage in (updates.CHECK, INSTALLATION) else ())
        return rules, look.steps or course.reader.steps(stage)
    except CimError:
        return look.rules, look.steps


def _warn_of_version(task: Task, package: Package, version: str) -> None:
    if not package.is_hotfix and version != package.version:
        task.warn(
            f"{package.name} is installed at every site, but the top-level site shows version {version} and not "
            f"{package.version}. "
            "Check it in the console, and read CMUpdate.log on the site server."
        )


def _warn_of_post_installation(task: Task, package: Package, steps: Sequence[StepState]) -> None:
    failed = [step for step in steps if step.stage == telling.POST and step.status == FAILED]
    if failed:
        listed = ", ".join(f"{step.name} at {step.site}" for step in failed)
        logs = "; ".join(telling.logs_of(telling.POST))
        task.warn(f"{package.name} is installed at every site, but a step after the installation failed: {listed}. Read {logs}.")


def _reset_command(task: Task, found: Found, package: Package) -> str | None:
    if telling.reset_command(package, "sql", "", "database") is None:
        return None
    try:
        database = read_definition(task.cim, found.top).database
    except (CimError, NotReadable):
        database = Database("", "", "", None)
    return telling.reset_command(
        package, database.server or "SQL_SERVER_FQDN", database.instance, database.name or f"CM_{found.top.code}"
    )


# The states to which the phases lead, for the diff of check mode.
_ENDS = {
    AVAILABLE: "APPLICABILITY_SUCCESS",
    DOWNLOADED: "DOWNLOAD_SUCCESS",
    CHECKED: "PREREQ_SUCCESS",
    INSTALLED: "INSTALL_SUCCESS",
}


def difference(first: Look, planned: Sequence[Mapping[str, Any]], after: str) -> dict[str, Any]:
    """The diff: the state before and after, and the phases that ran or would run.

    :param after: the state after the task; in check mode, the requested one.
    """
    before = {"state": first.seen.package.state, "phases": []}
    return {"before": before, "after": {"state": _ENDS.get(after, after), "phases": [_phase(phase) for phase in planned]}}


def _phase(phase: Mapping[str, Any]) -> str:
    return f"{phase['phase']} at {', '.join(phase['sites'])}"


def told(result: Mapping[str, Any]) -> str:
    """What failed or warned, line by line, and the command of the reset tool: for the end of a message."""
    rows = [*result["failed_steps"], *(row for row in result["prerequisites"] if row["status"] == telling.COMPLETED_WITH_WARNING)]
    lines = [_told(row) for row in rows[:_MOST_LINES]]
    if len(rows) > _MOST_LINES:
        lines.append(f"... and {len(rows) - _MOST_LINES} more")
    if result["reset_command"]:
        lines.append(
            "If fixing the cause does not help, the update reset tool deletes this download; read its documentation first, and "
            "run it on "
            f"the top-level site server, in cd.latest\\SMSSETUP\\TOOLS\\CMUpdateReset: {result['reset_command']}"
        )
    return "".join(f"\n- {line}" for line in lines)


def _told(row: Mapping[str, Any]) -> str:
    where = f" Read {'; '.join(row['logs'])}." if row["logs"] else ""
    return shown(f"{row['site_code']}: {row['name']} ({row['status']}): {row['description']}{where}", _LINE_LENGTH)
