# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Users, passwords and certificate files, checked before they are used for a logon attempt."""

from __future__ import annotations

import ssl
from collections.abc import Collection
from pathlib import Path

from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

# A variable and the path that is its value.
File = tuple[str, str]

# Variables that look like a connection password but are not used by winrm and psrp (ansible_ssh_pass is used).
_OF_OTHERS = ("ansible_ssh_password",)


def check_user_and_password(user: str | None, password: str | None, way: str, variables: Collection[str]) -> None:
    """Check what every authentication method with a password needs.

    :param way: the variable and its value, as in ``ansible_winrm_transport ntlm``.
    :param variables: names of the host's variables.
    :raises SettingsError: one is missing or empty.
    """
    missing = [name for name, value in (("ansible_user", user), ("ansible_password", password)) if value is None]
    if missing:
        other = [name for name in _OF_OTHERS if name in variables and "ansible_password" in missing]
        hint = f"; {other[0]} is set, but winrm and psrp do not use it: rename it to ansible_password" if other else ""
        raise SettingsError(f"{' and '.join(missing)} must be set for {way}{hint}")
    if not password:
        raise SettingsError(f"ansible_password is empty; set it to the password of {user}, because {way} needs it")


def check_basic(user: str, password: str, variable: str) -> None:
    """Basic authentication is limited to Latin-1 (in requests; RFC 7617 leaves the encoding to the two sides).

    :param variable: the variable that selected basic authentication.
    :raises SettingsError: the user or password has other characters.
    """
    for name, text in (("ansible_user", user), ("ansible_password", password)):
        try:
            text.encode("latin-1")
        except UnicodeEncodeError:
            raise SettingsError(
                f"{name} has characters that basic authentication cannot send (it supports only Latin-1), so nothing was sent; "
                f"set {variable} to ntlm or kerberos"
            ) from None


def check_trusted(variable: str, path: str) -> None:
    """Check a file of trusted certificates, or that a folder of them exists; the content of a folder is not checked.

    :raises SettingsError: it does not exist, cannot be read, or has no certificate.
    """
    if not Path(path).exists():
        raise SettingsError(f"{variable} is {path}, which does not exist on the controller")
    if Path(path).is_dir():
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except ssl.SSLError:
        raise SettingsError(
            f"{variable} is {path}, which has no certificate that can be read; give a file in PEM format "
            "(-----BEGIN CERTIFICATE-----) with the certificate of the issuing CA"
        ) from None
    except OSError as error:
        raise SettingsError(f"{variable} is {path}, which cannot be read on the controller: {error.strerror}") from None


def check_own_certificate(certificate: File, key: File, password: str | None, password_variable: str) -> None:
    """Check the certificate that a client logs on with, and its key.

    :param password: of the key.
    :param password_variable: the variable for it; empty when the connection has no option for it.
    :raises SettingsError: a file does not exist or cannot be read, they do not match, or the password is wrong.
    """
    for variable, path in (certificate, key):
        if not Path(path).exists():
            raise SettingsError(f"{variable} is {path}, which does not exist on the controller")
    asked: list[bool] = []

    def tell() -> str:
        # Without this, OpenSSL would prompt on the terminal.
        asked.append(True)
        return password or ""

    both = f"{certificate[0]} ({certificate[1]}) and {key[0]} ({key[1]})"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate[1], key[1], tell)
    except (ssl.SSLError, ValueError) as error:
        if asked:
            raise SettingsError(f"{key[0]} is {key[1]}: {_about_its_password(password, password_variable)}") from None
        reason = getattr(error, "reason", None) or "they cannot be parsed"
        raise SettingsError(f"{both} are not a certificate and its key in PEM format ({reason})") from None
    except OSError as error:
        raise SettingsError(f"{both} cannot be read on the controller: {error.strerror}") from None


def _about_its_password(password: str | None, variable: str) -> str:
    if not variable:
        return "the key has a password, and this connection has no option for it; give a key without a password"
    return f"its password is not the one in {variable}" if password else f"the key has a password; set {variable}"
