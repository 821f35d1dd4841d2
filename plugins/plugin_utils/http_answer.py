# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the answer to an HTTP request may be trusted, from its status and headers, before its body is read. No I/O."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import MAX_BYTES
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    Refused,
    TransportError,
    TransportTimeout,
    refusal,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_sealing import sealing_protocol
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import Target

# A message of that size, and what encryption adds to it.
MAX_BODY_BYTES = MAX_BYTES + 64 * 1024
_MAX_SHOWN = 200


def problem_with(
    status: int, headers: Mapping[str, str], *, request_type: str, left: bool, target: Target
) -> TransportError | None:
    """Why the answer is not trusted, as the error to raise; None for an answer that may be read.

    :param headers: looked up by names in any case.
    :param request_type: the Content-Type of the request.
    :param left: whether the request contained a message, so that it may have had its effect.
    """
    if 300 <= status < 400:
        return Refused(status, _redirect(status, headers.get("Location") or "", target), after_send=left)
    coding = headers.get("Content-Encoding") or "identity"
    if coding.strip().lower() != "identity":
        return TransportError(
            f"the answer of {target} is compressed ({one_line(coding, _MAX_SHOWN)}), although no compression was requested; it "
            "was not read",
            after_send=left,
        )
    sealed = sealing_protocol(request_type)
    if sealed and sealing_protocol(headers.get("Content-Type") or "") != sealed:
        return _not_encrypted(status, target)
    if status == 407:
        # Without a proxy nothing may ask for this. With one, the libraries would log on to it with the user's Windows account.
        return Refused(status, _proxy_logon(target), after_send=False)
    if _length((headers.get("Content-Length") or "").strip()) > MAX_BODY_BYTES:
        return too_large(target, left)
    return None


def not_asked(target: Target) -> AuthenticationFailed:
    """The server answered the first request of a handshake without asking who the client is, so there are no keys."""
    return AuthenticationFailed(
        f"{target.endpoint} did not ask for a logon, so no keys for encrypted messages were agreed; nothing was sent. Check that "
        "it is the address of the WinRM service"
    )


def too_large(target: Target, left: bool) -> TransportError:
    """The body of an answer has more than MAX_BODY_BYTES."""
    return TransportError(
        f"the answer of {target} is larger than {MAX_BODY_BYTES // (1024 * 1024)} MiB and was not read", after_send=left
    )


def too_slow(target: Target, seconds: float, left: bool) -> TransportTimeout:
    """The complete exchange took longer than its limit, although the server sent something now and then."""
    return TransportTimeout(
        f"no complete response from {target} within {seconds:.0f} s, the limit for one request with its logon "
        f"({target.variables.timeout})",
        after_send=left,
    )


def _redirect(status: int, location: str, target: Target) -> str:
    where = f"to {one_line(location, _MAX_SHOWN)}" if location else "without an address"
    return (
        f"{target.endpoint} answered HTTP {status} and redirects {where}; redirects are not followed, nothing was sent there. "
        f"Set ansible_host, ansible_port and {target.variables.path} to the address of the WinRM service"
    )


def _proxy_logon(target: Target) -> str:
    if target.proxy is None:
        return f"{target.endpoint} answered HTTP 407, a demand to log on to a proxy, but no proxy is set; nothing was sent to it"
    return (
        f"the proxy {target.proxy} demands a logon (HTTP 407); put its user and password into the address of the proxy "
        f"({target.proxy.variable}), or connect without it: set {target.variables.no_proxy}"
    )


def _not_encrypted(status: int, target: Target) -> TransportError:
    """The sentence for a request that was encrypted. The status is shown, but nothing proves that the server sent it."""
    if status == 401:
        return TransportError(
            f"{target.endpoint} no longer accepts the logon of the encrypted connection (HTTP 401)", after_send=True
        )
    unproved = f"the answer of {target.endpoint} is not encrypted, although encryption was agreed, so it is not trusted"
    if status < 400:
        return TransportError(unproved, after_send=True)
    # The meaning of HTTP 500 without a body is for requests that are not encrypted.
    says = "HTTP 500" if status == 500 else refusal(status)
    return Refused(status, f"{unproved}; it says {says}", after_send=True)


def _length(text: str) -> int:
    """The announced length; 0 for none, and for one that is no number (the body is counted while it is read)."""
    return int(text[:20]) if text.isascii() and text.isdigit() else 0
