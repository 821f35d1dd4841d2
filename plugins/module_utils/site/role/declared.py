# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The work of the module service_connection_point: writes what was decided, follows the site and reports. Options: the task's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Change, Create, Delete, Step
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import absence, follow, placing, telling
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import (
    Refusal,
    RoleState,
    Surroundings,
    Wish,
    decide,
    deletions,
    expecting_site_system,
    read_surroundings,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.move import (
    install_steps,
    is_move,
    left_behind,
    move_refusal,
    move_steps,
    plan_move,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.task import Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance


def unchanged(task: Task, state: RoleState, wish: Wish) -> Result:
    """The configuration is as requested; after an interrupted run the site may still have to finish."""
    if not wish.present:
        return _absent_already(task, state, wish)
    site, limit = state.site, task.params["wait_timeout"]
    row = state.row_on(wish.server)
    seen = None
    if row is not None and task.params["mode_change"] == "confirm" and not task.check_mode:
        seen = placing.confirm_mode(task, site, row, limit, wish.allow_during_update)
    said = [follow.message_evidence(seen)] if seen is not None else []
    result = {**_outcome(False, row), "evidence": said, **_nothing_moved(wish), "problems": telling.problems(task, state, wish)}
    followed = _followed(task, state, wish)
    return {**result, **followed, "evidence": said + followed.get("evidence", [])}


def _absent_already(task: Task, state: RoleState, wish: Wish) -> Result:
    """No row exists that is to be removed. Others may exist, and the site may still be removing the role."""
    result = {**_outcome(False, None), **telling.elsewhere_after(task, state, wish, state.rows, removed=False)}
    if not task.params["wait"]:
        return {**result, "left_behind": []}
    gone, limit = task.params["old_server_gone"], task.params["wait_timeout"]
    seen = absence.see_through(task, state.site, wish.server, state.rows, gone, limit)
    return {**result, **_seen(seen)}


def _followed(task: Task, state: RoleState, wish: Wish) -> Result:
    """What the site reports about the role's installation on the server; the task waits for its end, except in check mode."""
    site, server, limit = state.site, wish.server, task.params["wait_timeout"]
    if not task.params["wait"]:
        return {}
    states = status.component_states(task.cim, site.code, (naming.DOWNLOADER,))
    done, verdict = follow.see_through(task, site, server, states, limit)
    moved = {"left_behind": left_behind(states, server)} if wish.move else {}
    return {"installed": done, "evidence": follow.evidence(verdict), **moved}


def changed(task: Task, state: RoleState, wish: Wish) -> Result:
    """Bring the hierarchy to the requested state, or say why not; in check mode say what would be done.

    :raises TaskFailure: a refusal, with its ``way_out``, or what failed during the change.
    """
    refusal = move_refusal(state, wish)
    if refusal:
        raise TaskFailure(refusal)
    around = read_surroundings(task.cim, state.site, wish.server, task.host)
    if task.check_mode and task.params["expect_site_system"]:
        around = expecting_site_system(around, state.site, wish.server)
    if is_move(state, wish):
        return _moved(task, state, wish, around)
    step = decide(state, wish, around)
    if isinstance(step, Refusal):
        raise telling.refused(task, state, around, lambda told: decide(state, wish, told))
    moved = _nothing_moved(wish)
    if moved and isinstance(step, Create):
        moved["steps"] = install_steps(step)
    if isinstance(step, Change) and task.params["mode_change"] == "report" and not task.check_mode:
        # The thread has to exist before it can be stopped for the new mode.
        told = telling.told_before(task, state.site, around, step.before, step.row)
        return {**_outcome(False, step.before), **moved, **told, **_followed(task, state, wish), "mode_change_due": True}
    # The write that ends a change begun with `report` has been reported already.
    told = {} if task.params["mode_change"] == "confirm" else _told_before(task, state.site, around, step)
    diff = _diff(step)
    if isinstance(step, Delete):
        return {**told, **_removed(task, state, wish, step, around), "diff": diff}
    if task.check_mode:
        return {**_outcome(True, step.row, isinstance(step, Change), foretold=True), **moved, **told, "diff": diff}
    return {**moved, **told, **_written(task, state, wish, step), "diff": diff}


def _told_before(task: Task, site: Site, around: Surroundings, step: Step) -> Result:
    before = step.before if isinstance(step, Change) else step.row if isinstance(step, Delete) else None
    return telling.told_before(task, site, around, before, None if isinstance(step, Delete) else step.row)


def _removed(task: Task, state: RoleState, wish: Wish, step: Delete, around: Surroundings) -> Result:
    """Remove the role from one server, with each of its rows that may be removed here."""
    steps = deletions(state, wish, step, around)
    left = [row for row in state.rows if not any(row is one.row for one in steps)]
    wish = wish if wish.server else replace(wish, server=rows.server_of(step.row))
    if task.check_mode:
        return {**_outcome(True, None), "left_behind": [], **telling.elsewhere_after(task, state, wish, left, removed=True)}
    gone = task.params["old_server_gone"]
    seen = absence.carry_out(task, state.site, steps, task.params["wait"], gone, task.params["wait_timeout"])
    return {**_outcome(True, None), **_seen(seen), **telling.elsewhere_after(task, state, wish, left, removed=True)}


def _seen(seen: absence.Absence) -> Result:
    return {"installed": seen.installed, "evidence": seen.evidence, "left_behind": seen.left_behind}


def _written(task: Task, state: RoleState, wish: Wish, step: Create | Change) -> Result:
    """Carry out one step and follow it."""
    site, wait, limit = state.site, task.params["wait"], task.params["wait_timeout"]
    if isinstance(step, Change):
        with telling.full_names_wanted(task, step.before):
            row, seen = placing.change_mode(task, site, step, wait, limit)
        return {**_outcome(True, row, True), "evidence": [follow.message_evidence(seen)] if seen else []}
    if wish.move and not task.params["old_server_gone"]:
        placing.await_release(task, site, wish.server, limit)
    with telling.full_names_wanted(task, step.row):
        placed = placing.install(task, site, step, wait, limit)
    return {**_outcome(True, placed.row), **_proved(placed.verdict), **_left_behind(task, state, wish)}


def _moved(task: Task, state: RoleState, wish: Wish, around: Surroundings) -> Result:
    """Move the role from the server that has it to the requested one."""
    plan = plan_move(state, wish, around)
    if isinstance(plan, Refusal):
        raise telling.refused(task, state, around, lambda told: plan_move(state, wish, told))
    gone = task.params["old_server_gone"]
    steps = move_steps(plan, gone)
    lines = "".join(f"  {number}. {text}\n" for number, text in enumerate(steps, 1))
    told = {
        "steps": steps,
        "previous_server": plan.origin,
        "diff": {"before": _shown(plan.remove.row), "after": _shown(plan.install.row), "prepared": f"The steps:\n{lines}"},
        **telling.told_before(task, state.site, around, plan.remove.row, plan.install.row),
    }
    if task.check_mode:
        return {**_outcome(True, plan.install.row), **told}
    placed = placing.carry_out(task, state.site, plan, gone, task.params["wait_timeout"])
    return {**_outcome(True, placed.row), **_proved(placed.verdict), **told, **_left_behind(task, state, wish)}


def _outcome(changed: bool, row: CimInstance | None, mode_changed: bool = False, foretold: bool = False) -> Result:
    """:param foretold: nothing was written, so the texts say what would be."""
    server = rows.server_of(row) if row is not None else None
    mode = rows.mode_of(row) if row is not None else None
    result: Result = {
        "changed": changed,
        "server": server,
        "mode": mode,
        "installed": None,
        "restart_required": mode_changed,
        "mode_change_due": False,
        "evidence": [],
    }
    if mode_changed:
        text = "would change to {}; it would take" if foretold else "changed to {}; it takes"
        result["restart_reason"] = f"The mode {text.format(mode)} effect when {naming.DOWNLOADER} on {server} restarts."
    return result


def _proved(verdict: follow.Verdict | None) -> Result:
    return {} if verdict is None else {"installed": True, "evidence": follow.evidence(verdict)}


def _nothing_moved(wish: Wish) -> Result:
    return {"steps": [], "previous_server": None, "left_behind": []} if wish.move else {}


def _left_behind(task: Task, state: RoleState, wish: Wish) -> Result:
    if not wish.move:
        return {}
    states = status.component_states(task.cim, state.site.code, (naming.DOWNLOADER,))
    return {"left_behind": left_behind(states, wish.server)}


def _diff(step: Step) -> dict[str, Any]:
    before = step.before if isinstance(step, Change) else step.row if isinstance(step, Delete) else None
    after = None if isinstance(step, Delete) else step.row
    diff: dict[str, Any] = {"before": _shown(before), "after": _shown(after)}
    if isinstance(step, Change):
        diff["prepared"] = f"{naming.DOWNLOADER} on {rows.server_of(step.row)} has to be stopped and started for the new mode.\n"
    return diff


def _shown(row: CimInstance | None) -> dict[str, Any]:
    if row is None:
        return {"service_connection_point": None}
    return {
        "service_connection_point": {
            "server": rows.server_of(row),
            "site_code": rows.site_of(row),
            "mode": rows.mode_of(row),
            "properties": rows.settings_as_data(row),
        }
    }
