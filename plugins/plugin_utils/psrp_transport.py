# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends envelopes over the HTTP transport of pypsrp (0.9 or later)."""

from __future__ import annotations

import logging
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import TransportError
from ansible_collections.configmgr.scp.plugins.plugin_utils.credentials import check_basic
from ansible_collections.configmgr.scp.plugins.plugin_utils.failures import (
    about_the_ticket,
    is_soap,
    refused,
    translate,
    unauthorized,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.psrp_options import PsrpSettings
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

# The library for an authentication method, and how to install it.
_LIBRARIES = {
    "kerberos": "gssapi and krb5: pip install pypsrp[kerberos]",
    "credssp": "requests-credssp: pip install pypsrp[credssp]",
}


class PsrpChannel:
    """One authenticated connection over pypsrp. (Implements ``link.Channel``.)

    pypsrp does its handshake with the first request, so ``open`` only prepares it.
    """

    def __init__(self, settings: PsrpSettings) -> None:
        self._settings = settings
        self._transport: Any = None

    def open(self) -> None:
        """Load pypsrp and prepare the connection; nothing is sent.

        :raises SettingsError: a library is missing, or the settings contradict each other.
        """
        try:
            from pypsrp.wsman import WSMan
        except ImportError as error:
            raise SettingsError(
                f"the Python library pypsrp is missing on the controller ({error.name}); install pypsrp 0.9 or later, or set "
                "ansible_connection to winrm"
            ) from None
        if self._settings.auth == "basic":
            arguments = self._settings.arguments
            check_basic(arguments["username"] or "", arguments["password"] or "", self._settings.target.variables.way)
        # At debug level it would log complete requests, including secrets; on a time-out it prints its own traceback.
        logging.getLogger("pypsrp").setLevel(logging.WARNING)
        logging.getLogger("pypsrp.wsman").setLevel(logging.CRITICAL)
        try:
            self._transport = WSMan(**self._settings.arguments).transport
        except ValueError as error:
            raise SettingsError(f"the ansible_psrp_* settings of the host contradict each other: {error}") from None

    def send(self, envelope: bytes) -> bytes:
        """Send one envelope; see ``link.Channel``."""
        from pypsrp.exceptions import AuthenticationError, WinRMError, WinRMTransportError

        target = self._settings.target
        try:
            answer: bytes = self._transport.send(envelope)
        except AuthenticationError:
            rejected = unauthorized(target, self._settings.auth)
            raise about_the_ticket(rejected, self._settings.auth, self._settings.password) from None
        except WinRMTransportError as error:
            body: bytes = error.response_text.encode()
            if error.code == 500 and is_soap(body) and self._request_went_out():
                return body
            raise refused(error.code, body, target) from None
        except WinRMError as error:
            raise TransportError(f"{target}: {error}", after_send=self._request_went_out()) from None
        except ImportError as error:
            raise SettingsError(
                f"the Python library for {self._settings.auth} is missing on the controller ({error.name or error}); install "
                f"{_LIBRARIES.get(self._settings.auth, 'pypsrp again: pip install pypsrp')}, or set ansible_psrp_auth to another "
                "authentication method"
            ) from None
        except Exception as error:
            # As in winrm_transport.py: there are many exception trees, and a corrupt encrypted response raises nearly anything.
            sealed = self._transport.encryption is not None
            told = translate(error, target, self._settings.auth, sent=self._request_went_out(), sealed=sealed)
            raise about_the_ticket(told, self._settings.auth, self._settings.password) from error
        return answer

    def close(self) -> None:
        """Close the TCP connection."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def _request_went_out(self) -> bool:
        """Whether more than the handshake was sent: encrypted messages follow only when there are keys."""
        transport = self._transport
        return not transport.wrap_required or transport.encryption is not None
