# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A time limit for a complete HTTP exchange: name, connection, TLS, logon, headers and body.

The time-outs of the HTTP libraries are limits for a single wait: a server that sends one byte now and then is never too late for
them. Here a thread waits for the end of the exchange, and otherwise shuts down its connections, which ends every wait.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# A connection that is opened after the limit is shut down within this time.
_AGAIN_SECONDS = 0.1


class Deadline:
    """The limit of one channel's exchanges, and the connections that it ends.

    :param seconds: for one exchange.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.over = False
        self._lines: list[socket.socket] = []

    @contextmanager
    def running(self) -> Iterator[None]:
        """One exchange. If it takes too long, ``over`` becomes true and all its waits end, with any error or none."""
        self.over = False
        ended = threading.Event()
        guard = threading.Thread(target=self._guard, args=(ended,), daemon=True, name="deadline of a WinRM exchange")
        guard.start()
        try:
            yield
        finally:
            ended.set()
            guard.join()

    def watch(self, connected: socket.socket) -> None:
        """End this connection too when the time is over.

        A duplicate is kept: TLS takes over the descriptor of the socket, and the HTTP libraries forget the socket while they
        still read from it.
        """
        self._lines.append(socket.fromfd(connected.fileno(), connected.family, connected.type))

    def close(self) -> None:
        """Forget all connections; the libraries close their own sockets."""
        lines, self._lines = self._lines, []
        for line in lines:
            line.close()

    def _guard(self, ended: threading.Event) -> None:
        if ended.wait(self.seconds):
            return
        self.over = True
        while True:
            for line in list(self._lines):
                with suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
            if ended.wait(_AGAIN_SECONDS):
                return


def exchange_seconds(operation: float, read: float, connect: float, retries: int = 0, backoff: float = 0.0) -> float:
    """The limit for an exchange: the operation's own time on the server, and a time-out each to connect and to read the answer.

    :param retries: how often the library may try to connect again, with growing pauses (urllib3's Retry: at most 120 s each).
    """
    pauses = sum(min(120.0, backoff * 2.0**attempt) for attempt in range(min(retries, 100)))
    return operation + read + connect * (1 + retries) + pauses
