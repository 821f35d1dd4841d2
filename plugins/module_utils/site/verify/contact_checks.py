# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""When the role last had contact with Microsoft, and the result of its last synchronisation. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import at, with_times
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
    failed,
    length,
    passed,
    skipped,
    unclear,
    warning,
)

_SEE_LOG = "The problem checks of its log have the remedies; configmgr.scp.log_info with more hours reads further back."
_IMPORT = (
    "Transfer usage data and updates with the service connection tool: configmgr.scp.offline_updates (prepare, connect, import)."
)
# The site processes the result of its own synchronisation within minutes.
_OF_THE_SYNCHRONISATION = timedelta(hours=1)
# The clocks of two servers may differ.
_CLOCKS = timedelta(minutes=5)


def last_contact(found: Gathered) -> Check:
    """Online: the last synchronisation, within the allowed hours; offline: the last import that the site accepted."""
    return _last_import(found) if found.mode == OFFLINE else _last_synchronisation(found)


def contact_time(found: Gathered) -> datetime | None:
    """When the role last synchronised; offline: when the site last accepted a list of updates; None when that is unknown."""
    if found.mode == OFFLINE:
        return moment(_flow(found.site_log, "manifest").get("last_success"))
    # The registry has the exact time, but not while a check is requested; the log shows only what it still contains.
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
        why = f"neither the registry nor the log of {found.server} shows a synchronisation."
        said = found.last.result.get("msg") if found.last.run and not found.last.ok else None
        return unclear(id, title, f"{why} {said}" if said else why, remedy)
    if now is None:
        return unclear(
            id,
            title,
            f"the clock of {found.server} could not be read.",
            "Compare the time of the last contact with that server's clock.",
        )
    detail = f"The last one was {ago(then, now)}, at {at(then)}."
    if now - then > timedelta(hours=hours):
        return failed(id, title, f"{detail} It should make one every 24 hours.", remedy)
    return passed(id, title, detail)


def _last_import(found: Gathered) -> Check:
    id, title = "last_contact", f"Updates were imported within {found.limits.import_days:g} days"
    then, now = contact_time(found), moment(found.site_log.get("server_time")) or found.site_time
    if then is None or now is None:
        why = (
            "the part of hman.log that was read shows no import." if found.site_log.ok else "the site server's log was not read."
        )
        return unclear(id, title, why, _IMPORT)
    detail = f"The site accepted the last list of updates {ago(then, now)}, at {at(then)}."
    synchronised = moment(_flow(found.log, "download").get("last_success"))
    if synchronised is not None and synchronised - _CLOCKS <= then <= synchronised + _OF_THE_SYNCHRONISATION:
        why = f"{detail} That list came from its last synchronisation, when the role was still online; none was imported since."
        return warning(id, title, why, _IMPORT)
    if now - then > timedelta(days=found.limits.import_days):
        return warning(id, title, detail, _IMPORT)
    return passed(id, title, detail)


def synchronisation(found: Gathered) -> Check:
    """The result of the last check for updates, as the log shows it."""
    id, title = "synchronisation", "The last check for updates completed"
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
        return unclear(id, title, f"the part of dmpdownloader.log on {found.server} that was read shows none.", _SEE_LOG)
    words = {"failed": "It failed", "stopped": "Its thread was stopped", "stalled": "It makes no progress"}
    return failed(id, title, f"{words.get(str(outcome), f'It is {outcome}')}. {where}", _SEE_LOG)


def handed_over(found: Gathered) -> Check:
    """Whether the site accepted the list of updates that the role passed to it."""
    id, title = "manifest_accepted", "The site has accepted the list of updates"
    if not found.site_log.ok:
        return skipped(id, title, "The site server's log was not read.")
    accepted = moment(_flow(found.site_log, "manifest").get("last_success"))
    handed = moment(_flow(found.log, "download").get("last_success"))
    if accepted is None:
        if handed is None:
            return skipped(id, title, "Neither log shows one.")
        why = f"one was passed to the site at {at(handed)}, and the part of hman.log that was read shows none."
        return unclear(id, title, why, "Check hman.log on the site server, and MPFDM's log if the role is on another server.")
    now = moment(found.site_log.get("server_time"))
    # The clocks of two servers may differ, and the site needs some time.
    waited = None if handed is None or now is None or accepted >= handed else now - handed
    if waited is not None and waited > timedelta(hours=1):
        detail = f"The last one was passed to the site {length(waited)} ago; the site last accepted one at {at(accepted)}."
        return warning(id, title, detail, "Check hman.log on the site server, and MPFDM's log if the role is on another server.")
    return passed(id, title, f"At {at(accepted)}.")


def downloads(found: Gathered) -> Check:
    """The downloads of updates that the logs show: that of the role's server, and for other updates what the site was told."""
    id, title = "downloads", "No download of an update has failed"
    rows = list({row.get("package"): row for row in (*found.site_log.rows("packages"), *found.log.rows("packages"))}.values())
    ill = [row for row in rows if row.get("outcome") in BROKEN]
    if ill:
        listed = ", ".join(
            f"{row.get('package') or 'one without a name'} {row.get('outcome')} at: {row.get('title')}" for row in ill
        )
        return failed(id, title, f"{listed}.", _SEE_LOG)
    if not rows:
        return skipped(id, title, "The part of the log that was read shows none.")
    return passed(id, title, ", ".join(f"{row.get('package') or 'one'} {row.get('outcome')}" for row in rows) + ".")


def _flow(answer: Answer, name: str) -> Data:
    found = answer.get(name, {})
    return found if isinstance(found, Mapping) else {}
