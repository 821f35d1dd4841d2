# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The complete report of a verification: every check with its part and host, and what else the page shows. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight import check_report
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_report import MOST_DETAIL, Found
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify import (
    contact_checks,
    message_checks,
    role_checks,
    site_checks,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.check_ids import VERIFY
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.connections import connections
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.dates_ahead import dates_ahead
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import PARTS, Answer, BadInput, Gathered
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.grounds import with_grounds

SITE, SERVER, SITE_SERVER = "site", "server", "site_server"
# Version of the report's format: increased when a name changes its meaning.
SCHEMA = 1
_FLOWS = ("download", "packages", "manifest", "content", "replication", "installation")

# What to do if the role's server is lost.
_LOST = (
    "If the server is permanently lost, move the role to another server: configmgr.scp.move, or configmgr.scp.recover after the "
    "site was restored from a backup, with that server in scp_to."
)

Judge = Callable[[Gathered], "Check | list[Check]"]


def verify(found: Gathered, generated: datetime, fail_on: str = "failed", accept: Collection[str] = ()) -> dict[str, Any]:
    """The report.

    :param generated: when it was made, by the controller's clock; with a time zone.
    :param accept: ids of checks whose result is known and accepted: they are shown, and count as skipped.
    :raises ValueError: ``fail_on`` is not possible, or no check has an accepted id.
    """
    refused = VERIFY.unknown(accept, "accept")
    if refused:
        raise BadInput(" ".join(refused))
    entries = check_report.accepted(with_grounds(judged(found), found), accept)
    top = found.top_level_site
    title = f"service connection point of {top.get('site_code') or found.hierarchy.host}"
    listed = check_report.whole(entries, fail_on, title, VERIFY.kind)
    return {
        "schema": SCHEMA,
        "generated": generated.isoformat(timespec="seconds"),
        "provider": found.hierarchy.host or found.role.host or None,
        "read": [name for name in PARTS if getattr(found, name).ok],
        "site_time": found.site_time.isoformat(timespec="seconds") if found.site_time else None,
        "site_code": top.get("site_code"),
        "server": found.server or None,
        "mode": found.mode,
        "last_contact": _iso(contact_checks.contact_time(found)),
        "thread_state": found.thread.get("state"),
        "verdict": verdict(listed["blocked"], listed["counts"]),
        **listed,
        "sites": list(found.hierarchy.rows("sites")),
        "site_systems": list(found.hierarchy.rows("site_systems")),
        "service_connection_points": list(found.hierarchy.rows("service_connection_points")),
        "components": list(found.role.rows("components")),
        "support": found.updates.get("support"),
        "packages": list(found.updates.rows("packages")),
        "applications": [_without_ids(row) for row in found.cloud.rows("applications")],
        "messages": list(found.status.rows("messages")),
        "messages_since": found.status.get("since"),
        "last_synchronisation": found.last.get("previous_synchronisation"),
        "connections": connections(found, entries),
        "dates_ahead": dates_ahead(found, (found.server_time or generated).date()),
        "log": _log(found.log),
        "site_log": _log(found.site_log),
    }


def verdict(blocked: bool, counts: dict[str, int]) -> str:
    """``failed`` when a required check failed, ``warning`` when anything else is not right, else ``passed``."""
    if blocked:
        return Status.FAILED.value
    return Status.WARNING.value if counts[Status.FAILED.value] or counts[Status.WARNING.value] else Status.PASSED.value


def judged(found: Gathered) -> list[Found]:
    """Every check with its part and host. What could not be checked is a failed check of its own, once for each host."""
    provider = found.hierarchy.host or found.role.host
    entries: list[Found] = []

    def add(part: str, host: str, *checks: Check) -> None:
        entries.extend(Found(part, host, _safe(check)) for check in checks)

    def ask(part: str, name: str, answer: Answer, *judges: Judge) -> None:
        if answer.ok:
            for judge in judges:
                result = judge(found)
                add(part, answer.host, *([result] if isinstance(result, Check) else result))
        elif answer.run:
            check = check_report.not_looked_at(name, answer.result, answer.host)
            lost = name == "thread" and bool(answer.result.get("unreachable"))
            add(part, answer.host, replace(check, remedy=f"{check.remedy} {_LOST}") if lost else check)

    ask(SITE, "hierarchy", found.hierarchy)
    ask(SITE, "role", found.role, role_checks.role_configured, role_checks.site_server_pair)
    ask(SITE, "role", found.role if found.role.ok else Answer(), role_checks.role_installed, role_checks.components_healthy)
    ask(
        SITE, "status", found.status, role_checks.server_healthy, message_checks.endpoints_reported, message_checks.messages_quiet
    )
    ask(SITE, "updates", found.updates, site_checks.updates_going_on, site_checks.support_end, site_checks.security_update)
    ask(SITE, "cloud", found.cloud, site_checks.secrets_valid, site_checks.cloud_needs_role)
    ask(SITE, "role", found.role if found.role.ok else Answer(), site_checks.duties)
    ask(SERVER, "thread", found.thread, role_checks.thread_running)
    if found.server and SERVER not in found.missing and (found.log.ok or found.last.ok or found.site_log.ok):
        add(SERVER, found.log.host or found.server, contact_checks.last_contact(found))
    ask(SERVER, "log", found.log, contact_checks.synchronisation, contact_checks.downloads, _problems_of("log"))
    ask(SITE_SERVER, "site_log", found.site_log, contact_checks.handed_over, _problems_of("site_log"))
    for part, unknown in found.missing.items():
        detail = f"{unknown['detail']} So it could not be checked."
        add(part, unknown["server"], check_report.whole_part(part, Status.FAILED, detail, unknown["remedy"]))
    return entries if entries else [Found(SITE, provider, check_report.whole_part(SITE, Status.FAILED, "Nothing was checked."))]


def _problems_of(name: str) -> Judge:
    def judge(found: Gathered) -> list[Check]:
        answer: Answer = getattr(found, name)
        problems = message_checks.log_problems(answer)
        return [*problems, *message_checks.logs_read(answer)]

    return judge


def _safe(check: Check) -> Check:
    """Texts come from servers: limit their length, and remove characters that can disturb a terminal."""
    return replace(
        check, title=shown(check.title, 300), detail=shown(check.detail, MOST_DETAIL), remedy=shown(check.remedy, MOST_DETAIL)
    )


def _iso(when: datetime | None) -> str | None:
    return when.isoformat(timespec="seconds") if when else None


def _without_ids(row: Any) -> dict[str, Any]:
    return {name: row.get(name) for name in ("name", "tenant", "type", "imported", "secret")}


def _log(answer: Answer) -> dict[str, Any] | None:
    """What the page shows of a host's logs."""
    if not answer.ok:
        return None
    names = ("server_time", "since", "logs", *_FLOWS, "state_messages", "problems", "timeline", "timeline_left_out", "counts")
    return {"host": answer.host, **{name: answer.get(name) for name in names}}
