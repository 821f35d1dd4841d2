"""The index of a large table: it omits no row that may fulfil a condition."""

from __future__ import annotations

import pytest

from lab.cim.index import Index
from lab.cim.wql import Select, parse

ROWS: dict[int, dict[str, str | int | None]] = {
    1: {"RoleName": "SMS Site System", "Path": None, "Number": 7},
    2: {"RoleName": "sms site system", "Path": "A", "Number": 8},
    3: {"RoleName": "SMS Site Server", "Path": "a", "Number": None},
    4: {"RoleName": None, "Path": "B", "Number": 7},
}


def index() -> Index[int]:
    made = Index[int]({"RoleName": str, "Path": str, "Number": int})
    for key, row in ROWS.items():
        made.add(key, row)
    return made


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("rolename = 'SMS SITE SYSTEM'", {1, 2}),
        ("RoleName IN ('SMS Site System', 'SMS Site Server')", {1, 2, 3}),
        ("Path IS NULL OR Path = ''", {1}),
        ("(RoleName = 'SMS Site System') AND (Path = 'A' OR Path IS NULL OR Path = 'b')", {1, 2}),
        ("RoleName = 'SMS Site System' AND Size > 3", {1, 2}),
        ("Number = 7 OR Path = 'a'", {1, 2, 3, 4}),
        ("Number = 9", set()),
    ],
)
def test_the_rows_that_a_condition_can_be_about(condition: str, expected: set[int]) -> None:
    query = parse(f"select * from Thing where {condition}", extended=True)
    assert isinstance(query, Select)
    assert index().candidates(query.where) == expected


@pytest.mark.parametrize(
    "condition",
    ["Size = 3", "Number > 7", "NOT RoleName = 'x'", "Number = '7'", "RoleName = 'x' OR Size = 3", "RoleName LIKE 'SMS%'"],
)
def test_a_condition_that_the_columns_tell_nothing_about(condition: str) -> None:
    query = parse(f"select * from Thing where {condition}")
    assert isinstance(query, Select)
    assert index().candidates(query.where) is None
    assert index().candidates(None) is None


def test_a_row_that_was_changed_is_found_by_its_new_values() -> None:
    changed = index()
    changed.remove(2, ROWS[2])
    changed.add(2, {"rolename": "other"})
    query = parse("select * from Thing where RoleName = 'SMS Site System'")
    assert isinstance(query, Select)
    assert changed.candidates(query.where) == {1}
    query = parse("select * from Thing where Path is null")
    assert isinstance(query, Select)
    assert changed.candidates(query.where) == {1, 2}
