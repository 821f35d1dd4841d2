"""The lab's time: it starts at a given time and runs ``pace`` times as fast as the wall clock, or is advanced by the caller."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class LabClock:
    """Lab time and the actions that are due in it.

    :param pace: lab seconds per real second; more than zero.
    :param lock: held while a due action runs, so that actions and requests never overlap.
    :param start: lab time at creation; the current time when left out.
    """

    def __init__(self, pace: float, lock: threading.RLock, start: datetime | None = None) -> None:
        if pace <= 0:
            raise ValueError(f"pace must be more than zero, not {pace}")
        self._pace = pace
        self._lock = lock
        self._start = start or datetime.now(UTC)
        self._began = time.monotonic()
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []
        self._forgotten = 0
        self._order = itertools.count()
        self._wake = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.errors: list[BaseException] = []

    @property
    def pace(self) -> float:
        return self._pace

    def now(self) -> datetime:
        """Lab time, timezone-aware, UTC."""
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self._pace)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run ``action`` under the lock, ``seconds`` of lab time from now."""
        with self._wake:
            heapq.heappush(self._due, (self.now() + timedelta(seconds=seconds), next(self._order), action))
            self._wake.notify()

    def clear(self) -> None:
        """Discard all due actions, also one that is waiting for the lock. The caller holds the lock."""
        with self._wake:
            self._due.clear()
            self._forgotten += 1

    def start(self) -> None:
        """Start to run actions when they are due."""
        self._thread = threading.Thread(target=self._run, name="lab-clock", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Discard all due actions and stop the thread; returns when it has ended."""
        with self._wake:
            self._stopping = True
            self._due.clear()
            self._wake.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._stopping and not (self._due and self._due[0][0] <= self.now()):
                    wait = (self._due[0][0] - self.now()).total_seconds() / self._pace if self._due else None
                    self._wake.wait(wait)
                if self._stopping:
                    return
                action = heapq.heappop(self._due)[2]
                forgotten = self._forgotten
            with self._lock:
                if forgotten != self._forgotten:
                    continue
                try:
                    action()
                except Exception as error:  # noqa: BLE001 - the lab must continue, and its tests must see the error
                    self.errors.append(error)


class HandClock(LabClock):
    """Lab time that passes only in :meth:`advance`, so that what happens between two requests is the same at every run."""

    def __init__(self, lock: threading.RLock, start: datetime | None = None) -> None:
        super().__init__(1.0, lock, start)
        self._now = self._start

    def now(self) -> datetime:
        """Lab time, timezone-aware, UTC."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Let this many seconds of lab time pass; actions that become due run at their own time, before this returns."""
        with self._lock:
            end = self._now + timedelta(seconds=seconds)
            while self._due and self._due[0][0] <= end:
                moment, _, action = heapq.heappop(self._due)
                self._now = max(self._now, moment)
                try:
                    action()
                except Exception as error:  # noqa: BLE001 - as in LabClock
                    self.errors.append(error)
            self._now = end

    def start(self) -> None:
        """Do nothing: no action runs without :meth:`advance`."""
