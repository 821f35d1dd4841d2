# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a message means, by the table ``data/log_patterns.yml``: a stage of a flow, a state message, or a problem.

A problem is searched for in this order: texts of the table, an HTTP status, an HRESULT, and last any word for a failure. The
word ERROR is not required: there are failures without it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.bounded import keep
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import Record

ERROR, WARNING, INFORMATION = "error", "warning", "information"
# Patterns search only this many characters at the beginning of a message.
LOOKED_AT = 16_000

_STATE_MESSAGE = re.compile(r"Generating state message: (\d{1,5}) for package ([0-9A-Fa-f-]{36})", re.IGNORECASE)
_STATE_DROPPED = re.compile(r"Successfully Dropped the state message (\d{1,5})", re.IGNORECASE)
_THREAD = re.compile(r"SMS_EXECUTIVE (started|signalled) (\w{1,100}) (?:as thread ID|to stop)", re.IGNORECASE)
_GUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)
# A status in an exception's text (the words before the colon may be in any language), or after a word that names it.
_HTTP_STATUS = re.compile(
    r":\s?\(([45]\d\d)\)|\b(?:error|status(?: code)?|http(?:/\d(?:\.\d)?)?)[\s:=]{1,4}\(?([45]\d\d)\)?(?![\d.])", re.IGNORECASE
)
_HEX = re.compile(r"\b0x[89A-F][0-9A-F]{7}\b", re.IGNORECASE)
_DECIMAL = re.compile(r"(?<![\w.-])-(\d{9,10})(?!\d)")
# Small negative numbers are not Windows error codes.
_LARGEST_CODE = 0xD0000000
_FACILITY_HTTP = 25
_KEPT, _KEPT_CHARACTERS = 4096, 500
_FAILURE_WORDS = ("error", "fail", "exception", "critical", "fatal")


class Stage(NamedTuple):
    """A stage of a flow.

    ``order`` increases along the flow; ``begins`` starts a new pass, ``goal`` is the flow's end; after ``waits`` nothing has to
    follow.
    """

    flow: str
    id: str
    title: str
    order: int
    begins: bool
    goal: bool
    waits: bool = False


class Flow(NamedTuple):
    """A flow: its stages in order.

    :param by_package: each update package has its own pass.
    :param patience_minutes: how long after its last stage an unfinished pass counts as stalled; an estimate, not a published
        value. None where that cannot be determined.
    :param logs: the logs with lines about it, by name without extension.
    """

    id: str
    title: str
    by_package: bool
    patience_minutes: int | None
    logs: frozenset[str]
    stages: tuple[Stage, ...]

    def stage(self, id: str) -> Stage:
        """The stage of this id; KeyError when there is none."""
        for stage in self.stages:
            if stage.id == id:
                return stage
        raise KeyError(id)


class Problem(NamedTuple):
    """The problem that a line reports.

    :param id: stable name; ``unrecognised`` when no pattern matches.
    :param severity: ERROR or WARNING.
    :param resolved_by: the flow whose next complete pass shows that the problem is over; empty when that cannot be seen.
    :param specific: false for what may only be the consequence of another line's problem.
    :param certainty: documented, seen, inferred or recalled.
    """

    id: str
    title: str
    cause: str
    remedy: str
    severity: str
    source: str
    certainty: str
    resolved_by: str = ""
    specific: bool = True
    http_status: int | None = None
    code: str = ""


class Meaning(NamedTuple):
    """What one record means. ``follows`` marks a line that only accompanies a failure reported by another one."""

    stages: tuple[Stage, ...] = ()
    state_message: tuple[int, str] | None = None
    state_dropped: int | None = None
    thread: tuple[str, bool] | None = None
    problem: Problem | None = None
    follows: bool = False
    package: str = ""


class _Row(NamedTuple):
    texts: tuple[str, ...]
    regex: re.Pattern[str] | None
    value: Any


_Flat = tuple[tuple[str, _Row], ...]


def flows() -> Mapping[str, Flow]:
    """The flows of the table by id."""
    return _tables().flows


def state_message_name(number: int) -> str:
    """The published name of a state message's number; ``progress`` for those without one."""
    return _tables().state_names.get(number, "progress")


@lru_cache(maxsize=64)
def state_stage(number: int) -> Stage | None:
    """The stage that a state message proves, None for a number without one."""
    row = next((row for row in table("log_patterns")["state_messages"] if row["number"] == number), None)
    return flows()[row["flow"]].stage(row["stage"]) if row else None


def computed(id: str) -> Problem:
    """A problem that no single line shows (``thread_stopped``, ``stalled``)."""
    return _problem(id, table("log_patterns")["computed"][id], WARNING)


def reader(log: str) -> Reader:
    """The reader for messages of this log (a file name or path; the extension does not matter)."""
    return _reader(log_name(log))


def log_name(path: str) -> str:
    r"""``C:\SMS\Logs\dmpdownloader.lo_`` to ``dmpdownloader``: the name of a log in the patterns."""
    name = path.rpartition("\\")[2].lower()
    stem, dot, _extension = name.rpartition(".")
    return stem if dot else name


def severity(record: Record) -> str:
    """By the record's type, else by a prefix of the message, else by its words (the rule of CMTrace, with a few more words)."""
    if record.type == 3:
        return ERROR
    if record.type == 2:
        return WARNING
    return _severity(record.message[:LOOKED_AT].lower()) if record.type is None or record.type == 0 else INFORMATION


def hresults(text: str) -> list[str]:
    """The HRESULTs of failures in a text, written in hexadecimal or as signed decimal numbers: ``0x80131509``."""
    found = [(match.start(), int(match[0], 16)) for match in _HEX.finditer(text)]
    for match in _DECIMAL.finditer(text):
        code = 2**32 - int(match[1])
        if 0x80000000 <= code < _LARGEST_CODE:
            found.append((match.start(), code))
    return [f"0x{code:08X}" for _place, code in sorted(found)]


class Reader:
    """Reads the messages of one log."""

    def __init__(self, log: str) -> None:
        tables = _tables()
        self._stages = _flat(row for logs, row in tables.stages if log in logs)
        self._problems = _flat(row for logs, row in tables.problems if not logs or log in logs)
        self._benign = _flat(row for logs, row in tables.benign if not logs or log in logs)
        self._follow = tables.follow
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
        stages = _fitting(self._stages, lower, message)
        state = dropped = thread = None
        if "state message" in lower:
            found = _STATE_MESSAGE.search(message)
            state = (int(found[1]), found[2].lower()) if found else None
            found = _STATE_DROPPED.search(message)
            dropped = int(found[1]) if found else None
        elif lower.startswith("sms_executive "):
            found = _THREAD.match(message)
            thread = (found[2].upper(), found[1].lower() == "started") if found else None
        follows = any(text in lower for text in self._follow)
        problem = None if follows else self._problem(record, lower, message)
        package = _GUID.search(message) if "-" in message and (stages or problem) else None
        return Meaning(stages, state, dropped, thread, problem, follows, package[0].lower() if package else "")

    def _problem(self, record: Record, lower: str, message: str) -> Problem | None:
        level = severity(record)
        known: tuple[Problem, ...] = _fitting(self._problems, lower, message)
        if known:
            return known[0]._replace(severity=WARNING) if level == WARNING else known[0]
        codes = hresults(message) if "0x" in lower or "-" in message else []
        if level == INFORMATION and not codes:
            return None
        if _fitting(self._benign, lower, message):
            return None
        level = ERROR if level == INFORMATION else level
        status = next((int(match[1] or match[2]) for match in _HTTP_STATUS.finditer(message)), None)
        if status is not None:
            return _http_problem(status)._replace(severity=level)
        for code in codes:
            return _code_problem(code)._replace(severity=level)
        return _problem("unrecognised", table("log_patterns")["computed"]["unrecognised"], level, specific=False)


def _severity(lower: str) -> str:
    begin = lower.lstrip()
    if begin.startswith("info:"):
        return INFORMATION
    if begin.startswith("error:"):
        return ERROR
    if begin.startswith("warning:"):
        return WARNING
    for word in _FAILURE_WORDS:
        if word in lower and (word != "fail" or lower.replace("failover", "").count("fail")):
            return ERROR
    return WARNING if "warn" in lower else INFORMATION


def _flat(rows: Iterable[_Row]) -> _Flat:
    """Every text with its row: searching these takes most of the time of reading a log."""
    return tuple((text, row) for row in rows for text in row.texts)


def _fitting(flat: _Flat, lower: str, message: str) -> tuple[Any, ...]:
    """The values of the rows that match, in the order of the table, each once."""
    rows = [row for text, row in flat if text in lower]
    if not rows:
        return ()
    return tuple(dict.fromkeys(row.value for row in rows if row.regex is None or row.regex.search(message)))


class _Tables(NamedTuple):
    flows: Mapping[str, Flow]
    stages: tuple[tuple[frozenset[str], _Row], ...]
    problems: tuple[tuple[frozenset[str], _Row], ...]
    benign: tuple[tuple[frozenset[str], _Row], ...]
    follow: tuple[str, ...]
    state_names: Mapping[int, str]


@cache
def _tables() -> _Tables:
    data = table("log_patterns")
    flows: dict[str, Flow] = {}
    stages: list[tuple[frozenset[str], _Row]] = []
    for flow in data["flows"]:
        found = []
        for order, row in enumerate(flow["stages"]):
            marks = (row.get(mark, False) for mark in ("begins", "goal", "waits"))
            stage = Stage(flow["id"], row["id"], row["title"], order, *marks)
            found.append(stage)
            stages.append((_logs(row), _row(row, stage)))
        logs = frozenset(log for row in flow["stages"] for log in row["logs"])
        by_package = flow.get("by_package", False)
        flows[flow["id"]] = Flow(flow["id"], flow["title"], by_package, flow.get("patience_minutes"), logs, tuple(found))
    return _Tables(
        flows,
        tuple(stages),
        tuple((_logs(row), _row(row, _problem(row["id"], row, ERROR))) for row in data["problems"]),
        tuple((_logs(row), _row(row, row["why"])) for row in data["benign"]),
        tuple(text.lower() for row in data["follow"] for text in row["texts"]),
        {row["number"]: row["name"] for row in data["state_messages"]},
    )


@lru_cache(maxsize=256)
def _reader(log: str) -> Reader:
    return Reader(log)


def _logs(row: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(row.get("logs") or ())


def _row(row: Mapping[str, Any], value: Any) -> _Row:
    texts: Iterable[str] = row["texts"]
    regex = re.compile(row["regex"], re.IGNORECASE | re.DOTALL) if row.get("regex") else None
    return _Row(tuple(text.lower() for text in texts), regex, value)


def _problem(id: str, row: Mapping[str, Any], level: str, *, specific: bool = True) -> Problem:
    return Problem(
        id,
        row["title"],
        row["cause"],
        row["remedy"],
        level,
        row["source"],
        row["certainty"],
        row.get("resolved_by", "download"),
        specific,
    )


@lru_cache(maxsize=256)
def _http_problem(status: int) -> Problem:
    data = table("log_patterns")
    row = next((row for row in data["http_statuses"] if row["status"] == status), None) or data["http_otherwise"][str(status)[0]]
    return _problem(row["problem"], row, ERROR)._replace(http_status=status)


@lru_cache(maxsize=1024)
def _code_problem(code: str) -> Problem:
    """A known code gives its problem; any other code is a general failure, perhaps a consequence of another line's problem."""
    data = table("log_patterns")
    number = int(code, 16)
    status = number & 0xFFFF
    if (number >> 16) & 0x1FFF == _FACILITY_HTTP and 400 <= status <= 599:
        return _http_problem(status)._replace(code=code)
    row = next((row for row in data["hresults"] if row["code"].upper() == code.upper()), None)
    known = row and next((problem for problem in data["problems"] if problem["id"] == row.get("problem")), None)
    if known:
        return _problem(known["id"], known, ERROR)._replace(code=code)
    general = _problem("hresult", data["computed"]["hresult"], ERROR, specific=False)
    meaning = f"{row['name']}, {row['meaning']}" if row else "not in the collection's table"
    return general._replace(cause=f"{general.cause} {code} ({meaning}).", code=code)
