# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The one form of a time in texts for users; values of results are ISO 8601. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# As the modules write times: ISO 8601 UTC.
_WRITTEN = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)", re.ASCII)


def at(when: datetime) -> str:
    """A moment as every text for users has it, such as "2026-11-22 10:00:18 UTC"; ``when`` has a time zone."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def with_times(text: object) -> str:
    """A text of this collection, with the times that a module wrote into it in the form of ``at``; other text is unchanged."""

    def told(match: re.Match[str]) -> str:
        try:
            return at(datetime.fromisoformat(match[0]))
        except ValueError:
            return match[0]

    return _WRITTEN.sub(told, str(text))
