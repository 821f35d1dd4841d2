# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What an error of Kerberos means for the user of a playbook, and what to do about it. No I/O.

kinit, pykerberos, gssapi and krb5 all report the codes or the texts of MIT Kerberos (krb5_err.et in its source; RFC 4120,
section 7.5.9, has the first of them as numbers of the protocol).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import PSRP, Target

_BASE = -1765328384
_WORD = 2**32
_MAX_WORDS = 200
# Every member of a domain has these: HTTP through HOST, WSMAN when WinRM is set up.
_SERVICES = ("HTTP", "HOST", "WSMAN")
# gssapi and pyspnego: "Major (851968): ..., Minor (2529638919): Server not found in Kerberos database, Context: ...".
_OF_GSSAPI = re.compile(r"Major \(\d+\): (?P<major>.*?), Minor \((?P<code>\d+)\): (?P<words>.*?)(?:, Context: .*)?$", re.DOTALL)
# pykerberos: "... failed: (('Unspecified GSS failure...', 851968), ('Server not found in Kerberos database', -1765328377))".
_OF_PYKERBEROS = re.compile(r"""\((?P<quote>['"])(?P<words>.*?)(?P=quote), (?P<code>-?\d+)\)""")
# krb5: "Preauthentication failed -1765328360".
_OF_KRB5 = re.compile(r"^(?P<words>.*) (?P<code>-\d{10})$", re.DOTALL)


@dataclass(frozen=True)
class KerberosError:
    """What the library says: its text, and the code of MIT Kerberos, 0 if it shows none."""

    words: str
    code: int = 0


NO_TICKET = "the controller has no Kerberos ticket"


def explained(message: str, target: Target) -> str:
    """The reason with the remedy, and the text of the library in brackets; for an unknown error only this text.

    :param message: the text of the exception, or what kinit wrote.
    """
    error = read_error(message)
    for code, phrase, say in _MEANINGS:
        if _fits(error, code, phrase):
            # pyspnego wraps the reason in sentences about its own work.
            words = phrase if "SpnegoError" in error.words else one_line(error.words, _MAX_WORDS)
            return f"{say(target, error.words)} ({words})"
    return one_line(error.words, _MAX_WORDS)


def ticket_rejected(target: Target) -> str:
    """The server answered 401 to a Kerberos logon. It does not say why."""
    name = target.service_principal or "the server"
    other = "HTTP" if name.upper().startswith("WSMAN/") else "WSMAN"
    return (
        f"the server does not accept the ticket for {name}. Possible reasons: the name belongs to another server than "
        f"{_host(target)}; it is registered for another account (setspn -Q {name} shows which; then set {_service(target)} to "
        f"{other}); the server's clock differs by more than five minutes; its WinRM service does not allow Kerberos"
    )


def read_error(message: str) -> KerberosError:
    """Find the text and the code in a message of any of the libraries."""
    found = _OF_GSSAPI.search(message)
    if found is not None:
        code = int(found["code"])
        # A minor code without a meaning of its own: the major one says what is wrong.
        return KerberosError(
            found["major"] if found["words"] == "Success" else found["words"], code - _WORD if code >= _WORD // 2 else 0
        )
    pairs = list(_OF_PYKERBEROS.finditer(message))
    if pairs:
        last = pairs[-1]
        return KerberosError(last["words"], min(int(last["code"]), 0))
    found = _OF_KRB5.match(message.strip())
    if found is not None:
        return KerberosError(found["words"], int(found["code"]))
    return KerberosError(message.strip())


def _fits(error: KerberosError, code: int, phrase: str) -> bool:
    """Whether it is this error: by its code, or by its text where there is no code."""
    if error.code:
        return error.code - _BASE == code
    return phrase.casefold() in error.words.casefold()


def _no_ticket(target: Target, _words: str) -> str:
    user = f" of {target.user}" if target.user else ""
    sentence = f"{NO_TICKET}{user}; get one with kinit before the run, or set ansible_password"
    # With a password and without a ticket, the user has switched off kinit.
    return sentence if _psrp(target) else f"{sentence} (with ansible_winrm_kinit_mode managed)"


def _expired(target: Target, _words: str) -> str:
    user = f" of {target.user}" if target.user else ""
    return f"the Kerberos ticket{user} has expired; get a new one with kinit, or set ansible_password"


def _wrong_password(target: Target, _words: str) -> str:
    return f"the domain rejected the password of {target.user}; check ansible_password"


def _no_account(target: Target, _words: str) -> str:
    domain, backslash, name = target.user.partition("\\")
    if not backslash:
        return f"the domain has no account {target.user}; check ansible_user"
    if "." in domain:
        return f"Kerberos does not use the form {target.user}; set ansible_user to {name}@{domain.upper()}"
    return (
        f"Kerberos does not use the form {target.user}; set ansible_user to {name}@REALM, where REALM is the DNS name of the "
        f"domain {domain} in capitals"
    )


def _no_realm(target: Target, words: str) -> str:
    realm = _realm_in(words) or target.user.partition("@")[2]
    if realm != realm.upper():
        name = target.user.partition("@")[0] or "name"
        return f"a Kerberos realm is written in capitals; set ansible_user to {name}@{realm.upper()}"
    return (
        f"the controller knows no domain controller for the realm {realm or 'of ansible_user'}; check the realm in ansible_user, "
        "and the section [realms] of krb5.conf or the DNS records of the domain"
    )


def _no_kdc(target: Target, words: str) -> str:
    realm = _realm_in(words) or target.user.partition("@")[2]
    return (
        f"no domain controller of {realm or 'the realm'} answers the controller; check its port 88 (TCP and UDP), and its "
        "address in krb5.conf"
    )


def _skew(_target: Target, _words: str) -> str:
    return (
        "the clocks of the controller, the domain controller and the server may differ by five minutes at most; set the clock "
        "that is wrong"
    )


def _no_server(target: Target, _words: str) -> str:
    service, host = target.service_principal.partition("/")[::2]
    if service == "cifs":  # of a file share
        wrong = f"the domain has no service principal name {target.service_principal}"
        return f"{wrong}; set ansible_host to the full name of the server in the domain, or set ansible_password"
    name = f"set ansible_host or {_override(target)} to the full name of the server in the domain"
    if service.upper() not in _SERVICES:
        return f"the domain has no service principal name {service}/{host}; set {_service(target)} to HTTP or WSMAN, or {name}"
    if is_address(host):
        return f"Kerberos needs the name of the server, not its address {host}; {name}"
    return (
        f"the domain has no service principal name {service}/{host}; {name}. A server that is not in the domain needs another "
        f"authentication method ({target.variables.way})"
    )


def _revoked(target: Target, _words: str) -> str:
    return f"the account {target.user} is disabled, locked or expired in the domain"


def _old_password(target: Target, _words: str) -> str:
    return f"the password of {target.user} has expired; change it, then set ansible_password"


def _no_encryption(_target: Target, _words: str) -> str:
    return (
        "the domain and the controller have no encryption type in common for the user or the server; allow AES for the account "
        "(msDS-SupportedEncryptionTypes), then set its password again"
    )


def _other_key(target: Target, _words: str) -> str:
    return ticket_rejected(target)


def _no_default_realm(target: Target, _words: str) -> str:
    return f"krb5.conf has no default_realm; set ansible_user to {target.user.partition('@')[0] or 'name'}@REALM"


def _no_proof(target: Target, _words: str) -> str:
    return f"the server did not prove its identity, so it may be another server than {target.service_principal or _host(target)}"


# Number of the error in krb5_err.et (0 without one), its text, and the sentence. The first row that fits is taken.
_MEANINGS: tuple[tuple[int, str, Callable[[Target, str], str]], ...] = (
    (141, "in cache collection", _no_ticket),
    (195, "No credentials cache found", _no_ticket),
    (0, "No Kerberos credentials available", _no_ticket),
    (0, "credential cache did not exist or contained no credentials", _no_ticket),
    (32, "Ticket expired", _expired),
    (0, "credential has expired", _expired),
    (24, "Preauthentication failed", _wrong_password),
    (31, "Password incorrect", _wrong_password),
    (7, "Server not found in Kerberos database", _no_server),
    (6, "not found in Kerberos database", _no_account),
    # The second: Active Directory answers for a realm in small letters with the one in capitals.
    (154, "Cannot find KDC for", _no_realm),
    (147, "KDC reply did not match expectations", _no_realm),
    (156, "Cannot contact any KDC", _no_kdc),
    (220, "Cannot resolve network address for KDC", _no_kdc),
    (37, "Clock skew too great", _skew),
    (148, "Clock skew too great", _skew),
    (18, "credentials have been revoked", _revoked),
    (23, "Password has expired", _old_password),
    (14, "no support for encryption type", _no_encryption),
    (41, "Message stream modified", _other_key),
    (224, "does not specify default realm", _no_default_realm),
    (0, "Unable to authenticate <Response", _no_proof),
)


def _psrp(target: Target) -> bool:
    return target.variables.way == PSRP.way


def _override(target: Target) -> str:
    return "ansible_psrp_negotiate_hostname_override" if _psrp(target) else "ansible_winrm_kerberos_hostname_override"


def _service(target: Target) -> str:
    return "ansible_psrp_negotiate_service" if _psrp(target) else "ansible_winrm_service"


def _host(target: Target) -> str:
    return urlsplit(target.endpoint).hostname or target.endpoint


def _realm_in(words: str) -> str:
    found = re.search(r"""KDC for (?:requested )?realm ['"]([^'"]+)['"]""", words)
    return found[1] if found else ""


def is_address(host: str) -> bool:
    """Whether a host is given by its address, for which no domain issues a ticket."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
