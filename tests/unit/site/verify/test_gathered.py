"""The results of the modules, as the checks read them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import (
    Answer,
    BadInput,
    Gathered,
    Limits,
    gathered_from,
    moment,
)
from tests.unit.site.verify.support import WELL, spoiled

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROW = {"server": "scp01", "site_code": "CAS", "mode": "online"}


@pytest.mark.parametrize(
    ("result", "run", "ok"),
    [
        ({}, False, False),
        ({"skipped": True}, False, False),
        ({"skipped": True, "sites": []}, False, False),
        ({"sites": []}, True, True),
        ({"sites": [], "failed": True}, True, False),
        ({"sites": [], "failed": False}, True, True),
        ({"msg": "x", "failed": False}, True, False),
    ],
)
def test_whether_a_module_answered(result: dict[str, Any], run: bool, ok: bool) -> None:
    answer = Answer("cas01", result, "sites")
    assert (answer.run, answer.ok) == (run, ok)


def test_a_return_value_counts_only_when_the_module_answered() -> None:
    good, bad = Answer("x", {"a": 0, "b": None, "sites": []}, "sites"), Answer("x", {"a": 0}, "sites")
    assert (good.get("a", 1), good.get("b", 1), good.get("c", 1), good.get("c")) == (0, 1, 1, None)
    assert (bad.get("a", 1), bad.get("a")) == (1, None)


@pytest.mark.parametrize(
    ("value", "rows"),
    [([{"a": 1}, "x", None, {"b": 2}], [{"a": 1}, {"b": 2}]), ("text", []), (7, []), (None, []), ({"a": 1}, [])],
)
def test_rows_are_dictionaries_of_a_list(value: object, rows: list[dict[str, int]]) -> None:
    assert Answer("x", {"sites": value}, "sites").rows("sites") == rows


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2026-11-22T12:00:00Z", NOON),
        ("2026-11-22T13:00:00+01:00", NOON),
        ("2026-11-22T12:00:00", None),
        ("soon", None),
        ("", None),
        (None, None),
        (7, None),
        (NOON, None),
    ],
)
def test_a_moment_has_a_zone(text: object, when: datetime | None) -> None:
    found = moment(text)
    assert found == when
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("rows", "server", "mode"),
    [
        ([ROW], "scp01", "online"),
        ([{**ROW, "mode": "offline"}], "scp01", "offline"),
        ([{**ROW, "mode": "sometimes"}], "scp01", None),
        ([{**ROW, "server": None}], "", "online"),
        ([ROW, ROW], "", None),
        ([], "", None),
    ],
)
def test_server_and_mode_of_the_one_role(rows: list[dict[str, Any]], server: str, mode: str | None) -> None:
    found = gathered_from(spoiled("role", configured=rows))
    assert (found.server, found.mode, len(found.holders)) == (server, mode, len(rows))


def times(log: str | None, updates: str | None, status: str | None) -> Gathered:
    found = spoiled("log", server_time=log)
    found["updates"]["result"]["site_time"] = updates
    found["status"]["result"]["site_time"] = status
    return gathered_from(found)


@pytest.mark.parametrize(
    ("log", "updates", "status", "server_hour", "site_hour"),
    [(1, 2, 3, 1, 2), (None, 2, 3, 2, 2), (None, None, 3, 3, 3), (1, None, 3, 1, 3), (None, None, None, None, None)],
)
def test_whose_clock_is_read(
    log: int | None, updates: int | None, status: int | None, server_hour: int | None, site_hour: int | None
) -> None:
    def text(hour: int | None) -> str | None:
        return None if hour is None else f"2026-11-22T{hour:02}:00:00Z"

    found = times(text(log), text(updates), text(status))
    assert (found.server_time and found.server_time.hour, found.site_time and found.site_time.hour) == (server_hour, site_hour)


@pytest.mark.parametrize(("value", "known"), [({"site_code": "CAS"}, {"site_code": "CAS"}), ("CAS", {}), (None, {})])
def test_the_top_level_site(value: object, known: dict[str, str]) -> None:
    assert gathered_from(spoiled("hierarchy", top_level_site=value)).top_level_site == known


# What the role passes on.


@pytest.mark.parametrize("name", list(WELL))
def test_each_answer_is_proved_by_a_return_value_of_its_module(name: str) -> None:
    assert getattr(gathered_from(WELL), name).ok
    assert getattr(gathered_from(WELL), name).host == WELL[name]["host"]
    found = gathered_from({name: {"host": None, "result": {"x": 1}}})
    assert not getattr(found, name).ok
    assert getattr(found, name).host == ""


def test_nothing_is_given() -> None:
    found = gathered_from({})
    assert found == Gathered()
    assert (found.limits, found.missing, found.hierarchy.run) == (Limits(25, 30, 60, 30), {}, False)
    assert gathered_from({"limits": None, "missing": None}) == Gathered()


def test_limits_and_missing_servers() -> None:
    missing = {"server": {"server": "x", "detail": "d", "remedy": "r"}}
    found = gathered_from({"limits": {"contact_hours": "1.5", "secret_days": 7}, "missing": missing})
    assert found.limits == Limits(1.5, 30, 60, 7)
    assert found.missing == missing


@pytest.mark.parametrize("name", ["contact_hours", "import_days", "support_days", "secret_days"])
@pytest.mark.parametrize("value", [-1, True, "many", None, [1], 1e9])
def test_a_limit_that_is_not_possible_is_named(name: str, value: object) -> None:
    with pytest.raises(BadInput, match=name):
        gathered_from({"limits": {name: value}})


@pytest.mark.parametrize("name", ["contact_hours", "import_days", "support_days", "secret_days"])
def test_none_of_a_limit_is_possible(name: str) -> None:
    assert getattr(gathered_from({"limits": {name: 0}}).limits, name) == 0


@pytest.mark.parametrize(
    ("found", "named"),
    [
        ({"hierarchie": {}, "role": {}}, "hierarchie"),
        ({"role": []}, "role"),
        ({"role": None}, "role"),
        ({"role": {"result": "no"}}, "role"),
        ({"limits": {"hours": 1}}, "limits"),
    ],
)
def test_what_is_not_of_the_form(found: dict[str, Any], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        gathered_from(found)
