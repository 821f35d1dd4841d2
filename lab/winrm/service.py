"""The WinRM service of one emulated server: access, the handlers of requests, the record of exchanges, injected faults."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from lab.winrm import fault_table as table
from lab.winrm import faults
from lab.winrm.accounts import Accounts
from lab.winrm.authentication import Keys, certificate_bindings
from lab.winrm.bounded_xml import text_of
from lab.winrm.injection import PASS, Cut, Delay, FinalVerdict, Injector, Pass, Refuse, Replace, Status, Verdict
from lab.winrm.log import Kind, RequestLog, RequestRecord
from lab.winrm.message import Caller, Handler, Request, SoapFault
from lab.winrm.names import ADDRESSING, CMD_RESOURCE, DMTF_RESOURCE, WMI_RESOURCE, WSMAN
from lab.winrm.ntlm import ChannelBindings
from lab.winrm.shells import ShellService
from lab.winrm.soap import Envelope, read_envelope, read_request
from lab.winrm.soap_reply import fault_envelope, identify_envelope, reply_envelope

Hardening = Literal["none", "relaxed", "strict"]
"""CbtHardeningLevel of WinRM ([MS-WSMV] 2.2.4.34): bindings are not compared, compared if the client sends them, or required."""

ANONYMOUS_VERSION = "OS: 0.0.0 SP: 0.0 Stack: 3.0"
"""The version that Identify shows to clients that have not authenticated."""

_LOGGED_TEXT = 1024
_KEPT_ERRORS = 100


@dataclass(frozen=True)
class Answer:
    """An HTTP status with a SOAP message or without one. The message is not yet encrypted, nor cut (``cut``)."""

    status: int
    message: bytes = b""
    cut: bool = False


@dataclass
class Exchange:
    """What is known so far about the current exchange."""

    index: int
    bytes_in: int
    client_address: str = ""
    kind: Kind = "refused"
    caller: str = ""
    action: str = ""
    resource_uri: str = ""
    selectors: str = ""
    judged: bool = False
    """Whether the injector was asked about it."""

    def record(self, machine: str, http_status: int = 0, bytes_out: int = 0) -> RequestRecord:
        """The exchange as a record."""
        return RequestRecord(
            self.index,
            machine,
            self.kind,
            self.caller,
            self.action,
            self.resource_uri,
            self.selectors,
            http_status,
            self.bytes_in,
            bytes_out,
        )


class WinrmService:
    """The service of one emulated server; its HTTP and its HTTPS listener share it. Safe to use from every thread.

    :param machine: the server's name, for faults and records.
    :param accounts: who can authenticate. The service does not close them.
    :param cim: answers requests on ``http://schemas.microsoft.com/wbem/wsman/1/wmi/...`` and on the URIs of the DMTF; called
        without any lock held.
    :param shells: answers requests on ``.../windows/shell/cmd``; None if the server offers no remote shell.
    :param may_connect: whether an authenticated caller may use WinRM at all (administrator or Remote Management User).
    :param log: where exchanges are recorded; may be shared by all servers of a lab.
    :param injector: injected faults; None for none.
    :param product_version: the version that Identify shows to authenticated callers.
    :param keys: those of the server's account in its domain; with them Kerberos is offered too, which needs the Python packages
        gssapi and krb5.
    :param credssp: whether CredSSP is offered too; on Windows it is off until an administrator turns it on.
    :param basic: whether Basic is offered over HTTPS; Windows has it off by default ([MS-WSMV] 2.2.4.34).
    :param hardening: what is required of the channel bindings of NTLM clients over HTTPS.
    """

    def __init__(
        self,
        machine: str,
        accounts: Accounts,
        cim: Handler,
        *,
        shells: ShellService | None = None,
        may_connect: Callable[[Caller], bool] = lambda _caller: True,
        log: RequestLog | None = None,
        injector: Injector | None = None,
        product_version: str = "OS: 10.0.20348 SP: 0.0 Stack: 3.0",
        keys: Keys | None = None,
        credssp: bool = False,
        basic: bool = False,
        hardening: Hardening = "relaxed",
    ) -> None:
        self.machine = machine
        self.accounts = accounts
        self.log = log if log is not None else RequestLog()
        self.keys = keys
        self.credssp = credssp
        self.basic = basic
        self.errors: deque[BaseException] = deque(maxlen=_KEPT_ERRORS)
        """Errors inside the lab; callers only receive an internal error."""
        self._cim = cim
        self._shells = shells
        self._may_connect = may_connect
        self._injector = injector
        self._product_version = product_version
        self._hardening = hardening
        self._stopping = threading.Event()

    def channel_bindings(self, certificate_der: bytes | None) -> ChannelBindings | None:
        """The bindings of a TLS listener with this certificate; None without one, and if they are not compared."""
        if certificate_der is None or self._hardening == "none":
            return None
        return ChannelBindings(certificate_bindings(certificate_der), self._hardening == "strict")

    def close(self) -> None:
        """End the shells, wake all waiting threads. Must be called before the listeners stop."""
        self._stopping.set()
        if self._shells is not None:
            self._shells.close()

    def begin(self, bytes_in: int, client_address: str = "") -> Exchange:
        """Begin an exchange."""
        return Exchange(self.log.next_index(), bytes_in, client_address)

    def finish(self, exchange: Exchange, http_status: int, bytes_out: int) -> None:
        """End an exchange; status 0 for a dropped connection."""
        self.log.add(exchange.record(self.machine, http_status, bytes_out))

    def judge(self, exchange: Exchange, answer: Answer) -> Answer | None:
        """The answer to a request without an effect: unchanged, or an injected fault (None: drop the connection)."""
        exchange.judged = True
        verdict = self._before(exchange)
        return answer if isinstance(verdict, Pass) else _instead(verdict, answer)

    def identify(self, exchange: Exchange, message: bytes) -> Answer | None:
        """Answer a client that has not authenticated: only Identify is allowed."""
        try:
            envelope = read_envelope(message, self.machine)
        except SoapFault as fault:
            return self.judge(exchange, Answer(500, fault_envelope(fault, "")))
        if not envelope.is_identify:
            return self.judge(exchange, Answer(500, fault_envelope(faults.access_denied(self.machine), envelope.message_id)))
        exchange.kind = "identify"
        return self.judge(exchange, Answer(200, identify_envelope(ANONYMOUS_VERSION)))

    def answer(self, exchange: Exchange, caller: Caller, message: bytes) -> Answer | None:
        """Answer an authenticated caller; None: drop the connection without an answer."""
        exchange.caller = str(caller)
        exchange.judged = True
        try:
            envelope = read_envelope(message, self.machine)
        except SoapFault as fault:
            return self.judge(exchange, Answer(500, fault_envelope(fault, "")))
        _describe(exchange, envelope)
        verdict = self._before(exchange)
        if not isinstance(verdict, Pass):
            return _instead(verdict, None, envelope.message_id)
        answer = self._effect(exchange, envelope, caller)
        verdict = self._after(exchange, answer.status)
        return answer if isinstance(verdict, Pass) else _instead(verdict, answer, envelope.message_id)

    def _effect(self, exchange: Exchange, envelope: Envelope, caller: Caller) -> Answer:
        """Process the request; there is an answer in every case."""
        try:
            if envelope.is_identify:
                return Answer(200, identify_envelope(self._product_version))
            request = replace(read_request(envelope, caller, self.machine), client_address=exchange.client_address)
            if not self._may_connect(caller):
                raise faults.access_denied(self.machine)
            message = reply_envelope(self._handler(exchange.kind, request)(request), request.message_id)
            if len(message) > request.max_envelope_bytes:
                text = f"The answer would have {len(message)} bytes, more than MaxEnvelopeSize allows."
                raise faults.fault(table.ANSWER_TOO_LARGE, self.machine, text)
        except SoapFault as fault:
            return Answer(500, fault_envelope(fault, envelope.message_id))
        except Exception as error:  # noqa: BLE001 - the caller gets an answer after any error; the lab's tests read the list
            self.errors.append(error)
            return Answer(500, fault_envelope(faults.internal_error(self.machine), envelope.message_id))
        return Answer(200, message)

    def _handler(self, kind: Kind, request: Request) -> Handler:
        if kind == "cim":
            return self._cim
        if kind == "shell" and self._shells is not None:
            return self._shells
        raise faults.unknown_resource(request.resource_uri, self.machine)

    def _before(self, exchange: Exchange) -> FinalVerdict:
        return self._waited(self._injector.before(exchange.record(self.machine)) if self._injector else PASS)

    def _after(self, exchange: Exchange, http_status: int) -> FinalVerdict:
        return self._waited(self._injector.after(exchange.record(self.machine, http_status)) if self._injector else PASS)

    def _waited(self, verdict: Verdict) -> FinalVerdict:
        if isinstance(verdict, Delay):
            self._stopping.wait(verdict.seconds)
            return verdict.then
        return verdict


def _instead(verdict: FinalVerdict, answer: Answer | None, message_id: str = "") -> Answer | None:
    """The replacement for the answer; None: no answer, and the connection is closed."""
    if isinstance(verdict, Status):
        return Answer(verdict.status)
    if isinstance(verdict, Replace):
        return Answer(verdict.status, verdict.body)
    if isinstance(verdict, Refuse):
        return Answer(500, fault_envelope(verdict.fault, message_id))
    if isinstance(verdict, Cut) and answer is not None:
        return replace(answer, cut=True)
    return None


def _describe(exchange: Exchange, envelope: Envelope) -> None:
    """Fill in what is known about a request before its headers are checked."""
    exchange.action = _header(envelope, (ADDRESSING, "Action"))
    exchange.resource_uri = uri = _header(envelope, (WSMAN, "ResourceURI"))
    selectors = envelope.headers.get((WSMAN, "SelectorSet"))
    exchange.selectors = ",".join(
        f"{item.get('Name', '')}={'(reference)' if len(item) else item.text or ''}"
        for item in (selectors if selectors is not None else ())
    )[:_LOGGED_TEXT]
    if envelope.is_identify:
        exchange.kind = "identify"
    elif uri.casefold().startswith((WMI_RESOURCE.casefold(), DMTF_RESOURCE.casefold())):
        exchange.kind = "cim"
    elif uri.casefold() == CMD_RESOURCE.casefold():
        exchange.kind = "shell"


def _header(envelope: Envelope, key: tuple[str, str]) -> str:
    block = envelope.headers.get(key)
    return text_of(block)[:_LOGGED_TEXT] if block is not None else ""
