# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The time in which an installation may begin: two times of day, or two moments. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Union

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_DAY = timedelta(days=1)


class BadWindow(ValueError):
    """The option is not a window; the message says what is allowed."""


@dataclass(frozen=True)
class Daily:
    """Each day from ``start`` to ``end`` by the server's local time; past midnight when ``end`` is not after ``start``.

    :param days: numbers of the days on which it starts, Monday is 0; empty for every day.
    """

    start: time
    end: time
    days: frozenset[int] = frozenset()

    def contains(self, local: datetime) -> bool:
        """Whether a local time of the server is in the window."""
        return any(self._starts_on(day) and begin <= local < end for day, begin, end in (self._on(local - _DAY), self._on(local)))

    def __str__(self) -> str:
        days = ", ".join(name for number, name in enumerate(WEEKDAYS) if number in self.days)
        return f"{self.start:%H:%M} to {self.end:%H:%M}{f' from {days}' if days else ''}, by the local time of the site server"

    def _on(self, local: datetime) -> tuple[datetime, datetime, datetime]:
        """The window that starts on the day of ``local``."""
        begin = datetime.combine(local.date(), self.start, local.tzinfo)
        end = datetime.combine(local.date(), self.end, local.tzinfo)
        return local, begin, end if self.end > self.start else end + _DAY

    def _starts_on(self, local: datetime) -> bool:
        return not self.days or local.weekday() in self.days


@dataclass(frozen=True)
class Once:
    """From one moment to another."""

    start: datetime
    end: datetime

    def contains(self, local: datetime) -> bool:
        """Whether a time with a zone is in the window."""
        return self.start <= local < self.end

    def __str__(self) -> str:
        return f"{self.start.isoformat()} to {self.end.isoformat()}"


Window = Union[Daily, Once]  # noqa: UP007 - an alias, which the sanity tests read by older rules


def window_from(option: Mapping[str, Any] | None) -> Window | None:
    """The window of the option ``within``; None when it is not set.

    :raises BadWindow: not two times of day and not two moments, or one that ends before it starts.
    """
    if option is None:
        return None
    start, end = str(option["start"]).strip(), str(option["end"]).strip()
    days = list(option.get("days") or [])
    if _TIME.fullmatch(start) and _TIME.fullmatch(end):
        if start == end:
            raise BadWindow("within: start and end are the same; leave out within for an installation at any time.")
        return Daily(time.fromisoformat(start), time.fromisoformat(end), frozenset(WEEKDAYS.index(day) for day in days))
    if not (_MOMENT.fullmatch(start) and _MOMENT.fullmatch(end)):
        raise BadWindow(
            f"within: {start[:40]!r} to {end[:40]!r} is not a window. Give two times of day such as 22:00 and 04:00 (quoted, the "
            "site server's local time), or two times with date and zone such as 2026-11-28T22:00:00+01:00."
        )
    if days:
        raise BadWindow("within: days is only possible with times of day such as 22:00, not with dates.")
    return _once(start, end)


def _once(start: str, end: str) -> Once:
    try:
        window = Once(datetime.fromisoformat(start), datetime.fromisoformat(end))
    except ValueError as error:
        raise BadWindow(f"within: {start} to {end} has a date or time that does not exist.") from error
    if window.end <= window.start:
        raise BadWindow(f"within: the end {end} is not after the start {start}.")
    return window


def refusal(window: Window | None, now: datetime | None, utc_offset_minutes: int | None) -> str | None:
    """Why an installation must not begin now; None when it may.

    :param now: the server's time with its zone; None when it could not be read.
    :param utc_offset_minutes: of the server's local time; None when it could not be read.
    """
    if window is None:
        return None
    if now is None or (utc_offset_minutes is None and isinstance(window, Daily)):
        return (
            f"An installation may only begin in the window {window} (within), and the site server's clock could not be read. The "
            "account needs to be allowed to read Win32_OperatingSystem there."
        )
    local = now.astimezone(UTC) + timedelta(minutes=utc_offset_minutes or 0)
    # The wall clock of the server, compared with times of day; moments are compared in UTC.
    shown = local if isinstance(window, Daily) else now
    if window.contains(shown):
        return None
    return (
        f"An installation may only begin in the window {window} (within); the site server's clock shows {shown:%Y-%m-%d %H:%M}."
    )
