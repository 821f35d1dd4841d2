"""One TCP connection to an emulated WinRM service, without any I/O: HTTP requests in, HTTP answers out.

Negotiate and Kerberos authenticate the connection, Basic a request (facts/wsman.md section 3). An answer is encrypted if its
request was; over plain HTTP only encrypted messages are accepted.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from lab.winrm.authentication import AuthenticationError, Negotiation, check_basic, split_authorization
from lab.winrm.message import Caller
from lab.winrm.ntlm import ChannelBindings
from lab.winrm.sealing import CREDSSP, PIECE_BYTES, TYPES, SealedMessage, SealError, media_type, read_pieces, write_pieces
from lab.winrm.service import Answer, Exchange, WinrmService
from lab.winrm.soap import MAX_ENVELOPE_BYTES

PATHS = ("/wsman", "/wsman/")
ANONYMOUS_PATH = "/wsman-anon/identify"
SOAP_TYPE = "application/soap+xml;charset=UTF-8"
_SCHEMES = {"negotiate": "Negotiate", "kerberos": "Kerberos", "credssp": "CredSSP"}

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class HttpReply:
    """An HTTP answer. The HTTP front adds Content-Length."""

    status: int
    headers: Headers = ()
    body: bytes = b""


@dataclass(frozen=True)
class _Identified:
    """The sender of a request, if it is known already, and the header that ends or continues a handshake."""

    caller: Caller | None
    headers: Headers = ()
    basic: bool = False


class WinrmConnection:
    """The state of one TCP connection. Not for use by several threads at once.

    :param tls: whether the connection is TLS: then messages need not be encrypted, and Basic is offered if the service allows it.
    :param channel_bindings: of the TLS channel, see :meth:`WinrmService.channel_bindings`.
    :param client_address: the client's IP address.
    """

    def __init__(
        self, service: WinrmService, tls: bool, channel_bindings: ChannelBindings | None = None, client_address: str = ""
    ) -> None:
        self._service = service
        self._tls = tls
        self._basic = tls and service.basic
        self._client_address = client_address
        self._channel_bindings = channel_bindings
        self._negotiation: Negotiation | None = None
        self._caller: Caller | None = None

    def handle(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> HttpReply | None:
        """Answer a request; None means: close the connection without an answer.

        :param headers: names in lower case.
        """
        exchange = self._service.begin(len(body), self._client_address)
        reply = self._answer(exchange, method, path, headers, body)
        if not exchange.judged and reply is not None:
            answer = self._service.judge(exchange, Answer(reply.status, reply.body))
            if answer != Answer(reply.status, reply.body):
                reply = self._plain(answer)
        self._service.finish(exchange, reply.status if reply else 0, len(reply.body) if reply else 0)
        return reply

    def refuse(self, status: int, bytes_in: int) -> HttpReply | None:
        """Answer a request that the front rejects (too large, no length) with only a status, recorded like any other exchange."""
        exchange = self._service.begin(bytes_in, self._client_address)
        reply = self._plain(self._service.judge(exchange, Answer(status)))
        self._service.finish(exchange, reply.status if reply else 0, 0)
        return reply

    def _answer(self, exchange: Exchange, method: str, path: str, headers: Mapping[str, str], body: bytes) -> HttpReply | None:
        target = path.partition("?")[0].casefold()
        if target not in (*PATHS, ANONYMOUS_PATH):
            return HttpReply(404)
        if method != "POST":
            return HttpReply(405, (("Allow", "POST"),))
        if target == ANONYMOUS_PATH or headers.get("wsmanidentify", "").strip().lower() == "unauthenticated":
            return self._plain(self._service.identify(exchange, body))
        try:
            identified = self._authenticate(headers)
        except AuthenticationError:
            self._forget()
            exchange.kind = "handshake"
            return self._unauthorized()
        if identified.caller is None:
            exchange.kind = "handshake"
            return HttpReply(401, identified.headers)
        exchange.caller = str(identified.caller)
        if not body:
            exchange.kind = "handshake"
            return HttpReply(200, identified.headers)
        reply = self._message(exchange, identified, headers.get("content-type", ""), body)
        return HttpReply(reply.status, reply.headers + identified.headers, reply.body) if reply else None

    def _authenticate(self, headers: Mapping[str, str]) -> _Identified:
        """Authenticate a request. After an AuthenticationError the answer is 401 and the context is discarded."""
        value = headers.get("authorization")
        if value is None:
            if self._caller is None:
                raise AuthenticationError("not authenticated")
            return _Identified(self._caller)
        scheme, credentials = split_authorization(value)
        if scheme == "basic" and self._basic:
            return _Identified(check_basic(self._service.accounts, credentials), basic=True)
        if scheme not in self._offered():
            raise AuthenticationError(f"the scheme {scheme!r} is not offered here")
        if self._negotiation is None or self._caller is not None or self._negotiation.scheme != scheme:
            self._forget()
            self._negotiation = Negotiation(self._service.accounts, scheme, self._channel_bindings, self._service.keys)
        step = self._negotiation.step(credentials)
        self._caller = step.caller
        if not step.token:
            return _Identified(step.caller)
        token = base64.b64encode(step.token).decode("ascii")
        return _Identified(step.caller, (("WWW-Authenticate", f"{_SCHEMES[scheme]} {token}"),))

    def _message(self, exchange: Exchange, identified: _Identified, content_type: str, body: bytes) -> HttpReply | None:
        """Decrypt the message if it is encrypted, get its answer, encrypt that in the same case."""
        if identified.caller is None:
            raise ValueError("a message without a caller")
        protocol = None
        if media_type(content_type) in TYPES:
            if self._negotiation is None or identified.basic:
                return HttpReply(400)
            try:
                pieces = read_pieces(content_type, body)
                protocol = pieces[0].protocol
                if (protocol == CREDSSP) is not (self._negotiation.scheme == "credssp"):
                    raise SealError("the encryption is not that of the logon")
                body = b"".join(self._unsealed(self._negotiation, piece) for piece in pieces)
            except (SealError, AuthenticationError):
                # The two ends no longer have the same cipher state, so the context cannot be used.
                self._forget()
                return HttpReply(400)
        elif not self._tls:
            return HttpReply(500)
        elif media_type(content_type) != "application/soap+xml":
            return HttpReply(415)
        if len(body) > MAX_ENVELOPE_BYTES:
            return HttpReply(413)
        answer = self._service.answer(exchange, identified.caller, body)
        return self._plain(answer) if protocol is None else self._sealed(answer, protocol)

    def _unsealed(self, negotiation: Negotiation, piece: SealedMessage) -> bytes:
        plain = negotiation.unseal(piece.signature, piece.data)
        if len(plain) != piece.length:
            raise SealError("the announced length is not that of the message")
        return plain

    def _plain(self, answer: Answer | None) -> HttpReply | None:
        if answer is None:
            return None
        if answer.status == 401:
            return self._unauthorized()
        return HttpReply(answer.status, (("Content-Type", SOAP_TYPE),) if answer.message else (), _sent(answer, answer.message))

    def _sealed(self, answer: Answer | None, protocol: str) -> HttpReply | None:
        if answer is None or not answer.message or self._negotiation is None:
            return self._plain(answer)
        message = answer.message
        size = PIECE_BYTES if protocol == CREDSSP else len(message)
        pieces = []
        for start in range(0, len(message), size):
            plain = message[start : start + size]
            signature, data, padding = self._negotiation.seal(plain)
            pieces.append((len(plain) + padding, signature, data))
        content_type, body = write_pieces(protocol, pieces)
        return HttpReply(answer.status, (("Content-Type", content_type),), _sent(answer, body))

    def _unauthorized(self) -> HttpReply:
        """401 with the offered schemes; pywinrm and pypsrp accept this list and order, Windows' own order is not established."""
        offers = [_SCHEMES[scheme] for scheme in self._offered()]
        offers += ['Basic realm="WSMAN"'] if self._basic else []
        return HttpReply(401, tuple(("WWW-Authenticate", offer) for offer in offers))

    def _offered(self) -> list[str]:
        """The schemes with a handshake."""
        offered = ["negotiate"]
        offered += ["kerberos"] if self._service.keys is not None else []
        offered += ["credssp"] if self._service.credssp else []
        return offered

    def _forget(self) -> None:
        self._negotiation = None
        self._caller = None


def _sent(answer: Answer, body: bytes) -> bytes:
    """The body as it is sent: all of it, or its first half. Less than 300 bytes precede the encrypted part."""
    return body[: max(len(body) // 2, min(len(body) - 1, 300))] if answer.cut else body
