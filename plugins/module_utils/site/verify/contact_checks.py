# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""When the role last had contact with Microsoft, and how its last synchronisation went. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import (
    BROKEN,
    OFFLINE,
    Answer,
    Data,
    Gathered,
    moment,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.words import (
    ago,
    at,
    failed,
    length,
    passed,
    skipped,
    unclear,
    warning,
    with_times,
)

_SEE_LOG = "The problems of its log stand below with their remedies; configmgr.scp.log_info reads further back with more hours."
_IMPORT = (
    "Carry usage data and updates with the service connection tool: configmgr.scp.offline_updates (prepare, connect, import)."
)
# The site takes what its own synchronisation brought within minutes.
_OF_THE_SYNCHRONISATION = timedelta(hours=1)
# Two servers, two clocks.
_CLOCKS = timedelta(minutes=5)


def last_contact(found: Gathered) -> Check:
    """Online within the hours allowed; offline the last import that the site took in."""
    return _last_import(found) if found.mode == OFFLINE else _last_synchronisation(found)


def contact_time(found: Gathered) -> datetime | None:
    """When the role last synchronised, or offline when the site last took a list of updates in; None when nobody knows."""
    if found.mode == OFFLINE:
        return moment(_flow(found.site_log, "manifest").get("last_success"))
    # The registry holds the exact time, but not while a check is asked for; the log tells what it still has.
    recorded = moment(found.last.get("previous_synchronisation"))
    logged = moment(_flow(found.log, "download").get("last_success"))
    return max((when for when in (recorded, logged) if when is not None), default=None)


def _last_synchronisation(found: Gathered) -> Check:
    hours = found.limits.contact_hours
    id, title = "last_contact", f"It has synchronised within {hours:g} hours"
    then = contact_time(found)
    now = found.server_time
    remedy = f"Ask for a check with configmgr.scp.site_update_check (mode: online) on {found.server}. {_SEE_LOG}"
    if then is None:
        why = f"neither registry nor log of {found.server} tell of a synchronisation."
        said = found.last.result.get("msg") if found.last.run and not found.last.ok else None
        return unclear(id, title, f"{why} {said}" if said else why, remedy)
    if now is None:
        return unclear(id, title, f"the clock of {found.server} could not be read.", "Compare the time with that server's clock.")
    detail = f"The last one was {ago(then, now)}, at {at(then)}."
    if now - then > timedelta(hours=hours):
        return failed(id, title, f"{detail} It should make one every 24 hours.", remedy)
    return passed(id, title, detail)


def _last_import(found: Gathered) -> Check:
    id, title = "last_contact", f"Updates were imported within {found.limits.import_days:g} days"
    then, now = contact_time(found), moment(found.site_log.get("server_time")) or found.site_time
    if then is None or now is None:
        why = (
            "the part of hman.log that was read tells of no import."
            if found.site_log.ok
            else "the site server's log was not read."
        )
        return unclear(id, title, why, _IMPORT)
    detail = f"The site took the last list of updates in {ago(then, now)}, at {at(then)}."
    synchronised = moment(_flow(found.log, "download").get("last_success"))
    if synchronised is not None and synchronised - _CLOCKS <= then <= synchronised + _OF_THE_SYNCHRONISATION:
        why = f"{detail} That was the list of its last synchronisation, when the role was still online; none was imported since."
        return warning(id, title, why, _IMPORT)
    if now - then > timedelta(days=found.limits.import_days):
        return warning(id, title, detail, _IMPORT)
    return passed(id, title, detail)


def synchronisation(found: Gathered) -> Check:
    """What became of the last check for updates, as its log tells it."""
    id, title = "synchronisation", "The last check for updates came to its end"
    if found.mode == OFFLINE:
        return skipped(id, title, "An offline service connection point does not check for updates.")
    flow = _flow(found.log, "download")
    outcome, stage = flow.get("outcome"), flow.get("title") or "no stage"
    where = with_times(f"Stage reached: {stage}, at {flow.get('time') or 'an unknown time'}.")
    if outcome == "completed":
        return passed(id, title, where)
    if outcome == "running":
        return passed(id, title, f"One is under way. {where}")
    if outcome is None:
        return unclear(id, title, f"the part of dmpdownloader.log on {found.server} that was read tells of none.", _SEE_LOG)
    words = {"failed": "It failed", "stopped": "Its thread was stopped", "stalled": "It stands still"}
    return failed(id, title, f"{words.get(str(outcome), f'It is {outcome}')}. {where}", _SEE_LOG)


def handed_over(found: Gathered) -> Check:
    """What the site made of the list of updates that the role handed over."""
    id, title = "manifest_accepted", "The site has taken the list of updates in"
    if not found.site_log.ok:
        return skipped(id, title, "The site server's log was not read.")
    accepted = moment(_flow(found.site_log, "manifest").get("last_success"))
    handed = moment(_flow(found.log, "download").get("last_success"))
    if accepted is None:
        if handed is None:
            return skipped(id, title, "Neither log tells of one.")
        why = f"it was handed over at {at(handed)}, and the part of hman.log that was read tells of none."
        return unclear(id, title, why, "Read hman.log on the site server, and MPFDM's where the role is on another server.")
    now = moment(found.site_log.get("server_time"))
    # Two servers, two clocks; and the site takes its time.
    waited = None if handed is None or now is None or accepted >= handed else now - handed
    if waited is not None and waited > timedelta(hours=1):
        detail = f"The last one was handed over {length(waited)} ago; the site took one in at {at(accepted)} last."
        return warning(id, title, detail, "Read hman.log on the site server, and MPFDM's where the role is on another server.")
    return passed(id, title, f"At {at(accepted)}.")


def downloads(found: Gathered) -> Check:
    """The downloads of updates that the log tells of."""
    id, title = "downloads", "No download of an update has failed"
    rows = found.log.rows("packages")
    ill = [row for row in rows if row.get("outcome") in BROKEN]
    if ill:
        listed = ", ".join(
            f"{row.get('package') or 'one without a name'} {row.get('outcome')} at: {row.get('title')}" for row in ill
        )
        return failed(id, title, f"{listed}.", _SEE_LOG)
    if not rows:
        return skipped(id, title, "The part of the log that was read tells of none.")
    return passed(id, title, ", ".join(f"{row.get('package') or 'one'} {row.get('outcome')}" for row in rows) + ".")


def _flow(answer: Answer, name: str) -> Data:
    found = answer.get(name, {})
    return found if isinstance(found, Mapping) else {}
