# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The progress of a transfer, as lines for users."""

from __future__ import annotations

import time
from collections.abc import Callable

# Work that ends sooner needs no line.
_QUIET_SECONDS = 2.0
# After this much, the speed so far predicts the remaining time: the first small files show nothing about the large ones.
_KNOWN_SECONDS, _KNOWN_BYTES = 5.0, 4 * 2**20
_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def sized(count: float) -> str:
    """A number of bytes as text: ``1.4 GiB``."""
    for unit in _UNITS:
        if count < 1024 or unit == _UNITS[-1]:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError("the last unit takes everything")


def lasting(seconds: float) -> str:
    """A length of time as text: ``45 s``, ``12 min``, ``3.5 h``."""
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 99.5 * 60 else f"{seconds / 3600:.1f} h"


class Meter:
    """Counts bytes and reports progress. Very short work gets no line.

    :param verb: what is done, such as ``fetching``; :param past: the same when it is finished, such as ``fetched``.
    :param show: shows a line, unless the last one was shown a moment ago.
    :param say: always shows its line: the last one.
    """

    def __init__(
        self,
        verb: str,
        past: str,
        total_bytes: int,
        show: Callable[[str], None],
        say: Callable[[str], None],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verb = verb
        self._past = past
        self._total = total_bytes
        self._show = show
        self._say = say
        self._monotonic = monotonic
        self._began = monotonic()
        self.moved_bytes = 0
        self.resumed_bytes = 0

    def add(self, count: int) -> None:
        """Add a number of processed bytes."""
        self.moved_bytes += count
        seconds = self._monotonic() - self._began
        # The end has its own line.
        if seconds >= _QUIET_SECONDS and self.moved_bytes + self.resumed_bytes != self._total:
            self._show(self._line(seconds))

    def skip(self, count: int) -> None:
        """Add a number of bytes that existed from an earlier transfer."""
        self.resumed_bytes += count

    def end(self) -> None:
        """All of it is done; shows a line if it took long enough."""
        seconds = self._monotonic() - self._began
        if seconds < _QUIET_SECONDS or not self.moved_bytes:
            return
        resumed = f", {sized(self.resumed_bytes)} from an earlier transfer" if self.resumed_bytes else ""
        self._say(f"{self._past} {sized(self.moved_bytes)} in {lasting(seconds)}, {sized(self.moved_bytes / seconds)}/s{resumed}")

    def _line(self, seconds: float) -> str:
        """The amount done and the total, the speed, and the remaining time once it can be estimated."""
        # Data that arrived wrong is sent again, so more than the total may have been moved.
        done = min(self.moved_bytes + self.resumed_bytes, self._total)
        speed = self.moved_bytes / seconds
        left = self._total - done
        known = left and seconds >= _KNOWN_SECONDS and self.moved_bytes >= _KNOWN_BYTES
        rest = f", about {lasting(left / speed)} left" if known else ""
        share = 100 * done // self._total if self._total else 100
        return f"{self._verb}: {sized(done)} of {sized(self._total)} ({share} %), {sized(speed)}/s{rest}"
