# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Progress lines of a long wait, limited in number."""

from __future__ import annotations

import time
from collections.abc import Callable

MINIMUM_INTERVAL_SECONDS = 5.0


class RateLimit:
    """Allows something at most once in an interval; the first time at once.

    :param interval_seconds: the minimum time between two permissions.
    :param monotonic: the clock, in seconds.
    """

    def __init__(
        self, interval_seconds: float = MINIMUM_INTERVAL_SECONDS, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval = interval_seconds
        self._monotonic = monotonic
        self._last: float | None = None

    def allows(self) -> bool:
        """Whether something may be shown now; if so, the next interval starts."""
        now = self._monotonic()
        if self._last is not None and now - self._last < self._interval:
            return False
        self._last = now
        return True


class Progress:
    """Shows lines of one task on one host, as often as the limit allows; other lines are dropped.

    :param show: writes one line for the user.
    :param host: is shown before each line, because many hosts run at the same time.
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
        """Show a line that must not be dropped, such as the last line of a wait."""
        self._show(f"[{self._host}] {line}")
