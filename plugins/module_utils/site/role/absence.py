# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Follows a removal to its end: the row is deleted at once, the role on the server later, and on a dead server never."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import Delete
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import follow, move, placing
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.follow import SiteFailure
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status import ComponentState
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance


@dataclass(frozen=True)
class Absence:
    """What was seen after the rows were deleted.

    ``installed``: whether the site still lists the role on a server that it was to be removed from; None if not checked.
    ``left_behind``: what remains there, as data.
    """

    installed: bool | None
    evidence: list[dict[str, Any]]
    left_behind: list[dict[str, str]]


NOT_LOOKED_AT = Absence(None, [], [])


def carry_out(task: Task, site: Site, steps: Sequence[Delete], wait: bool, gone: bool, limit_seconds: float) -> Absence:
    """Delete the rows and follow the site. A removal that fails on the server is a warning: the row is deleted anyway.

    :param steps: rows of one server.
    :param gone: the server no longer exists, so the task does not wait for it.
    :raises TaskFailure: the site refused a write, or the role was not removed from the server within the limit.
    """
    server = rows.server_of(steps[0].row)
    # A site that no longer exists reports nothing about its servers, and no other site does so for it.
    followed = any(rows.site_of(step.row) == site.code for step in steps)
    try:
        verdict = placing.remove(task, site, steps, wait and followed and not gone, limit_seconds)
    except SiteFailure as failure:
        task.warn(f"{failure.message} The row is removed, so the task does not fail.")
        return _seen(task, _held(task, site, (), server), failure.result.get("evidence", []))
    if verdict is not None:
        return Absence(False, follow.evidence(verdict), [])
    return _seen(task, _held(task, site, (), server), []) if wait and followed else NOT_LOOKED_AT


def see_through(task: Task, site: Site, server: str, present: Sequence[CimInstance], gone: bool, limit_seconds: float) -> Absence:
    """Whether a removal whose row is already deleted has ended; the task waits for that, but not in check mode.

    There is no wait for a server on which the removal failed: every run reports the same about it, whether it is named or not.

    :param server: only this one; empty for every server that has no row.
    :param present: the rows of the role that exist.
    :raises TaskFailure: the role was not removed from a server within the limit.
    """
    held = _held(task, site, present, server)
    if not held:
        return Absence(False, [], [])
    messages = status.messages_since(task.cim, site.code, status.BEFORE_ALL, naming.DOWNLOADER, follow.OUTCOME_IDS)
    waited = [] if task.check_mode or gone else [state for state in held if not move.given_up(state, messages)]
    evidence: list[dict[str, Any]] = []
    for state in waited:
        since = follow.mark(task, site.code, naming.DOWNLOADER, follow.OUTCOME_IDS)
        try:
            evidence += follow.evidence(follow.wait_for_removal(task, site, state.server, since, limit_seconds))
        except SiteFailure as failure:
            task.warn(failure.message)
            evidence += failure.result.get("evidence", [])
    return _seen(task, _held(task, site, present, server) if waited else held, evidence)


def _held(task: Task, site: Site, present: Sequence[CimInstance], server: str) -> list[ComponentState]:
    """Where this site still lists the role's downloader although the role has no row there."""
    states = status.component_states(task.cim, site.code, (naming.DOWNLOADER,))
    return [
        state
        for state in move.elsewhere(states, "")
        if state.site_code in ("", site.code)
        and (not server or naming.same_computer(state.server, server))
        and not any(rows.is_on(row, state.server) for row in present)
    ]


def _seen(task: Task, held: Sequence[ComponentState], evidence: list[dict[str, Any]]) -> Absence:
    if not held:
        return Absence(False, evidence, [])
    remains = move.left_behind(held, "")
    task.warn(" ".join(one["text"] for one in remains))
    return Absence(True, evidence or [follow.component_evidence(state) for state in held], remains)
