"""A program between client and server: it passes requests on, and may send something else than the server's answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_MOST_CONNECTIONS = 20
_MOST_REQUESTS = 50
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Message:
    """A complete HTTP message: its first line and headers, and its body."""

    head: bytes
    body: bytes

    @property
    def encrypted(self) -> bool:
        return b"multipart/encrypted" in self.head

    @property
    def data(self) -> bytes:
        return self.head + self.body


# What is sent for a request and the server's answer to it: None for that answer, bytes in its place, or pieces before the
# connection is closed.
Tamper = Callable[[Message, Message], Iterator[bytes] | bytes | None]
# What is sent for a request that does not reach the server; None to pass it on.
Swallow = Callable[[Message], bytes | None]


@dataclass
class Between:
    """Where it listens, and the requests that it received."""

    address: str
    port: int
    requests: list[Message] = field(default_factory=list)


@contextmanager
def between(
    server: tuple[str, int], tamper: Tamper = lambda _request, _answer: None, swallow: Swallow = lambda _request: None
) -> Iterator[Between]:
    """Listen on an own port and pass requests on to the server."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(_PATIENCE_SECONDS)
    made = Between(*listener.getsockname())
    sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def accept() -> None:
        for _ in range(_MOST_CONNECTIONS):
            try:
                client, _peer = listener.accept()
            except OSError:
                return
            sockets.append(client)
            thread = threading.Thread(target=_serve, args=(client, server, tamper, swallow, made.requests), daemon=True)
            threads.append(thread)
            thread.start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield made
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        accepting.join(5)
        for one in sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(5)
        for one in sockets:
            one.close()


def _serve(client: socket.socket, server: tuple[str, int], tamper: Tamper, swallow: Swallow, requests: list[Message]) -> None:
    client.settimeout(_PATIENCE_SECONDS)
    with suppress(OSError, EOFError), socket.create_connection(server, timeout=_PATIENCE_SECONDS) as behind:
        for _ in range(_MOST_REQUESTS):
            request = _read(client)
            requests.append(request)
            swallowed = swallow(request)
            if swallowed is not None:
                client.sendall(swallowed)
                continue
            behind.sendall(request.data)
            answer = _read(behind)
            instead = tamper(request, answer)
            if instead is None or isinstance(instead, bytes):
                client.sendall(answer.data if instead is None else instead)
                continue
            for piece in instead:
                client.sendall(piece)
            break
    with suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)


def _read(connection: socket.socket) -> Message:
    """One message with a Content-Length; the lab and both libraries send no other."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _received(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += _received(connection)
    return Message(head + b"\r\n\r\n", body)


def _received(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise EOFError
    return data
