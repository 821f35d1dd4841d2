# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends envelopes over pywinrm (0.5.0 or later), through the public part of its transport."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed, TransportError
from ansible_collections.configmgr.scp.plugins.plugin_utils.credentials import check_basic
from ansible_collections.configmgr.scp.plugins.plugin_utils.failures import (
    BASIC,
    about_the_ticket,
    is_soap,
    refused,
    translate,
    unauthorized,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.first_step import FirstStep
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_adapter import BoundedAdapter, Rules
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_deadline import Deadline, exchange_seconds
from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_ticket import KerberosTicket, own_in_use
from ansible_collections.configmgr.scp.plugins.plugin_utils.session_keys import problem_with_logon
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_options import WinrmSettings

# The library for an authentication method, and how to install it.
_LIBRARIES = {
    "kerberos": "pykerberos: pip install pywinrm[kerberos]",
    "credssp": "requests-credssp: pip install pywinrm[credssp]",
}
_BY_ENVIRONMENT = "legacy_requests"
# The methods that agree on keys, so that messages can be encrypted.
_WITH_KEYS = ("kerberos", "ntlm", "credssp")


class WinrmChannel:
    """One authenticated connection over pywinrm. (Implements ``link.Channel``.)

    :param way: the pywinrm transport to use, one of ``settings.ways``.
    """

    def __init__(self, settings: WinrmSettings, way: str) -> None:
        self._settings = settings
        self._way = way
        self._ticket: KerberosTicket | None = None
        self._transport: Any = None
        arguments = settings.arguments
        read = arguments["read_timeout_sec"]
        self._deadline = Deadline(exchange_seconds(settings.operation_timeout_seconds, read, connect=read))
        self._https = settings.target.endpoint.startswith("https:")
        wanted = arguments.get("message_encryption", "auto")
        self._encrypted = wanted == "always" or (wanted == "auto" and not self._https and way in _WITH_KEYS)

    def open(self) -> None:
        """Load pywinrm, get a Kerberos ticket if the user has none, and do the handshake if messages are encrypted.

        :raises SettingsError: a library is missing, or cannot encrypt although this is required.
        :raises TransportError: the host was not reached, or the authentication failed.
        """
        transport = self._build()
        if self._way == "kerberos" and self._settings.kinit is not None:
            self._ticket = KerberosTicket(self._settings.kinit)
            self._ticket.obtain()
        self._transport = transport
        bound = self._https and bool(self._settings.arguments.get("send_cbt", True))
        self._adapter = BoundedAdapter(Rules(self._settings.target, self._encrypted, bound), self._deadline)
        self._guarded(self._begin_session)

    @property
    def logged_on(self) -> bool:
        """Whether ``open`` has logged on; see ``link.Channel``."""
        return self._encrypted and self._transport is not None

    def send(self, envelope: bytes) -> bytes:
        """Send one envelope; see ``link.Channel``."""
        answer: bytes = self._guarded(lambda: self._transport.send_message(envelope))
        return answer

    def close(self) -> None:
        """Close the TCP connection and remove the ticket."""
        transport, self._transport = self._transport, None
        ticket, self._ticket = self._ticket, None
        try:
            if transport is not None:
                transport.close_session()
        finally:
            self._deadline.close()
            if ticket is not None:
                ticket.close()

    def _build(self) -> Any:
        try:
            import winrm.transport
            from winrm.protocol import Protocol
        except ImportError as error:
            raise SettingsError(
                f"the Python library pywinrm is missing on the controller ({error.name}); install pywinrm 0.5.0 or later"
            ) from None
        available = {
            "kerberos": winrm.transport.HAVE_KERBEROS,
            "ntlm": winrm.transport.HAVE_NTLM,
            "credssp": winrm.transport.HAVE_CREDSSP,
        }
        if not available.get(self._way, True):
            raise SettingsError(
                f"the Python library for {self._way} is missing on the controller; install "
                f"{_LIBRARIES.get(self._way, 'requests_ntlm')}, or set ansible_winrm_transport to another authentication method"
            )
        if self._encrypted and self._way not in _WITH_KEYS:
            raise SettingsError(
                f"ansible_winrm_message_encryption is always, but {self._way} cannot encrypt messages; set "
                f"ansible_winrm_transport to {', '.join(_WITH_KEYS)}, or use https with ansible_winrm_message_encryption auto"
            )
        self._check_basic()
        # Only the transport of the Protocol is used: creating the Protocol sends nothing.
        transport = Protocol(self._settings.target.endpoint, transport=self._way, **self._arguments()).transport
        for name, value in self._settings.credssp.items():
            setattr(transport, name, value)
        return transport

    def _begin_session(self) -> None:
        """What ``Transport.build_session`` does, but the bounds are there before the first request of the handshake."""
        transport = self._transport
        wanted, transport.message_encryption = transport.message_encryption, "never"
        session = transport.build_session()
        transport.message_encryption = wanted
        self._adapter.take_over(session)
        if self._way == "kerberos" and self._https:
            # Its first request would not be bound to the certificate, which it reads from the first response only.
            session.auth.force_preemptive = False
            # pywinrm hides why it has no ticket when it answers a 401, so the ticket is fetched before the first request.
            session.auth.generate_request_header(None, urlsplit(self._settings.target.endpoint).hostname, is_preemptive=True)
        if not self._encrypted:
            return
        if self._way == "kerberos" and not session.auth.winrm_encryption_available:
            raise SettingsError(
                "the installed pykerberos cannot encrypt messages; install a newer one: pip install pywinrm[kerberos]"
            )
        if self._way == "ntlm" and not self._https and self._settings.target.proxy is None:
            self._adapter.first_step = FirstStep(self._settings.target, self._way)
            # There is no TLS to bind the logon to, and no connection to search for its certificate.
            session.auth.send_cbt = False
        transport.setup_encryption(session)
        self._adapter.session_problem = lambda: problem_with_logon(session.auth)
        if self._way == "kerberos" and not session.auth.auth_done:
            raise AuthenticationFailed(
                f"the logon at {self._settings.target} did not prove the server's identity; nothing was sent"
            )

    def _check_basic(self) -> None:
        arguments = self._settings.arguments
        by_certificate = self._way == "ssl" and arguments.get("cert_pem")
        if self._way in BASIC and not by_certificate:
            check_basic(arguments["username"] or "", arguments["password"] or "", self._settings.target.variables.way)

    def _password_used(self) -> str | None:
        """The password, or a placeholder when kinit used it; kinit itself reports a wrong password."""
        return self._settings.password or ("by kinit" if self._ticket is not None else self._settings.password)

    def _arguments(self) -> dict[str, Any]:
        """Pass settings from the environment to pywinrm explicitly: it warns about using the environment, and will stop it."""
        arguments, target = dict(self._settings.arguments), self._settings.target
        if arguments.get("proxy", _BY_ENVIRONMENT) == _BY_ENVIRONMENT:
            arguments["proxy"] = target.proxy.url if target.proxy else None
        trusted = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        if trusted and arguments.get("ca_trust_path", _BY_ENVIRONMENT) == _BY_ENVIRONMENT:
            arguments["ca_trust_path"] = trusted
        return arguments

    def _tickets(self) -> contextlib.AbstractContextManager[None]:
        if self._ticket is not None:
            return self._ticket.in_use()
        return own_in_use() if self._way == "kerberos" else contextlib.nullcontext()

    def _guarded(self, call: Callable[[], Any]) -> Any:
        with self._tickets():
            return self._adapter.exchange(lambda: self._translated(call))

    def _translated(self, call: Callable[[], Any]) -> Any:
        from winrm.exceptions import InvalidCredentialsError, WinRMError, WinRMTransportError

        target, adapter = self._settings.target, self._adapter
        try:
            return call()
        except (TransportError, SettingsError):
            raise
        except InvalidCredentialsError:
            raise about_the_ticket(unauthorized(target, self._way), self._way, self._password_used()) from None
        except WinRMTransportError as error:
            body = error.response_text.encode()
            if is_soap(body) and adapter.left:
                return body
            raise refused(error.code, body, target, sent=adapter.left) from None
        except WinRMError as error:
            # pywinrm's other errors: settings that contradict each other, and encrypted responses of the wrong length.
            raise TransportError(f"{target}: {error}", after_send=adapter.left) from None
        except Exception as error:
            # requests, pyspnego, GSSAPI and requests-credssp have their own exception trees, and not all are installed;
            # and pywinrm parses encrypted responses without checks, so a corrupt one raises nearly anything.
            told = translate(error, target, self._way, sent=adapter.left, sealed=adapter.left_encrypted)
            raise about_the_ticket(told, self._way, self._password_used()) from error
