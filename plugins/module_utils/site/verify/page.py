# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the page of a verification shows, made from its report: every text and number as the template writes it. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import at
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_report import MOST_DETAIL
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.date_line import DateLine, draw_dates
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.day_grid import DayGrid, draw_days
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.drawing import Drawing, draw
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import moment
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.page_tables import (
    Cell,
    Table,
    cell_text,
    connections_table,
    dates_table,
    days_table,
    tables,
    time_text,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.recent_days import Lane, lanes
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.words import counted, length

Data = Mapping[str, Any]

_VERDICTS = {
    "passed": "No problems found",
    "warning": "Some checks need attention",
    "failed": "Required checks failed",
}
# What the signs of the last days mean.
_DAYS = {"ok": "good", "doubt": "in doubt", "bad": "failed", "open": "in progress", "none": "without any", "unknown": "not read"}


@dataclass(frozen=True)
class Group:
    """Checks of one urgency. ``status`` is the CSS class that colours them; ``folded``: collapsed until the reader opens it."""

    title: str
    status: str
    checks: Sequence[Data]
    folded: bool = False


@dataclass(frozen=True)
class Step:
    """One row of the timeline. ``after`` is the time since the previous step; ``kind`` is stage, problem or site."""

    time: str
    after: str
    title: str
    text: str
    kind: str


@dataclass(frozen=True)
class Page:
    """The page."""

    # ``urgent``: anchor, id and group of each check that needs attention. Each picture has a table with the same facts.
    title: str
    verdict: str
    headline: str
    summary: str
    generated: str
    urgent: tuple[tuple[str, str, str], ...]
    facts: tuple[tuple[str, Cell], ...]
    drawing: Drawing
    connections: Table
    dates: DateLine
    dates_table: Table
    days: DayGrid
    days_text: str
    days_table: Table
    groups: tuple[Group, ...]
    timeline_title: str
    timeline: tuple[Step, ...]
    tables: tuple[Table, ...]


def page_of(report: Data) -> Page:
    """The page of a report, as ``report.verify`` makes it, or as it was read back from its JSON.

    :raises KeyError, TypeError, ValueError: it is not such a report.
    """
    where = report.get("site_code") or "a hierarchy that could not be read"
    groups, recent = tuple(_groups(report["checks"])), lanes(report)
    connections, dates = report.get("connections") or (), report.get("dates_ahead") or ()
    return Page(
        title=f"Service connection point of {cell_text(where)}",
        verdict=str(report["verdict"]),
        headline=_VERDICTS[str(report["verdict"])],
        summary=str(report["summary"]),
        generated=time_text(report.get("generated")),
        urgent=tuple(_urgent(groups)),
        facts=tuple(_facts(report)),
        drawing=draw(report.get("sites") or (), report.get("service_connection_points") or (), _ill(report), connections),
        connections=connections_table(connections),
        dates=draw_dates(dates),
        dates_table=dates_table(dates),
        days=draw_days(recent),
        days_text=_days_text(recent),
        days_table=days_table(recent),
        groups=groups,
        timeline_title=_timeline_title(report),
        timeline=tuple(_timeline(report)),
        tables=tuple(table for table in tables(report) if table.rows),
    )


def _urgent(groups: Sequence[Group]) -> Iterator[tuple[str, str, str]]:
    for group in groups:
        if group.status in ("failed", "warning"):
            for check in group.checks:
                yield f"{check['part']}-{check['id']}", str(check["id"]), group.status


def _facts(report: Data) -> Iterator[tuple[str, Cell]]:
    yield "Server", Cell(cell_text(report.get("server") or "none, or more than one"))
    yield "Mode", Cell(cell_text(report.get("mode") or "unknown"))
    support = report.get("support") or {}
    if support.get("version"):
        yield "Site version", Cell(cell_text(f"{support.get('name') or 'unknown'} ({support['version']})"))
    if support.get("ends"):
        yield "Support ends", Cell(cell_text(support["ends"]), _mark(report, "support_end"))
    contact = moment(report.get("last_contact"))
    if contact is not None:
        yield "Last contact", Cell(at(contact), _mark(report, "last_contact"))
    known = (report.get("log") or {}).get("server_time") or report.get("site_time")
    if known:
        yield "Server time", Cell(time_text(known))


def _mark(report: Data, id: str) -> str:
    """How a fact is marked, by the check that judges it."""
    status = next((check["status"] for check in report["checks"] if check["id"] == id), "")
    return {Status.FAILED.value: "bad", Status.WARNING.value: "doubt"}.get(status, "")


def _ill(report: Data) -> str:
    """Why the role does not work, in a word or two for its box; empty when it works, or when that is unknown."""
    words = {"thread_checked": "no answer", "thread_running": "stopped", "role_installed": "missing"}
    failed = {check["id"] for check in report["checks"] if check["status"] == Status.FAILED.value}
    return next((told for id, told in words.items() if id in failed), "")


def _groups(checks: Sequence[Data]) -> Iterator[Group]:
    """The most urgent first."""
    parts = (
        ("Failed", Status.FAILED, True, "failed"),
        ("Warnings", Status.WARNING, None, "warning"),
        ("Advice", Status.FAILED, False, "advice"),
        ("Skipped", Status.SKIPPED, None, "skipped"),
        ("Passed", Status.PASSED, None, "passed"),
    )
    for title, status, required, colour in parts:
        found = [c for c in checks if c["status"] == status.value and required in (None, bool(c.get("required", True)))]
        if found:
            yield Group(title, colour, [_entry(check) for check in found], status is Status.PASSED)


def _entry(check: Data) -> Data:
    return {name: shown(str(check.get(name) or ""), MOST_DETAIL) for name in ("part", "host", "id", "title", "detail", "remedy")}


def _timeline_title(report: Data) -> str:
    flow = _flow(report, "log", "download")
    if not flow:
        return "No synchronisation found in the log"
    begun = time_text(flow.get("started") or flow.get("time"))
    return f"Last synchronisation, {begun}: {flow.get('outcome')}"


def _timeline(report: Data) -> Iterator[Step]:
    """The stages of the last check for updates, its problems, and how the site processed it, in the order of time."""
    flow = _flow(report, "log", "download")
    events = [(stage.get("time"), str(stage.get("title")), "", "stage") for stage in flow.get("stages") or ()]
    since = min((time for time, *_rest in events if time), default=None)
    for event in (report.get("log") or {}).get("timeline") or ():
        if event.get("kind") == "problem" and since and (event.get("time") or "") >= since:
            events.append((event.get("time"), str(event.get("title")), str(event.get("text") or ""), "problem"))
    for stage in _flow(report, "site_log", "manifest").get("stages") or ():
        if since and (stage.get("time") or "") >= since:
            events.append((stage.get("time"), str(stage.get("title")), "on the site server", "site"))
    before: datetime | None = None
    for time, title, text, kind in sorted(events, key=lambda event: event[0] or ""):
        when = moment(time)
        after = f"+ {length(when - before)}" if when and before and when >= before else ""
        yield Step(time_text(time), after, cell_text(title), cell_text(text), kind)
        before = when or before


def _flow(report: Data, log: str, name: str) -> Data:
    found = (report.get(log) or {}).get(name)
    return found if isinstance(found, Mapping) and found.get("stages") else {}


def _days_text(recent: Sequence[Lane]) -> str:
    """What the picture of the last days shows, in one sentence for each row."""
    told = []
    for lane in recent:
        states = Counter(day.state for day in lane.days)
        counts = ", ".join(f"{counted(number, 'day')} {_DAYS[state]}" for state, number in states.items())
        told.append(f"{lane.title}: {counts}.")
    return " ".join(told)
