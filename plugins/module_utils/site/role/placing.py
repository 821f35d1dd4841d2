# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Carries out the role's steps on a site: installation (guarded against a second role), mode change, move and its rollback."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import packages_being_installed
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import (
    Change,
    Create,
    Delete,
    SiteWriter,
    site_writer,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import follow, move, placement
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import read_role_rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.follow import Mark, SiteFailure, Verdict
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.move import MovePlan
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState, StatusMessage
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.waiting import wait_until
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

# A row that is written again unchanged may leave no trace on a real site (not established); this limits the wait for it.
CONFIRM_SECONDS = 300.0

_OR_GONE = (
    "Run this again to continue waiting, or set old_server_gone: true (move_old_server_gone of the playbook "
    "configmgr.scp.move) if that server no longer exists."
)


class Withdrawn(TaskFailure):
    """This run's row no longer exists: someone else removed it, or this run removed it because of a second one."""


@dataclass(frozen=True)
class Placed:
    """A row as the site has it after its creation, and what was seen of the installation (None if the task did not wait)."""

    row: CimInstance
    verdict: Verdict | None


def install(task: Task, site: Site, step: Create, wait: bool, limit_seconds: float) -> Placed:
    """Create the role's row; check that it is the only one, and check again after the site has installed the role.

    :raises Withdrawn: it is not the only one, and this run's row was removed again.
    :raises SiteFailure: the site reports that it could not install it.
    """
    writer = site_writer(task)
    since = follow.mark(task, site.code, naming.DOWNLOADER, follow.OUTCOME_IDS)
    written = writer.write(step)
    _take_back_if_second(task, site, written, writer)
    if not wait:
        return Placed(written, None)
    verdict = follow.wait_for_installation(task, site, rows.server_of(step.row), since, limit_seconds, after_write=True)
    _take_back_if_second(task, site, written, writer)
    return Placed(written, verdict)


def change_mode(
    task: Task, site: Site, step: Change, wait: bool, limit_seconds: float
) -> tuple[CimInstance, StatusMessage | None]:
    """Write the mode; wait until the site has processed it (status 3306 newer than the write)."""
    since = _mark_of_distribution(task, site)
    written = site_writer(task).write(step)
    return written, follow.wait_for_distribution(task, site, since, limit_seconds) if wait else None


def confirm_mode(
    task: Task, site: Site, row: CimInstance, limit_seconds: float, allow_during_update: bool
) -> StatusMessage | None:
    """Make sure that the site has processed the present row; None, after a warning, when that cannot be determined.

    An interrupted run leaves a row whose change the site may not have processed yet, and a thread that starts before
    that keeps the old mode. Neither the row nor the messages show when the row was written. So it is written again unchanged:
    the site processes changes in their order, and a message newer than this write covers every earlier one.
    """
    server = rows.server_of(row)
    if not allow_during_update and packages_being_installed(task.cim, site.code):
        task.warn(
            f"Site {site.code} is installing an update, so nothing was written to find out whether it has processed the mode "
            f"of {server}. Restart {naming.DOWNLOADER} there once more when the update is installed."
        )
        return None
    since = _mark_of_distribution(task, site)
    site_writer(task).write(Change(f"the mode of the service connection point on {server}", row, row))
    seen = follow.distribution_within(task, site, since, min(limit_seconds, CONFIRM_SECONDS))
    if seen is None:
        task.warn(
            f"Site {site.code} did not report that it has processed the mode of {server}. If the mode was changed recently, "
            f"restart {naming.DOWNLOADER} there once more, later."
        )
    return seen


def remove(task: Task, site: Site, steps: Sequence[Delete], wait: bool, limit_seconds: float) -> Verdict | None:
    """Delete the role's rows of one server; wait until the role is removed there (None if the task does not wait)."""
    server = rows.server_of(steps[0].row)
    before = status.component_state(task.cim, site.code, server, naming.DOWNLOADER) if wait else None
    since = follow.mark(task, site.code, naming.DOWNLOADER, follow.OUTCOME_IDS)
    writer = site_writer(task)
    for step in steps:
        writer.write(step)
    if not wait:
        return None
    stopped = before is not None and before.state == "stopped"
    return follow.wait_for_removal(task, site, server, since, limit_seconds, stopped)


def carry_out(task: Task, site: Site, plan: MovePlan, gone: bool, limit_seconds: float) -> Placed:
    """Move the role. Between the two steps no server has it; if someone else installs it meanwhile, this move stops.

    :param gone: do not wait for the old server.
    :raises TaskFailure: the new server was refused, and the role is back on the old one as it was; or an administrator has to
        decide. The message says what was done by then.
    """
    # The complete row, with the properties that only a Get returns: it may have to be put back.
    old = task.cim.get(plan.remove.row.namespace, plan.remove.row.cls, plan.remove.row.key_values())
    task.progress(f"moving the service connection point from {plan.origin} to {plan.target}")
    try:
        remove(task, site, [plan.remove], wait=not gone, limit_seconds=limit_seconds)
    except SiteFailure as failure:
        # The row is removed and the site keeps trying by itself: a dead old server must not leave the hierarchy without the role.
        task.warn(f"{failure.message} The move continues, because the row of {plan.origin} is removed.")
    except TaskFailure as failure:
        raise _still_held(task, site, plan, failure) from failure
    _nobody_else(task, site, plan)
    try:
        return install(task, site, plan.install, wait=True, limit_seconds=limit_seconds)
    except Withdrawn:
        raise
    except SiteFailure as failure:
        raise _put_back(task, site, plan, old, failure) from failure
    except TaskFailure as failure:
        if _row_on(task, site, plan.target) is not None:
            # The row is written, and only the installation is not finished: the site continues by itself, and so does a next run.
            raise TaskFailure(failure.message, **{"changed": True, **failure.result}) from failure
        raise _put_back(task, site, plan, old, failure) from failure


def await_release(task: Task, site: Site, server: str, limit_seconds: float) -> None:
    """Before an installation that finishes an interrupted move: wait until no other server still has the role.

    :raises TaskFailure: one still does when the limit has passed.
    """

    def look() -> list[ComponentState] | None:
        held = move.elsewhere(status.component_states(task.cim, site.code, (naming.DOWNLOADER,)), server)
        messages = (
            status.messages_since(task.cim, site.code, status.BEFORE_ALL, naming.DOWNLOADER, follow.OUTCOME_IDS) if held else []
        )
        return None if any(not move.given_up(state, messages) for state in held) else held

    if wait_until(task, look, f"site {site.code} to remove the role from the old server", limit_seconds) is None:
        raise TaskFailure(
            f"Site {site.code} still lists {naming.DOWNLOADER} on another server than {server} after {limit_seconds:.0f} s. "
            f"{_OR_GONE}"
        )


def _still_held(task: Task, site: Site, plan: MovePlan, failure: TaskFailure) -> TaskFailure:
    """The removal was refused, or the role is not off the old server in time; the second message says how to continue."""
    if _row_on(task, site, plan.origin) is not None:
        return failure
    return TaskFailure(f"{failure.message} {_OR_GONE}", **{**failure.result, "changed": True})


def _put_back(task: Task, site: Site, plan: MovePlan, old: CimInstance, failure: TaskFailure) -> TaskFailure:
    """Put the role back on the old server with every property that it had; returns the failure to raise."""
    writer = site_writer(task)
    hindrance = ""
    try:
        mine = _row_on(task, site, plan.target)
        if mine is not None:
            writer.write(Delete(plan.install.what, mine))
        present = read_role_rows(task.cim, site.code)
        if present:
            others = placement.listed([(rows.server_of(row), rows.site_of(row)) for row in present])
            hindrance = f"the hierarchy now has one on {others}"
        else:
            writer.write(Create(plan.remove.what, old))
    except (TaskFailure, CimError) as error:
        hindrance = str(error)
    if hindrance:
        end = (
            f"It could not be put back on {plan.origin} either: {hindrance}. Check the console; "
            f"this task with server: {plan.origin} installs it there again, with its mode."
        )
    else:
        end = f"It was put back on {plan.origin} as it was, and site {site.code} installs it there again."
    return TaskFailure(
        f"The service connection point could not be moved to {plan.target}. {failure.message} {end}",
        **{**failure.result, "changed": True, "put_back": not hindrance},
    )


def _nobody_else(task: Task, site: Site, plan: MovePlan) -> None:
    present = read_role_rows(task.cim, site.code)
    if present:
        others = placement.listed([(rows.server_of(row), rows.site_of(row)) for row in present])
        raise Withdrawn(
            f"While the service connection point was moved from {plan.origin} to {plan.target}, another user or program "
            f"installed it on {others}. It was not installed on {plan.target}. Decide which server is to have it, then run this "
            "again.",
            changed=True,
        )


def _take_back_if_second(task: Task, site: Site, own: CimInstance, writer: SiteWriter) -> None:
    """Another controller may have installed the role elsewhere between the reading and the writing of this one.

    :raises Withdrawn: there is a second row and this run's own was removed, or someone else removed this run's row.
    """
    present = read_role_rows(task.cim, site.code)
    server = rows.server_of(own)
    others = [(rows.server_of(row), rows.site_of(row)) for row in present if not rows.is_on(row, server)]
    mine = next((row for row in present if rows.is_on(row, server)), None)
    if mine is None:
        raise Withdrawn(
            f"The service connection point on {server} was created and then removed by another user or program; the hierarchy "
            f"now has {placement.listed(others) or 'none'}. Find out who else works on site {site.code} before you run this "
            "again.",
            changed=True,
        )
    if others:
        writer.write(Delete(f"the service connection point on {server}", mine))
        raise Withdrawn(
            f"Another service connection point appeared on {placement.listed(others)} while this one was installed on {server}. "
            f"The one on {server} was removed again, so that the hierarchy has only one. Decide which server is to have it, "
            "then run this again.",
            changed=True,
        )


def _row_on(task: Task, site: Site, server: str) -> CimInstance | None:
    return next((row for row in read_role_rows(task.cim, site.code) if rows.is_on(row, server)), None)


def _mark_of_distribution(task: Task, site: Site) -> Mark:
    return follow.mark(task, site.code, status.HIERARCHY_MANAGER, (status.SITE_CONTROL_CHANGED,))
