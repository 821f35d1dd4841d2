# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The address and user of requests, for messages, and the variables that a user sets for them."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from ansible_collections.configmgr.scp.plugins.plugin_utils.proxies import Proxy

HTTP_PORT, HTTPS_PORT = 5985, 5986


class SettingsError(Exception):
    """The connection settings of the host cannot be used. The text says which, and what to set instead."""


@dataclass(frozen=True)
class Variables:
    """The names of the variables of one connection plugin.

    :param ca: the file of trusted certificates.
    :param check: turns the check of certificates on and off.
    :param timeout: the time limit for a response.
    :param way: the authentication method.
    :param scheme: http or https.
    :param path: the path of the service, usually /wsman.
    :param no_proxy: what to set to connect without a proxy, as in ``x to null``.
    """

    ca: str
    check: str
    timeout: str
    way: str
    scheme: str
    path: str
    no_proxy: str


WINRM = Variables(
    ca="ansible_winrm_ca_trust_path",
    check="ansible_winrm_server_cert_validation",
    timeout="ansible_winrm_connection_timeout",
    way="ansible_winrm_transport",
    scheme="ansible_winrm_scheme",
    path="ansible_winrm_path",
    no_proxy="ansible_winrm_proxy to null (as YAML or JSON, not as a string)",
)
PSRP = Variables(
    ca="ansible_psrp_ca_cert",
    check="ansible_psrp_cert_validation",
    timeout="ansible_psrp_read_timeout",
    way="ansible_psrp_auth",
    scheme="ansible_psrp_protocol",
    path="ansible_psrp_path",
    no_proxy="ansible_psrp_ignore_proxy to true",
)


@dataclass(frozen=True)
class Target:
    """The address and user of a request; never a password.

    :param user: empty when a certificate or a ticket identifies the user.
    :param proxy: the proxy for the requests; None without one.
    :param service_principal: the name for which Kerberos asks a ticket, such as HTTP/scp01.corp.example.
    """

    endpoint: str
    user: str
    variables: Variables
    proxy: Proxy | None = None
    service_principal: str = ""

    def __str__(self) -> str:
        return f"{self.endpoint} as {self.user}" if self.user else self.endpoint

    @property
    def domain(self) -> str:
        """The domain in the user's name; empty for a local account of the server, as far as the name shows it."""
        domain, found, _name = self.user.partition("\\")
        if not found:
            return self.user.partition("@")[2]
        server = (urlsplit(self.endpoint).hostname or "").partition(".")[0]
        return "" if domain.lower() in (".", "", server) else domain


def bracketed(host: str) -> str:
    """A host as it is written in a URL: IPv6 in brackets."""
    try:
        return f"[{ipaddress.IPv6Address(host)}]"
    except ipaddress.AddressValueError:
        return host


def port_of(option: Callable[[str], Any]) -> int | None:
    """The port of the connection, None when none is set.

    :raises SettingsError: it is not a port.
    """
    port = option("port")
    if port is None:
        return None
    try:
        number = 0 if isinstance(port, bool) else int(port)
    except (TypeError, ValueError):
        number = 0
    if not 1 <= number <= 65535:
        raise SettingsError(
            f"ansible_port is {port!r}, which is not a port; allowed are 1 to 65535. WinRM uses port {HTTPS_PORT} for HTTPS and "
            f"{HTTP_PORT} for HTTP"
        )
    return number
