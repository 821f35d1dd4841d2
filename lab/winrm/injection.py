"""Injected faults: what may happen to an exchange in place of the correct answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lab.winrm.log import RequestRecord
from lab.winrm.message import SoapFault


@dataclass(frozen=True)
class Pass:
    """Nothing special happens."""


@dataclass(frozen=True)
class Drop:
    """The TCP connection is closed without an answer."""


@dataclass(frozen=True)
class Status:
    """Only an HTTP status with an empty body; 401 has the usual WWW-Authenticate list."""

    status: int


@dataclass(frozen=True)
class Replace:
    """These bytes are the answer's message (encrypted if the request was encrypted), with this HTTP status."""

    body: bytes
    status: int = 200


@dataclass(frozen=True)
class Refuse:
    """This fault is the answer, with HTTP 500."""

    fault: SoapFault


@dataclass(frozen=True)
class Cut:
    """The answer's HTTP body ends in the middle: for an encrypted message, in the middle of the encrypted part.

    Before the request is processed there is no answer to cut; then the connection is closed.
    """


FinalVerdict = Pass | Drop | Status | Replace | Refuse | Cut


@dataclass(frozen=True)
class Delay:
    """Wait (seconds of wall time, or until the service stops), then do ``then``."""

    seconds: float
    then: FinalVerdict = Pass()


Verdict = FinalVerdict | Delay
PASS = Pass()


class Injector(Protocol):
    """Judges every exchange. In both calls the record's ``http_status`` is the one that would be sent, 0 when not yet known.

    Exchanges without an effect (handshakes, rejections with only a status, anonymous Identify) call only :meth:`before`.
    """

    def before(self, record: RequestRecord) -> Verdict:
        """Before the effect: any verdict except :class:`Pass` (or a delay that ends with it) prevents the effect."""

    def after(self, record: RequestRecord) -> Verdict:
        """After the effect."""
