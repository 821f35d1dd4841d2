# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Turns exceptions of the HTTP libraries into this collection's transport errors with a plain reason.

Both pywinrm and pypsrp use requests, urllib3 and ssl, whose exceptions wrap each other several levels deep. The chain is
searched for the exception that contains the reason.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    NoConnection,
    Refused,
    TransportError,
    TransportTimeout,
    Unreachable,
    refusal,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line
from ansible_collections.configmgr.scp.plugins.plugin_utils.certificate_problems import certificate_problem
from ansible_collections.configmgr.scp.plugins.plugin_utils.credssp_reasons import of_credssp
from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_reasons import NO_TICKET, explained, ticket_rejected
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import HTTP_PORT, HTTPS_PORT, Target

_MAX_REASON = 300
_MAX_CHAIN = 20
# Of pyspnego, gssapi, pywinrm's Kerberos, krb5, requests_ntlm and requests-credssp.
_LOGON_ERRORS = frozenset(
    {
        *("SpnegoError", "GSSError", "KerberosExchangeError", "MutualAuthenticationError", "Krb5Error", "PermissionError"),
        *("AuthenticationException", "NTStatusException"),
    }
)
# Methods of pywinrm and pypsrp that are basic authentication; ssl is basic authentication when no certificate is set.
BASIC = ("basic", "plaintext", "ssl")


def is_soap(body: bytes) -> bool:
    """Whether the body of an HTTP error looks like a SOAP response, that is, a fault to read and not only an HTTP status."""
    head = body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<") and b"Envelope" in head


def unauthorized(target: Target, method: str) -> AuthenticationFailed:
    """The server answered 401: the user or password is wrong, or it does not accept this authentication from the account."""
    rejected = f"the credentials of {target.user or 'the client certificate'} were rejected by {target.endpoint} ({method}): "
    if method in BASIC and target.domain:
        return AuthenticationFailed(
            f"{rejected}Windows accepts basic authentication only from local accounts, and this account belongs to the domain "
            f"{target.domain}; set {target.variables.way} to ntlm or kerberos"
        )
    if method == "kerberos":
        return AuthenticationFailed(f"authentication at {target} failed (kerberos): {ticket_rejected(target)}")
    return AuthenticationFailed(
        f"{rejected}wrong user or password, or the server does not allow this authentication method ({target.variables.way})"
    )


def refused(status: int, body: bytes, target: Target, *, sent: bool = True) -> Refused:
    """An HTTP status without SOAP; a body that is not SOAP comes from a device in between, or a program other than WinRM.

    :param sent: whether the request itself (not only the handshake) was sent.
    """
    if not sent and is_soap(body):
        return Refused(status, f"{target.endpoint} answered HTTP {status} to the logon; nothing was sent", after_send=False)
    if body and status >= 500:
        what = f"{target.endpoint} answered HTTP {status} without SOAP, so the answer is probably not from WinRM"
        other = f" but from the proxy{_about_the_proxy(target)}" if target.proxy else "; check the port, and proxies in between"
        return Refused(status, what + other, after_send=sent)
    after_send = None if sent else False
    return Refused(status, f"{target.endpoint} answered {refusal(status)}{_about_the_proxy(target)}", after_send=after_send)


def translate(error: BaseException, target: Target, method: str, *, sent: bool, sealed: bool = False) -> TransportError:
    """Turn an exception of requests, urllib3, ssl or pyspnego, or from reading a corrupt response, into a transport error.

    :param method: the authentication method in use, as its library names it.
    :param sent: whether the request itself (not only the handshake) was being sent, so that it may have had its effect.
    :param sealed: whether the request was encrypted with the keys of a completed handshake: an error of the authentication
        library is then about the response.
    """
    chain = list(_chain(error))
    names = {base.__name__ for item in chain for base in type(item).__mro__}
    certificate = next((item for item in chain if isinstance(item, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return Unreachable(certificate_problem(certificate, target), after_send=False)
    if sealed and names & {"SpnegoError", "GSSError"}:
        return TransportError(f"the encrypted response of {target} cannot be decrypted: {_reason(chain)}", after_send=True)
    if names & _LOGON_ERRORS:
        reason = of_credssp(chain, target) or explained(_reason(chain), target)
        return AuthenticationFailed(f"authentication at {target} failed ({method}): {reason}")
    if "ProxyError" in names:
        through = f"the proxy for {target.endpoint} did not allow the connection: {_reason(chain)}"
        return Unreachable(through + _about_the_proxy(target))
    if names & {"NewConnectionError", "ConnectTimeoutError", "ConnectTimeout", "NameResolutionError"}:
        return NoConnection(f"no connection to {target}: {_connect_reason(chain)}", after_send=False)
    if names & {"ReadTimeout", "ReadTimeoutError", "TimeoutError"}:
        return TransportTimeout(
            f"no response from {target} within the time limit of the connection ({target.variables.timeout})", after_send=sent
        )
    tls = next((item for item in chain if isinstance(item, ssl.SSLError)), None)
    if tls is not None:
        ended = isinstance(tls, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
        return Unreachable(f"TLS to {target.endpoint} failed: {_tls_reason(tls)}", after_send=sent and ended)
    if "BadStatusLine" in names and "RemoteDisconnected" not in names:
        return Unreachable(f"the service on {target.endpoint} does not use HTTP{_perhaps_tls(target)}", after_send=sent)
    if isinstance(error, OSError):
        # Every exception of requests is an OSError; the remaining cases are an aborted connection and a bad address.
        return Unreachable(f"the connection to {target} was aborted: {_reason(chain)}{_perhaps_tls(target)}", after_send=sent)
    return TransportError(
        f"the response of {target} is not a valid WinRM response ({type(error).__name__}); the connection was closed",
        after_send=sent,
    )


def about_the_ticket(error: TransportError, way: str, password: str | None) -> TransportError:
    """Without a password, Kerberos and ``negotiate`` use a ticket of the user, and fail if there is none."""
    if password or way not in ("kerberos", "negotiate") or not isinstance(error, AuthenticationFailed):
        return error
    given = f"ansible_password is {'not set' if password is None else 'empty'}"
    if NO_TICKET in error.message:
        return AuthenticationFailed(f"{given}; {error.message}")
    if way == "kerberos":
        # There is a ticket, and the error is about it.
        return error
    return AuthenticationFailed(
        f"{given}, and {NO_TICKET} that works; set ansible_password, or get a ticket with kinit. {error.message}"
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and all that it wraps: causes, contexts, arguments and urllib3's ``reason``, outermost first."""
    waiting: list[BaseException] = [error]
    seen: set[int] = set()
    while waiting and len(seen) < _MAX_CHAIN:
        item = waiting.pop(0)
        if id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        candidates = [*item.args, getattr(item, "reason", None), item.__cause__, item.__context__]
        waiting.extend(candidate for candidate in candidates if isinstance(candidate, BaseException))


def _about_the_proxy(target: Target) -> str:
    """Where the proxy is set, and how to connect without it; a user may not know about a proxy in the environment."""
    proxy = target.proxy
    if proxy is None:
        return ""
    if not proxy.of_environment:
        return f". The proxy {proxy} is set by {proxy.variable}"
    return (
        f". The proxy {proxy} is set by {proxy.variable} in the environment of Ansible on the controller. To connect without it, "
        f"add the host to no_proxy there, unset {proxy.variable}, or set {target.variables.no_proxy}"
    )


def _perhaps_tls(target: Target) -> str:
    """A hint for plain HTTP to the HTTPS port: the server then closes the connection without a message."""
    if not (target.endpoint.startswith("http://") and urlsplit(target.endpoint).port == HTTPS_PORT):
        return ""
    return f". Port {HTTPS_PORT} is for WinRM over HTTPS: set {target.variables.scheme} to https, or ansible_port to {HTTP_PORT}"


def _connect_reason(chain: list[BaseException]) -> str:
    for item in chain:
        if isinstance(item, socket.gaierror):
            return f"the name cannot be resolved ({item.strerror})"
        if isinstance(item, ConnectionRefusedError):
            return "connection refused; no service listens on this port, or a firewall rejects the connection"
        if isinstance(item, TimeoutError) or type(item).__name__ in ("ConnectTimeoutError", "ConnectTimeout"):
            return "no response to the connection attempt in time; the host is off, or a firewall drops the packets"
    return _reason(chain)


def _tls_reason(error: ssl.SSLError) -> str:
    # One that no socket raised, but a library, has none.
    reason = getattr(error, "reason", None)
    if reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"):
        return f"the port does not use TLS; WinRM uses port {HTTPS_PORT} for HTTPS and {HTTP_PORT} for HTTP"
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "the server closed the connection"
    return reason or one_line(str(error), _MAX_REASON)


def _reason(chain: list[BaseException]) -> str:
    """The innermost text in the chain; the outer library wrappers repeat it with object addresses and URLs."""
    for item in reversed(chain):
        text = item.strerror if isinstance(item, OSError) and item.strerror else str(item)
        if text and not text.startswith(("<", "(")):
            return one_line(text, _MAX_REASON)
    return type(chain[0]).__name__
