# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The tables of the page, and the texts and colours of their cells, made from the report. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import at, with_times
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.connections import CONTROLLER, MICROSOFT
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.date_line import left
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.drawing import SIGNS
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import moment
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.recent_days import NONE, UNKNOWN, Lane
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.words import counted

Data = Mapping[str, Any]

_MOST_ROWS = 100
# The console warns about a secret when fewer days are left.
_SOON_DAYS = 30
_CELL = 300
_SHORT, _LONG = 12, 40
_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", re.ASCII)
# What the signs of connections mean.
_STATES = {"ok": "works", "doubt": "in doubt", "bad": "fails", "unknown": "not known", "unused": "not used"}


@dataclass(frozen=True)
class Cell:
    """A text, coloured if it is a problem (``bad`` or ``doubt``), and a percentage from 0 to 100 that is drawn as a bar."""

    text: str
    mark: str = ""
    share: int | None = None

    @property
    def whole(self) -> bool:
        """Whether it stays on one line: a day or a time, which a browser would break after a hyphen, or a few characters."""
        return 0 < len(self.text) <= _SHORT or _TIME.fullmatch(self.text) is not None

    @property
    def long(self) -> bool:
        """Whether a word of it is broken anywhere, so that it does not make its column wider than the page."""
        return any(len(word) > _LONG for word in self.text.split())


@dataclass(frozen=True)
class Table:
    """Rows of texts below their headings; the first column names the row."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int = 0


def connections_table(rows: Sequence[Data]) -> Table:
    """The facts of the drawing, as text."""
    names = {CONTROLLER: "the controller", MICROSOFT: "Microsoft"}
    found = [
        (
            names.get(str(row.get("from")), row.get("from")),
            names.get(str(row.get("to")), row.get("to")),
            _signed(SIGNS.get(str(row.get("state")), "unknown")),
            with_times(row.get("text") or ""),
        )
        for row in rows
    ]
    return _table("Connections", ("From", "To", "State", "What is known"), found)


def _signed(sign: str) -> Cell:
    return Cell(_STATES[sign], sign if sign in ("bad", "doubt") else "")


def dates_table(days: Sequence[Data]) -> Table:
    """The facts of the picture of dates, as text."""
    marks = {"over": "bad", "soon": "doubt"}
    found = [
        (
            day.get("date"),
            Cell(left(day["days_left"]), marks.get(str(day.get("state")), "")),
            day.get("subject"),
            day.get("then"),
        )
        for day in days
        if isinstance(day.get("days_left"), int)
    ]
    return _table("Dates ahead", ("Date", "Left", "What", "What follows"), found)


def days_table(recent: Sequence[Lane]) -> Table:
    """The days on which something happened, as text, the latest first."""
    found = []
    for days in reversed(list(zip(*(lane.days for lane in recent), strict=True))):
        if any(day.state not in (NONE, UNKNOWN) for day in days):
            cells = (Cell(day.text, day.state if day.state in ("bad", "doubt") else "") for day in days)
            found.append((days[0].day.isoformat(), *cells))
    return _table("The last days", ("Day", *(lane.title for lane in recent)), found)


def tables(report: Data) -> Iterator[Table]:
    packages = [
        (p.get("name"), p.get("version"), _phase(p), time_text(p.get("last_updated")), p.get("advice"))
        for p in report.get("packages") or ()
    ]
    yield _table("Updates", ("Update", "Version", "State", "Since", "Advice"), packages)
    secrets = [
        (a.get("name"), a.get("tenant"), time_text(a["secret"].get("expires")), _left(a["secret"]))
        for a in report.get("applications") or ()
        if isinstance(a.get("secret"), Mapping)
    ]
    yield _table("Secrets of Entra applications", ("Application", "Tenant", "Expires", "Left"), secrets)
    components = [
        (c.get("component"), c.get("server"), _state(c), _health(c), time_text(c.get("last_heartbeat")))
        for c in report.get("components") or ()
    ]
    yield _table("Components", ("Component", "Server", "State", "Health", "Last heartbeat"), components)
    messages = [
        (f"{m.get('message_id')}", m.get("component"), time_text(m.get("time")), _severity(m), m.get("title"))
        for m in report.get("messages") or ()
    ]
    yield _table("Status messages", ("Message", "Component", "Time", "Severity", "Meaning"), messages[:20], len(messages[20:]))
    over = [
        (problem.get("title"), problem.get("log"), time_text(problem.get("last_time")), problem.get("cause"))
        for log in ("log", "site_log")
        for problem in (report.get(log) or {}).get("problems") or ()
        if problem.get("status") == "over"
    ]
    yield _table("Problems that are over", ("Problem", "Log", "Last seen", "Cause"), over)
    read = [
        (
            log.get("path") or log.get("component"),
            (report.get(side) or {}).get("host"),
            Cell("read") if log.get("readable") else Cell(cell_text(log.get("error")), "doubt"),
        )
        for side in ("log", "site_log")
        for log in (report.get(side) or {}).get("logs") or ()
    ]
    yield _table("Logs", ("Log", "Host", "Result"), read)


def _table(title: str, headings: tuple[str, ...], rows: Sequence[Sequence[object]], left_out: int = 0) -> Table:
    kept = rows[:_MOST_ROWS]
    return Table(title, headings, tuple(tuple(map(_of_table, row)) for row in kept), left_out + len(rows) - len(kept))


def _of_table(value: object) -> Cell:
    return value if isinstance(value, Cell) else Cell(cell_text(value))


def _phase(package: Data) -> Cell:
    """The state of an update: what failed or hangs is a problem, what is not known may be one."""
    phase, hangs = package.get("phase"), package.get("hangs") is True
    mark = "bad" if phase == "failed" or hangs else "doubt" if phase in ("unknown", "restart_pending") else ""
    return Cell(f"{cell_text(package.get('state'))}{' (hangs)' if hangs else ''}", mark)


def _state(component: Data) -> Cell:
    state = str(component.get("state") or "")
    return Cell(cell_text(state), {"stopped": "bad", "started": ""}.get(state, "doubt" if state else ""))


def _health(component: Data) -> Cell:
    health = str(component.get("status") or "")
    return Cell(cell_text(health), {"critical": "bad", "ok": ""}.get(health, "doubt" if health else ""))


def _severity(message: Data) -> Cell:
    """The verdict on a message whose meaning is known counts; else its severity."""
    judged = str(message.get("verdict") or message.get("severity") or "")
    return Cell(cell_text(message.get("severity")), {"failed": "bad", "error": "bad", "warning": "doubt"}.get(judged, ""))


def _left(secret: Data) -> Cell:
    """The days that a secret has left, with the percentage of its lifetime if that is known."""
    days, made, ends = secret.get("expires_in_days"), moment(secret.get("created")), moment(secret.get("expires"))
    if not isinstance(days, int):
        return Cell("")
    mark = "bad" if days < 0 else "doubt" if days < _SOON_DAYS else ""
    life = (ends - made).days if made and ends else 0
    share = max(0, min(100, round(100 * days / life))) if life > 0 else None
    return Cell("expired" if days < 0 else counted(days, "day"), mark, share)


def time_text(text: object) -> str:
    when = moment(text)
    return at(when) if when else str(text or "")


def cell_text(value: object) -> str:
    return shown("" if value is None else str(value), _CELL)
