"""DMTF date-time text (DSP0004, 5.2.4) and its Python forms."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

_TIMESTAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})\.(\d{6})([+-])(\d{3})")
_INTERVAL = re.compile(r"(\d{8})(\d{2})(\d{2})(\d{2})\.(\d{6}):000")
_WILDCARD = re.compile(r"[\d*]{14}\.[\d*]{6}(?:[+-](?:\d{3}|\*{3})|:000)")


@dataclass(frozen=True)
class PartialDatetime:
    """A date-time that contains asterisks, kept as DMTF text."""

    text: str


def parse(text: str) -> datetime | timedelta | PartialDatetime:
    """The value of a 25-character DMTF text; the ValueError says what is wrong."""
    if found := _TIMESTAMP.fullmatch(text):
        *parts, sign, minutes = found.groups()
        year, month, day, hour, minute, second, micro = map(int, parts)
        offset = timedelta(minutes=int(minutes) * (-1 if sign == "-" else 1))
        try:
            return datetime(year, month, day, hour, minute, second, micro, tzinfo=timezone(offset) if offset else UTC)
        except ValueError as error:
            raise ValueError(f"{text!r} is not a date and time: {error}") from None
    if found := _INTERVAL.fullmatch(text):
        days, hours, minutes_, seconds, micro = map(int, found.groups())
        return timedelta(days=days, hours=hours, minutes=minutes_, seconds=seconds, microseconds=micro)
    if "*" in text and _WILDCARD.fullmatch(text):
        return PartialDatetime(text)
    raise ValueError(f"{text!r} is not a DMTF date-time such as 20260131235900.000000+060")
