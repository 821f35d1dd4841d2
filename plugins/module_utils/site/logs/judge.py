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

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import flow_tables, known_logs, problem_tables
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.bounded import keep
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.flow import FlowTracker, Outcome, Seen
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.flow_tables import Stage
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.package_states import PackageState
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.patterns import Meaning, Reader, reader
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.problem_tables import UNKNOWN, Problem
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.problems import Group, Problems
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import TEXT, Record

MOST_STATE_MESSAGES = 200
MOST_UNREAD = 20
MOST_THREADS = 200
_MOST_EASY_SETUP = 100
_BEGINNING = datetime.min.replace(tzinfo=UTC)


class _Thread(NamedTuple):
    log: str
    number: int | None


class _Subject(NamedTuple):
    """A pass of a flow: the flow, and the key of the pass."""

    flow: str
    key: str


class Event(NamedTuple):
    """One event to report, from one record. ``kind``: stage, state_message, package_state, thread or problem."""

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
        # The package that a thread named last, and the pass of a flow that it works on: None for work that belongs to no flow.
        self._packages: dict[_Thread, str] = {}
        self._subjects: dict[_Thread, _Subject | None] = {}
        self._waiting_state: dict[_Thread, StateMessage] = {}
        # Packages of the content library that contain updates.
        self._easy_setup: set[str] = set()
        # The last record of each log, and the failures whose next record is still to come.
        self._last: dict[str, Record] = {}
        self._unknown: dict[str, Group] = {}
        self.flows: Mapping[str, FlowTracker] = {name: FlowTracker(flow) for name, flow in flow_tables.flows().items()}
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
        readers = {log: _reader_of(log) for log in logs}
        streams = [self._timed(log, records) for log, records in logs.items()]
        for when, log, record in streams[0] if len(streams) == 1 else heapq.merge(*streams, key=_by_time):
            reading = readers[log] or reader(known_logs.by_component(record.component))
            self._see(record, Seen(next(self._places), when, log, reading.log), reading)

    def is_over(self, group: Group) -> bool:
        """Whether a complete pass of the flow that the problem affected began after the problem's last line."""
        flow, key = group.ends
        tracker = self.flows.get(flow)
        return tracker is not None and group.last.name in tracker.flow.logs and tracker.completed_after(group.last.place, key)

    def finish(self, now: datetime | None) -> list[tuple[Problem, Seen, Record]]:
        """Problems that no single line shows: a thread that was stopped, a flow that makes no progress."""
        found = []
        for state in self.threads.values():
            if not state.running:
                found.append((problem_tables.computed("thread_stopped"), state.seen, state.record))
        for tracker in self.flows.values():
            for current in tracker.passes.values():
                if current.outcome(now, tracker.patience) is Outcome.STALLED:
                    stands_at = Record(f"{tracker.flow.title}: {current.furthest.title}")
                    found.append((problem_tables.computed("stalled"), current.last, stands_at))
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

    def _see(self, record: Record, seen: Seen, reading: Reader) -> None:
        self.records += 1
        waiting = self._unknown.pop(seen.log, None)
        if waiting is not None:
            waiting.after = record
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
        meaning = reading.meaning(record)
        if meaning.subject is not None:
            self._see_subject(meaning.subject, _Thread(seen.log, record.thread))
        if meaning.stages:
            self._see_stages(meaning, record, seen, in_range)
        if meaning.state is not None:
            self._see_package_state(meaning.state, record, seen, in_range)
        if meaning.state_message is not None or meaning.state_dropped is not None:
            self._see_state(meaning, record, seen, in_range)
        if meaning.thread is not None:
            self._see_thread(*meaning.thread, record, seen, in_range)
        if meaning.follows:
            self.problems.follow(record, seen)
        if meaning.problem is not None:
            self._see_problem(meaning.problem, meaning.package, record, seen, in_range)
        self._last[seen.log] = record

    def _see_subject(self, flow: str, thread: _Thread) -> None:
        """The words of a line name what the thread works on; a pass in progress there is a more exact answer."""
        current = self._subjects.get(thread)
        if flow and current is not None and self.flows[current.flow].in_progress(current.key):
            return
        key = self.flows[flow].latest() if flow else None
        keep(self._subjects, thread, None if key is None else _Subject(flow, key), MOST_THREADS)

    def _see_stages(self, meaning: Meaning, record: Record, seen: Seen, in_range: bool) -> None:
        thread = _Thread(seen.log, record.thread)
        if meaning.package:
            keep(self._packages, thread, meaning.package, MOST_THREADS)
        for stage in meaning.stages:
            if not self._counts(stage, meaning.content, thread):
                continue
            # The beginning of another package's download is not about the previous package.
            before = "" if stage.begins else self._packages.get(thread, "")
            key = self.flows[stage.flow].stage(stage, seen, meaning.package or before)
            keep(self._subjects, thread, _Subject(stage.flow, key), MOST_THREADS)
            if in_range:
                self._tell(Event(seen, "stage", stage.id, stage.title, record))

    def _counts(self, stage: Stage, content: str, thread: _Thread) -> bool:
        """Whether a line that other work prints too is about this flow."""
        if stage.within:
            subject = self._subjects.get(thread)
            return subject is not None and subject.flow == stage.flow and self.flows[stage.flow].in_progress(subject.key)
        if stage.easy_setup == "names" and content and len(self._easy_setup) < _MOST_EASY_SETUP:
            self._easy_setup.add(content)
        return stage.easy_setup != "known" or content in self._easy_setup

    def _see_package_state(self, state: PackageState, record: Record, seen: Seen, in_range: bool) -> None:
        rule = flow_tables.state_rule(state.name)
        if rule is not None and rule.stage is not None:
            tracker = self.flows[rule.flow]
            if state.failed:
                key = tracker.failed_state(rule.stage, seen, state.package)
            else:
                # Another log reports later what the first one has reported.
                repeated = tracker.last_log(state.package) not in ("", seen.log)
                key = tracker.stage(rule.stage, seen, state.package, repeated=repeated)
            keep(self._subjects, _Thread(seen.log, record.thread), _Subject(rule.flow, key), MOST_THREADS)
        if in_range:
            self._tell(Event(seen, "package_state", state.name, f"State {state.number} ({state.name}) of an update", record))

    def _see_state(self, meaning: Meaning, record: Record, seen: Seen, in_range: bool) -> None:
        thread = _Thread(seen.log, record.thread)
        if meaning.state_message is not None:
            number, package = meaning.state_message
            name = flow_tables.state_message_name(number)
            state = StateMessage(seen, number, name, package, record)
            keep(self._waiting_state, thread, state, MOST_THREADS)
            stage = flow_tables.state_stage(number)
            if stage is not None:
                key = self.flows[stage.flow].stage(stage, seen, package, repeated=True)
                keep(self._subjects, thread, _Subject(stage.flow, key), MOST_THREADS)
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
        thread = _Thread(seen.log, record.thread)
        package = package or self._packages.get(thread, "")
        subject = self._subject(problem, package, thread)
        if subject is not None and not problem.waits:
            self.flows[subject.flow].fail(subject.key)
        self.severities[problem.severity] += in_range
        group = self.problems.add(problem, record, seen, package) if in_range else None
        if group is None:
            return
        group.flow = subject.flow if subject is not None else ""
        group.ends = self._ends(problem, package, subject, seen)
        if problem.rank == UNKNOWN and group.count == 1:
            group.before = self._last.get(seen.log)
            self._unknown[seen.log] = group
        self._tell(Event(seen, "problem", problem.id, problem.title, record))

    def _subject(self, problem: Problem, package: str, thread: _Thread) -> _Subject | None:
        """The pass that a problem stops: of the flow that the tables name, else the one that its thread works on."""
        if not problem.fails:
            return self._subjects.get(thread)
        tracker = self.flows[problem.fails]
        key = tracker.key(package) or tracker.latest()
        return None if key is None else _Subject(problem.fails, key)

    def _ends(self, problem: Problem, package: str, subject: _Subject | None, seen: Seen) -> _Subject:
        """The flow that shows that a problem is over: the one that the tables name, else the one that it stopped."""
        if problem.resolved_by is not None:
            tracker = self.flows.get(problem.resolved_by)
            return _Subject(problem.resolved_by, tracker.key(package) if tracker else "")
        if subject is not None:
            return subject
        # The thread of checks for updates does other work too; its next complete check shows that it works again.
        return _Subject("download" if seen.name in self.flows["download"].flow.logs else "", "")

    def _tell(self, event: Event) -> None:
        self.events += 1
        self.timeline.append(event)


def _by_time(item: tuple[datetime | None, str, Record]) -> datetime:
    return item[0] or _BEGINNING


def _reader_of(path: str) -> Reader | None:
    """The reader of a log whose file name is known; None for another one, in which each record's component shows its log."""
    name = known_logs.by_file(path)
    return reader(name) if known_logs.is_known(name) else None
