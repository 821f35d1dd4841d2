"""The record of the requests to the lab's WinRM services, which tests read and benchmarks count."""

from __future__ import annotations

import itertools
import threading
from collections import Counter, deque
from dataclasses import dataclass
from typing import Literal

Kind = Literal["handshake", "identify", "cim", "shell", "refused"]
"""``handshake``: authentication only. ``refused``: no SOAP answer (only a 4xx or 5xx status), unknown resource, or bad header."""


@dataclass(frozen=True)
class RequestRecord:
    """One HTTP exchange. Bodies and credentials are never stored.

    ``index`` counts from 1 over all services that share the log; ``machine`` is the lab machine of the request; ``caller`` is
    empty before authentication; ``selectors`` is ``name=value`` text; ``bytes_in`` and ``bytes_out`` are HTTP body sizes as
    transferred; ``http_status`` 0 means that the connection was dropped without an answer.
    """

    index: int
    machine: str
    kind: Kind
    caller: str = ""
    action: str = ""
    resource_uri: str = ""
    selectors: str = ""
    http_status: int = 0
    bytes_in: int = 0
    bytes_out: int = 0


class RequestLog:
    """The exchanges of one lab, newest last. Safe to use from every thread.

    :param keep: how many records are kept; the totals count all of them.
    """

    def __init__(self, keep: int = 100_000) -> None:
        self._lock = threading.Lock()
        self._indexes = itertools.count(1)
        self._records: deque[RequestRecord] = deque(maxlen=keep)
        self._totals: Counter[Kind] = Counter()

    def next_index(self) -> int:
        """The number for a new exchange."""
        return next(self._indexes)

    def add(self, record: RequestRecord) -> None:
        """Store a finished exchange."""
        with self._lock:
            self._records.append(record)
            self._totals[record.kind] += 1

    def records(self, machine: str | None = None, kind: Kind | None = None, since: int = 0) -> tuple[RequestRecord, ...]:
        """The kept exchanges, in the order in which they ended; ``since`` excludes those with this index or a lower one."""
        with self._lock:
            kept = tuple(self._records)
        return tuple(
            record
            for record in kept
            if record.index > since and (machine is None or record.machine == machine) and (kind is None or record.kind == kind)
        )

    def totals(self) -> dict[Kind, int]:
        """The number of exchanges of each kind since the start or the last :meth:`clear`."""
        with self._lock:
            return dict(self._totals)

    def clear(self) -> None:
        """Remove all records and totals; indexes continue."""
        with self._lock:
            self._records.clear()
            self._totals.clear()
