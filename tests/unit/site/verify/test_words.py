"""How times and durations are written, and the kinds of checks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import time_texts
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify import words

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (timedelta(0), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=59.9), "59 seconds"),
        (timedelta(seconds=60), "1 minute"),
        (timedelta(seconds=119), "1 minute"),
        (timedelta(seconds=3599), "59 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=47, minutes=59), "47 hours"),
        (timedelta(hours=48), "2 days"),
        (timedelta(days=30, hours=23), "30 days"),
    ],
)
def test_the_largest_unit_of_a_length_of_time(span: timedelta, told: str) -> None:
    assert words.length(span) == told
    ago = words.ago(NOW - span, NOW)
    assert ago.startswith(told)
    assert "ahead" not in ago


def test_a_time_that_is_ahead_is_told_as_such() -> None:
    told = words.ago(NOW + timedelta(hours=3), NOW)
    assert told.startswith("3 hours")
    assert "ago" not in told


@pytest.mark.parametrize(("number", "told"), [(0, "0 lines"), (1, "1 line"), (2, "2 lines")])
def test_a_number_of_things(number: int, told: str) -> None:
    assert words.counted(number, "line") == told


def test_a_moment_is_told_in_utc() -> None:
    assert time_texts.at(datetime(2026, 11, 22, 13, 0, 5, tzinfo=timezone(timedelta(hours=1)))) == "2026-11-22 12:00:05 UTC"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("since 2026-11-22T10:00:18.123Z.", "since 2026-11-22 10:00:18 UTC."),
        ("2026-11-22T10:00:18+00:00, 2026-11-22T11:00:18Z", "2026-11-22 10:00:18 UTC, 2026-11-22 11:00:18 UTC"),
        ("at 2026-13-22T10:00:18Z", "at 2026-13-22T10:00:18Z"),
        ("at 2026-11-22T10:00:18", "at 2026-11-22T10:00:18"),
        (None, "None"),
    ],
)
def test_times_in_a_text(text: object, told: str) -> None:
    assert time_texts.with_times(text) == told


def test_the_kinds_of_checks() -> None:
    checks = [
        words.passed("a", "A", "d"),
        words.failed("a", "A", "d", "r"),
        words.failed("a", "A", "d", "r", required=False),
        words.warning("a", "A", "d", "r"),
        words.skipped("a", "A", "d"),
        words.unclear("a", "A", "d", "r"),
    ]
    assert [(check.status, check.required, check.remedy) for check in checks] == [
        (Status.PASSED, True, ""),
        (Status.FAILED, True, "r"),
        (Status.FAILED, False, "r"),
        (Status.WARNING, False, "r"),
        (Status.SKIPPED, False, ""),
        (Status.WARNING, False, "r"),
    ]
    assert all((check.id, check.title) == ("a", "A") and check.detail.endswith("d") for check in checks)
