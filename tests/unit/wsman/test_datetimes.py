"""Dates and intervals in all their forms."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import (
    format_date,
    format_dmtf,
    format_interval,
    parse_when,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T08:00:00", "2026-01-31T08:00:00+00:00"),
        ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00+00:00"),
        (" 2026-01-31T08:00:00Z\n", "2026-01-31T08:00:00+00:00"),
        ("2026-01-31T08:00:00.1Z", "2026-01-31T08:00:00.100000+00:00"),
        ("2026-01-31T08:00:00.12Z", "2026-01-31T08:00:00.120000+00:00"),
        ("2026-01-31T08:00:00.123456Z", "2026-01-31T08:00:00.123456+00:00"),
        ("2026-01-31T08:00:00.1234569+00:00", "2026-01-31T08:00:00.123456+00:00"),
        ("2026-01-31T08:00:00.Z", "2026-01-31T08:00:00+00:00"),
        ("2026-01-31T00:30:00+01:00", "2026-01-30T23:30:00+00:00"),
        ("2026-01-31T08:00:00.5-03:30", "2026-01-31T11:30:00.500000+00:00"),
        ("2026-01-31T08:00:00+23:59", "2026-01-30T08:01:00+00:00"),
        ("2026-01-31T08:00:00-0130", "2026-01-31T09:30:00+00:00"),
        ("20260101120000.000000+060", "2026-01-01T11:00:00+00:00"),
        ("20260101120000.000000-330", "2026-01-01T17:30:00+00:00"),
        ("20260101120000.000000+***", "2026-01-01T12:00:00+00:00"),
        ("20260101120000.******+***", "2026-01-01T12:00:00+00:00"),
        ("16010101000000.000000+000", "1601-01-01T00:00:00+00:00"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    when = parse_when(text)
    assert isinstance(when, datetime)
    assert when.isoformat() == expected


@pytest.mark.parametrize("text", ["2026-01-31T08:00:00", "2026-01-31T08:00:00Z", "20260131080000.000000+***"])
def test_dates_without_a_zone_do_not_take_the_controller_s(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert parse_when(text) == datetime(2026, 1, 31, 8, tzinfo=UTC)
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("P0DT0H1M40S", 100),
        ("PT1.5S", 1.5),
        ("P1D", 86400),
        ("-PT1S", -1),
        ("P0Y0M2DT3H", 2 * 86400 + 3 * 3600),
        ("00000001120732.000000:000", 86400 + 12 * 3600 + 7 * 60 + 32),
        ("00000000000000.500000:000", 0.5),
    ],
)
def test_intervals(text: str, seconds: float) -> None:
    interval = parse_when(text)
    assert isinstance(interval, timedelta)
    assert interval.total_seconds() == seconds


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P1DT", "P1Y", "P1M", "-", "now", "2026-01-31", "2026-13-01T00:00:00Z", "2026-01-31T24:00:00Z"),
        *("2026-01-31T08:00:00.12345678Z", "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00", "2026-01-31T08:00:00+25:00"),
        *("2026-01-31T08:00:00+24:00", "2026-01-31T08:00:00-24:00"),
        *("********************.******+***", "2026010112****.000000+000", "00000000000000.000000+000", "٢٠٢٦-01-31T08:00:00Z"),
        *("P999999999999D", "P999999999DT999999999999H"),
    ],
)
def test_what_is_neither(text: str) -> None:
    with pytest.raises(ValueError, match=r"^(is|has) "):
        parse_when(text)


def test_formats() -> None:
    when = datetime(2026, 1, 1, 0, 30, 0, 250000, tzinfo=timezone(timedelta(hours=1)))
    assert format_date(when) == "2025-12-31T23:30:00.25Z"
    assert format_dmtf(when) == "20251231233000.250000+000"
    assert format_date(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00Z"
    assert format_interval(timedelta(seconds=100)) == "P0DT0H1M40S"
    assert format_interval(timedelta(0)) == "P0DT0H0M0S"
    assert format_interval(timedelta(microseconds=-1) + timedelta(seconds=7325)) == "P0DT2H2M4.999999S"
    assert format_interval(timedelta(days=3, hours=25, milliseconds=1)) == "P4DT1H0M0.001S"
    with pytest.raises(ValueError, match="negative"):
        format_interval(timedelta(seconds=-1))
