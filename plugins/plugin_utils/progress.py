# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Progress lines of a long wait: shown while it runs, but not too many of them."""

from __future__ import annotations

import time
from collections.abc import Callable

MINIMUM_INTERVAL_SECONDS = 5.0


class RateLimit:
    """Says yes at most once in an interval; the first time at once.

    :param interval_seconds: the least time between two yeses.
    :param monotonic: the clock, in seconds.
    """

    def __init__(
        self, interval_seconds: float = MINIMUM_INTERVAL_SECONDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval = interval_seconds
        self._monotonic = monotonic
        self._last: float | None = None

    def allows(self) -> bool:
        """Tell whether something may be shown now; a yes starts the next interval."""
        now = self._monotonic()
        if self._last is not None and now - self._last < self._interval:
            return False
        self._last = now
        return True


class Progress:
    """Shows lines of one task on one host, as often as the limit allows; a line too many is dropped, not kept.

    :param show: writes one line for the user.
    :param host: stands before each line, since many hosts run at the same time.
    :param limit: when a line may be shown.
    """

    def __init__(self, show: Callable[[str], None], host: str, limit: RateLimit | None = None) -> None:
        self._show = show
        self._host = host
        self._limit = limit if limit is not None else RateLimit()

    def __call__(self, line: str) -> None:
        """Show the line, or drop it when the last one was shown a moment ago."""
        if self._limit.allows():
            self._show(f"[{self._host}] {line}")

    def always(self, line: str) -> None:
        """Show a line that must not be dropped: the end of what was shown so far."""
        self._show(f"[{self._host}] {line}")
