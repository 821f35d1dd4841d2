# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How far a transfer is, as lines for people."""

from __future__ import annotations

import time
from collections.abc import Callable

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def sized(count: float) -> str:
    """A number of bytes for people: ``1.4 GiB``."""
    for unit in _UNITS:
        if count < 1024 or unit == _UNITS[-1]:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1024
    raise AssertionError("the last unit takes everything")


class Meter:
    """Counts bytes and says how far it is.

    :param verb: what is done, such as ``fetching``.
    :param show: takes a line; drops those that come too fast.
    """

    def __init__(
        self, verb: str, total_bytes: int, show: Callable[[str], None], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._verb = verb
        self._total = total_bytes
        self._show = show
        self._monotonic = monotonic
        self._began = monotonic()
        self.moved_bytes = 0
        self.resumed_bytes = 0

    def add(self, count: int) -> None:
        """So many bytes more have gone over the network."""
        self.moved_bytes += count
        self._show(self.line())

    def skip(self, count: int) -> None:
        """So many bytes were there from a transfer before."""
        self.resumed_bytes += count

    def line(self) -> str:
        """How much of how much, how fast, and how long it will take."""
        done = self.moved_bytes + self.resumed_bytes
        seconds = max(self._monotonic() - self._began, 0.001)
        speed = self.moved_bytes / seconds
        share = 100 * done // self._total if self._total else 100
        left = max(self._total - done, 0)
        rest = f", about {left / speed:.0f} s left" if speed > 0 and left else ""
        return f"{self._verb}: {sized(done)} of {sized(self._total)} ({share} %), {sized(speed)}/s{rest}"
