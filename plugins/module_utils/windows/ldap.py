# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One LDAP connection to a domain controller, with ldap3: encrypted, its certificate checked, with time limits."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line

Scope = Literal["BASE", "LEVEL", "SUBTREE"]
Entry = Mapping[str, Any]

_MOST_ENTRIES = 1000
_MOST_TEXT = 300
_CERTIFICATE = re.compile(r"certificate verify failed: (.{1,200}?)\.?(?: \(_ssl|$)")


@dataclass(frozen=True)
class DirectorySettings:
    r"""How to reach a domain controller.

    :param server: its name or address, as its certificate has it.
    :param start_tls: StartTLS on a plain port, instead of LDAPS.
    :param ca_file: PEM file with the authorities to trust; None for those of the controller's system.
    :param user: distinguished name, user principal name or ``DOMAIN\user``, for a simple bind.
    :param base_dn: below which accounts and groups are searched for; None for the complete domain.
    :param timeout_seconds: for connecting and for each answer.
    """

    server: str
    port: int
    start_tls: bool
    ca_file: str | None
    user: str
    password: str = field(repr=False)
    base_dn: str | None = None
    timeout_seconds: int = 10


class DirectoryError(Exception):
    """The directory cannot be queried; the text is a clause that says why."""


class LdapConnection:
    """Connects for the first search. A failure to connect is remembered: a wrong password is not tried twice."""

    def __init__(self, settings: DirectorySettings) -> None:
        self._settings = settings
        self._connection: Any = None
        self._problem = ""

    def search(self, base: str, condition: str, attributes: Sequence[str], scope: Scope = "SUBTREE") -> list[Entry]:
        """The entries that match, at most a thousand; read them with ``text`` and ``sid``.

        :param condition: an LDAP filter; values in it are escaped with ``escaped``.
        :raises DirectoryError: no connection, no such base, no answer in time.
        """
        connection = self._open()
        with _told(self._settings.server, base):
            connection.search(
                base,
                condition,
                search_scope=scope,
                attributes=list(attributes),
                size_limit=_MOST_ENTRIES,
                time_limit=self._settings.timeout_seconds,
            )
            return [entry for entry in connection.response or () if entry.get("type") == "searchResEntry"]

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._connection is not None:
            with suppress(DirectoryError), _told(self._settings.server):
                self._connection.unbind()
            self._connection = None

    def _open(self) -> Any:
        if self._problem:
            raise DirectoryError(self._problem)
        if self._connection is None:
            try:
                self._connection = _bound(self._settings)
            except DirectoryError as error:
                self._problem = str(error)
                raise
        return self._connection


def escaped(value: str) -> str:
    """A value in the form that a filter needs."""
    from ldap3.utils.conv import escape_filter_chars

    return str(escape_filter_chars(value))


def text(entry: Entry, name: str) -> str:
    """The first value of an attribute; empty when there is none."""
    values = _raw(entry, name)
    return values[0].decode("utf-8", "replace") if values else ""


def sid(entry: Entry) -> str:
    """The attribute objectSid as ``S-1-5-21-...``; empty when there is none."""
    from ldap3.protocol.formatters.formatters import format_sid

    values = _raw(entry, "objectSid")
    return str(format_sid(values[0])) if values else ""


def reason(error: Exception) -> str:
    """The error, on one line; for a refused certificate only why it was refused."""
    said = one_line(str(error), _MOST_TEXT) or type(error).__name__
    refused = _CERTIFICATE.search(said)
    if refused:
        return f"its certificate is not accepted: {refused[1]}".replace("\\", "")
    return said


def _raw(entry: Entry, name: str) -> list[bytes]:
    attributes = {str(key).lower(): values for key, values in entry["raw_attributes"].items()}
    return list(attributes.get(name.lower()) or ())


def _bound(settings: DirectorySettings) -> Any:
    """A connection that is encrypted, with a checked certificate, and authenticated.

    :raises DirectoryError: it is not possible, or ldap3 is not installed.
    """
    try:
        import ldap3
        from ldap3.core.exceptions import LDAPException
    except ImportError as error:
        raise DirectoryError(f"the Python library ldap3 is not installed on the controller ({error})") from error
    with _told(settings.server):
        server = ldap3.Server(
            settings.server,
            port=settings.port,
            use_ssl=not settings.start_tls,
            tls=_checking_tls(settings),
            get_info=ldap3.NONE,
            connect_timeout=settings.timeout_seconds,
        )
        connection = ldap3.Connection(
            server,
            user=settings.user,
            password=settings.password,
            authentication=ldap3.SIMPLE,
            client_strategy=ldap3.SYNC,
            read_only=True,
            auto_referrals=False,
            check_names=False,
            raise_exceptions=True,
            receive_timeout=settings.timeout_seconds,
        )
        try:
            connection.open()
            # Without TLS the password would be sent in clear text.
            if settings.start_tls and not connection.start_tls():
                raise DirectoryError(f"the directory {settings.server} refused StartTLS")
            connection.bind()
        except Exception:
            with suppress(LDAPException, OSError):
                connection.unbind()
            raise
    return connection


def _checking_tls(settings: DirectorySettings) -> Any:
    """TLS in which Python itself checks the certificate with its name.

    ldap3's own check of the name depends on a function that Python 3.12 removed, and its substitute does not support addresses.
    """
    import ldap3

    class CheckingTls(ldap3.Tls):  # type: ignore[misc]
        def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
            context = ssl.create_default_context(cafile=settings.ca_file)
            connection.socket = context.wrap_socket(
                connection.socket, do_handshake_on_connect=do_handshake, server_hostname=settings.server
            )

    return CheckingTls(validate=ssl.CERT_REQUIRED, ca_certs_file=settings.ca_file)


@contextmanager
def _told(server: str, base: str = "") -> Iterator[None]:
    """Turns ldap3's exceptions into one clause."""
    from ldap3.core.exceptions import LDAPException, LDAPInvalidCredentialsResult, LDAPNoSuchObjectResult

    try:
        yield
    except LDAPInvalidCredentialsResult as error:
        raise DirectoryError(f"the directory {server} refused the user or the password") from error
    except LDAPNoSuchObjectResult as error:
        raise DirectoryError(f"the directory {server} has no {base}") from error
    except (LDAPException, OSError) as error:
        raise DirectoryError(f"the directory {server} cannot be queried ({reason(error)})") from error
