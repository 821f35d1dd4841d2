# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What happened on each of the last days: synchronisations, lists of updates, status messages, out of a report. Pure.

A day without an event is "none" as far back as was read, and before that "unknown".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import OFFLINE, moment

Data = Mapping[str, Any]

WEEK, MOST_DAYS = 7, 28
OK, DOUBT, BAD, OPEN, NONE, UNKNOWN = "ok", "doubt", "bad", "open", "none", "unknown"
_GOOD, _GOING = "completed", "running"
# A synchronisation that the registry and the log show may differ by this much.
_SAME = timedelta(minutes=30)


@dataclass(frozen=True)
class Day:
    """One day of a lane; ``text`` says in words what happened."""

    day: date
    state: str
    text: str


@dataclass(frozen=True)
class Lane:
    """One kind of event; the oldest day first, today last."""

    title: str
    days: tuple[Day, ...]


@dataclass(frozen=True)
class _Event:
    when: datetime
    state: str
    word: str


@dataclass(frozen=True)
class _Events:
    """Events of a kind, the oldest first. ``since``: from here on none is missing; None when nothing was read."""

    title: str
    events: Sequence[_Event]
    since: datetime | None
    nothing: str


def lanes(report: Data) -> tuple[Lane, ...]:
    """The lanes of one to four weeks, as far back as anything was read; empty when nothing was."""
    clocks = ((report.get("log") or {}).get("server_time"), report.get("site_time"), report.get("generated"))
    now = next((when for when in map(moment, clocks) if when is not None), None)
    kinds = [kind for kind in _kinds(report) if kind.since is not None]
    if now is None or not kinds:
        return ()
    oldest = min(kind.since for kind in kinds if kind.since is not None)
    weeks = (now.date() - oldest.date()).days // WEEK + 1
    count = max(WEEK, min(MOST_DAYS, weeks * WEEK))
    days = [now.date() - timedelta(days=back) for back in range(count - 1, -1, -1)]
    return tuple(Lane(kind.title, tuple(_of_day(kind, day) for day in days)) for kind in kinds)


def _kinds(report: Data) -> Iterator[_Events]:
    offline = report.get("mode") == OFFLINE
    if not offline:
        found = _with_registry(list(_passes(report, "log", "download")), moment(report.get("last_synchronisation")))
        yield _Events("Synchronisations with Microsoft", found, _first(found), "none")
    title = "Imports accepted by the site" if offline else "Lists of updates accepted by the site"
    accepted = list(_passes(report, "site_log", "manifest"))
    yield _Events(title, accepted, _first(accepted), "none")
    since, messages = moment(report.get("messages_since")), list(_messages(report))
    if not offline:
        endpoints = [event for subject, event in messages if subject == "endpoints"]
        yield _Events("Endpoint checks of the site", endpoints, since if endpoints else None, "no report")
    others = [event for subject, event in messages if subject != "endpoints"]
    yield _Events("Errors and warnings of the role", others, since, "none")


def _passes(report: Data, log: str, flow: str) -> Iterator[_Event]:
    """Passes of a flow that began, by their outcome."""
    found = (report.get(log) or {}).get(flow)
    history = found.get("history") if isinstance(found, Mapping) else None
    for one in history or ():
        when, outcome = moment(one.get("time")), str(one.get("outcome"))
        if when is not None:
            yield _Event(when, OK if outcome == _GOOD else OPEN if outcome == _GOING else BAD, outcome)


def _with_registry(events: list[_Event], recorded: datetime | None) -> list[_Event]:
    """The registry has the last synchronisation also when the log no longer shows it."""
    if recorded is None or any(event.state == OK and abs(event.when - recorded) <= _SAME for event in events):
        return events
    return sorted([*events, _Event(recorded, OK, _GOOD)], key=lambda event: event.when)


def _messages(report: Data) -> Iterator[tuple[str, _Event]]:
    for row in reversed(report.get("messages") or ()):
        when = moment(row.get("time"))
        if when is None:
            continue
        verdict = str(row.get("verdict") or row.get("severity"))
        state = {"passed": OK, "warning": DOUBT, "information": OK}.get(verdict, BAD)
        word = {"passed": "all reached", "warning": "warning", "failed": "failed", "error": "error"}.get(verdict, verdict)
        yield str(row.get("subject") or ""), _Event(when, state, word)


def _first(events: Iterable[_Event]) -> datetime | None:
    return min((event.when for event in events), default=None)


def _of_day(kind: _Events, day: date) -> Day:
    events = [event for event in kind.events if event.when.date() == day]
    if not events:
        known = kind.since is not None and kind.since.date() <= day
        return Day(day, NONE if known else UNKNOWN, kind.nothing if known else "not read")
    words = Counter(event.word for event in events)
    text = ", ".join(f"{count} {word}" for word, count in words.items())
    return Day(day, _state([event.state for event in events]), text)


def _state(states: Sequence[str]) -> str:
    """Of a day: what its last event was; a good one after a failure is in doubt."""
    last = states[-1]
    return DOUBT if last == OK and (BAD in states or DOUBT in states) else last
