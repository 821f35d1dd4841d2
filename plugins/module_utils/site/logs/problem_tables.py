# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The problems that lines of logs report, by the tables in ``data/logs/``: by text, HTTP status, code, or state of a package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from typing import Any, NamedTuple

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import codes
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.codes import SqlError
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.package_states import PackageState, Step, advice, step_kind
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.severity import ERROR, WARNING

# In this order: the first row that matches names the problem, and the general ones are last.
FILES = ("updates", "setup", "tool", "cloud", "gateways", "other", "network")

# How much a line says about a failure: nothing but that there is one, its code, its cause.
UNKNOWN, CODED, NAMED = range(3)
# Without a row of its own, what resolves a problem is the flow that it stopped.
BY_FLOW = None


class Problem(NamedTuple):
    """The problem that a line reports.

    :param id: stable name; ``unrecognised`` when no pattern matches.
    :param severity: ERROR or WARNING.
    :param waits: the work waits for something and continues by itself, so that no flow has failed.
    :param settled: the tables state the severity, so that other lines of the same failure do not change it.
    :param fails: the flow that has failed; empty for the one in progress on the line's thread.
    :param resolved_by: the flow whose next complete pass shows that the problem is over; empty when that cannot be seen, BY_FLOW
        for the flow that has failed.
    :param rank: UNKNOWN, CODED or NAMED; below NAMED it may only be the consequence of another line's problem.
    :param certainty: documented, seen, inferred or recalled.
    """

    id: str
    title: str
    cause: str
    remedy: str
    severity: str
    source: str
    certainty: str
    fails: str = ""
    resolved_by: str | None = BY_FLOW
    rank: int = NAMED
    http_status: int | None = None
    code: str = ""
    settled: bool = False
    waits: bool = False


def rows() -> Iterator[Mapping[str, Any]]:
    """The rows that name a problem by its text, the specific before the general."""
    for name in FILES:
        yield from table(f"logs/problems_{name}")["problems"]


def ids() -> frozenset[str]:
    """The ids of all problems that can be reported."""
    http = table("logs/http")
    by_status = [*http["statuses"], *http["otherwise"].values()]
    return frozenset(
        {*(row["id"] for row in rows()), *table("logs/computed")["computed"], *(row["problem"] for row in by_status)}
    )


def by_text(row: Mapping[str, Any]) -> Problem:
    """The problem of one of these rows; a general row only says that something failed."""
    rank = CODED if row.get("general") else NAMED
    problem = _problem(row["id"], row, row.get("severity", ERROR), rank=rank)
    return problem._replace(settled="severity" in row, waits=row.get("waits", False))


def computed(id: str) -> Problem:
    """A problem that no single line shows (``thread_stopped``, ``stalled``)."""
    return _problem(id, table("logs/computed")["computed"][id], WARNING)


def unrecognised(severity: str) -> Problem:
    """A failure that matches no row."""
    return _problem("unrecognised", table("logs/computed")["computed"]["unrecognised"], severity, rank=UNKNOWN)


@lru_cache(maxsize=256)
def by_http_status(status: int, log: str, host: str) -> Problem:
    """What a status means at the place that answered: known by the host of the address, else by the log."""
    data = table("logs/http")
    place = _place(data["places"], log, host)
    fitting = [
        row for row in data["statuses"] if row["status"] == status and (place in row["places"] if "places" in row else True)
    ]
    # A row for the place is more specific than one for any place.
    row = min(fitting, key=lambda row: "places" not in row, default=None) or data["otherwise"][str(status)[0]]
    return _problem(row["problem"], row, ERROR)._replace(http_status=status)


@lru_cache(maxsize=1024)
def by_code(code: str, log: str, host: str) -> Problem:
    """A known code gives its problem; any other code is a general failure, perhaps a consequence of another line's problem."""
    status = codes.http_status_of(int(code, 16))
    if status is not None:
        return by_http_status(status, log, host)._replace(code=code)
    row = _codes().get(code.upper())
    known = _named(row)
    if known:
        return known._replace(code=code)
    meaning = f"{row['name']}, {row['meaning']}" if row else "not in the collection's table"
    return _coded(f"{code} ({meaning}).", code)


@lru_cache(maxsize=256)
def by_sql_error(error: SqlError) -> Problem:
    """What an error of SQL Server or its driver means: by its number, else by its SQLSTATE."""
    found = table("logs/codes")["sql_errors"]
    by_number = (row for row in found if row.get("number") == error.number and row.get("state", error.state) == error.state)
    row = next(by_number, None) or next((row for row in found if row.get("state") == error.state and "number" not in row), None)
    code = f"SQL {error.state} {error.number}"
    known = _named(row)
    if known:
        return known._replace(code=code)
    meaning = row["meaning"] if row else "not in the collection's table"
    return _coded(f"SQLSTATE {error.state}, number {error.number} ({meaning}).", code)


@lru_cache(maxsize=256)
def by_package_state(state: PackageState) -> Problem:
    """The failed state of an update package."""
    row = table("logs/computed")["computed"]["package_state_failed"]
    told = {**row, "cause": f"{row['cause']} {state.number} ({state.name}).", "remedy": advice(state.name)}
    return _problem("package_state_failed", told, ERROR)._replace(code=state.name)


@lru_cache(maxsize=256)
def by_step(step: Step) -> Problem:
    """A step of an update that has failed at a site."""
    row = table("logs/computed")["computed"]["update_step_failed"]
    kind = step_kind(step.number)
    number = f"0x{step.number:x}"
    cause = f"Site {step.site} reports that this step has failed: {kind.title} (SubStageID {number}, IsComplete={step.complete})."
    told = {**row, "cause": cause, "remedy": row["remedy"].replace("{log}", f"{kind.log}.log"), "fails": kind.flow}
    return _problem("update_step_failed", told, ERROR)._replace(code=number)


def answers(status: int, log: str) -> bool:
    """Whether a status shows in this log no more than that an address answers: the product counts only some as failures."""
    checked = _checked(table("logs/http")["places"], log)
    return checked is not None and status not in checked["failures"]


def _checked(places: list[Mapping[str, Any]], log: str) -> Mapping[str, Any] | None:
    return next((row for row in places if "failures" in row and log in row["logs"]), None)


def _place(places: list[Mapping[str, Any]], log: str, host: str) -> str:
    """The place that answered; empty when neither the host nor the log shows it."""
    checked = _checked(places, log)
    if checked is not None:
        return str(checked["id"])
    if host:
        found = next((row for row in places if any(fnmatchcase(host, pattern) for pattern in row["hosts"])), None)
        if found:
            return str(found["id"])
    return next((str(row["id"]) for row in places if log in row["logs"]), "")


def _coded(meaning: str, code: str) -> Problem:
    row = table("logs/computed")["computed"]["hresult"]
    return _problem("hresult", row, ERROR, rank=CODED)._replace(cause=f"{row['cause']} {meaning}", code=code)


def _named(row: Mapping[str, Any] | None) -> Problem | None:
    return _by_id().get(row["problem"]) if row and "problem" in row else None


@cache
def _by_id() -> Mapping[str, Problem]:
    return {row["id"]: by_text(row) for row in rows()}


@cache
def _codes() -> Mapping[str, Mapping[str, Any]]:
    return {row["code"].upper(): row for row in table("logs/codes")["hresults"]}


def _problem(id: str, row: Mapping[str, Any], level: str, *, rank: int = NAMED) -> Problem:
    return Problem(
        id,
        row["title"],
        row["cause"],
        row["remedy"],
        level,
        row["source"],
        row["certainty"],
        row.get("fails", ""),
        row.get("resolved_by", BY_FLOW),
        rank,
    )
