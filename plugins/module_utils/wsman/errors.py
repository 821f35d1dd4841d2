# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""All errors before a CIM answer is understood, except the faults that the server itself reports (``faults.py``).

``send`` raises the transport errors; code that reads an answer raises ``AnswerError``. ``after_send`` says for each of them
whether the request may have had its effect: then a write must not be reported as "not done" without reading again.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line

_MAX_QUERY_TEXT = 300


@dataclass(frozen=True)
class RequestInfo:
    """The request, for messages. Has keys and query text, never the values of properties or method inputs.

    :param operation: ``Get``, ``Put``, ``Create``, ``Delete``, ``Query``, ``Enumerate``, ``Invoke``, ``Identify``...
    :param namespace: ``root/sms/site_PS1``.
    :param target: class name, or ``Class.Method`` for Invoke.
    :param selectors: the keys as text, in the order sent.
    :param query: WQL text.
    :param users_query: a user wrote ``query``, so it may be invalid; otherwise the collection built it.
    """

    operation: str
    namespace: str = ""
    target: str = ""
    selectors: tuple[tuple[str, str], ...] = ()
    query: str = ""
    users_query: bool = False

    @property
    def is_select(self) -> bool:
        """Whether it is a query for instances of one class: if there are none, its answer has no rows."""
        return self.query.lstrip()[:6].lower() == "select"

    @property
    def is_own_select(self) -> bool:
        """Whether the collection built the SELECT, so that it is valid."""
        return self.is_select and not self.users_query

    def __str__(self) -> str:
        if self.query:
            return f"{self.operation} in {self.namespace} [{one_line(self.query, _MAX_QUERY_TEXT)}]"
        text = self.operation
        if self.target:
            text += f" of {self.target}"
        if self.selectors:
            text += " (" + ", ".join(f"{name}={value}" for name, value in self.selectors) + ")"
        if self.namespace:
            text += f" in {self.namespace}"
        return text


class CimError(Exception):
    """Base of all errors of this package with an external cause: transport, answer, fault.

    :param message: one sentence for the user.
    :param after_send: whether the request may have had its effect.
    :param request: the request; the session sets it for errors raised by ``send``.
    """

    after_send: bool = True

    def __init__(self, message: str, *, after_send: bool | None = None, request: RequestInfo | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.request = request
        if after_send is not None:
            self.after_send = after_send

    def __str__(self) -> str:
        return f"{self.request}: {self.message}" if self.request else self.message


class AnswerError(CimError):
    """An answer that cannot be understood or is not accepted: too large, not XML, not SOAP, not for this request."""


class TransportError(CimError):
    """The request or its answer was lost. Base of what ``send`` may raise."""


class Unreachable(TransportError):
    """No connection: name, network, TLS, refused port; or a connection that broke (then ``after_send`` is true)."""

    after_send = False


class NoConnection(Unreachable):
    """Nothing answers there: no such name, no answer to the connection attempt, or no listener."""


class AuthenticationFailed(TransportError):
    """HTTP 401, or the authentication exchange failed. The request was not carried out."""

    after_send = False


class TransportTimeout(TransportError):
    """No answer within the time limit of the connection; the request may have been carried out."""


class Refused(TransportError):
    """An HTTP status without a SOAP fault (facts: wsman.md section 8, last table).

    :param status: the HTTP status.
    :param message: if omitted, the meaning that Windows gives this status.
    """

    def __init__(
        self, status: int, message: str = "", *, after_send: bool | None = None, request: RequestInfo | None = None
    ) -> None:
        if after_send is None:
            after_send = status not in NOT_CARRIED_OUT
        super().__init__(message or refusal(status), after_send=after_send, request=request)
        self.status = status


REFUSALS: dict[int, str] = {
    400: "HTTP 400: the server could not read the request, which also happens when an encrypted connection was lost",
    403: "HTTP 403: the server does not allow this account or client",
    404: "HTTP 404: there is no WinRM listener on this path; check the port and the path (usually /wsman)",
    413: "HTTP 413: the request is larger than the server's MaxEnvelopeSizekb allows",
    500: "HTTP 500 with an empty body: the server refuses unencrypted requests; use HTTPS or message encryption",
    503: "HTTP 503: the WinRM service is not ready or has too many connections",
}
# Statuses with which the server rejected the request before it reached WMI.
NOT_CARRIED_OUT = frozenset({400, 401, 403, 404, 405, 411, 413, 415, 429, 500, 503})


def refusal(status: int) -> str:
    """One sentence for an HTTP status without a SOAP fault."""
    return REFUSALS.get(status, f"HTTP {status} without a SOAP answer")
