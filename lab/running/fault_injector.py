"""Applies the request orders of a :class:`~lab.faults.FaultBoard` in the WinRM services."""

from __future__ import annotations

import threading

from lab.cim import faults
from lab.cim.errors import CimError, Wbem
from lab.faults import FaultBoard, RequestFacts, RequestOrder
from lab.winrm.injection import PASS, Cut, Delay, Drop, Refuse, Replace, Status, Verdict
from lab.winrm.log import RequestRecord
from lab.winrm.message import SoapFault
from lab.winrm.names import WMI_RESOURCE

GARBAGE = b"\x00\xff<not-xml \x1b garbage"
TRUNCATED = b'<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><a:Action xml'

_COUNTED_KINDS = ("cim", "shell")
_MOST_PENDING = 1000
_FAILED = CimError(Wbem.FAILED, "Generic failure")
# MaxConcurrentOperationsPerUser (facts/wsman.md, section 9).
_QUOTA = 1500


class FaultInjector:
    """Asks the board once about each request, before it is processed; a fault that occurs after that is kept until then.

    :param style: the form of the server's WMI faults.
    """

    def __init__(self, board: FaultBoard, style: faults.Style = "B") -> None:
        self._board = board
        self._style = style
        self._lock = threading.Lock()
        self._pending: dict[int, RequestOrder] = {}

    def before(self, record: RequestRecord) -> Verdict:
        """The verdict before the request is processed. Handshakes and rejected requests always pass and are not counted."""
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
        if order.kind == "quota":
            return Refuse(faults.too_many_operations(_QUOTA, machine=record.machine, style=self._style))
        if order.kind == "provider_fault":
            return Refuse(self._provider_fault(record))
        if order.kind == "provider_not_found":
            return Refuse(self._provider_fault(record, CimError(Wbem.NOT_FOUND, "Not found")))
        with self._lock:
            if len(self._pending) < _MOST_PENDING:
                self._pending[record.index] = order
        return PASS

    def after(self, record: RequestRecord) -> Verdict:
        """The verdict after the request was processed."""
        with self._lock:
            order = self._pending.pop(record.index, None)
        if order is None:
            return PASS
        if order.kind == "drop_after":
            return Drop()
        if order.kind == "delay_after":
            return Delay(order.seconds)
        if order.kind == "truncate_sealed":
            return Cut()
        if order.kind == "provider_fault_after":
            return Refuse(self._provider_fault(record))
        return Replace(GARBAGE if order.kind == "garbage" else TRUNCATED)

    def _provider_fault(self, record: RequestRecord, error: CimError = _FAILED) -> SoapFault:
        namespace = record.resource_uri[len(WMI_RESOURCE) :].rpartition("/")[0]
        return faults.from_cim_error(error, machine=record.machine, namespace=namespace, style=self._style)
