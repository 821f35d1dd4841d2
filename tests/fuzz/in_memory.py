"""A server for one connection, in the memory of the client: it logs the client on as the lab does, then sends given bytes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from unittest import mock

from lab.winrm.accounts import Account, Accounts
from lab.winrm.connection import HttpReply, WinrmConnection
from lab.winrm.message import Reply
from lab.winrm.service import WinrmService

USER, PASSWORD = "CORP\\scp", "Pass-1"
# What is sent for a request, given its headers and its body. The connection is closed after bytes, and after pieces of them,
# which a thread sends.
Answers = Callable[[bytes, bytes], bytes | HttpReply | Iterator[bytes]]

_service: list[WinrmService] = []


def lab_connection() -> WinrmConnection:
    """A new connection to a service that knows the user."""
    if not _service:
        accounts = Accounts("SCP01", "CORP", "corp.example", [Account("scp", PASSWORD, "CORP")])
        _service.append(WinrmService("SCP01", accounts, lambda request: Reply(f"{request.action}Response", ())))
    return WinrmConnection(_service[0], tls=False)


class _Line(socket.socket):
    """The client's end: what is written to it is answered at once, so no thread is needed."""

    answers: Answers
    there: socket.socket
    received: bytes

    def sendall(self, data: object, flags: int = 0) -> None:
        self.received += bytes(data)  # type: ignore[call-overload]
        head, end, body = self.received.partition(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        if not end or len(body) < length:
            return
        self.received = b""
        reply = self.answers(head, body)
        if isinstance(reply, HttpReply):
            self.there.sendall(_written(reply))
        elif isinstance(reply, bytes):
            self.there.sendall(reply)
            self.there.shutdown(socket.SHUT_WR)
        else:
            # urllib3 closes its end while it still reads from it, so the other end is the thread's.
            threading.Thread(target=_send, args=(self.there.dup(), reply), daemon=True).start()

    def close(self) -> None:
        self.there.close()
        super().close()


def _send(there: socket.socket, pieces: Iterator[bytes]) -> None:
    with there, suppress(OSError):
        for piece in pieces:
            there.sendall(piece)
        there.shutdown(socket.SHUT_WR)


def _written(reply: HttpReply) -> bytes:
    lines = [
        f"HTTP/1.1 {reply.status} X",
        f"Content-Length: {len(reply.body)}",
        *(f"{name}: {value}" for name, value in reply.headers),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + reply.body


@contextmanager
def answering(answers: Callable[[], Answers]) -> Iterator[None]:
    """In this block, each connection of urllib3 leads to an own server; ``answers`` makes its answers."""

    def connect(*_arguments: object, **_keywords: object) -> socket.socket:
        here, there = socket.socketpair()
        line = _Line(fileno=here.detach())
        line.answers, line.there, line.received = answers(), there, b""
        return line

    with mock.patch("urllib3.util.connection.create_connection", connect):
        yield
