"""Reads under way at the same time: their results and errors, and what happens to a connection that cannot be opened."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import TransportError, Unreachable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.overlap import MOST_FURTHER, read_all, read_named
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession, Connected

_PATIENCE_SECONDS = 10.0


class Lines:
    """Connections that are never used to send; counts them, and lets some fail to log on."""

    def __init__(self, *refused: int) -> None:
        self.refused = refused
        self.made = 0

    def connect(self) -> Connected:
        number = self.made
        self.made += 1

        def log_on() -> None:
            if number in self.refused:
                raise Unreachable("no more connections", after_send=False)

        return self.send, log_on

    def send(self, _envelope: bytes) -> bytes:
        raise AssertionError("nothing is sent here")

    def session(self) -> CimSession:
        return CimSession(self.send, connect=self.connect)


def at_once(count: int) -> list[Callable[[CimSession], int]]:
    """Reads that end only when all of them are under way; each returns its number."""
    gate = threading.Barrier(count)

    def read(number: int) -> int:
        gate.wait(_PATIENCE_SECONDS)
        return number

    return [lambda _session, number=number: read(number) for number in range(count)]  # type: ignore[misc]


def test_reads_are_under_way_at_the_same_time_and_their_results_in_order() -> None:
    lines = Lines()
    session = lines.session()
    session.ready.set()
    assert read_all(session, at_once(MOST_FURTHER + 1), exchanges=9) == list(range(MOST_FURTHER + 1))
    assert lines.made == MOST_FURTHER
    # The connections are used again.
    assert read_named(session, {"a": lambda _one: 1, "b": lambda _one: 2}) == {"a": 1, "b": 2}
    assert lines.made == MOST_FURTHER


def test_nothing_is_connected_for_less_than_a_logon_costs() -> None:
    lines = Lines()
    assert read_all(lines.session(), [lambda _one: 1, lambda _one: 2, lambda _one: 3]) == [1, 2, 3]
    assert lines.made == 0


def test_without_further_connections_they_are_done_one_after_the_other() -> None:
    order: list[int] = []
    session = CimSession(Lines().send)
    assert read_all(session, [lambda _one, number=number: order.append(number) for number in range(9)]) == [None] * 9  # type: ignore[misc]
    assert order == list(range(9))


def test_no_other_connection_is_opened_before_the_first_has_logged_on() -> None:
    lines, seen = Lines(0, 1, 2), list[bool]()
    session = lines.session()

    def first(_one: CimSession) -> None:
        seen.append(session.ready.is_set())
        raise TransportError("the password is wrong", after_send=False)

    with pytest.raises(TransportError, match="the password is wrong"):
        read_all(session, [first, *[lambda _one: None] * 9])
    assert seen == [False]


def test_a_connection_that_cannot_be_opened_is_not_used() -> None:
    lines = Lines(0, 1, 2)
    session = lines.session()
    used = read_all(session, [lambda one: one is session for _ in range(12)])
    assert used == [True] * 12


def test_a_read_whose_connection_was_refused_at_its_first_request_is_done_on_the_other() -> None:
    session = Lines().session()
    session.ready.set()
    begun = threading.Event()

    def read(one: CimSession) -> str:
        if one is session:
            begun.wait(_PATIENCE_SECONDS)
            return "here"
        begun.set()
        raise Unreachable("no more connections", after_send=False)

    assert read_all(session, [read, read], exchanges=9) == ["here", "here"]


def test_the_first_error_in_the_order_is_raised() -> None:
    gate = threading.Barrier(2)

    def failing(text: str) -> Callable[[CimSession], None]:
        def read(_one: CimSession) -> None:
            gate.wait(_PATIENCE_SECONDS)
            raise ValueError(text)

        return read

    session = Lines().session()
    session.ready.set()
    with pytest.raises(ValueError, match="first"):
        read_all(session, [failing("first"), failing("second")], exchanges=9)
