from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from lab.cim.dmtf import PartialDatetime, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20260131235959.123456+000", datetime(2026, 1, 31, 23, 59, 59, 123456, tzinfo=UTC)),
        ("20260131235959.000000-480", datetime(2026, 1, 31, 23, 59, 59, tzinfo=timezone(timedelta(hours=-8)))),
        ("00000001020304.000005:000", timedelta(days=1, hours=2, minutes=3, seconds=4, microseconds=5)),
    ],
)
def test_values(text: str, value: datetime | timedelta) -> None:
    assert parse(text) == value
    if isinstance(value, datetime):
        assert parse(text).utcoffset() == value.utcoffset()  # type: ignore[union-attr]


def test_wildcards_stay_text() -> None:
    assert parse("20260131235959.000000+***") == PartialDatetime("20260131235959.000000+***")
    assert parse("**************.******+***") == PartialDatetime("**************.******+***")


@pytest.mark.parametrize(
    "text", ["", "20260131", "20261331000000.000000+000", "2026013123595x.000000+000", "2026-01-31T00:00:00Z"]
)
def test_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a"):
        parse(text)
