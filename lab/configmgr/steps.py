"""Work in steps of lab time: a generator that yields how many seconds to wait before its next step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol


class Later(Protocol):
    """Something that runs an action later: the lab clock."""

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run ``action`` after this many seconds of lab time."""


def run(clock: Later, work: Iterator[float], at_end: Callable[[], None] | None = None) -> None:
    """Do the first step now and each further step when its wait is over; then call ``at_end``.

    The caller holds the estate's lock, as the clock does for the later steps. An exception ends the work without ``at_end``.
    """
    try:
        wait = next(work)
    except StopIteration:
        if at_end is not None:
            at_end()
        return
    clock.later(wait, lambda: run(clock, work, at_end))
