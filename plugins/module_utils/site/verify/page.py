# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the page of a verification shows, made from its report: every text and number as the template writes it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_report import MOST_DETAIL
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.drawing import Drawing, draw
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import moment
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.words import at, counted, length

Data = Mapping[str, Any]

_VERDICTS = {
    "passed": "No problems found",
    "warning": "Some checks need attention",
    "failed": "Required checks failed",
}
_MOST_ROWS = 100
# The console warns about a secret when fewer days are left.
_SOON_DAYS = 30
_CELL = 300


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
class Cell:
    """A text, coloured if it is a problem (``bad`` or ``doubt``), and a percentage from 0 to 100 that is drawn as a bar."""

    text: str
    mark: str = ""
    share: int | None = None


@dataclass(frozen=True)
class Table:
    """Rows of texts below their headings; the first column names the row."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0


@dataclass(frozen=True)
class Page:
    """The page."""

    title: str
    verdict: str
    headline: str
    summary: str
    generated: str
    facts: tuple[tuple[str, str], ...]
    drawing: Drawing
    groups: tuple[Group, ...]
    timeline_title: str
    timeline: tuple[Step, ...]
    tables: tuple[Table, ...]


def page_of(report: Data) -> Page:
    """The page of a report, as ``report.verify`` makes it, or as it was read back from its JSON.

    :raises KeyError, TypeError, ValueError: it is not such a report.
    """
    where = report.get("site_code") or "a hierarchy that could not be read"
    return Page(
        title=f"Service connection point of {_cell(where)}",
        verdict=str(report["verdict"]),
        headline=_VERDICTS[str(report["verdict"])],
        summary=str(report["summary"]),
        generated=_time(report.get("generated")),
        facts=tuple(_facts(report)),
        drawing=draw(report.get("sites") or (), report.get("service_connection_points") or (), _ill(report)),
        groups=tuple(_groups(report["checks"])),
        timeline_title=_timeline_title(report),
        timeline=tuple(_timeline(report)),
        tables=tuple(table for table in _tables(report) if table.rows),
    )


def _facts(report: Data) -> Iterator[tuple[str, str]]:
    yield "Server", _cell(report.get("server") or "none, or more than one")
    yield "Mode", _cell(report.get("mode") or "unknown")
    support = report.get("support") or {}
    if support.get("version"):
        yield "Site version", _cell(f"{support.get('name') or 'unknown'} ({support['version']})")
    if support.get("ends"):
        yield "Support ends", _cell(support["ends"])
    contact = moment(report.get("last_contact"))
    if contact is not None:
        yield "Last contact", at(contact)
    known = (report.get("log") or {}).get("server_time") or report.get("site_time")
    if known:
        yield "Server time", _time(known)


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
    begun = _time(flow.get("started") or flow.get("time"))
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
        yield Step(_time(time), after, _cell(title), _cell(text), kind)
        before = when or before


def _flow(report: Data, log: str, name: str) -> Data:
    found = (report.get(log) or {}).get(name)
    return found if isinstance(found, Mapping) and found.get("stages") else {}


def _tables(report: Data) -> Iterator[Table]:
    packages = [
        (p.get("name"), p.get("version"), p.get("state"), _time(p.get("last_updated")), p.get("advice"))
        for p in report.get("packages") or ()
    ]
    yield _table("Updates", ("Update", "Version", "State", "Since", "Advice"), packages)
    secrets = [
        (a.get("name"), a.get("tenant"), _time(a["secret"].get("expires")), _left(a["secret"]))
        for a in report.get("applications") or ()
        if isinstance(a.get("secret"), Mapping)
    ]
    yield _table("Secrets of Entra applications", ("Application", "Tenant", "Expires", "Left"), secrets)
    components = [
        (c.get("component"), c.get("server"), _state(c), _health(c), _time(c.get("last_heartbeat")))
        for c in report.get("components") or ()
    ]
    yield _table("Components", ("Component", "Server", "State", "Health", "Last heartbeat"), components)
    messages = [
        (f"{m.get('message_id')}", m.get("component"), _time(m.get("time")), m.get("title") or m.get("severity"))
        for m in report.get("messages") or ()
    ]
    yield _table("Status messages", ("Message", "Component", "Time", "Meaning"), messages[:20], len(messages[20:]))
    over = [
        (problem.get("title"), problem.get("log"), _time(problem.get("last_time")), problem.get("cause"))
        for log in ("log", "site_log")
        for problem in (report.get(log) or {}).get("problems") or ()
        if problem.get("status") == "over"
    ]
    yield _table("Problems that are over", ("Problem", "Log", "Last seen", "Cause"), over)
    read = [
        (
            log.get("path") or log.get("component"),
            (report.get(side) or {}).get("host"),
            "read" if log.get("readable") else log.get("error"),
        )
        for side in ("log", "site_log")
        for log in (report.get(side) or {}).get("logs") or ()
    ]
    yield _table("Logs", ("Log", "Host", "Result"), read)


def _table(title: str, headings: tuple[str, ...], rows: Sequence[Sequence[object]], left_out: int = 0) -> Table:
    kept = rows[:_MOST_ROWS]
    return Table(title, headings, tuple(tuple(map(_of_table, row)) for row in kept), left_out + len(rows) - len(kept))


def _of_table(value: object) -> Cell:
    return value if isinstance(value, Cell) else Cell(_cell(value))


def _state(component: Data) -> Cell:
    state = str(component.get("state") or "")
    return Cell(_cell(state), "bad" if state == "stopped" else "")


def _health(component: Data) -> Cell:
    health = str(component.get("status") or "")
    return Cell(_cell(health), {"critical": "bad", "warning": "doubt"}.get(health, ""))


def _left(secret: Data) -> Cell:
    """The days that a secret has left, with the percentage of its lifetime if that is known."""
    days, made, ends = secret.get("expires_in_days"), moment(secret.get("created")), moment(secret.get("expires"))
    if not isinstance(days, int):
        return Cell("")
    mark = "bad" if days < 0 else "doubt" if days < _SOON_DAYS else ""
    life = (ends - made).days if made and ends else 0
    share = max(0, min(100, round(100 * days / life))) if life > 0 else None
    return Cell("expired" if days < 0 else counted(days, "day"), mark, share)


def _time(text: object) -> str:
    when = moment(text)
    return at(when) if when else str(text or "")


def _cell(value: object) -> str:
    return shown("" if value is None else str(value), _CELL)
