"""Facts, groups, timeline and tables of the page, each from a few values of a report."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.page import Group, Page, Step, page_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.page_tables import Cell, Table
from tests.unit.site.verify.support import CAS01, SCP01, WELL, flow, problem, report, stage

BARE: dict[str, Any] = {"verdict": "warning", "summary": "1 of 2", "checks": [], "generated": "2026-11-22T12:00:00+00:00"}


def page(**values: Any) -> Page:
    return page_of({**BARE, **values})


def check(id: str, status: str = "passed", **more: Any) -> dict[str, Any]:
    return {"part": "site", "host": CAS01, "id": id, "title": "T", "status": status, "detail": "D", "remedy": "R", **more}


# The head.


def test_each_verdict_has_a_headline_of_its_own() -> None:
    found = {verdict: page(verdict=verdict) for verdict in ("passed", "warning", "failed")}
    assert [one.verdict for one in found.values()] == list(found)
    assert len({one.headline for one in found.values()}) == 3


def test_what_is_no_report_is_refused() -> None:
    for broken in ({}, {**BARE, "verdict": "odd"}, {**BARE, "checks": [{}]}):
        with pytest.raises((KeyError, TypeError, ValueError)):
            page_of(broken)


def test_the_head_of_a_bare_report() -> None:
    found = page()
    assert (found.summary, found.generated) == ("1 of 2", "2026-11-22 12:00:00 UTC")
    assert "could not be read" in found.title
    assert page(site_code="CAS").title.endswith("CAS")
    assert (found.groups, found.tables, found.timeline, found.drawing.boxes) == ((), (), (), ())
    assert len(found.facts) == 2


def facts(**values: Any) -> list[str]:
    names = [name for name, _text in page(**values).facts]
    assert len(set(names)) == len(names)
    return [cell.text for _name, cell in page(**values).facts]


def test_facts() -> None:
    support = {"version": "5.00.9152.1000", "name": "2609", "ends": "2028-03-28"}
    found = facts(
        server=SCP01, mode="online", support=support, last_contact="2026-11-22T10:00:18Z", site_time="2026-11-22T11:00:00Z"
    )
    assert found == [
        SCP01,
        "online",
        "2609 (5.00.9152.1000)",
        "2028-03-28",
        "2026-11-22 10:00:18 UTC",
        "2026-11-22 11:00:00 UTC",
    ]
    *_rest, version = facts(support={"version": "1"})
    assert version.endswith(" (1)")
    assert "None" not in version
    assert len(facts(support={"version": "1"})) == 3
    assert facts(support={"ends": "2028-03-28"})[2:] == ["2028-03-28"]
    assert facts()[:2] == facts(server=None, mode=None)
    assert all(text and text != "None" for text in facts())
    own = facts(site_time="2026-11-22T11:00:00Z", log={"server_time": "2026-11-22T12:34:00Z"})
    assert own[-1] == "2026-11-22 12:34:00 UTC"


# The drawing.


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (["thread_checked"], "no answer"),
        (["thread_running"], "stopped"),
        (["role_installed"], "missing"),
        (["role_installed", "thread_running", "thread_checked"], "no answer"),
        (["role_installed", "thread_running"], "stopped"),
        (["support_end"], "online"),
    ],
)
def test_why_a_role_does_not_work(ids: list[str], told: str) -> None:
    whole = report(WELL)
    boxes = page_of({**whole, "checks": [check(id, "failed") for id in ids]}).drawing.boxes
    assert [box.title for box in boxes if box.kind == "role"] == [f"Service connection point, {told}"]
    boxes = page_of({**whole, "checks": [check(id, "warning") for id in ids]}).drawing.boxes
    assert not any(box.ill for box in boxes)


# Groups of checks.


def test_groups_by_urgency() -> None:
    checks = [
        check("a", "passed"),
        check("b", "skipped"),
        check("c", "failed", required=False),
        check("d", "warning", required=False),
        check("e", "failed", required=True),
        check("f", "failed"),
        check("g", "warning"),
    ]
    found = page(checks=checks).groups
    assert [(group.status, [entry["id"] for entry in group.checks], group.folded) for group in found] == [
        ("failed", ["e", "f"], False),
        ("warning", ["d", "g"], False),
        ("advice", ["c"], False),
        ("skipped", ["b"], False),
        ("passed", ["a"], True),
    ]
    assert [group.title for group in page(checks=checks[:1]).groups] == ["Passed"]


def test_an_entry_is_text() -> None:
    [group] = page(checks=[check("a", detail="x" * 3000, remedy=None, more=1)]).groups
    assert isinstance(group, Group)
    [entry] = group.checks
    assert set(entry) == {"part", "host", "id", "title", "detail", "remedy"}
    assert entry["remedy"] == ""
    assert entry["detail"].startswith("x" * 2000 + " ")


# The timeline.

FIRST, SECOND = stage("a", "2026-11-22T10:00:00Z"), stage("b", "2026-11-22T10:00:09Z")


def timeline(*stages: dict[str, Any], events: Any = (), site: Any = None) -> list[Step]:
    log = {"download": flow("completed", *stages), "timeline": events}
    return list(page(log=log, site_log={"manifest": site} if site else None).timeline)


def test_steps_of_the_last_synchronisation() -> None:
    assert timeline(FIRST, SECOND) == [
        Step("2026-11-22 10:00:00 UTC", "", "Stage a", "", "stage"),
        Step("2026-11-22 10:00:09 UTC", "+ 9 seconds", "Stage b", "", "stage"),
    ]
    assert timeline() == []


@pytest.mark.parametrize(("time", "shown"), [("09:59:59", False), ("10:00:00", True), ("11:00:00", True)])
def test_what_was_before_the_synchronisation_is_not_of_it(time: str, shown: bool) -> None:
    event = {"kind": "problem", "time": f"2026-11-22T{time}Z", "title": "P", "text": "x"}
    assert [step.title for step in timeline(FIRST, events=[event]) if step.kind == "problem"] == (["P"] if shown else [])
    site = flow("completed", stage("s", f"2026-11-22T{time}Z"))
    assert [step.title for step in timeline(FIRST, site=site) if step.kind == "site"] == (["Stage s"] if shown else [])


def test_only_problems_are_taken_of_the_logs_own_timeline() -> None:
    events = [
        {"kind": "stage", "time": "2026-11-22T10:00:01Z", "title": "S"},
        {"kind": "problem", "time": "2026-11-22T10:00:02Z", "title": "P", "text": "line"},
        {"kind": "problem", "time": None, "title": "N"},
    ]
    assert [(step.title, step.text) for step in timeline(FIRST, events=events)] == [("Stage a", ""), ("P", "line")]
    # Without a stage with a time it is not known to which synchronisation they belong.
    untimed = {**FIRST, "time": None}
    assert [step.title for step in timeline(untimed, events=events, site=flow("completed", FIRST))] == ["Stage a"]


def test_steps_are_in_the_order_of_time() -> None:
    untimed = {**stage("u", ""), "time": None}
    steps = timeline(SECOND, untimed, FIRST, site=flow("completed", stage("s", "2026-11-22T10:00:05Z")))
    assert [step.title for step in steps] == ["Stage u", "Stage a", "Stage s", "Stage b"]
    assert [step.after for step in steps] == ["", "", "+ 5 seconds", "+ 4 seconds"]
    assert steps[2].text
    assert steps[0].time == ""


def test_two_steps_at_once() -> None:
    assert [step.after for step in timeline(FIRST, FIRST)] == ["", "+ 0 seconds"]


def test_the_title_of_the_timeline() -> None:
    started = page(log={"download": flow("failed", FIRST, SECOND)}).timeline_title
    assert "2026-11-22 10:00:00 UTC: failed" in started
    unknown = page(log={"download": {**flow("failed", SECOND), "started": None}}).timeline_title
    assert "2026-11-22 10:00:09 UTC" in unknown
    for none in ({}, {"download": flow(None)}, {"download": "odd"}):
        assert "UTC" not in page(log=none).timeline_title


# The tables.


def table(**values: Any) -> Table:
    """The only table of a page with no other values."""
    (found,) = page(**values).tables
    assert found.title
    assert len(found.headings) == len(set(found.headings)) == len(found.rows[0])
    return found


def texts(found: Table) -> list[list[str]]:
    return [[cell.text for cell in row] for row in found.rows]


def test_updates() -> None:
    row = {"name": "U", "version": "1", "state": "S", "last_updated": "2026-11-22T10:00:00Z", "advice": None}
    found = table(packages=[row])
    assert texts(found) == [["U", "1", "S", "2026-11-22 10:00:00 UTC", ""]]
    assert len(found.headings) == 5
    assert found.left_out == 0


@pytest.mark.parametrize(("count", "shown", "left_out"), [(100, 100, 0), (103, 100, 3)])
def test_a_table_is_bounded(count: int, shown: int, left_out: int) -> None:
    found = table(packages=[{"name": "U"}] * count)
    assert (len(found.rows), found.left_out) == (shown, left_out)


@pytest.mark.parametrize(("count", "shown", "left_out"), [(20, 20, 0), (25, 20, 5)])
def test_messages_are_bounded(count: int, shown: int, left_out: int) -> None:
    found = table(messages=[{"message_id": 1, "component": "C", "severity": "error"}] * count)
    assert (len(found.rows), found.left_out) == (shown, left_out)
    assert texts(found)[0] == ["1", "C", "", "error", ""]


def test_a_message_with_a_title() -> None:
    row = {"message_id": 1, "component": "C", "severity": "error", "title": "T", "time": "2026-11-22T10:00:00Z"}
    assert texts(table(messages=[row])) == [["1", "C", "2026-11-22 10:00:00 UTC", "error", "T"]]


@pytest.mark.parametrize(
    ("severity", "verdict", "mark"),
    [
        ("error", None, "bad"),
        ("warning", None, "doubt"),
        ("information", None, ""),
        ("information", "failed", "bad"),
        ("error", "warning", "doubt"),
        ("error", "passed", ""),
    ],
)
def test_the_colour_of_a_message(severity: str, verdict: str | None, mark: str) -> None:
    [row] = table(messages=[{"message_id": 1, "component": "C", "severity": severity, "verdict": verdict}]).rows
    assert row[3] == Cell(severity, mark)


@pytest.mark.parametrize(
    ("phase", "hangs", "cell"),
    [
        ("failed", False, Cell("S", "bad")),
        ("installing", True, Cell("S (hangs)", "bad")),
        ("unknown", None, Cell("S", "doubt")),
        ("restart_pending", False, Cell("S", "doubt")),
        ("installed", False, Cell("S")),
        ("available", None, Cell("S")),
    ],
)
def test_the_colour_of_an_update(phase: str, hangs: bool | None, cell: Cell) -> None:
    [row] = table(packages=[{"name": "U", "state": "S", "phase": phase, "hangs": hangs}]).rows
    assert row[2] == cell


@pytest.mark.parametrize(
    ("state", "health", "marks"),
    [
        ("started", "ok", ["", ""]),
        ("stopped", "critical", ["bad", "bad"]),
        ("paused", "warning", ["doubt", "doubt"]),
        ("state 9", "status 7", ["doubt", "doubt"]),
        (None, None, ["", ""]),
    ],
)
def test_the_colours_of_a_component(state: str | None, health: str | None, marks: list[str]) -> None:
    [row] = table(components=[{"component": "C", "state": state, "status": health}]).rows
    assert [cell.mark for cell in row[2:4]] == marks


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("2026-11-22", True),
        ("2026-11-22 10:00:00 UTC", True),
        ("3 days ago", True),
        # The page leaves out an empty cell on a phone, so nothing may be in it.
        ("", False),
        ("SMS_DMP_DOWNLOADER", False),
        ("since 2026-11-22 10:00:00 UTC", False),
    ],
)
def test_what_a_browser_must_not_break(text: str, whole: bool) -> None:
    assert Cell(text).whole is whole


# The pictures: each has a table with the same facts.


def test_the_connections_as_text() -> None:
    rows = [
        {"from": "controller", "to": SCP01, "state": "works", "check": "", "text": "It answered."},
        {"from": SCP01, "to": "microsoft", "state": "fails", "check": "x", "text": "Since 2026-11-22T10:00:00Z."},
        {"from": CAS01, "to": SCP01, "state": "odd", "text": None},
    ]
    found = page(connections=rows).connections
    assert texts(found) == [
        ["the controller", SCP01, "works", "It answered."],
        [SCP01, "Microsoft", "fails", "Since 2026-11-22 10:00:00 UTC."],
        [CAS01, SCP01, "not known", ""],
    ]
    assert [row[2].mark for row in found.rows] == ["", "bad", ""]


def test_the_dates_as_text() -> None:
    rows = [
        {"date": "2026-11-19", "kind": "secret", "subject": "S", "then": "T", "days_left": -3, "state": "over"},
        {"date": "2026-12-10", "kind": "secret", "subject": "S", "then": "T", "days_left": 18, "state": "soon"},
        {"date": "2038-01-15", "kind": "root", "subject": "R", "then": "", "days_left": 4072, "state": "later"},
        {"date": "x", "days_left": None},
    ]
    found = page(dates_ahead=rows)
    assert [row[:2] for row in found.dates_table.rows] == [
        (Cell("2026-11-19"), Cell("3 days ago", "bad")),
        (Cell("2026-12-10"), Cell("18 days", "doubt")),
        (Cell("2038-01-15"), Cell("11 years")),
    ]
    assert len(found.dates.marks) == 3


def test_the_last_days_as_text() -> None:
    history = [{"time": f"2026-11-{day}T10:00:00Z", "outcome": outcome} for day, outcome in ((20, "failed"), (22, "completed"))]
    found = page(mode="online", log={"server_time": "2026-11-22T12:00:00Z", "download": {"history": history}})
    assert texts(found.days_table) == [["2026-11-22", "1 completed"], ["2026-11-20", "1 failed"]]
    assert found.days_text == "Synchronisations with Microsoft: 4 days not read, 1 day failed, 1 day without any, 1 day good."
    assert page().days_text == ""
    assert (page().days.rows, page().dates.marks, page().connections.rows) == ((), (), ())


def test_the_way_to_what_needs_attention() -> None:
    checks = [
        check("a"),
        check("b", "warning"),
        check("c", "failed"),
        check("d", "failed", required=False),
        check("e", "skipped"),
    ]
    assert page(checks=checks).urgent == (("site-c", "c", "failed"), ("site-b", "b", "warning"))


@pytest.mark.parametrize(("status", "mark"), [("failed", "bad"), ("warning", "doubt"), ("passed", ""), ("skipped", "")])
def test_a_fact_has_the_colour_of_its_check(status: str, mark: str) -> None:
    found = dict(
        page(
            support={"ends": "2026-01-01"},
            last_contact="2026-11-22T10:00:18Z",
            checks=[check("support_end", status), check("last_contact", status)],
        ).facts
    )
    assert (found["Support ends"].mark, found["Last contact"].mark, found["Server"].mark) == (mark, mark, "")


def secret(days: Any, created: str | None = None, expires: str | None = "2027-01-10T00:00:00Z") -> Cell:
    one = {"expires_in_days": days, "created": created, "expires": expires}
    app = {"name": "A", "tenant": "T", "secret": one}
    [row] = table(applications=[app, {"name": "B", "secret": None}]).rows
    assert [cell.text for cell in row[:3]] == ["A", "T", "2027-01-10 00:00:00 UTC" if expires else ""]
    return row[3]


@pytest.mark.parametrize(
    ("days", "created", "cell"),
    [
        (0, None, Cell("0 days", "doubt")),
        (1, None, Cell("1 day", "doubt")),
        (29, None, Cell("29 days", "doubt")),
        (30, None, Cell("30 days")),
        ("30", None, Cell("")),
        (50, "2026-10-02T00:00:00Z", Cell("50 days", "", 50)),
        (100, "2026-10-02T00:00:00Z", Cell("100 days", "", 100)),
        (200, "2026-10-02T00:00:00Z", Cell("200 days", "", 100)),
        (50, "2027-01-09T00:00:00Z", Cell("50 days", "", 100)),
        (50, "2027-01-10T00:00:00Z", Cell("50 days")),
        (50, "2027-02-10T00:00:00Z", Cell("50 days")),
    ],
)
def test_what_is_left_of_a_secret(days: Any, created: str | None, cell: Cell) -> None:
    assert secret(days, created) == cell


@pytest.mark.parametrize(("created", "share"), [(None, None), ("2026-10-02T00:00:00Z", 0)])
def test_a_secret_that_has_expired(created: str | None, share: int | None) -> None:
    cell = secret(-1, created)
    assert (cell.mark, cell.share) == ("bad", share)
    assert cell.text
    assert "1" not in cell.text


def test_a_secret_without_an_end_has_no_bar() -> None:
    assert secret(50, "2026-10-02T00:00:00Z", None) == Cell("50 days")


def test_components() -> None:
    row = {
        "component": "C",
        "server": SCP01,
        "state": "stopped",
        "status": "warning",
        "last_heartbeat": "2026-11-22T10:00:00Z",
    }
    [cells] = table(components=[row]).rows
    assert cells == (
        Cell("C"),
        Cell(SCP01),
        Cell("stopped", "bad"),
        Cell("warning", "doubt"),
        Cell("2026-11-22 10:00:00 UTC"),
    )
    [cells] = table(components=[{"component": "C"}]).rows
    assert cells[1:] == (Cell(""),) * 4


def test_only_problems_that_are_over_have_a_row() -> None:
    over, current = problem("tls", status="over"), problem("smb")
    logs = {"log": {"problems": [over, current]}, "site_log": {"problems": [{**over, "title": "Other"}]}}
    assert [row[0] for row in texts(table(**logs))] == ["About tls", "Other"]
    assert texts(table(**logs))[0][1:] == [over["log"], "2026-11-22 10:00:03 UTC", over["cause"]]


def test_logs_by_host() -> None:
    logs = {
        "log": {"host": SCP01, "logs": [{"component": "C", "path": None, "readable": False, "error": "no right"}]},
        "site_log": {"host": CAS01, "logs": [{"component": "H", "path": r"D:\hman.log", "readable": True, "error": None}]},
    }
    assert texts(table(**logs)) == [["C", SCP01, "no right"], [r"D:\hman.log", CAS01, "read"]]


def test_a_table_without_rows_is_left_out() -> None:
    assert page(packages=[], applications=None, log={"logs": []}).tables == ()


def test_a_cell_is_bounded_and_harmless() -> None:
    found = texts(table(packages=[{"name": "x" * 301 + "\x1b", "version": None, "state": 0}]))[0]
    assert found[0].startswith("x" * 300 + " ")
    assert "\x1b" not in found[0]
    assert found[1:3] == ["", "0"]
