# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Envelopes over pywinrm (0.5.0 or later), through the public part of its transport."""

from __future__ import annotations

import contextlib
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import TransportError
from ansible_collections.configmgr.scp.plugins.plugin_utils.failures import (
    SettingsError,
    is_soap,
    refused,
    translate,
    unauthorized,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_ticket import KerberosTicket
from ansible_collections.configmgr.scp.plugins.plugin_utils.winrm_options import WinrmSettings

# The library behind a way of authenticating, and the package that brings it.
_LIBRARIES = {"kerberos": "pykerberos", "ntlm": "requests_ntlm", "credssp": "requests-credssp"}


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
        """Load pywinrm, get a Kerberos ticket if it is ours to get, and do the handshake where messages are sealed.

        :raises SettingsError: a library is missing.
        :raises TransportError: host not reached, or not authenticated.
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
                f"the Python library for {self._way} is missing on the controller; install {_LIBRARIES[self._way]}, "
                "or set ansible_winrm_transport to another way of authenticating"
            )
        # Only the transport of the Protocol is used: nothing is sent by making it.
        transport = Protocol(self._settings.target.endpoint, transport=self._way, **self._settings.arguments).transport
        for name, value in self._settings.credssp.items():
            setattr(transport, name, value)
        return transport

    def _guarded(self, call: Any, *, sent: bool) -> Any:
        from winrm.exceptions import InvalidCredentialsError, WinRMError, WinRMTransportError

        target = self._settings.target
        try:
            with self._ticket.in_use() if self._ticket is not None else contextlib.nullcontext():
                return call()
        except InvalidCredentialsError:
            raise unauthorized(target, self._way) from None
        except WinRMTransportError as error:
            body = error.response_text.encode()
            if error.code == 500 and is_soap(body) and sent:
                return body
            raise refused(error.code, body, target) from None
        except WinRMError as error:
            # The rest of pywinrm's own errors: settings that do not go together, and sealed answers of the wrong length.
            raise TransportError(f"{target}: {error}", after_send=sent) from None
        except Exception as error:
            # requests, pyspnego, GSSAPI and requests-credssp have exception trees of their own, not all of them installed;
            # and pywinrm takes sealed answers apart without checks, so a garbled one raises nearly anything.
            sealed = sent and self._transport.encryption is not None
            raise translate(error, target, self._way, sent=sent, sealed=sealed) from error
