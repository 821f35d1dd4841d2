# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an argument specification cannot say about an option: the numbers that are allowed, and what an empty text means.

A module declares them next to its SPEC, as ``LIMITS`` and ``EMPTY``, by the option's path (``proxy.port``). They are checked
in one place, before the module runs, so that a task with a wrong number sends no request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Range:
    """The smallest and the largest number that an option accepts, and the unit of the number."""

    least: int
    most: int
    unit: str = "a number"

    def __str__(self) -> str:
        return f"{self.unit} from {self.least} to {self.most}"


def seconds(least: int, most: int) -> Range:
    """The range of an option in seconds."""
    return Range(least, most, "seconds")


# No operation of a site takes a day.
WAIT_SECONDS = seconds(1, 24 * 3600)
PORT = Range(1, 65535, "a port")
LOG_HOURS = Range(1, 24 * 365, "hours")
LOG_BYTES = Range(4096, 8 * 1024 * 1024, "bytes")
STATUS_HOURS = Range(1, 24 * 365, "hours")
FREE_SPACE = Range(0, 1024 * 1024, "GiB")
PORT_TIMEOUT = seconds(1, 60)
ENDPOINT_TIMEOUT = seconds(1, 300)
ENDPOINT_TOTAL_TIMEOUT = seconds(1, 3600)
RUN_TIMEOUT = seconds(60, 7 * 24 * 3600)
AGE_DAYS = Range(0, 3650, "days")
# The limits beyond which a report says that something is not right.
CONTACT_HOURS = Range(0, 100_000, "hours")
REPORT_DAYS = Range(0, 100_000, "days")

# Options that mean the same wherever they occur, by the last part of their path.
COMMON: Mapping[str, Range] = {"port": PORT, "wait_timeout": WAIT_SECONDS}


@dataclass(frozen=True)
class OptionRules:
    """The rules of one module.

    ``limits``: of its numbers, by path. ``empty``: what an empty text means, by path; any other option refuses an empty text,
    because an empty variable must not do more than the user asked for.
    """

    limits: Mapping[str, Range] = field(default_factory=dict)
    empty: Mapping[str, str] = field(default_factory=dict)

    def limits_of(self, path: str) -> Range | None:
        """The limits of an option, its own or the common ones."""
        return self.limits.get(path) or COMMON.get(path.rpartition(".")[2])
