# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the records of a server's logs in the order of time and finds what they report. Keeps only a limited amount of it."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import NamedTuple

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import patterns
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.bounded import keep
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.flow import FlowTracker, Outcome, Seen
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.patterns import Meaning, Problem
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.problems import Group, Problems
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import TEXT, Record

MOST_STATE_MESSAGES = 200
MOST_UNREAD = 20
MOST_THREADS = 200
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class Event(NamedTuple):
    """One event to report, from one record. ``kind``: stage, state_message, thread or problem."""

    seen: Seen
    kind: str
    id: str
    title: str
    record: Record


@dataclass
class StateMessage:
    """A state message of the downloader. ``package`` is all zeros for the manifest; ``sent`` once it is in the inbox."""

    seen: Seen
    number: int
    name: str
    package: str
    record: Record
    sent: bool = False


class ThreadState(NamedTuple):
    """The last start or stop of a thread in its log."""

    running: bool
    seen: Seen
    record: Record


class Judge:
    """What the logs of one server report.

    :param since: only newer records go into timeline, state messages and problems; flows are followed from the beginning.
        A record whose time is unknown counts as new.
    :param bias_minutes: for times without a zone: UTC = local + bias; None leaves them unknown.
    :param most_events: how many of the latest events are kept.
    """

    def __init__(self, *, since: datetime | None = None, bias_minutes: int | None = None, most_events: int = 500) -> None:
        self._since = since
        self._bias = bias_minutes
        self._places = count()
        self._readers: Mapping[str, patterns.Reader] = {}
        self._packages: dict[tuple[str, int | None], str] = {}
        self._waiting_state: dict[tuple[str, int | None], StateMessage] = {}
        self.flows: Mapping[str, FlowTracker] = {name: FlowTracker(flow) for name, flow in patterns.flows().items()}
        self.problems = Problems()
        self.timeline: deque[Event] = deque(maxlen=most_events)
        self.events = 0
        self.states: deque[StateMessage] = deque(maxlen=MOST_STATE_MESSAGES)
        self.threads: dict[str, ThreadState] = {}
        self.records = 0
        self.in_range = 0
        self.incomplete = 0
        self.without_time = 0
        self.severities: Counter[str] = Counter()
        self.unread_count = 0
        self.unread: list[tuple[str, Record]] = []
        self.newest: datetime | None = None
        self.oldest: datetime | None = None

    def read(self, logs: Mapping[str, Iterable[Record]]) -> None:
        """Read all logs together, in the order of time. Keys are the logs' paths; records of a rolled-over file come first."""
        self._readers = {log: patterns.reader(log) for log in logs}
        streams = [self._timed(log, records) for log, records in logs.items()]
        for when, log, record in streams[0] if len(streams) == 1 else heapq.merge(*streams, key=_by_time):
            self._see(record, Seen(next(self._places), when, log))

    def is_over(self, group: Group) -> bool:
        """Whether a complete pass of the flow that the problem affected began after the problem's last line."""
        tracker = self.flows.get(group.problem.resolved_by)
        return (
            tracker is not None
            and patterns.log_name(group.log) in tracker.flow.logs
            and tracker.completed_after(group.last.place)
        )

    def finish(self, now: datetime | None) -> list[tuple[Problem, Seen, Record]]:
        """Problems that no single line shows: a thread that was stopped, a flow that makes no progress."""
        found = []
        for state in self.threads.values():
            if not state.running:
                found.append((patterns.computed("thread_stopped"), state.seen, state.record))
        for tracker in self.flows.values():
            for current in tracker.passes.values():
                if current.outcome(now, tracker.patience) is Outcome.STALLED:
                    stands_at = Record(f"{tracker.flow.title}: {current.furthest.title}")
                    found.append((patterns.computed("stalled"), current.last, stands_at))
        return found

    def _timed(self, log: str, records: Iterable[Record]) -> Iterator[tuple[datetime | None, str, Record]]:
        """Each record with its time; one without a time has that of the record before."""
        last: datetime | None = None
        for record in records:
            own = self.when(record)
            last = own or last
            yield last, log, record

    def when(self, record: Record) -> datetime | None:
        """The record's own time, UTC; None when it has none or its zone is unknown."""
        time = record.time
        if time is None:
            return None
        if time.bias_minutes is None and self._bias is not None and time.local is not None:
            time = time._replace(bias_minutes=self._bias)
        return time.utc

    def _see(self, record: Record, seen: Seen) -> None:
        self.records += 1
        if record.form == TEXT:
            self.unread_count += 1
            if len(self.unread) < MOST_UNREAD:
                self.unread.append((seen.log, record))
        elif not record.whole:
            self.incomplete += 1
        if self.when(record) is None:
            self.without_time += 1
        if seen.when is not None:
            self.newest = max(self.newest or seen.when, seen.when)
            self.oldest = min(self.oldest or seen.when, seen.when)
        in_range = self._since is None or seen.when is None or seen.when >= self._since
        self.in_range += in_range
        meaning = self._readers[seen.log].meaning(record)
        if meaning.stages:
            self._see_stages(meaning, record, seen, in_range)
        if meaning.state_message is not None or meaning.state_dropped is not None:
            self._see_state(meaning, record, seen, in_range)
        if meaning.thread is not None:
            self._see_thread(*meaning.thread, record, seen, in_range)
        if meaning.follows:
            self.problems.follow(record, seen)
        if meaning.problem is not None:
            self._see_problem(meaning.problem, meaning.package, record, seen, in_range)

    def _see_stages(self, meaning: Meaning, record: Record, seen: Seen, in_range: bool) -> None:
        thread = (seen.log, record.thread)
        if meaning.package:
            keep(self._packages, thread, meaning.package, MOST_THREADS)
        for stage in meaning.stages:
            # The beginning of another package's download is not about the previous package.
            before = "" if stage.begins else self._packages.get(thread, "")
            self.flows[stage.flow].stage(stage, seen, meaning.package or before)
            if in_range:
                self._tell(Event(seen, "stage", stage.id, stage.title, record))

    def _see_state(self, meaning: Meaning, record: Record, seen: Seen, in_range: bool) -> None:
        thread = (seen.log, record.thread)
        if meaning.state_message is not None:
            number, package = meaning.state_message
            name = patterns.state_message_name(number)
            state = StateMessage(seen, number, name, package, record)
            keep(self._waiting_state, thread, state, MOST_THREADS)
            stage = patterns.state_stage(number)
            if stage is not None:
                self.flows[stage.flow].stage(stage, seen, package, repeated=True)
            if in_range:
                self.states.append(state)
                self._tell(Event(seen, "state_message", str(number), f"State message {number} ({name})", record))
        waiting = self._waiting_state.get(thread)
        if waiting is not None and meaning.state_dropped == waiting.number:
            waiting.sent = True

    def _see_thread(self, component: str, running: bool, record: Record, seen: Seen, in_range: bool) -> None:
        if component in self.threads or len(self.threads) < MOST_THREADS:
            self.threads[component] = ThreadState(running, seen, record)
        if not running:
            for tracker in self.flows.values():
                tracker.stop(seen.log)
        if in_range:
            title = f"{component} {'started' if running else 'was asked to stop'}"
            self._tell(Event(seen, "thread", component, title, record))

    def _see_problem(self, problem: Problem, package: str, record: Record, seen: Seen, in_range: bool) -> None:
        package = package or self._packages.get((seen.log, record.thread), "")
        for tracker in self.flows.values():
            tracker.failure(seen.log, package)
        self.severities[problem.severity] += in_range
        if in_range and self.problems.add(problem, record, seen, package) is not None:
            self._tell(Event(seen, "problem", problem.id, problem.title, record))

    def _tell(self, event: Event) -> None:
        self.events += 1
        self.timeline.append(event)


def _by_time(item: tuple[datetime | None, str, Record]) -> datetime:
    return item[0] or _BEGINNING
