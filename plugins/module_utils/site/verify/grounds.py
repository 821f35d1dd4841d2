# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which check depends on which other checks: none passes while one that it depends on has failed. Pure.

The site continues to show its last known state. If the server is dead, the thread stopped or the role missing, what the site
shows is no longer evidence: it is reported, and not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_report import Found
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import Gathered

ROLE, INSTALLED, THREAD = "role_configured", "role_installed", "thread_running"
# The check that represents a server that does not answer.
SERVER = "thread_checked"
_LIVING = (ROLE, SERVER, THREAD)

# Ids of checks to the ids of the checks that they depend on. Checks that are not named here do not depend on the role's state.
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    INSTALLED: _LIVING,
    "components_healthy": (*_LIVING, INSTALLED),
    "server_healthy": _LIVING,
    "endpoints_reported": (*_LIVING, INSTALLED),
    "messages_quiet": (*_LIVING, INSTALLED),
    "last_contact": _LIVING,
    "synchronisation": _LIVING,
    "manifest_accepted": _LIVING,
    "downloads": _LIVING,
    "updates": _LIVING,
    "cloud_needs_role": _LIVING,
    "duty_discovery": (*_LIVING, INSTALLED),
    "duty_gateways": (*_LIVING, INSTALLED),
}


def with_grounds(entries: Iterable[Found], found: Gathered) -> list[Found]:
    """The checks; each that passed although one that it depends on failed is skipped instead, with that reason."""
    listed = list(entries)
    gone = _gone(listed, found)
    return [_judged(entry, [gone[id] for id in RESTS_ON.get(entry.check.id, ()) if id in gone]) for entry in listed]


def _gone(entries: Sequence[Found], found: Gathered) -> Mapping[str, Check]:
    """The failed checks that others depend on. A module that failed on a server that answers proves nothing about the server."""
    answers = not any(answer.result.get("unreachable") for answer in (found.thread, found.log, found.last))
    return {
        entry.check.id: entry.check
        for entry in entries
        if entry.check.status is Status.FAILED and not (entry.check.id == SERVER and answers)
    }


def _judged(entry: Found, gone: Sequence[Check]) -> Found:
    check = entry.check
    if not gone or check.status is not Status.PASSED:
        return entry
    detail = f"Not judged, because {gone[0].id} failed: {gone[0].detail} What was found here: {check.detail}"
    return replace(entry, check=replace(check, status=Status.SKIPPED, detail=detail))
