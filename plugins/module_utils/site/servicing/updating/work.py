# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One task with an update: the first reading, then the plan in check mode, or the way to the requested state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating import deciding, report, window
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.course import Course, Limits
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import Refuse, Wish
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.finding import Found, find_update
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.patience import when_loaded
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.reading import Look, Reader
from ansible_collections.configmgr.scp.plugins.module_utils.task import Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import clock_if_allowed


def bring(task: Task, code: str, wish: Wish, limits: Limits, opening: window.Window | None) -> Result:
    """Bring the update of the task's options to the requested state; in check mode only say what would be done.

    :param opening: the time in which an installation may begin; None: at any time.
    :raises TaskFailure: a refusal or a failure, with what was read.
    """
    began = task.monotonic()
    patience = min(limits.outage_seconds, limits.wait_seconds) if limits.wait else 0
    found, first, reader = when_loaded(task, lambda: _first(task, code, wish, limits), patience)
    if first is None or reader is None:
        return {**report.nothing(found), "elapsed_seconds": round(task.monotonic() - began, 1)}
    course = Course(task, code, reader, wish, limits, lambda: _closed(task, opening))
    work = _Work(task, found, course, first, began)
    return _planned(work, lambda: _closed(task, opening)) if task.check_mode else _carried_out(work)


def _first(task: Task, code: str, wish: Wish, limits: Limits) -> tuple[Found, Look | None, Reader | None]:
    """The update, and the first reading of it; None if there is nothing to install."""
    found = find_update(task, code, wish, limits)
    if found.package is None:
        return found, None, None
    reader = Reader(task.cim, code, found.package.guid, found.top.version)
    return found, reader.seen_among(found.packages), reader


@dataclass(frozen=True)
class _Work:
    task: Task
    found: Found
    course: Course
    first: Look
    began: float

    def result(self, look: Look, reached: bool) -> Result:
        shown = report.result(self.task, self.found, self.course, self.first, look, reached)
        return {**shown, "elapsed_seconds": round(self.task.monotonic() - self.began, 1)}


def _planned(work: _Work, closed: Callable[[], str | None]) -> Result:
    """What the task would do; refusals are those of the real task."""
    step = work.course.next_step(work.first)
    result = work.result(work.first, isinstance(step, deciding.Reached))
    if isinstance(step, Refuse):
        raise TaskFailure(f"{step.reason} {step.remedy}{report.told(result)}", **{**result, "changed": False})
    changed = deciding.will_ask(work.first.seen, work.course.wish)
    if changed and work.course.wish.state == deciding.INSTALLED:
        refused = closed()
        if refused is not None:
            work.task.warn(refused)
    shown = {"diff": report.difference(work.first, result["planned_phases"], work.course.wish.state)} if changed else {}
    return {**result, "changed": changed, "due": changed, **shown}


def _carried_out(work: _Work) -> Result:
    try:
        look, reached = work.course.run(work.first)
    except TaskFailure as failure:
        look = failure.result.pop("look", work.first)
        result = work.result(look, False)
        message = f"{failure.message}{report.told(result)}"
        raise TaskFailure(message, **{**result, "changed": bool(work.task.done)}) from failure
    result = work.result(look, reached)
    changed = bool(work.course.done)
    shown = {"diff": report.difference(work.first, result["planned_phases"], look.seen.package.state)} if changed else {}
    return {**result, "changed": changed, **shown}


def _closed(task: Task, opening: window.Window | None) -> str | None:
    """Why an installation must not begin now; one request if there is a window."""
    if opening is None:
        return None
    clock = clock_if_allowed(task.cim)
    return window.refusal(opening, clock.now if clock else None, clock.utc_offset_minutes if clock else None)
