"""Ordered faults: what may happen to an exchange instead of the right answer."""

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
    """A bare HTTP status with an empty body; 401 comes with the usual WWW-Authenticate list."""

    status: int


@dataclass(frozen=True)
class Replace:
    """These bytes are the answer's message (sealed if the request was sealed), under this HTTP status."""

    body: bytes
    status: int = 200


@dataclass(frozen=True)
class Refuse:
    """This fault is the answer, under HTTP 500."""

    fault: SoapFault


@dataclass(frozen=True)
class Cut:
    """The answer's HTTP body ends in its middle: of a sealed message, in the middle of what is encrypted.

    Before an effect there is no answer to cut; then the connection is closed.
    """


FinalVerdict = Pass | Drop | Status | Replace | Refuse | Cut


@dataclass(frozen=True)
class Delay:
    """Wait (seconds of wall time, cut short when the service stops), then do ``then``."""

    seconds: float
    then: FinalVerdict = Pass()


Verdict = FinalVerdict | Delay
PASS = Pass()


class Injector(Protocol):
    """Judges every exchange. In both calls the record's ``http_status`` is the one that would be sent, 0 when not yet known.

    Exchanges with no effect to come before or after (handshakes, bare refusals, anonymous Identify) are brought to
    :meth:`before` only.
    """

    def before(self, record: RequestRecord) -> Verdict:
        """Before the effect: any verdict but :class:`Pass` (or a delay that ends in it) means that the effect does not happen."""

    def after(self, record: RequestRecord) -> Verdict:
        """After the effect."""
