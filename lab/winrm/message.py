"""The data that the WinRM service and its handlers exchange."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Caller:
    """The authenticated user. ``domain`` is the NetBIOS domain, empty for a local account.

    ``delegated``: this logon may be used for other servers too. It is the same user with and without.
    """

    name: str
    domain: str = ""
    delegated: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.domain}\\{self.name}" if self.domain else self.name


@dataclass(frozen=True)
class Option:
    """One entry of the OptionSet header ([MS-WSMV] 3.1.4.1.10)."""

    name: str
    value: str


@dataclass(frozen=True)
class Request:
    """A SOAP request whose headers were checked. Each of ``selectors`` is text or an EndpointReference element.

    ``to`` is the URL that the client addresses, ``client_address`` its IP address.
    """

    action: str
    resource_uri: str
    message_id: str
    caller: Caller
    body: ET.Element
    selectors: dict[str, str | ET.Element] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    max_envelope_bytes: int = 153600
    operation_timeout_seconds: float = 60.0
    fragment: str | None = None
    to: str = ""
    client_address: str = ""


@dataclass(frozen=True)
class Reply:
    """A successful answer: its action and the children of its Body."""

    action: str
    body: tuple[ET.Element, ...] = ()


class SoapFault(Exception):
    """An answer that becomes ``s:Fault`` with HTTP 500.

    :param code: ``Sender``, ``Receiver`` or ``MustUnderstand`` (local name in the envelope's namespace).
    :param subcode: (namespace, local name), for example the WS-Management namespace and ``TimedOut``; two empty texts for none.
    :param reason: text for users.
    :param detail: children of ``s:Detail``.
    :param action: the fault action; by default that of WS-Management.
    :param headers: additional headers.
    """

    def __init__(
        self,
        code: str,
        subcode: tuple[str, str],
        reason: str,
        detail: tuple[ET.Element, ...] = (),
        action: str = "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
        headers: tuple[ET.Element, ...] = (),
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.subcode = subcode
        self.reason = reason
        self.detail = detail
        self.action = action
        self.headers = headers


Handler = Callable[[Request], Reply]
