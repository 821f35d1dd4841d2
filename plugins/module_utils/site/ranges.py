# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which numbers the options of checks may have: the modules ask here, and so do the roles, before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """From ``least`` to ``most``, both allowed. ``unit`` is what is counted, in the plural."""

    least: float
    most: float
    unit: str
    whole: bool = True

    def __str__(self) -> str:
        return f"from {self.least:g} to {self.most:.0f} {self.unit}"

    def refusal(self, option: str, value: object) -> str | None:
        """What is wrong with a value, in one sentence that begins with the option; None when it is allowed."""
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            if self.least <= value <= self.most and not (self.whole and value != int(value)):
                return None
            shown = int(value) if value == int(value) else value
            return f"{option}: {shown} is out of range; give {'a whole' if self.whole else 'a'} number {self}."
        return f"{option}: {str(value)[:40]!r} is no number; give {'a whole' if self.whole else 'a'} number {self}."


_YEAR_HOURS = 24 * 365
LOG_HOURS = Range(1, _YEAR_HOURS, "hours")
LOG_BYTES = Range(4096, 8 * 1024 * 1024, "bytes")
STATUS_HOURS = Range(1, _YEAR_HOURS, "hours")
ENDPOINT_TIMEOUT = Range(1, 300, "seconds")
ENDPOINT_TOTAL_TIMEOUT = Range(1, 3600, "seconds")
PORT_TIMEOUT = Range(1, 60, "seconds")
PORT = Range(1, 65535, "(a TCP port)")
FREE_SPACE = Range(0, 1_000_000, "GiB")
# From when on a report says that something is not right.
CONTACT_HOURS = Range(0, 100_000, "hours", whole=False)
IMPORT_DAYS = Range(0, 100_000, "days", whole=False)
SUPPORT_DAYS = Range(0, 100_000, "days", whole=False)
SECRET_DAYS = Range(0, 100_000, "days", whole=False)

PREFLIGHT: Mapping[str, Range] = {
    "preflight_required_free_space_gib": FREE_SPACE,
    "preflight_database_port": PORT,
    "preflight_port_timeout": PORT_TIMEOUT,
    "preflight_endpoint_timeout": ENDPOINT_TIMEOUT,
    "preflight_endpoint_total_timeout": ENDPOINT_TOTAL_TIMEOUT,
}
VERIFY: Mapping[str, Range] = {
    "verify_log_hours": LOG_HOURS,
    "verify_log_max_bytes": LOG_BYTES,
    "verify_status_hours": STATUS_HOURS,
    "verify_contact_hours": CONTACT_HOURS,
    "verify_import_days": IMPORT_DAYS,
    "verify_support_days": SUPPORT_DAYS,
    "verify_secret_days": SECRET_DAYS,
}
