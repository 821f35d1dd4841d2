# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a message means, by the tables in ``data/logs/``: a stage of a flow, a state message, a package's state, or a problem.

A problem is searched for in this order: a failed state, texts of the tables, an HTTP status, an error of SQL Server, a code of
Windows, and last any word for a failure. The word ERROR is not required: there are failures without it. A line that the
documentation calls usual is a problem only where the tables name it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import codes, flow_tables, known_logs, problem_tables
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.bounded import keep
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.flow_tables import Stage
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.package_states import (
    PackageState,
    Step,
    package_state,
    step,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.problem_tables import Problem
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import Record
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.severity import (
    ERROR,
    INFORMATION,
    LOOKED_AT,
    WARNING,
    severity,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.text_index import Entry, TextIndex

USUAL_FILES = ("updates", "cloud", "general")

_STATE_MESSAGE = re.compile(r"Generating state message: (\d{1,5}) for package ([0-9A-Fa-f-]{36})", re.IGNORECASE)
_STATE_DROPPED = re.compile(r"Successfully Dropped the state message (\d{1,5})", re.IGNORECASE)
_THREAD = re.compile(r"SMS_EXECUTIVE (started|signalled) (\w{1,100}) (?:as thread ID|to stop)", re.IGNORECASE)
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)
# The id of a package of the content library: the code of its site and five hexadecimal digits.
_CONTENT_ID = re.compile(r"(?:package(?: id =)? '?|SMSPKG\\|Settings N')([A-Z0-9]{3}[0-9A-F]{5})\b", re.IGNORECASE)
_KEPT, _KEPT_CHARACTERS = 4096, 500
_STAGE, _PROBLEM, _USUAL, _FOLLOWS, _SUBJECT = range(5)


class Meaning(NamedTuple):
    """What one record means.

    ``follows`` marks a line that only accompanies a failure reported by another one. ``subject`` is the flow that its words name,
    empty for work that belongs to no flow, None where they name none. ``package`` is the GUID of an update, ``content`` the id of
    a package of the content library.
    """

    stages: tuple[Stage, ...] = ()
    state_message: tuple[int, str] | None = None
    state_dropped: int | None = None
    state: PackageState | None = None
    thread: tuple[str, bool] | None = None
    problem: Problem | None = None
    follows: bool = False
    subject: str | None = None
    package: str = ""
    content: str = ""


def reader(log: str) -> Reader:
    """The reader for messages of this log, by its name in the tables; empty for a log that nothing shows."""
    return _reader(log)


class Reader:
    """Reads the messages of one log. Without a name, every row about problems counts, and none about a flow."""

    def __init__(self, log: str) -> None:
        self.log = log
        rows = (entry for logs, entry in _entries() if not logs or log in logs or (not log and _is_about_problems(entry)))
        self._index = TextIndex(rows)
        self._known: dict[tuple[str, int | None], Meaning] = {}

    def meaning(self, record: Record) -> Meaning:
        """What the record means. The work grows with the length of the message, up to LOOKED_AT.

        The lines of a check for updates are the same every day, so the results are cached.
        """
        key = (record.message, record.type)
        found = self._known.get(key)
        if found is None:
            found = self._meaning(record)
            if len(record.message) <= _KEPT_CHARACTERS:
                keep(self._known, key, found, _KEPT)
        return found

    def _meaning(self, record: Record) -> Meaning:
        message = record.message[:LOOKED_AT]
        lower = message.lower()
        kinds: dict[int, list[Any]] = {}
        for kind, value in self._index.fitting(message, lower):
            kinds.setdefault(kind, []).append(value)
        stages = tuple(kinds.get(_STAGE, ()))
        number = dropped = state = reported = thread = None
        if "state" in lower or "status" in lower:
            number, dropped = _state_message(message), _dropped(message)
            state, reported = package_state(message), step(message)
        elif lower.startswith("sms_executive "):
            match = _THREAD.match(message)
            thread = (match[2].upper(), match[1].lower() == "started") if match else None
        follows = _FOLLOWS in kinds
        problem = None if follows else self._problem(record, message, state, reported, kinds)
        package = _GUID.search(message) if "-" in message and (stages or problem or state) else None
        content = _CONTENT_ID.search(message) if any(stage.easy_setup for stage in stages) else None
        return Meaning(
            stages,
            number,
            dropped,
            state,
            thread,
            problem,
            follows,
            next(iter(kinds.get(_SUBJECT, ())), None),
            package[0].lower() if package else "",
            content[1].upper() if content else "",
        )

    def _problem(
        self, record: Record, message: str, state: PackageState | None, reported: Step | None, kinds: Mapping[int, list[Any]]
    ) -> Problem | None:
        if state is not None and state.failed:
            return problem_tables.by_package_state(state)
        if reported is not None and reported.failed:
            return problem_tables.by_step(reported)
        level = severity(record)
        if _PROBLEM in kinds:
            known: Problem = kinds[_PROBLEM][0]
            return known._replace(severity=WARNING) if level == WARNING else known
        if _USUAL in kinds:
            return None
        found = self._by_number(message, failing=level != INFORMATION)
        if found is not None:
            return found._replace(severity=ERROR if level == INFORMATION else level)
        # A line that shows a stage is one of those that a healthy site prints, whatever its words.
        return None if level == INFORMATION or _STAGE in kinds else problem_tables.unrecognised(level)

    def _by_number(self, message: str, *, failing: bool) -> Problem | None:
        # Searching costs more than looking whether there can be anything to find.
        found = codes.hresults(message, failing=failing) if failing or "0x" in message or "-" in message else []
        status = codes.http_status(message, failing=failing or bool(found)) if failing or found or _may_answer(message) else None
        if status is not None:
            if not failing and problem_tables.answers(status, self.log):
                return None
            return problem_tables.by_http_status(status, self.log, codes.host(message))
        error = codes.sql_error(message) if "[Microsoft]" in message else None
        if error is not None:
            return problem_tables.by_sql_error(error)
        return problem_tables.by_code(found[0], self.log, codes.host(message)) if found else None


def _may_answer(message: str) -> bool:
    return "(" in message or "nexpected" in message


def _state_message(message: str) -> tuple[int, str] | None:
    match = _STATE_MESSAGE.search(message)
    return (int(match[1]), match[2].lower()) if match else None


def _dropped(message: str) -> int | None:
    match = _STATE_DROPPED.search(message)
    return int(match[1]) if match else None


_Row = tuple[frozenset[str], Entry[tuple[int, Any]]]


@cache
def _entries() -> tuple[_Row, ...]:
    """Every row of the tables with its logs; no logs means any."""
    return tuple(_rows())


def _rows() -> Iterator[_Row]:
    data = table("logs/flows")
    for flow in data["flows"]:
        for row, stage in zip(flow["stages"], flow_tables.flows()[flow["id"]].stages, strict=True):
            yield _entry(row, _STAGE, stage)
    for row in data["subjects"]:
        yield _entry(row, _SUBJECT, row["flow"])
    for row in problem_tables.rows():
        yield _entry(row, _PROBLEM, problem_tables.by_text(row))
    for name in USUAL_FILES:
        usual = table(f"logs/usual_{name}")
        for row in usual["usual"]:
            yield _entry(row, _USUAL, row["why"])
        for row in usual["follow"]:
            yield _entry(row, _FOLLOWS, True)


def _entry(row: Mapping[str, Any], kind: int, value: Any) -> _Row:
    logs = frozenset(known_logs.by_file(log) for log in row.get("logs") or ())
    return logs, Entry(tuple(row["texts"]), row.get("regex"), (kind, value))


def _is_about_problems(entry: Entry[tuple[int, Any]]) -> bool:
    return entry.value[0] in (_PROBLEM, _USUAL)


@lru_cache(maxsize=256)
def _reader(log: str) -> Reader:
    return Reader(log)
