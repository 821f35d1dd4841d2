# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Groups failures: one problem for all lines with the same cause.

A failure is often logged several times: by the exception, by the calling function, and by the message that it will be tried
again. Within two minutes on one thread of one log, the first line with a known cause names the problem, else the first line with
a code, and the others only accompany it. A line that is more serious than the one that it would accompany is a problem itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.bounded import keep
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.flow import Seen
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.problem_tables import NAMED, Problem
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import Record
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.severity import ERROR

WINDOW = timedelta(minutes=2)
MOST_GROUPS = 200
MOST_LINES = 3
_MOST_THREADS = 1000
_NUMBERS = re.compile(r"[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}|0x[0-9A-Fa-f]+|\d+")
_ALIKE = 120


class Line(NamedTuple):
    """A line of the log, unchanged."""

    seen: Seen
    record: Record


@dataclass
class Group:
    """All occurrences of one problem in one log.

    :param related: number of lines that only accompanied it.
    :param flow: the flow that it stopped; empty when it stopped none.
    :param ends: the flow, and the key of its passes, whose next complete pass shows that the problem is over.
    :param before: for a failure that no pattern matches, the line before its first one in the log; ``after``, the one after it.
    """

    problem: Problem
    log: str
    component: str
    first: Seen
    last: Seen
    count: int = 0
    related: int = 0
    lines: list[Line] = field(default_factory=list)
    package: str = ""
    flow: str = ""
    ends: tuple[str, str] = ("", "")
    before: Record | None = None
    after: Record | None = None

    def add(self, line: Line) -> None:
        """Keep a line, of the first few."""
        if len(self.lines) < MOST_LINES:
            self.lines.append(line)


class _Incident(NamedTuple):
    key: tuple[str, ...]
    seen: Seen
    problem: Problem
    line: Line


class Problems:
    """Collects failures; beyond MOST_GROUPS different ones, only the number of lines is kept in ``left_out``."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, ...], Group] = {}
        self._incidents: dict[tuple[str, int | None], _Incident] = {}
        self.left_out = 0

    def add(self, problem: Problem, record: Record, seen: Seen, package: str = "") -> Group | None:
        """Add a line that reports a failure; the group to which it counts, None when it only accompanies another failure."""
        line = Line(seen, record)
        thread = (seen.log, record.thread)
        before = self._incidents.get(thread)
        if before is not None and not _near(before.seen, seen):
            before = None
        if before is not None and _accompanies(problem, before.problem):
            self._accompany(before.key, line)
            return None
        key = _key(problem, record, seen.log)
        if key not in self._groups and len(self._groups) >= MOST_GROUPS:
            self.left_out += 1
            return None
        group = self._groups.setdefault(key, Group(problem, seen.log, record.component, seen, seen, package=package))
        group.count += 1
        group.last = seen
        group.package = package or group.package
        if problem.severity == ERROR:
            group.problem = group.problem._replace(severity=ERROR)
        if before is not None and before.problem.rank < problem.rank:
            self._take_over(before, group)
        group.add(line)
        keep(self._incidents, thread, _Incident(key, seen, problem, line), _MOST_THREADS)
        return group

    def follow(self, record: Record, seen: Seen) -> None:
        """A line that only accompanies an earlier failure on its thread."""
        before = self._incidents.get((seen.log, record.thread))
        if before is not None and _near(before.seen, seen):
            self._accompany(before.key, Line(seen, record))

    def groups(self, over: Callable[[Group], bool]) -> list[tuple[Group, bool]]:
        """Every problem and whether it is over; first the current ones, errors before warnings, the latest first."""
        judged = [(group, over(group)) for group in self._groups.values()]
        return sorted(judged, key=lambda item: (item[1], item[0].problem.severity != ERROR, -item[0].last.place))

    def _accompany(self, key: tuple[str, ...], line: Line) -> None:
        group = self._groups.get(key)
        if group is not None:
            group.related += 1
            group.add(line)

    def _take_over(self, before: _Incident, group: Group) -> None:
        """The previous line on this thread reported the same failure in general terms."""
        general = self._groups.get(before.key)
        if general is None:
            return
        general.count -= 1
        if general.count <= 0:
            del self._groups[before.key]
        else:
            general.lines = [line for line in general.lines if line is not before.line]
        group.related += 1
        group.add(before.line)
        if before.problem.severity == ERROR and not group.problem.settled:
            group.problem = group.problem._replace(severity=ERROR)


def _accompanies(problem: Problem, before: Problem) -> bool:
    """Whether a line only reports again what the line before it on its thread has reported."""
    more_serious = problem.severity == ERROR and before.severity != ERROR
    return problem.rank < NAMED and problem.rank <= before.rank and not more_serious


def _near(earlier: Seen, later: Seen) -> bool:
    if earlier.when is None or later.when is None:
        return later.place - earlier.place <= 10
    return later.when - earlier.when <= WINDOW


def _key(problem: Problem, record: Record, log: str) -> tuple[str, ...]:
    alike = _NUMBERS.sub("#", record.message[:_ALIKE]).lower() if problem.id == "unrecognised" else ""
    return (problem.id, str(problem.http_status or ""), problem.code, log, record.component, alike)
