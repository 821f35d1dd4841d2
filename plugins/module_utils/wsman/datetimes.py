# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Dates and intervals of CIM: as xs:dateTime and xs:duration in messages, and as DMTF text (DSP0004, 5.2.4)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_ISO = re.compile(
    r"(?P<y>\d{4})-(?P<mo>\d{2})-(?P<d>\d{2})T(?P<h>\d{2}):(?P<mi>\d{2}):(?P<s>\d{2})(?:\.(?P<f>\d{0,7}))?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_DMTF = re.compile(
    r"(?P<y>\d{4})(?P<mo>\d{2})(?P<d>\d{2})(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2})\.(?P<f>\d{6}|\*{6})"
    r"(?P<zone>[+-](?:\d{3}|\*{3}))",
    re.ASCII,
)
_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<y>\d{1,9})Y)?(?:(?P<mo>\d{1,9})M)?(?:(?P<d>\d{1,9})D)?"
    r"(?:T(?:(?P<h>\d{1,12})H)?(?:(?P<mi>\d{1,12})M)?(?:(?P<s>\d{1,12})(?:\.(?P<f>\d{1,7}))?S)?)?",
    re.ASCII,
)
_DMTF_INTERVAL = re.compile(r"(?P<d>\d{8})(?P<h>\d{2})(?P<mi>\d{2})(?P<s>\d{2})\.(?P<f>\d{6}|\*{6}):000", re.ASCII)


def parse_when(text: str) -> datetime | timedelta:
    """A date (with the zone UTC) or an interval, from any of the four text forms.

    :raises ValueError: none of the forms, or a date that does not exist.
    """
    text = text.strip()
    if text[:1] == "P" or text[:2] == "-P":
        return _parse_duration(text)
    match = _DMTF_INTERVAL.fullmatch(text)
    if match:
        return timedelta(
            days=int(match["d"]),
            hours=int(match["h"]),
            minutes=int(match["mi"]),
            seconds=int(match["s"]),
            microseconds=_microseconds(match["f"]),
        )
    match = _ISO.fullmatch(text)
    if match:
        return _date(match, _iso_zone(match["zone"]))
    match = _DMTF.fullmatch(text)
    if match:
        return _date(match, _dmtf_zone(match["zone"]))
    raise ValueError("is not a date or interval in the XML form or the DMTF form")


def iso(value: object) -> str | None:
    """A date as results show it, in UTC and to the second: ``2026-01-31T08:00:00Z``. None for anything else."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else None


def format_date(when: datetime) -> str:
    """xs:dateTime in UTC, without trailing zeros in the fraction: ``2026-01-31T08:00:00Z``, ``2026-01-31T08:00:00.25Z``."""
    when = when.astimezone(UTC)
    fraction = f".{when.microsecond:06d}".rstrip("0") if when.microsecond else ""
    return f"{when.year:04d}-{when:%m-%dT%H:%M:%S}{fraction}Z"


def format_interval(interval: timedelta) -> str:
    """xs:duration as Windows writes it: ``P0DT0H1M40S``.

    :raises ValueError: negative; CIM intervals are not.
    """
    if interval < timedelta(0):
        raise ValueError("a CIM interval cannot be negative")
    hours, rest = divmod(interval.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    fraction = f".{interval.microseconds:06d}".rstrip("0") if interval.microseconds else ""
    return f"P{interval.days}DT{hours}H{minutes}M{seconds}{fraction}S"


def format_dmtf(when: datetime) -> str:
    """DMTF text in UTC, the form for comparisons in WQL: ``20260131080000.000000+000``."""
    when = when.astimezone(UTC)
    return f"{when.year:04d}{when:%m%d%H%M%S}.{when.microsecond:06d}+000"


def _date(match: re.Match[str], zone: timezone) -> datetime:
    try:
        when = datetime(
            int(match["y"]),
            int(match["mo"]),
            int(match["d"]),
            int(match["h"]),
            int(match["mi"]),
            int(match["s"]),
            _microseconds(match["f"]),
            zone,
        )
        return when.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("is a date that does not exist") from None


def _microseconds(fraction: str | None) -> int:
    # The seventh digit of a Windows timestamp (100 ns) is cut off, because Python uses microseconds.
    if not fraction or "*" in fraction:
        return 0
    return int(fraction[:6].ljust(6, "0"))


def _iso_zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC  # a value without a zone is read as UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return _zone(-minutes if text[0] == "-" else minutes)


def _dmtf_zone(text: str) -> timezone:
    if "*" in text:
        return _zone_of_zoneless_date()
    return _zone(int(text))


def _zone_of_zoneless_date() -> timezone:
    # The zone of the SMS Provider's dates that end in +*** is not established; UTC until a real site shows otherwise.
    return UTC


def _zone(minutes: int) -> timezone:
    if abs(minutes) >= 24 * 60:
        raise ValueError("has an offset of a day or more")
    return timezone(timedelta(minutes=minutes))


def _parse_duration(text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if not match or text[-1] in "PT":
        raise ValueError("is not a date or interval in the XML form or the DMTF form")
    if int(match["y"] or 0) or int(match["mo"] or 0):
        raise ValueError("is an interval in years or months, whose length is not fixed")
    try:
        interval = timedelta(
            days=int(match["d"] or 0),
            hours=int(match["h"] or 0),
            minutes=int(match["mi"] or 0),
            seconds=int(match["s"] or 0),
            microseconds=_microseconds(match["f"]),
        )
    except OverflowError:
        raise ValueError("is an interval that is too long for Python") from None
    return -interval if match["sign"] else interval
