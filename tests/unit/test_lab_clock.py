"""Lab time."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest

from lab.clock import HandClock, LabClock

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_pace_must_be_more_than_zero() -> None:
    with pytest.raises(ValueError, match="pace must be more than zero"):
        LabClock(0, threading.RLock())


def test_actions_run_in_order_and_errors_are_kept() -> None:
    clock = LabClock(1000, threading.RLock(), START)
    seen: list[int] = []
    done = threading.Event()

    def fail() -> None:
        raise RuntimeError("broken")

    clock.later(30, lambda: seen.append(2))
    clock.later(10, lambda: seen.append(1))
    clock.later(20, fail)
    clock.later(40, done.set)
    clock.start()
    assert done.wait(5)
    clock.stop()
    assert seen == [1, 2]
    assert [str(error) for error in clock.errors] == ["broken"]
    assert clock.now() > START


def test_what_was_forgotten_does_not_run_even_if_it_waits_for_the_lock() -> None:
    lock = threading.RLock()
    clock = LabClock(1000, lock, START)
    seen: list[str] = []
    done = threading.Event()
    clock.start()
    with lock:
        clock.later(0, lambda: seen.append("old"))
        while clock._due:  # the clock's thread has taken the action and now waits for the lock
            threading.Event().wait(0.001)
        clock.clear()
        clock.later(0, done.set)
    assert done.wait(5)
    clock.stop()
    assert seen == []


def test_time_by_hand_stands_still_until_it_is_advanced() -> None:
    clock = HandClock(threading.RLock(), START)
    seen: list[tuple[str, float]] = []

    def note(name: str) -> None:
        seen.append((name, (clock.now() - START).total_seconds()))

    def first() -> None:
        note("first")
        clock.later(5, lambda: note("third"))
        raise RuntimeError("broken")

    clock.start()
    clock.later(20, lambda: note("late"))
    clock.later(10, first)
    clock.later(12, lambda: note("second"))
    assert clock.now() == START
    clock.advance(15)
    assert seen == [("first", 10), ("second", 12), ("third", 15)]
    assert (clock.now() - START).total_seconds() == 15
    assert [str(error) for error in clock.errors] == ["broken"]
    clock.clear()
    clock.advance(100)
    assert len(seen) == 3
    clock.stop()
