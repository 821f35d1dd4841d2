from __future__ import annotations

from datetime import date

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.support import support_of

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("version", "name", "days", "state"),
    [
        ("5.00.9152.1000", "2609", 492, "supported"),
        ("5.00.9146.1000", "2603", 348, "supported"),
        ("5.00.9141", "2509", 171, "supported"),
        ("5.00.9135.1000", "2503", -53, "ended"),
    ],
)
def test_days_left(version: str, name: str, days: int, state: str) -> None:
    support = support_of(version, TODAY)
    assert (support.name, support.days_left, support.state, support.warning) == (name, days, state, "")


def test_the_last_day_counts() -> None:
    assert support_of("5.00.9152.1000", date(2028, 3, 28)).as_data()["state"] == "supported"
    over = support_of("5.00.9152.1000", date(2028, 3, 29)).as_data()
    assert (over["days_left"], over["state"]) == (-1, "ended")


def test_what_is_documented_of_a_version() -> None:
    data = support_of("5.00.9146.1000", TODAY).as_data()
    assert (data["released"], data["available"], data["baseline"], data["ends"]) == (
        "2026-05-05",
        "2026-05-27",
        False,
        "2027-11-05",
    )
    assert support_of("5.00.9128.1000", TODAY).baseline is True


def test_a_general_availability_that_no_source_tells_is_not_guessed() -> None:
    data = support_of("5.00.9152.1000", TODAY).as_data()
    assert (data["released"], data["available"]) == ("2026-09-28", None)


def test_the_early_update_ring_comes_before_the_general_availability_and_the_end_of_support() -> None:
    for row in table("site_versions")["versions"]:
        assert row["released"] <= row.get("available", row["released"]) < row["support_ends"]


def test_an_unknown_version_names_the_page_to_check() -> None:
    assert "learn.microsoft.com/intune/configmgr/core/servers/manage/updates" in support_of("5.00.9999.1000", TODAY).warning


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("5.00.9999.1000", "newer than 2609"),
        ("5.00.9147.1000", "none of the versions"),
        ("5.00.8000.1000", "none of the versions"),
        ("", "does not look like 5.00.9152.1000"),
        ("six", "does not look like 5.00.9152.1000"),
    ],
)
def test_an_unknown_version_is_a_warning_and_no_guess(version: str, words: str) -> None:
    support = support_of(version, TODAY)
    assert (support.name, support.ends, support.days_left, support.state) == (None, None, None, "unknown")
    assert words in support.warning


def test_without_the_sites_clock_no_days_are_counted() -> None:
    support = support_of("5.00.9152.1000", None)
    assert (support.name, support.ends, support.days_left, support.state) == ("2609", date(2028, 3, 28), None, "unknown")
    assert "clock" in support.warning


def test_the_table_has_dates_and_ascends() -> None:
    rows = table("site_versions")["versions"]
    assert [int(row["build"]) for row in rows] == sorted(int(row["build"]) for row in rows)
    for row in rows:
        support = support_of(f"5.00.{row['build']}.1000", TODAY)
        assert support.name == row["name"]
        assert support.state in {"supported", "ended"} or support.warning


def test_a_warning_is_data_where_there_is_one() -> None:
    assert support_of("5.00.9152.1000", TODAY).as_data()["warning"] is None
    unknown = support_of("six", TODAY).as_data()
    assert "'six'" in unknown["warning"]
    assert (unknown["released"], unknown["ends"], unknown["days_left"], unknown["baseline"]) == (None, None, None, None)
