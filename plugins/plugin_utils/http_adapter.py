# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The transport adapter of requests through which pywinrm and pypsrp send: the place where bounds and trust are enforced.

Adapters are the documented place for this (requests: "Transport Adapters"). The authentication libraries send the requests of
a handshake through the adapter too (``response.connection.send``), so it sees every request and every answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed, TransportError, Unreachable
from ansible_collections.configmgr.scp.plugins.plugin_utils import http_answer
from ansible_collections.configmgr.scp.plugins.plugin_utils.first_step import FirstStep
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_deadline import Deadline
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_sealing import sealing_protocol
from ansible_collections.configmgr.scp.plugins.plugin_utils.ntlm_logon import read_logon
from ansible_collections.configmgr.scp.plugins.plugin_utils.session_keys import OLD_TLS, OLDEST_TLS
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import Target

try:
    from requests import PreparedRequest, Response, Session
    from requests.adapters import HTTPAdapter
except ImportError:
    # Both connection libraries need requests; the channels say what to install.
    HTTPAdapter = Response = object  # type: ignore[assignment,misc]

_Result = TypeVar("_Result")
_Origin = tuple[str, str, "int | None"]


@dataclass(frozen=True)
class Rules:
    """What must hold on the connections of one channel.

    :param encrypted: every message must be encrypted with the keys of the logon.
    :param bound: an NTLM logon must be bound to the TLS connection.
    """

    target: Target
    encrypted: bool
    bound: bool


class BoundedAdapter(HTTPAdapter):
    """Sends to one address only; refuses answers that must not be trusted; limits their size and the time.

    Every refusal is raised as a ``TransportError``, which the libraries pass on.

    :param retries: urllib3's Retry, or a number, for attempts to connect.
    :param key_password: for the private key of a client certificate.
    """

    def __init__(self, rules: Rules, deadline: Deadline, *, retries: Any = 0, key_password: str | None = None) -> None:
        self._rules = rules
        self._deadline = deadline
        self._key_password = key_password
        self.left = False
        """Whether a message of the current exchange was sent, so that it may have had its effect."""
        self.left_encrypted = False
        self.session_problem: Callable[[], str] = lambda: ""
        """Says what is wrong with the keys of the logon, empty if nothing; asked before the first encrypted message."""
        self.first_step: FirstStep | None = None
        """Set where the first exchange of the logon is left out."""
        self._session_checked = False
        self._allowed: _Origin | None = None
        self._pending_message = self._pending_encrypted = False
        super().__init__(max_retries=retries)

    def take_over(self, session: Session) -> None:
        """Let the session of a library, which has sent nothing yet, send through this adapter only.

        The library has taken the proxy and the certificates from the environment; ``.netrc`` must not replace the user.
        """
        session.trust_env = False
        session.headers["Accept-Encoding"] = "identity"
        for scheme in ("http://", "https://"):
            session.mount(scheme, self)

    def exchange(self, call: Callable[[], _Result]) -> _Result:
        """One exchange, with all its requests: ends within the limit, and is a time-out if it did not, however it ended.

        :param call: sends through this adapter, and raises its errors as ``TransportError``.
        :raises TransportError: as ``call`` raised it, or the time was over.
        """
        self.left = self.left_encrypted = False
        try:
            with self._deadline.running():
                answer = call()
        except TransportError:
            if self._deadline.over:
                raise self._too_slow() from None
            raise
        if self._deadline.over:
            raise self._too_slow()
        return answer

    def _too_slow(self) -> TransportError:
        return http_answer.too_slow(self._rules.target, self._deadline.seconds, self.left)

    def init_poolmanager(self, *arguments: Any, **keywords: Any) -> None:
        """Also used by requests when it copies the adapter."""
        super().init_poolmanager(*arguments, **self._with_key_password(keywords))
        self.poolmanager.pool_classes_by_scheme = self._watched_pools(self.poolmanager.pool_classes_by_scheme)

    def proxy_manager_for(self, proxy: str, **keywords: Any) -> Any:
        """The pools of connections through this proxy, watched as well."""
        new = proxy not in self.proxy_manager
        manager = super().proxy_manager_for(proxy, **self._with_key_password(keywords))
        if new:
            manager.pool_classes_by_scheme = self._watched_pools(manager.pool_classes_by_scheme)
        return manager

    def send(self, request: PreparedRequest, *arguments: Any, **keywords: Any) -> Response:
        """Send one request of an exchange, also one of a handshake.

        :raises TransportError: the request must not be sent, or its answer must not be trusted.
        """
        self._check_request(request)
        if self.first_step is not None and self.first_step.replaces(request):
            return self.build_response(request, self.first_step.answer())
        response = super().send(request, *arguments, **keywords)
        problem = http_answer.problem_with(
            response.status_code,
            response.headers,
            request_type=_header(request, "Content-Type"),
            left=self.left,
            target=self._rules.target,
        )
        asked = request.body or _header(request, "Authorization") or response.status_code >= 400
        if problem is None and self._rules.encrypted and not asked:
            problem = http_answer.not_asked(self._rules.target)
        if problem is None and self.first_step is not None:
            problem = self.first_step.problem_with(response.status_code, response.headers, response.content)
        if problem is not None:
            response.close()
            raise problem
        return response

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """The response of requests, but with a limited body."""
        response = super().build_response(req, resp)
        bounded = BoundedResponse(self._problem_with_body)
        bounded.__dict__.update(vars(response))
        # Otherwise requests would search through the complete body for its encoding. The answer to UTF-8 is UTF-8.
        bounded.encoding = bounded.encoding or "utf-8"
        return bounded

    def _problem_with_body(self, size_bytes: int) -> TransportError | None:
        if self._deadline.over:
            return self._too_slow()
        return http_answer.too_large(self._rules.target, self.left) if size_bytes > http_answer.MAX_BODY_BYTES else None

    def _check_request(self, request: PreparedRequest) -> None:
        target = self._rules.target
        if self._allowed is None:
            # As requests itself writes the address: lower case, and non-ASCII names in their IDNA form.
            prepared = PreparedRequest()
            prepared.prepare_url(target.endpoint, None)
            self._allowed = _origin(prepared.url)
        if _origin(request.url) != self._allowed:
            raise TransportError(f"a request to another address than {target.endpoint} was not sent", after_send=False)
        self._check_logon(_header(request, "Authorization"))
        self._pending_message = self._pending_encrypted = False
        if not request.body:
            return
        encrypted = bool(sealing_protocol(_header(request, "Content-Type")))
        self._pending_message, self._pending_encrypted = True, encrypted
        if self._rules.encrypted and not encrypted:
            raise TransportError(f"a request to {target} was not sent, because it is not encrypted", after_send=False)
        if encrypted and not self._session_checked:
            self._session_checked = True
            if problem := self.session_problem():
                raise AuthenticationFailed(f"the logon at {target} {problem}; nothing was sent")

    def _check_logon(self, authorization: str) -> None:
        logon = read_logon(authorization)
        if logon is None:
            return
        target = self._rules.target
        if self._rules.encrypted and logon.lacking:
            raise AuthenticationFailed(
                f"the logon at {target} failed: the server does not agree to {', '.join(logon.lacking)} for NTLM; nothing was "
                "sent. Use https or Kerberos, or correct the security policy of the server (Network security: Minimum session "
                "security for NTLM SSP based servers)"
            )
        if self._rules.bound and not logon.bound:
            raise AuthenticationFailed(
                f"the logon at {target} failed: it cannot be bound to the server's certificate (channel bindings); nothing was "
                "sent"
            )

    def _with_key_password(self, keywords: Mapping[str, Any]) -> dict[str, Any]:
        return {**keywords} if self._key_password is None else {**keywords, "key_password": self._key_password}

    def _watched_pools(self, pools: Mapping[str, Any]) -> dict[str, Any]:
        return {scheme: self._watched(pool) for scheme, pool in pools.items()}

    def _watched(self, pool_class: Any) -> Callable[..., Any]:
        def make(*arguments: Any, **keywords: Any) -> Any:
            pool = pool_class(*arguments, **keywords)
            bases = (_WatchedConnection, pool.ConnectionCls)
            pool.ConnectionCls = type("WatchedConnection", bases, {"adapter": self, "deadline": self._deadline})
            return pool

        return make

    def old_tls(self, version: str) -> Unreachable:
        """The error for a connection with a version of TLS that is too old."""
        return Unreachable(
            f"TLS to {self._rules.target.endpoint} failed: the server uses {version}, but the oldest version allowed is "
            f"{OLDEST_TLS}; enable it on the server"
        )

    def leaving(self) -> None:
        """A connection exists, and the request is about to be sent on it. (Called by the connection.)"""
        self.left = self.left or self._pending_message
        self.left_encrypted = self.left_encrypted or self._pending_encrypted


class _WatchedConnection:
    """The addition to a connection class of urllib3: a part of its base classes, together with the real one."""

    adapter: BoundedAdapter
    deadline: Deadline
    _socket: Any = None

    @property
    def sock(self) -> Any:
        """The socket, set by http.client and urllib3; the deadline must have it before the first byte is exchanged."""
        return self._socket

    @sock.setter
    def sock(self, connected: Any) -> None:
        if connected is not None and self._socket is None:
            self.deadline.watch(connected)
        self._socket = connected

    def connect(self) -> None:
        """Connect, with TLS 1.2 or later if with TLS."""
        super().connect()  # type: ignore[misc]
        version = getattr(self.sock, "version", None)
        if version is not None and version() in OLD_TLS:
            raise self.adapter.old_tls(version())

    def request(self, *arguments: Any, **keywords: Any) -> Any:
        """Send a request."""
        if self.sock is None:
            self.connect()
        self.adapter.leaving()
        return super().request(*arguments, **keywords)  # type: ignore[misc]


class BoundedResponse(Response):
    """A response whose body is refused when it is too large, or takes too long.

    :param problem: the error to raise after this number of bytes, or None.
    """

    def __init__(self, problem: Callable[[int], TransportError | None]) -> None:
        super().__init__()
        self._problem = problem

    def iter_content(self, chunk_size: int | None = 1, decode_unicode: bool = False) -> Iterator[Any]:
        """The pieces of the body; ``content`` is made of them too.

        A server may send millions of pieces of one byte, each of which would be an object, so small ones are joined.
        """
        size_bytes = 0
        joined = bytearray()
        for piece in super().iter_content(chunk_size, decode_unicode):
            size_bytes += len(piece)
            if problem := self._problem(size_bytes):
                self.close()
                raise problem
            joined += piece
            if len(joined) >= (chunk_size or 1):
                yield bytes(joined)
                joined.clear()
        if joined:
            yield bytes(joined)


def _header(request: PreparedRequest, name: str) -> str:
    value = request.headers.get(name) or ""
    return value.decode("latin-1") if isinstance(value, bytes) else value


def _origin(url: str | None) -> _Origin:
    parts = urlsplit(url or "")
    return parts.scheme, parts.hostname or "", parts.port
