"""The limit of an exchange ends its waits, also over TLS and when the library has forgotten the socket."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.http_deadline import Deadline, exchange_seconds


def test_a_wait_ends_when_the_time_is_over() -> None:
    here, there = socket.socketpair()
    deadline = Deadline(0.2)
    with here, there:
        deadline.watch(here)
        here.settimeout(10)
        began = time.monotonic()
        with deadline.running():
            assert here.recv(1) == b""
        assert time.monotonic() - began < 2
        assert deadline.over
        deadline.close()


def test_a_connection_that_comes_too_late_is_ended_as_well() -> None:
    here, there = socket.socketpair()
    deadline = Deadline(0.05)
    with here, there, deadline.running():
        time.sleep(0.15)
        assert deadline.over
        deadline.watch(here)
        here.settimeout(10)
        assert here.recv(1) == b""
    deadline.close()


def test_an_exchange_in_time_leaves_the_connection_and_no_thread() -> None:
    here, there = socket.socketpair()
    deadline = Deadline(5)
    before = threading.active_count()
    with here, there:
        deadline.watch(here)
        for _ in range(3):
            with deadline.running():
                there.send(b"x")
                assert here.recv(1) == b"x"
            assert not deadline.over
        assert threading.active_count() == before
        deadline.close()
        # Only the duplicate is closed.
        there.send(b"y")
        assert here.recv(1) == b"y"


def test_an_error_ends_the_exchange_too() -> None:
    deadline = Deadline(5)
    before = threading.active_count()
    with pytest.raises(ValueError, match="x"), deadline.running():
        raise ValueError("x")
    assert threading.active_count() == before


def test_one_exchange_that_was_too_slow_says_nothing_about_the_next() -> None:
    deadline = Deadline(0.01)
    with deadline.running():
        time.sleep(0.05)
    assert deadline.over
    deadline.seconds = 5
    with deadline.running():
        assert not deadline.over


@pytest.mark.parametrize(
    ("arguments", "seconds"),
    [
        ((20, 30, 30), 80),
        ((1, 2, 2), 5),
        ((20, 30, 10, 2, 3.0), 20 + 30 + 30 + 3 + 6),
        ((20, 30, 10, 8, 2.0), 20 + 30 + 90 + (2 + 4 + 8 + 16 + 32 + 64 + 120 + 120)),
    ],
)
def test_the_limit(arguments: tuple[float, ...], seconds: float) -> None:
    assert exchange_seconds(*arguments) == seconds  # type: ignore[arg-type]


def test_retries_without_end_are_a_limit_too() -> None:
    assert exchange_seconds(1, 1, 1, 10**9, 1.0) < float("inf")
