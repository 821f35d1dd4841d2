# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks: what was checked, what was found, why it matters and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Status(Enum):
    """``WARNING`` is also the verdict of a check that could not tell: its detail then begins with "Cannot tell"."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Check:
    """One thing that was checked.

    :param id: stable name for automation, such as ``dotnet_release``.
    :param title: what is checked, as text for users.
    :param detail: what was found, in one sentence with the values involved.
    :param remedy: what to do; empty when there is nothing to do.
    :param required: a failed required check stops what was planned; a failed advisory one does not.
    """

    id: str
    title: str
    status: Status
    detail: str
    remedy: str = ""
    required: bool = True

    def as_data(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "status": self.status.value,
            "detail": self.detail,
            "remedy": self.remedy,
            "required": self.required,
        }


def cannot_tell(id: str, title: str, why: str, remedy: str, required: bool = True) -> Check:
    """A check that could not be carried out is a warning, never a pass."""
    return Check(id, title, Status.WARNING, f"Cannot tell: {why}", remedy, required)


def report(checks: Iterable[Check]) -> dict[str, Any]:
    """What the checking modules return: the list, its counts by status, and whether a required check failed."""
    found = list(checks)
    return {
        "checks": [check.as_data() for check in found],
        "counts": {status.value: sum(check.status is status for check in found) for status in Status},
        "blocked": any(check.required and check.status is Status.FAILED for check in found),
    }
