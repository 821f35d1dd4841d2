from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.times import (
    LogTime,
    cmtrace,
    copied,
    is_copied,
    iso,
    native,
)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        # The sign that public site logs establish: UTC = local + bias (Belgium in summer).
        ("09-22-2015 21:21:36.981-120", "2015-09-22T19:21:36.981Z"),
        ("01-15-2026 05:00:00.000-330", "2026-01-14T23:30:00.000Z"),
        ("11-22-2026 08:00:00.000+480", "2026-11-22T16:00:00.000Z"),
        ("06-01-2026 12:00:00.000-60", "2026-06-01T11:00:00.000Z"),
        ("06-01-2026 12:00:00.000+000", "2026-06-01T12:00:00.000Z"),
        ("06-01-2026 12:00:00.1234567+0", "2026-06-01T12:00:00.123Z"),
        ("12-31-2026 23:30:00.000+210", "2027-01-01T03:00:00.000Z"),
    ],
)
def test_native_times_with_a_sign(text: str, utc: str) -> None:
    assert iso(native(text).utc) == utc


@pytest.mark.parametrize(
    "text",
    [
        "06-01-2026 12:00:00.000",
        "06-01-2026 12:00:00.935600",
        "06-01-2026 12:00:00.517 600",
        "06-01-2026 12:00:00.517 -600",
        "06-01-2026 12:00:00.000-9999",
        "06-01-2026 12:00:00.000+841",
    ],
)
def test_without_a_sure_zone_a_time_stays_local(text: str) -> None:
    time = native(text)
    assert time.local is not None
    assert time.local.replace(microsecond=0) == datetime(2026, 6, 1, 12, 0)
    assert time.bias_minutes is None
    assert time.utc is None
    assert time.written == text


def test_digits_without_a_sign_belong_to_the_fraction() -> None:
    time = native("06-01-2026 12:00:00.935612")
    assert time.local == datetime(2026, 6, 1, 12, 0, 0, 935612)


def test_the_long_dates_of_sms_2() -> None:
    time = native("Fri Mar 26 10:43:41.547 1999 Eastern Standard Time")
    assert time.local == datetime(1999, 3, 26, 10, 43, 41, 547000)
    assert time.utc is None


@pytest.mark.parametrize(
    "text", ["", "x", "13-01-2026 12:00:00.0-60", "02-30-2026 00:00:00.0+0", "Fri Foo 26 10:43:41 1999", "-" * 500]
)
def test_what_is_no_time_is_kept_as_written(text: str) -> None:
    assert native(text) == LogTime(text)


def test_the_end_of_the_calendar() -> None:
    assert native("12-31-9999 23:59:00.000+480").utc is None
    assert native("01-01-0001 00:01:00.000-480").utc is None


@pytest.mark.parametrize(
    ("time", "date", "utc"),
    [
        ("21:21:36.981-120", "9-22-2015", "2015-09-22T19:21:36.981Z"),
        ("01:02:03.1234567+000", "1-2-2026", "2026-01-02T01:02:03.123Z"),
        ("01:02:03.123+0", "01-02-2026", "2026-01-02T01:02:03.123Z"),
        ("01:02:03.123", "01-02-2026", None),
        ("02:51:35.517 600", "1-2-2026", None),
        ("", "1-2-2026", None),
        ("01:02:03.123+0", "", None),
    ],
)
def test_cmtrace_times(time: str, date: str, utc: str | None) -> None:
    assert iso(cmtrace(time, date).utc) == utc


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("8/2/2016 2:20:24 PM", datetime(2016, 8, 2, 14, 20, 24)),
        ("8/2/2016 12:20:24 AM", datetime(2016, 8, 2, 0, 20, 24)),
        # Day and month can be swapped, and the text does not show it.
        ("02/07/2018 14:24:06", None),
        ("22/07/2018 14:24:06", datetime(2018, 7, 22, 14, 24, 6)),
        ("07/22/2018 14:24:06", datetime(2018, 7, 22, 14, 24, 6)),
        ("07/07/2018 14:24:06", datetime(2018, 7, 7, 14, 24, 6)),
        ("22/22/2018 14:24:06", None),
        # With AM or PM, the day may be first only where it has to be.
        ("2/8/2016 2:20:24 PM", datetime(2016, 2, 8, 14, 20, 24)),
        ("22/08/2016 2:20:24 PM", datetime(2016, 8, 22, 14, 20, 24)),
        ("22/08/2016 2:20:24 p. m.", datetime(2016, 8, 22, 14, 20, 24)),
        ("8/2/2016, 2:20:24 pm", datetime(2016, 8, 2, 14, 20, 24)),
        # Other separators.
        ("02.08.2016 14:20:24", datetime(2016, 8, 2, 14, 20, 24)),
        ("2.8.2016 14:20", datetime(2016, 8, 2, 14, 20)),
        ("2.8.2016 14.20.24", datetime(2016, 8, 2, 14, 20, 24)),
        ("02.13.2016 14:20:24", None),
        ("31.02.2016 14:20:24", None),
        ("02-08-2016 14:20:24", None),
        ("02-08-2016 2:20:24 PM", None),
        ("22-08-2016 14:20:24", datetime(2016, 8, 22, 14, 20, 24)),
        ("8/2.2016 14:20:24", None),
        # The year first, and the month in letters.
        ("2016-08-02 14:20:24", datetime(2016, 8, 2, 14, 20, 24)),
        ("2016-08-02T14:20:24,123", datetime(2016, 8, 2, 14, 20, 24, 123000)),
        ("2016/08/02 14:20:24.5", datetime(2016, 8, 2, 14, 20, 24, 500000)),
        ("2016.08.02. 14:20:24", datetime(2016, 8, 2, 14, 20, 24)),
        ("22-Aug-2016 14:20:24", datetime(2016, 8, 22, 14, 20, 24)),
        ("22-Foo-2016 14:20:24", None),
        ("yesterday", None),
    ],
)
def test_dates_that_were_copied(text: str, local: datetime | None) -> None:
    time = copied(text)
    assert (time.local, time.utc, time.written) == (local, None, text)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2016-08-02T14:20:24Z", "2016-08-02T14:20:24.000Z"),
        ("2016-08-02T14:20:24.5+02:00", "2016-08-02T12:20:24.500Z"),
        ("2016-08-02 14:20:24-03:30", "2016-08-02T17:50:24.000Z"),
        ("2016-08-02T14:20:24+14:00", "2016-08-02T00:20:24.000Z"),
        ("2016-08-02T14:20:24+14:01", None),
        # The form of the logs themselves: the month first, and Windows' bias.
        ("08-02-2016 14:20:24.500-120", "2016-08-02T12:20:24.500Z"),
    ],
)
def test_copied_dates_with_a_zone(text: str, utc: str | None) -> None:
    assert copied(text).local is not None
    assert iso(copied(text).utc) == utc
    assert is_copied(text)


@pytest.mark.parametrize("text", ["", "8/2/2016", "14:20:24", "x 8/2/2016 14:20:24", "08-02-2016 14:20:24.500 x"])
def test_what_is_not_only_a_date_and_a_time(text: str) -> None:
    assert not is_copied(text)


@pytest.mark.parametrize(("zone", "bias"), [("+840", 840), ("-840", -840), ("+841", None), ("-841", None)])
def test_no_zone_is_further_than_fourteen_hours(zone: str, bias: int | None) -> None:
    assert native(f"06-01-2026 12:00:00.000{zone}").bias_minutes == bias


def test_every_month_of_the_long_dates() -> None:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    found = [native(f"Fri {month} 26 10:43:41 1999").local for month in months]
    assert found == [datetime(1999, number, 26, 10, 43, 41) for number in range(1, 13)]


def test_a_date_that_was_copied_with_the_twelfth_month() -> None:
    assert copied("12/13/2018 14:24:06").local == datetime(2018, 12, 13, 14, 24, 6)
    assert copied("1/13/2018 12:24:06 PM").local == datetime(2018, 1, 13, 12, 24, 6)
    assert copied("2/3/2018 2:24:06 AM").local == datetime(2018, 2, 3, 2, 24, 6)


def test_iso() -> None:
    assert iso(None) is None
    assert iso(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05.000Z"
