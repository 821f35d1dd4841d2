# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How the checks of a verification are made, and how lengths of time are written. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell

_DAY, _HOUR, _MINUTE = 86400, 3600, 60


def passed(id: str, title: str, detail: str) -> Check:
    return Check(id, title, Status.PASSED, detail)


def failed(id: str, title: str, detail: str, remedy: str, required: bool = True) -> Check:
    return Check(id, title, Status.FAILED, detail, remedy, required)


def warning(id: str, title: str, detail: str, remedy: str) -> Check:
    return Check(id, title, Status.WARNING, detail, remedy, required=False)


def skipped(id: str, title: str, why: str) -> Check:
    return Check(id, title, Status.SKIPPED, why, required=False)


def unclear(id: str, title: str, why: str, remedy: str) -> Check:
    return cannot_tell(id, title, why, remedy, required=False)


def ago(then: datetime, now: datetime) -> str:
    """Such as "3 hours ago"; a future time is reported as such, because clocks differ."""
    seconds = (now - then).total_seconds()
    return f"{length(timedelta(seconds=seconds))} ago" if seconds >= 0 else f"{length(timedelta(seconds=-seconds))} in the future"


def length(span: timedelta) -> str:
    """A length of time in its largest unit: "2 days", "1 hour", "40 seconds"."""
    seconds = int(span.total_seconds())
    for unit, name in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")):
        # A day and a half is clearer in hours.
        if seconds >= (2 * unit if unit == _DAY else unit):
            return counted(seconds // unit, name)
    return counted(seconds, "second")


def counted(number: int, noun: str) -> str:
    """Such as "1 line", "3 lines"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
