# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Sends envelopes over the HTTP transport of pypsrp (0.9 or later)."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
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
from ansible_collections.configmgr.scp.plugins.plugin_utils.first_step import FirstStep
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_adapter import BoundedAdapter, Rules
from ansible_collections.configmgr.scp.plugins.plugin_utils.http_deadline import Deadline, exchange_seconds
from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_ticket import own_in_use
from ansible_collections.configmgr.scp.plugins.plugin_utils.psrp_options import KEY_PASSWORD, PsrpSettings
from ansible_collections.configmgr.scp.plugins.plugin_utils.session_keys import problem_with_logon
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

# The library for an authentication method, and how to install it.
_LIBRARIES = {
    "kerberos": "gssapi and krb5: pip install pypsrp[kerberos]",
    "credssp": "requests-credssp: pip install pypsrp[credssp]",
}
_WITH_TICKETS = ("kerberos", "negotiate")


class PsrpChannel:
    """One authenticated connection over pypsrp. (Implements ``link.Channel``.)

    pypsrp does its handshake with the first request, so ``open`` only prepares it.
    """

    def __init__(self, settings: PsrpSettings) -> None:
        self._settings = settings
        self._transport: Any = None
        arguments = settings.arguments
        self._deadline = Deadline(
            exchange_seconds(
                settings.operation_timeout_seconds,
                arguments["read_timeout"],
                arguments["connection_timeout"],
                arguments["reconnection_retries"],
                arguments["reconnection_backoff"],
            )
        )

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
        self._adapter = self._make_adapter()
        self._translated(self._begin_session)

    @property
    def logged_on(self) -> bool:
        """pypsrp logs on with the first request; see ``link.Channel``."""
        return False

    def send(self, envelope: bytes) -> bytes:
        """Send one envelope; see ``link.Channel``."""
        with own_in_use() if self._settings.auth in _WITH_TICKETS else contextlib.nullcontext():
            answer: bytes = self._adapter.exchange(lambda: self._translated(lambda: self._transport.send(envelope)))
        return answer

    def close(self) -> None:
        """Close the TCP connection."""
        transport, self._transport = self._transport, None
        try:
            if transport is not None:
                transport.close()
        finally:
            self._deadline.close()

    def _begin_session(self) -> None:
        """Give pypsrp its session with the bounds before the first request; pypsrp would make the session then."""
        transport = self._transport
        # pypsrp has no public function for this. Without this one, nothing is sent.
        session = transport._build_session()
        self._adapter.session_problem = lambda: problem_with_logon(session.auth)
        self._adapter.take_over(session)
        target = self._settings.target
        plain = transport.wrap_required and not target.endpoint.startswith("https:") and target.proxy is None
        if plain and self._settings.auth == "ntlm":
            # As in winrm_transport.py.
            self._adapter.first_step = FirstStep(target, self._settings.auth)
            session.auth.send_cbt = False
        transport.session = session

    def _make_adapter(self) -> BoundedAdapter:
        from urllib3.util import Retry

        target, arguments = self._settings.target, self._settings.arguments
        https = target.endpoint.startswith("https:")
        bound = https and arguments["negotiate_send_cbt"] is not False
        retries = arguments["reconnection_retries"]
        return BoundedAdapter(
            Rules(target, self._transport.wrap_required, bound),
            self._deadline,
            # As pypsrp's own: only attempts to connect are repeated, never a request.
            retries=Retry(
                retries, connect=retries, read=0, redirect=0, status=0, backoff_factor=arguments["reconnection_backoff"]
            ),
            key_password=arguments.get(KEY_PASSWORD),
        )

    def _translated(self, call: Callable[[], Any]) -> Any:
        from pypsrp.exceptions import AuthenticationError, WinRMError, WinRMTransportError

        target = self._settings.target
        try:
            return call()
        except (TransportError, SettingsError):
            raise
        except AuthenticationError:
            rejected = unauthorized(target, self._settings.auth)
            raise about_the_ticket(rejected, self._settings.auth, self._settings.password) from None
        except WinRMTransportError as error:
            body: bytes = error.response_text.encode()
            if is_soap(body) and self._adapter.left:
                return body
            raise refused(error.code, body, target, sent=self._adapter.left) from None
        except WinRMError as error:
            raise TransportError(f"{target}: {error}", after_send=self._adapter.left) from None
        except ImportError as error:
            raise SettingsError(
                f"the Python library for {self._settings.auth} is missing on the controller ({error.name or error}); install "
                f"{_LIBRARIES.get(self._settings.auth, 'pypsrp again: pip install pypsrp')}, or set ansible_psrp_auth to another "
                "authentication method"
            ) from None
        except Exception as error:
            # As in winrm_transport.py: there are many exception trees, and a corrupt encrypted response raises nearly anything.
            told = translate(error, target, self._settings.auth, sent=self._adapter.left, sealed=self._adapter.left_encrypted)
            raise about_the_ticket(told, self._settings.auth, self._settings.password) from error
