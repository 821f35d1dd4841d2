"""The age of the facts in the tables, and dates that users rely on."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tools import facts
from tools.facts import FOLDER, Fact, due, facts_of, read_facts, report

TODAY = date(2026, 11, 22)
ENDS = {"name": "One", "source": "S", "read": "2026-11", "expires": "2027-01-01", "released": "2020-01-01"}


def test_every_row_says_when_and_where_it_was_read() -> None:
    bad = [fact for fact in read_facts() if not (fact.source and re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", fact.read))]
    assert bad == []


def test_no_day_is_over_without_the_table_saying_what_holds_since_then() -> None:
    """This test fails on the day after such a date: then give the row a column ``then``, and make the code follow it."""
    assert [entry for entry in due(read_facts(), datetime.now(UTC).date(), 0) if entry.unanswered(datetime.now(UTC).date())] == []


def test_the_days_of_the_tables_are_found() -> None:
    found = {(fact.table, column) for fact in read_facts() for column in fact.dates}
    assert {
        ("cloud_states/gateway_changes", "due"),
        ("endpoints/endpoints", "retired"),
        ("roots/roots", "expires"),
        ("site_versions/versions", "support_ends"),
    } <= found
    assert not {column for _table, column in found} & {"released", "available"}


def test_every_file_has_rows() -> None:
    tables = {fact.table for fact in read_facts()}
    for path in FOLDER.rglob("*.yml"):
        name = path.relative_to(FOLDER).with_suffix("").as_posix()
        assert any(table.startswith(f"{name}/") for table in tables), name


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"rows": [ENDS]}, [Fact("t/rows", "One", "2026-11", "S", {"expires": date(2027, 1, 1)})]),
        ({"read": "2026-10", "then": "T", "rows": [{"id": "a", "source": "S"}]}, [Fact("t/rows", "a", "2026-10", "S", {}, "T")]),
        ({"rows": {"a": {"title": "A", "source": "S", "read": "2026-11"}}}, [Fact("t/rows", "a", "2026-11", "S")]),
        (
            {"flows": [{"id": "f", "stages": [{"id": "s", "source": "S", "read": "2026-11"}]}]},
            [Fact("t/flows/f/stages", "s", "2026-11", "S")],
        ),
        (
            {"flows": [{"id": "f", "source": "S", "read": "2026-11", "stages": [{"id": "s"}]}]},
            [Fact("t/flows", "f", "2026-11", "S")],
        ),
        ({"rows": [{"number": 1}]}, [Fact("t/rows", "1")]),
        ({"features": {"updates": "Updates"}, "issuers": ["Microsoft"]}, []),
    ],
)
def test_rows_of_a_table(document: Any, expected: list[Fact]) -> None:
    assert facts_of(document, "t") == expected


def test_the_files_of_folders_count(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "flows.yml").write_text("rows: [{id: a, source: S, read: 2026-11}]", encoding="utf-8")
    (tmp_path / "roots.yml").write_text("rows: [{id: b, source: S, read: 2026-11}]", encoding="utf-8")
    assert [fact.table for fact in read_facts(tmp_path)] == ["logs/flows/rows", "roots/rows"]


def fact(day: str, then: str = "", name: str = "One", read: str = "2026-11") -> Fact:
    return Fact("t/rows", name, read, "S", {"expires": date.fromisoformat(day)}, then)


@pytest.mark.parametrize(
    ("day", "then", "listed"),
    [
        ("2026-11-22", "", True),
        ("2027-05-21", "", True),
        ("2027-05-22", "", False),
        ("2026-11-21", "", True),
        ("2026-11-21", "It is over.", False),
        ("2027-05-21", "It is over.", True),
        ("2010-01-01", "", True),
    ],
)
def test_dates_that_are_near_or_over(day: str, then: str, listed: bool) -> None:
    assert bool(due([fact(day, then)], TODAY, 180)) is listed


def test_a_day_that_is_over_needs_an_answer() -> None:
    assert [entry.unanswered(TODAY) for entry in due([fact("2026-11-21"), fact("2026-11-22")], TODAY, 0)] == [True, False]


def test_the_report() -> None:
    text = report(
        [fact("2027-01-01", "Then this.", "Near"), fact("2026-11-01", "", "Over"), fact("2030-01-01", "", "Far", "2026-01")],
        TODAY,
        180,
    )
    assert text.splitlines() == [
        "Dates until 2027-05-21, and dates that are over without `then`:",
        "",
        "2026-11-01 (is over) t/rows: Over, expires; the table does not say what holds then",
        "2027-01-01 (in 40 days) t/rows: Near, expires; then: Then this.",
        "",
        "3 rows, those that were read longest ago first:",
        "",
        "2026-01  t/rows: Far (S)",
        "2026-11  t/rows: Near (S)",
        "2026-11  t/rows: Over (S)",
    ]
    assert "none" in report([], TODAY, 180).splitlines()


def test_the_command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "read_facts", lambda: [fact("2010-01-01")])
    assert facts.main(["--days", "10"]) == 1
    assert "(is over)" in capsys.readouterr().out
    monkeypatch.setattr(facts, "read_facts", lambda: [fact("2010-01-01", "It is over.")])
    assert facts.main([]) == 0
    assert "none" in capsys.readouterr().out
