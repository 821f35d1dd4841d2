# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Times in logs: local time with Windows' bias in minutes, where UTC = local time + bias.

Only an explicit plus or minus counts, and only directly after the fraction: logs written by scripts print their zone after a
space, without plus or minus or with the opposite one, and nothing in a line shows which. Their times stay local, zone unknown.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

# Windows has no time zone that differs from UTC by more than 14 hours.
MOST_BIAS = 14 * 60

_CLOCK = r"(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?([+-]\d{1,4})?(.*)"
_NATIVE = re.compile(r"\s*(\d{1,2})-(\d{1,2})-(\d{4})[ T]" + _CLOCK, re.ASCII | re.DOTALL)
_TIME = re.compile(r"\s*" + _CLOCK, re.ASCII | re.DOTALL)
_DATE = re.compile(r"\s*(\d{1,2})[-/](\d{1,2})[-/](\d{4})\s*", re.ASCII)
_OLD = re.compile(
    r"[A-Za-z]{3} ([A-Za-z]{3}) +(\d{1,2}) (\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))? (\d{4})(?: .*)?", re.ASCII | re.DOTALL
)
_COPIED = re.compile(
    r"(?:(\d{4})([-/.])(\d{1,2})\2(\d{1,2})\.?|(\d{1,2})([-/.])(\d{1,2})\6(\d{4})|(\d{1,2})[- ]([A-Za-z]{3})[- ](\d{4}))"
    r"(?:T|,?[ \t]{1,3})(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?"
    r"(?:[ ]?([AaPp])\.?[ ]?[Mm]\.?)?(?:[ ]?(Z|[+-]\d{2}:\d{2}))?",
    re.ASCII,
)
# A date and a time with seconds anywhere in a line, as text of a regular expression; ``copied`` reads what it finds.
COPIED = (
    r"(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\.?|\d{1,2}[- ][A-Za-z]{3}[- ]\d{4})(?:T|,?[ \t]{1,3})"
    r"\d{1,2}[:.]\d{2}[:.]\d{2}(?:[.,]\d{1,9})?(?:[ ]?[AaPp]\.?[ ]?[Mm]\b\.?|[+-]\d{2}:\d{2}|[+-]\d{1,4}|Z)?(?!\w|:\d)"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class LogTime(NamedTuple):
    """When a line was written.

    :param written: the text in the log.
    :param local: the server's local time; None when ``written`` is not exactly one date (day and month can be swapped, or the
        date does not exist).
    :param bias_minutes: UTC = local + bias; None when the zone is unknown.
    """

    written: str
    local: datetime | None = None
    bias_minutes: int | None = None

    @property
    def utc(self) -> datetime | None:
        """The time in UTC; None when the zone or the date is unknown."""
        if self.local is None or self.bias_minutes is None:
            return None
        try:
            return (self.local + _minutes(self.bias_minutes)).replace(tzinfo=UTC)
        except OverflowError:
            return None


def native(text: str) -> LogTime:
    """``MM-DD-YYYY HH:MM:SS.mmm-120`` of site servers; also the long dates of SMS 2.0 (``Fri Mar 26 10:43:41.547 1999 ...``)."""
    match = _NATIVE.fullmatch(text)
    if match is None:
        return _old(text)
    month, day, year, hour, minute, second, fraction, zone, rest = match.groups()
    return _made(text, (year, month, day, hour, minute, second), fraction, zone, rest)


def cmtrace(time: str, date: str) -> LogTime:
    """The attributes ``time`` and ``date`` of a CMTrace record: ``21:21:36.981-120`` and ``9-22-2015``."""
    written = f"{date} {time}".strip()
    clock, calendar = _TIME.fullmatch(time), _DATE.fullmatch(date)
    if clock is None or calendar is None:
        return LogTime(written)
    month, day, year = calendar.groups()
    hour, minute, second, fraction, zone, rest = clock.groups()
    return _made(written, (year, month, day, hour, minute, second), fraction, zone, rest)


@lru_cache(maxsize=256)
def copied(text: str) -> LogTime:
    """A date and a time as the copying user's settings show them: ``8/2/2016 2:20:24 PM``, ``02.08.2016 14:20:24``.

    The zone is unknown, except for ``...Z``, ``...+02:00`` and the form of the logs themselves. Dates with full stops begin with
    the day, dates that begin with the year are clear. For others, the order is known only with slashes and AM or PM (dates of the
    United States), or where only one order is possible.
    """
    written = text.strip()
    match = _COPIED.fullmatch(written)
    if match is None:
        own = native(written)
        return own if own.bias_minutes is not None else LogTime(text)
    year, _dash, month, day, first, separator, second, last_year, named_day, name, named_year = match.groups()[:11]
    hour, minute, seconds, fraction, half, zone = match.groups()[11:]
    if half:
        hour = str(int(hour) % 12 + (12 if half in "Pp" else 0))
    if name:
        if name.lower() not in _MONTHS:
            return LogTime(text)
        year, month, day = named_year, str(_MONTHS.index(name.lower()) + 1), named_day
    elif not year:
        order = _order(first, second, separator, bool(half))
        if order is None:
            return LogTime(text)
        year, (month, day) = last_year, order
    found = _made(text, (year, month, day, hour, minute, seconds or "0"), fraction, None, "")
    return found if zone is None or found.local is None else found._replace(bias_minutes=_iso_bias(zone))


def is_copied(text: str) -> bool:
    """Whether a text is only a date and a time, in a form that ``copied`` reads; the seconds may be missing."""
    return _COPIED.fullmatch(text) is not None or native(text).bias_minutes is not None


def _order(first: str, second: str, separator: str, half: bool) -> tuple[str, str] | None:
    """Month and day of a date that begins with one of the two; None when it can be either."""
    if separator == ".":
        return second, first
    orders = [(month, day) for month, day in ((first, second), (second, first)) if int(month) <= 12]
    if half and separator == "/":
        orders = orders[:1]
    return orders[0] if len({(int(month), int(day)) for month, day in orders}) == 1 else None


def _iso_bias(zone: str) -> int | None:
    """ISO 8601 has the opposite sign of Windows' bias."""
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:])
    bias = minutes if zone[0] == "-" else -minutes
    return bias if abs(bias) <= MOST_BIAS else None


def iso(when: datetime | None) -> str | None:
    """UTC with milliseconds: ``2015-09-22T19:21:36.981Z``."""
    return None if when is None else f"{when.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _made(written: str, parts: tuple[str, ...], fraction: str | None, zone: str | None, rest: str) -> LogTime:
    year, month, day, hour, minute, second = parts
    micro = int(fraction[:6].ljust(6, "0")) if fraction else 0
    try:
        local = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), micro)
    except ValueError:
        return LogTime(written)
    bias = None if zone is None or rest.strip() else int(zone)
    return LogTime(written, local, bias if bias is not None and -MOST_BIAS <= bias <= MOST_BIAS else None)


def _old(text: str) -> LogTime:
    match = _OLD.fullmatch(text)
    if match is None or match[1].lower() not in _MONTHS:
        return LogTime(text)
    month = str(_MONTHS.index(match[1].lower()) + 1)
    return _made(text, (match[7], month, match[2], match[3], match[4], match[5]), match[6], None, "")


@lru_cache(maxsize=64)
def _minutes(bias: int) -> timedelta:
    return timedelta(minutes=bias)
