# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Status messages of the site, and problems found in logs, as checks. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.log_names import log_name
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import with_times
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import BROKEN, OFFLINE, Answer, Data, Gathered
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.words import counted, failed, passed, skipped, warning

_ENDPOINTS = "endpoints"
# The site's own endpoint check writes the names of the endpoints to this log.
_ENDPOINT_LOG = "EndpointConnectivityCheckWorker"
_STATUS = "Check Monitoring > System Status > Component Status > Show Messages in the console."
_MOST_KINDS = 8
_DISTRIBUTION_LOG = "distmgr"
# A failure that matches no pattern may be harmless.
_UNRECOGNISED = "unrecognised"
_MOST_LINE = 300


def endpoints_reported(found: Gathered) -> Check:
    """The newest report of the site's own endpoint check."""
    id, title = "endpoints_reported", "The site's own endpoint check reaches the cloud"
    if found.mode == OFFLINE:
        return skipped(id, title, "An offline service connection point needs no endpoint.")
    reports = [row for row in found.status.rows("messages") if row.get("subject") == _ENDPOINTS]
    if not reports:
        since = with_times(found.status.get("since", "the beginning of the range"))
        return skipped(id, title, f"It reported nothing since {since}; it runs only if the site is attached to a tenant.")
    newest = reports[0]
    detail = f"Status message {newest.get('message_id')} of {with_times(newest.get('time'))}: {_told(newest)}"
    if newest.get("verdict") != "passed":
        detail += "".join(f" {_ENDPOINT_LOG}.log: {line}" for line in _lines_of(found.log, _ENDPOINT_LOG))
    if newest.get("verdict") == "passed":
        return passed(id, title, detail)
    if newest.get("verdict") == "warning":
        return warning(id, title, detail, str(newest.get("remedy") or _STATUS))
    return failed(id, title, detail, str(newest.get("remedy") or _STATUS))


def _lines_of(answer: Answer, log: str) -> list[str]:
    """The first line of each problem that is not over in one log."""
    rows = [
        row for row in answer.rows("problems") if row.get("status") == "current" and log.lower() in str(row.get("log")).lower()
    ]
    return [_first_line(row) for row in rows]


def messages_quiet(found: Gathered) -> list[Check]:
    """The other status messages: one check for each known subject, and one for all other errors and warnings."""
    rows = [row for row in found.status.rows("messages") if row.get("subject") != _ENDPOINTS]
    subjects: dict[str, list[Data]] = {}
    for row in rows:
        if row.get("subject"):
            subjects.setdefault(str(row["subject"]), []).append(row)
    checks = [_subject(subject, told) for subject, told in subjects.items()]
    return [*checks, _others([row for row in rows if not row.get("subject")], bool(found.status.get("more_messages")))]


def _subject(subject: str, told: list[Data]) -> Check:
    newest = told[0]
    last = f"{newest.get('message_id')} of {with_times(newest.get('time'))}: {_told(newest)}"
    return warning(
        f"reported_{subject.replace(' ', '_')}",
        f"The site reports no problem with: {subject}",
        f"{counted(len(told), 'status message')}, the last one {last}",
        str(newest.get("remedy") or _STATUS),
    )


def _others(told: list[Data], more: bool) -> Check:
    id, title = "messages_quiet", "The role's components report no other errors or warnings"
    if not told:
        return passed(id, title, "There are none in the range.")
    kinds = Counter((str(row.get("component")), str(row.get("message_id")), str(row.get("severity"))) for row in told)
    listed = [f"{name} {number} ({severity}) {count} x" for (name, number, severity), count in kinds.most_common(_MOST_KINDS)]
    rest = f", and {len(kinds) - _MOST_KINDS} other kinds" if len(kinds) > _MOST_KINDS else ""
    cut = " There are more messages than could be read." if more else ""
    return warning(id, title, f"{', '.join(listed)}{rest}. The last one: {_told(told[0])}{cut}", _STATUS)


def log_problems(answer: Answer) -> list[Check]:
    """A check for each problem that is not over, with its cause and remedy. An id that occurs twice gets a number.

    What stopped the last synchronisation is often logged only as a warning.
    """
    flow = answer.get("download", {})
    broken = isinstance(flow, Mapping) and flow.get("outcome") in BROKEN
    return list(_numbered(_problem(row, broken) for row in answer.rows("problems") if row.get("status") == "current"))


def logs_read(answer: Answer) -> list[Check]:
    """A warning for each log that was not read."""
    return [
        warning(
            f"log_{str(row.get('component') or 'file').lower()}_read",
            f"The log of {row.get('component') or row.get('path')} is read",
            str(row.get("error")),
            "Run as a local administrator of that server; the other logs were read.",
        )
        for row in answer.rows("logs")
        if not row.get("readable")
    ]


def _problem(row: Data, broken: bool) -> Check:
    line = _first_line(row)
    id, title = str(row.get("id")), str(row.get("title"))
    when = f"last at {with_times(row['last_time'])}" if row.get("last_time") else "at an unknown time"
    detail = f"{row.get('cause')} {row.get('log')}, {counted(int(row.get('count') or 1), 'time')}, {when}: {line}"
    serious = id != _UNRECOGNISED and (broken or row.get("severity") == "error") and _concerns_the_role(row)
    return Check(
        f"problem_{id}",
        title,
        Status.FAILED if serious else Status.WARNING,
        detail,
        str(row.get("remedy") or "Check the log around that line."),
        required=serious,
    )


def _concerns_the_role(row: Data) -> bool:
    """Distribution Manager also distributes ordinary content: of its problems, those that stop an update concern the role."""
    return log_name(str(row.get("log") or "")) != _DISTRIBUTION_LOG or row.get("flow") is not None


def _first_line(row: Data) -> str:
    lines = row.get("lines") or [{}]
    text = " ".join(str(lines[0].get("text") or "").split())
    return f"{text[:_MOST_LINE]}..." if len(text) > _MOST_LINE else text


def _numbered(checks: Iterable[Check]) -> Iterator[Check]:
    seen: Counter[str] = Counter()
    for check in checks:
        seen[check.id] += 1
        number = seen[check.id]
        yield (
            check
            if number == 1
            else Check(f"{check.id}_{number}", check.title, check.status, check.detail, check.remedy, check.required)
        )


def _told(row: Data) -> str:
    words = "; ".join(str(word) for word in row.get("words") or () if word)
    title = str(row.get("title") or f"{row.get('component')} {row.get('severity')} {row.get('message_id')}")
    return f"{title} ({words})." if words else f"{title}."
