# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends envelopes over pywinrm (0.5.0 or later), through the public part of its transport."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import TransportError
from ansible_collections.configmgr.scp.plugins.plugin_utils.credentials import check_basic
from ansible_collections.configmgr.scp.plugins.plugin_utils.failures import (
    BASIC,
    about_the_ticket,
    is_soap,
    refused,
    translate,
    unauthorized,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_ticket import KerberosTicket
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_options import WinrmSettings

# The library for an authentication method, and how to install it.
_LIBRARIES = {
    "kerberos": "pykerberos: pip install pywinrm[kerberos]",
    "credssp": "requests-credssp: pip install pywinrm[credssp]",
}
_BY_ENVIRONMENT = "legacy_requests"


class WinrmChannel:
    """One authenticated connection over pywinrm. (Implements ``link.Channel``.)

    :param way: the pywinrm transport to use, one of ``settings.ways``.
    """

    def __init__(self, settings: WinrmSettings, way: str) -> None:
        self._settings = settings
        self._way = way
        self._ticket: KerberosTicket | None = None
        self._transport: Any = None

    def open(self) -> None:
        """Load pywinrm, get a Kerberos ticket if the user has none, and do the handshake if messages are encrypted.

        :raises SettingsError: a library is missing.
        :raises TransportError: the host was not reached, or the authentication failed.
        """
        transport = self._build()
        if self._way == "kerberos" and self._settings.kinit is not None:
            self._ticket = KerberosTicket(self._settings.kinit)
            self._ticket.obtain()
        self._transport = transport
        self._guarded(transport.build_session, sent=False)

    def send(self, envelope: bytes) -> bytes:
        """Send one envelope; see ``link.Channel``."""
        answer: bytes = self._guarded(lambda: self._transport.send_message(envelope), sent=True)
        return answer

    def close(self) -> None:
        """Close the TCP connection and remove the ticket."""
        transport, self._transport = self._transport, None
        ticket, self._ticket = self._ticket, None
        try:
            if transport is not None:
                transport.close_session()
        finally:
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
        self._check_basic()
        # Only the transport of the Protocol is used: creating the Protocol sends nothing.
        transport = Protocol(self._settings.target.endpoint, transport=self._way, **self._arguments()).transport
        for name, value in self._settings.credssp.items():
            setattr(transport, name, value)
        return transport

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

    def _guarded(self, call: Any, *, sent: bool) -> Any:
        from winrm.exceptions import InvalidCredentialsError, WinRMError, WinRMTransportError

        target = self._settings.target
        try:
            with self._ticket.in_use() if self._ticket is not None else contextlib.nullcontext():
                return call()
        except InvalidCredentialsError:
            raise about_the_ticket(unauthorized(target, self._way), self._way, self._password_used()) from None
        except WinRMTransportError as error:
            body = error.response_text.encode()
            if error.code == 500 and is_soap(body) and sent:
                return body
            raise refused(error.code, body, target) from None
        except WinRMError as error:
            # pywinrm's other errors: settings that contradict each other, and encrypted responses of the wrong length.
            raise TransportError(f"{target}: {error}", after_send=sent) from None
        except Exception as error:
            # requests, pyspnego, GSSAPI and requests-credssp have their own exception trees, and not all are installed;
            # and pywinrm parses encrypted responses without checks, so a corrupt one raises nearly anything.
            sealed = sent and self._transport.encryption is not None
            told = translate(error, target, self._way, sent=sent, sealed=sealed)
            raise about_the_ticket(told, self._way, self._password_used()) from error
