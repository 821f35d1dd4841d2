"""A log of the lab as it is after some weeks: the records of its first day, repeated for the days before. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

_STAMP = re.compile(r"<(\d\d-\d\d-\d{4}) (?=\d\d:\d\d:\d\d)")
_DAY = "%m-%d-%Y"


def with_earlier_days(log: str, days: int, broken: Collection[int] = (), at: str = "", failure: str = "") -> str:
    """The log with as many days before its own records.

    :param broken: days that are not as the first one, counted back from it: their records end with the first one that contains
        ``at``, followed by one with the message ``failure``; without ``at`` such a day has no records.
    """
    records = log.splitlines(keepends=True)
    found: list[str] = []
    for back in range(days, 0, -1):
        told = _until(records, at, failure) if back in broken else records
        found += [_earlier(record, back) for record in told]
    return "".join([*found, *records])


def _until(records: list[str], at: str, failure: str) -> list[str]:
    place = next((number for number, record in enumerate(records) if at and at in record), None)
    if place is None:
        return []
    last = records[place]
    return [*records[: place + 1], failure + last[last.index("  $$<") :]]


def _earlier(record: str, days: int) -> str:
    def moved(match: re.Match[str]) -> str:
        return f"<{datetime.strptime(match[1], _DAY) - timedelta(days=days):{_DAY}} "

    return _STAMP.sub(moved, record)
