"""Carrying out request orders of a :class:`~lab.faults.FaultBoard` in the WinRM services."""

from __future__ import annotations

import threading

from lab.faults import FaultBoard, RequestFacts, RequestOrder
from lab.winrm.injection import PASS, Delay, Drop, Replace, Status, Verdict
from lab.winrm.log import RequestRecord

GARBAGE = b"\x00\xff<not-xml \x1b garbage"
TRUNCATED = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><a:Action xml'

_COUNTED_KINDS = ("cim", "shell")
_MOST_PENDING = 1000


class FaultInjector:
    """Asks the board once about each request, before its effect; what strikes after the effect is kept until then."""

    def __init__(self, board: FaultBoard) -> None:
        self._board = board
        self._lock = threading.Lock()
        self._pending: dict[int, RequestOrder] = {}

    def before(self, record: RequestRecord) -> Verdict:
        """The verdict before the effect. Handshakes and refused requests always pass and are not counted."""
        if record.kind not in _COUNTED_KINDS:
            return PASS
        order = self._board.strike(RequestFacts(record.machine, record.action, record.resource_uri))
        if order is None:
            return PASS
        if order.kind == "drop_before":
            return Drop()
        if order.kind == "http_status":
            return Status(order.status)
        if order.kind == "delay":
            return Delay(order.seconds)
        with self._lock:
            if len(self._pending) < _MOST_PENDING:
                self._pending[record.index] = order
        return PASS

    def after(self, record: RequestRecord) -> Verdict:
        """The verdict after the effect."""
        with self._lock:
            order = self._pending.pop(record.index, None)
        if order is None:
            return PASS
        if order.kind == "drop_after":
            return Drop()
        return Replace(GARBAGE if order.kind == "garbage" else TRUNCATED)
