# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the HTTP libraries raise, as this collection's transport errors with a plain reason.

Both pywinrm and pypsrp stand on requests, urllib3 and ssl; their exceptions wrap each other several levels deep. Here the
chain is searched for the one that says something.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    Refused,
    TransportError,
    TransportTimeout,
    Unreachable,
    refusal,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line

_MAX_REASON = 300
_MAX_CHAIN = 20


class SettingsError(Exception):
    """The connection settings of the host cannot be used as they are. The text says which, and what to set instead."""


@dataclass(frozen=True)
class Target:
    """Where a request goes and as whom, for messages; never a password.

    :param ca_option: the variable that names the file of trusted certificates.
    :param check_option: the variable that switches the check of certificates.
    :param timeout_option: the variable with the time limit for an answer.
    """

    endpoint: str
    user: str
    ca_option: str
    check_option: str
    timeout_option: str

    def __str__(self) -> str:
        return f"{self.endpoint} as {self.user}" if self.user else self.endpoint


def is_soap(body: bytes) -> bool:
    """Whether the body of an HTTP error looks like a SOAP answer, that is, a fault to be read and not a bare status."""
    head = body[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<") and b"Envelope" in head


def unauthorized(target: Target, method: str) -> AuthenticationFailed:
    """The server said 401: name or password wrong, or it does not take this kind of authentication from this account."""
    return AuthenticationFailed(
        f"the credentials of {target.user or 'the client certificate'} were rejected by {target.endpoint} ({method}): "
        "wrong user or password, or the server does not allow this way of authenticating"
    )


def refused(status: int, body: bytes, target: Target) -> Refused:
    """A bare HTTP status; a body that is no SOAP comes from something in between, or from a program that is not WinRM."""
    if body and status >= 500:
        return Refused(status, f"{target.endpoint} answers HTTP {status} without SOAP; is it WinRM, or a proxy?", after_send=True)
    return Refused(status, f"{target.endpoint} answers {refusal(status)}")


def translate(error: BaseException, target: Target, method: str, *, sent: bool, sealed: bool = False) -> TransportError:
    """Turn an exception of requests, urllib3, ssl, pyspnego or of reading a garbled answer into a transport error.

    :param method: the way of authentication in use, as its library calls it.
    :param sent: whether the request itself (not only the handshake) was under way, so that it may have had its effect.
    :param sealed: whether it went out sealed, with the keys of a finished handshake: what the library of authentication
        complains of then is the answer.
    """
    chain = list(_chain(error))
    names = {base.__name__ for item in chain for base in type(item).__mro__}
    certificate = next((item for item in chain if isinstance(item, ssl.SSLCertVerificationError)), None)
    if certificate is not None:
        return Unreachable(_certificate_problem(certificate, target), after_send=False)
    if sealed and names & {"SpnegoError", "GSSError"}:
        return TransportError(f"the encrypted answer of {target} can not be decrypted: {_reason(chain)}", after_send=True)
    if names & {"SpnegoError", "GSSError", "KerberosExchangeError", "MutualAuthenticationError", "PermissionError"}:
        return AuthenticationFailed(f"authentication at {target} failed ({method}): {_reason(chain)}")
    if "ProxyError" in names:
        return Unreachable(f"the proxy on the way to {target.endpoint} did not let the connection through: {_reason(chain)}")
    if names & {"NewConnectionError", "ConnectTimeoutError", "ConnectTimeout", "NameResolutionError"}:
        return Unreachable(f"no connection to {target}: {_connect_reason(chain)}", after_send=False)
    if names & {"ReadTimeout", "ReadTimeoutError", "TimeoutError"}:
        return TransportTimeout(
            f"no answer from {target} within the time limit of the connection ({target.timeout_option})", after_send=sent
        )
    tls = next((item for item in chain if isinstance(item, ssl.SSLError)), None)
    if tls is not None:
        ended = isinstance(tls, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
        return Unreachable(f"TLS to {target.endpoint} failed: {_tls_reason(tls)}", after_send=sent and ended)
    if "BadStatusLine" in names and "RemoteDisconnected" not in names:
        return Unreachable(f"what listens on {target.endpoint} does not speak HTTP", after_send=sent)
    if isinstance(error, OSError):
        # Every exception of requests is an OSError; what is left here is a connection that broke off or a bad address.
        return Unreachable(f"the connection to {target} broke: {_reason(chain)}", after_send=sent)
    return TransportError(
        f"what {target} answers cannot be read as an answer of WinRM ({type(error).__name__}); the connection is given up",
        after_send=sent,
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


def _connect_reason(chain: list[BaseException]) -> str:
    for item in chain:
        if isinstance(item, socket.gaierror):
            return f"the name cannot be resolved ({item.strerror})"
        if isinstance(item, ConnectionRefusedError):
            return "connection refused; nothing listens on this port, or a firewall answers for it"
        if isinstance(item, TimeoutError) or type(item).__name__ in ("ConnectTimeoutError", "ConnectTimeout"):
            return "no answer to the connection attempt in time; the host is off, or a firewall drops the packets"
    return _reason(chain)


def _certificate_problem(error: ssl.SSLCertVerificationError, target: Target) -> str:
    """OpenSSL's verification result in words, with the option that helps (codes: openssl verify, X509_V_ERR_*)."""
    trust = f"name the issuing CA's PEM file in {target.ca_option}"
    reasons = {
        10: "it has expired; renew it on the server",
        9: "it is not valid yet; check the clocks",
        18: f"it is self-signed; {trust}",
        19: f"its chain ends in a CA that is not trusted here; {trust}",
        20: f"its issuer is not trusted here; {trust}",
        21: f"its issuer is not trusted here; {trust}",
        62: "it is made out for another name; connect by a name that stands in it, or renew it with this one",
        64: "it is not made out for this IP address; connect by a name that stands in it, or renew it with this address",
    }
    reason = reasons.get(error.verify_code, f"{error.verify_message or 'the check failed'}; {trust}")
    return f"the certificate of {target.endpoint} is not accepted: {reason}. The check itself is {target.check_option}"


def _tls_reason(error: ssl.SSLError) -> str:
    if error.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"):
        return "the port does not speak TLS; WinRM listens for HTTPS on 5986 and for HTTP on 5985"
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "the server closed the connection"
    return error.reason or one_line(str(error), _MAX_REASON)


def _reason(chain: list[BaseException]) -> str:
    """The innermost text there is; library wrappers outside of it repeat it with object addresses and URLs."""
    for item in reversed(chain):
        text = item.strerror if isinstance(item, OSError) and item.strerror else str(item)
        if text and not text.startswith(("<", "(")):
            return one_line(text, _MAX_REASON)
    return type(chain[0]).__name__
