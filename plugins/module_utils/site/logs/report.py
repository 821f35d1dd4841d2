# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The results of a Judge, as plain data: times ISO 8601 in UTC, texts of limited length without characters that disturb a
terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.flow import FlowTracker, Outcome, Pass, Seen
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Event, Judge, StateMessage
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.problem_tables import UNKNOWN, Problem
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.problems import Group, Line
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import Record
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.severity import ERROR, WARNING
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.times import iso

_TIMELINE_TEXT = 300
_NAME_TEXT = 120
# The flow of packages is returned as a separate list.
_PACKAGES = "payload"


def report(judge: Judge, now: datetime | None) -> dict[str, Any]:
    """Everything except the list of logs.

    :param now: the server's time, UTC; None when it is unknown.
    """
    trackers = judge.flows
    single = {name: _flow(tracker, now) for name, tracker in trackers.items() if name != _PACKAGES}
    packages = trackers[_PACKAGES]
    return {
        **single,
        "packages": [{"package": found.package or None, **_pass(packages, found, now)} for found in packages.passes.values()],
        "threads": [
            {"component": name, "running": state.running, "time": iso(state.seen.when), "log": state.seen.log}
            for name, state in sorted(judge.threads.items())
        ],
        "state_messages": [_state(message) for message in judge.states],
        "problems": _problems(judge, now),
        "problems_left_out": judge.problems.left_out,
        "timeline": [_event(event) for event in judge.timeline],
        "timeline_left_out": judge.events - len(judge.timeline),
        "unread": [{"log": log, "text": shown(record.message)} for log, record in judge.unread],
        "counts": {
            "records": judge.records,
            "in_range": judge.in_range,
            "incomplete": judge.incomplete,
            "unread": judge.unread_count,
            "without_time": judge.without_time,
            "errors": judge.severities[ERROR],
            "warnings": judge.severities[WARNING],
        },
        "oldest_time": iso(judge.oldest),
        "newest_time": iso(judge.newest),
    }


def _flow(tracker: FlowTracker, now: datetime | None) -> dict[str, Any]:
    latest = next(reversed(tracker.passes.values()), None)
    success = tracker.last_success
    nothing: dict[str, Any] = {"stage": None, "title": None, "time": None, "started": None, "outcome": None, "stages": []}
    found = nothing if latest is None else _pass(tracker, latest, now)
    return {**found, "last_success": iso(success.when) if success else None, "history": list(_history(tracker, latest, now))}


def _history(tracker: FlowTracker, latest: Pass | None, now: datetime | None) -> Iterator[dict[str, Any]]:
    """All passes that were seen, the oldest first; ``latest`` is the last one, None when there is none."""
    for past in tracker.past:
        yield _in_short(past, past.outcome_of_past())
    if latest is not None and not (latest.furthest.waits and latest.goal is None):
        yield _in_short(latest, latest.outcome(now, tracker.patience))


def _in_short(found: Pass, outcome: Outcome) -> dict[str, Any]:
    return {
        "started": iso(found.begun.when) if found.begun else None,
        "time": iso(found.last.when),
        "stage": found.furthest.id,
        "title": found.furthest.title,
        "outcome": outcome.value,
    }


def _pass(tracker: FlowTracker, found: Pass, now: datetime | None) -> dict[str, Any]:
    return {
        "stage": found.furthest.id,
        "title": found.furthest.title,
        "time": iso(found.last.when),
        "started": iso(found.begun.when) if found.begun else None,
        "outcome": found.outcome(now, tracker.patience).value,
        "stages": [
            {"stage": stage.id, "title": stage.title, "time": iso(seen.when), "log": seen.log}
            for stage, seen in sorted(found.stages.values(), key=lambda item: item[0].order)
        ],
    }


def _problems(judge: Judge, now: datetime | None) -> list[dict[str, Any]]:
    computed = [_problem(problem, False, _single(problem, seen, record)) for problem, seen, record in judge.finish(now)]
    return computed + [_problem(group.problem, over, group) for group, over in judge.problems.groups(judge.is_over)]


def _single(problem: Problem, seen: Seen, record: Record) -> Group:
    group = Group(problem, seen.log, record.component, seen, seen, count=1)
    group.add(Line(seen, record))
    return group


def _problem(problem: Problem, over: bool, group: Group) -> dict[str, Any]:
    return {
        "id": problem.id,
        "title": problem.title,
        "severity": problem.severity,
        "status": "over" if over else "current",
        "cause": problem.cause,
        "remedy": problem.remedy.replace("{log}", group.log),
        "source": problem.source,
        "certainty": problem.certainty,
        "http_status": problem.http_status,
        "code": problem.code or None,
        "log": group.log,
        "component": shown(group.component, _NAME_TEXT) or None,
        "flow": group.flow or None,
        "package": group.package or None,
        "first_time": iso(group.first.when),
        "last_time": iso(group.last.when),
        "count": group.count,
        "related": group.related,
        "lines": [{**_times(line.seen, line.record), "text": shown(line.record.message)} for line in group.lines],
        "around": {"before": _text(group.before), "after": _text(group.after)} if problem.rank == UNKNOWN else None,
    }


def _text(record: Record | None) -> str | None:
    return None if record is None else shown(record.message)


def _state(message: StateMessage) -> dict[str, Any]:
    return {
        **_times(message.seen, message.record),
        "number": message.number,
        "name": message.name,
        "package": None if message.package.strip("0-") == "" else message.package,
        "sent": message.sent,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        **_times(event.seen, event.record),
        "kind": event.kind,
        "id": event.id,
        "title": event.title,
        "log": event.seen.log,
        "component": shown(event.record.component, _NAME_TEXT) or None,
        "text": shown(event.record.message, _TIMELINE_TEXT),
    }


def _times(seen: Seen, record: Record) -> Mapping[str, str | None]:
    """The UTC time of the record itself or of the one before it; and the local time as in the log."""
    time = record.time
    local = None if time is None else time.local.isoformat(timespec="milliseconds") if time.local else shown(time.written, 60)
    return {"time": iso(seen.when), "local_time": local}
