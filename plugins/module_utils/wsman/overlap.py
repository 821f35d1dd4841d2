# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads that do not need each other, under way at the same time over further connections to the same host.

Only for reads: a request that can have an effect is never sent beside another one, and never sent twice.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import TransportError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

MOST_FURTHER = 4
"""Connections of one session in addition to its own. Windows allows a user hundreds; each of them costs a logon."""
LOGON_EXCHANGES = 3
"""What a new connection costs: it is opened only for as many exchanges as that, or more."""

Read = TypeVar("Read")


def read_all(session: CimSession, reads: Sequence[Callable[[CimSession], Read]], exchanges: int = 1) -> list[Read]:
    """What the reads return, in their order; each is called once, with a session to the same host.

    The first read is done on the session's own connection. The others are opened when that one has logged on, so that wrong
    credentials are tried only once. Without further connections, the reads are done one after the other.

    :param exchanges: about how many one of the reads needs.
    :raises Exception: that of a read; of several, that of the first in the order. Reads that have not begun by then are not done.
    """
    work = _Work(reads)
    first = work.take()
    threads = []
    # A daemon does not outlive a task that is interrupted.
    new = work.left * exchanges // LOGON_EXCHANGES
    for number in range(min(MOST_FURTHER, work.left, session.open_further + new)):
        further = session.further(number)
        if further is None:
            break
        within = contextvars.copy_context()
        threads.append(threading.Thread(target=within.run, args=(work.beside, further, session.ready), daemon=True))
    for thread in threads:
        thread.start()
    try:
        work.do(first, session)
    finally:
        # Also after an error, with which no read is left.
        session.ready.set()
    work.here(session)
    for thread in threads:
        thread.join()
    # Those of a connection that could not be opened.
    work.here(session)
    return work.results()


def read_named(session: CimSession, reads: Mapping[str, Callable[[CimSession], Any]], exchanges: int = 1) -> dict[str, Any]:
    """As ``read_all``, by name."""
    return dict(zip(reads, read_all(session, list(reads.values()), exchanges), strict=True))


class _Work:
    """The reads, and what became of them."""

    def __init__(self, reads: Sequence[Callable[[CimSession], Any]]) -> None:
        self._reads = reads
        self._waiting = list(range(len(reads)))
        self._lock = threading.Lock()
        self._found: dict[int, Any] = {}
        self._errors: dict[int, Exception] = {}

    @property
    def left(self) -> int:
        """How many have not begun."""
        return 0 if self._errors else len(self._waiting)

    def do(self, number: int | None, session: CimSession) -> None:
        """Do the read that was taken."""
        if number is None:
            return
        try:
            self._found[number] = self._reads[number](session)
        except Exception as error:  # noqa: BLE001 - raised again in the caller's thread
            self._errors[number] = error

    def here(self, session: CimSession) -> None:
        """Do reads over this connection until there is none."""
        while (number := self.take()) is not None:
            self.do(number, session)

    def beside(self, session: CimSession, ready: threading.Event) -> None:
        """Do reads over a further connection. One that cannot be opened is not used; its read is left to the others."""
        ready.wait()
        if not self.left:
            return
        try:
            # Before a read is taken: while this one logs on, the others do the reads.
            session.log_on()
        except TransportError:
            return
        number = self.take()
        if number is None:
            return
        try:
            self._found[number] = self._reads[number](session)
        except TransportError as error:
            if session.received_bytes:
                self._errors[number] = error
            else:
                self._put_back(number)
            return
        except Exception as error:  # noqa: BLE001 - as above
            self._errors[number] = error
            return
        self.here(session)

    def results(self) -> list[Any]:
        """All results, or the first error."""
        for number in sorted(self._errors):
            raise self._errors[number]
        return [self._found[number] for number in range(len(self._reads))]

    def take(self) -> int | None:
        """The next read; None when there is none, or one has failed."""
        with self._lock:
            return self._waiting.pop(0) if self._waiting and not self._errors else None

    def _put_back(self, number: int) -> None:
        with self._lock:
            self._waiting.insert(0, number)
