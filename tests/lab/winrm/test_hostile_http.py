"""Clients that send partial requests, many at once, or not HTTP: each gets a status or is closed, and affects no other."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab.winrm.http_front import MAX_BODY_BYTES, Listener

GOOD = b"POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
UNAUTHORIZED = b"HTTP/1.1 401 "
# All examples use one server, on purpose: none of them may leave anything behind.
SHARED = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def impatient(server: Any) -> Iterator[Listener]:
    """A listener that closes connections which are silent for a quarter of a second."""
    with Listener(server.http.address, 0, server.service, idle_seconds=0.25) as listener:
        yield listener
    assert not server.service.errors


def connect(listener: Listener) -> socket.socket:
    return socket.create_connection((listener.address, listener.port), timeout=10)


def everything(client: socket.socket) -> bytes:
    """What the server sends until it closes the connection."""
    received = b""
    # A reset, if the server closed the connection with unread bytes.
    with suppress(ConnectionResetError):
        while part := client.recv(65536):
            received += part
    return received


def answers(received: bytes) -> list[bytes]:
    """The status lines in what the server sent; answers have no body here."""
    return [line for line in received.split(b"\r\n") if line.startswith(b"HTTP/")]


def is_alive(listener: Listener) -> bool:
    with connect(listener) as client:
        client.sendall(GOOD)
        return client.recv(100).startswith(UNAUTHORIZED)


def test_requests_in_a_heap_are_answered_one_by_one(impatient: Listener) -> None:
    with connect(impatient) as client:
        client.sendall(GOOD * 50)
        assert [line[:13] for line in answers(everything(client))] == [UNAUTHORIZED] * 50


def test_a_request_in_single_bytes_is_a_request(impatient: Listener) -> None:
    with connect(impatient) as client:
        for byte in GOOD:
            client.sendall(bytes([byte]))
        assert [line[:13] for line in answers(everything(client))] == [UNAUTHORIZED]


@pytest.mark.parametrize("part", [b"", b"POST", GOOD[:-1], b"POST /wsman HTTP/1.1\r\nA: b\r\n"])
def test_what_stops_in_the_middle_is_given_up(impatient: Listener, part: bytes) -> None:
    with connect(impatient) as client:
        client.sendall(part)
        began = time.monotonic()
        assert answers(everything(client)) == []
        assert time.monotonic() - began < 5


def test_slow_clients_hold_up_nobody(impatient: Listener) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(impatient)) for _ in range(100)]
        for client in slow:
            client.sendall(GOOD[:20])
        began = time.monotonic()
        assert is_alive(impatient)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "data",
    [
        b"POST /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"POST /wsman HTTP/1.1\r\nA: " + b"a" * 70_000 + b"\r\n\r\n",
        b"POST /wsman HTTP/1.1\r\n" + b"A: b\r\n" * 5_000 + b"\r\n",
        b"POST /wsman HTTP/1.1\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n",
        b"POST /wsman HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1) + b"a" * (MAX_BODY_BYTES + 1),
        b"\0" * 100_000,
        b"\r\n" * 50_000,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xff" * 512,
    ],
    ids=["path", "header", "headers", "length", "body", "zeroes", "line ends", "HTTP/2", "TLS"],
)
def test_too_much_of_anything_gets_a_bare_status_or_the_end(impatient: Listener, data: bytes) -> None:
    with connect(impatient) as client:
        # The answer may arrive before everything was sent.
        with suppress(ConnectionResetError, BrokenPipeError):
            client.sendall(data)
        found = answers(everything(client))
    assert all((line[9:12].isdigit() and line[9:10] == b"4") or line[9:12] == b"505" for line in found), found
    assert is_alive(impatient)


PIECES = st.sampled_from(
    [
        b"POST",
        b"GET",
        b" ",
        b"/wsman",
        b"HTTP/1.1",
        b"HTTP/1.0",
        b"HTTP/0.9",
        b"\r\n",
        b"\n",
        b"\r",
        b":",
        b"Content-Length",
        b"2",
        b"-2",
        b"ab",
        b"Authorization",
        b"Negotiate",
        b"TlRMTVNTUAABAAAA",
        b"NTLM",
        b"Basic",
        b"YTpi",
        b"Expect: 100-continue",
        b"Connection: close",
        b"Transfer-Encoding: chunked",
        b"Content-Type",
        b"multipart/encrypted",
        b'boundary="x"',
        b"WSMANIDENTIFY: unauthenticated",
        b"\0",
        b"\xff",
    ]
)
HEAPS = st.lists(PIECES | st.binary(max_size=10), max_size=20).map(b"".join)
HEADERS = st.lists(st.lists(PIECES | st.binary(max_size=5), max_size=5).map(b" ".join), max_size=5).map(b"\r\n".join)


@SHARED
@given(
    st.lists(PIECES | st.binary(max_size=10), max_size=20).map(b"".join)
    | HEADERS.map(lambda made: GOOD[:-6] + made + b"\r\n\r\nab")
)
def test_any_bytes_get_a_status_or_the_end(server: Any, data: bytes) -> None:
    with connect(server.http) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        found = answers(everything(client))
    assert all(line[9:10] in (b"1", b"2", b"4", b"5") for line in found), found
    assert not server.service.errors
