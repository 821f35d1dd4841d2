"""Who may log on to an emulated server, and the ways to write an account's name."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from spnego._ntlm_raw.crypto import ntowfv1  # the only MD4 available; pyspnego's acceptor reads the hash from its account file

from lab.winrm.message import Caller
from lab.winrm.ntlm import ServerName

FORBIDDEN_IN_NAMES = re.compile(r'["/\\\[\]:;|=,+*?<>@\x00-\x1f]')
"""Characters that Windows forbids in an account name; they would also break the lines of the account file."""


@dataclass(frozen=True)
class Account:
    """A user with a password. ``domain`` is the NetBIOS domain, empty for an account of the machine itself."""

    name: str
    password: str
    domain: str = ""

    def __repr__(self) -> str:
        return f"Account({str(self.caller)!r})"

    @property
    def caller(self) -> Caller:
        """The account in the form that the handlers receive."""
        return Caller(self.name, self.domain)


class Accounts:
    r"""The accounts of one emulated server.

    A domain account may be written ``CORP\name``, ``corp.example\name``, ``name@CORP`` or ``name@corp.example``; a local one
    ``name``, ``.\name`` or ``MACHINE\name``; in any letter case. NTLM reads them from a file that exists only in the memory of
    this process, so nothing of it remains after the process ends; it contains only hashes.

    :param machine: the server's NetBIOS name.
    :param netbios_domain: the NetBIOS name of its domain; empty in a workgroup.
    :param dns_domain: the DNS name of its domain; empty in a workgroup.
    """

    def __init__(self, machine: str, netbios_domain: str, dns_domain: str, accounts: Iterable[Account]) -> None:
        self._machine = machine
        self.server = ServerName(machine, netbios_domain, dns_domain)
        self._netbios_domain = netbios_domain
        self._dns_domain = dns_domain
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Account] = {}
        self._descriptor = _memory_file("")
        self.ntlm_file = Path(f"/proc/self/fd/{self._descriptor}")
        try:
            self.replace(accounts)
        except BaseException:
            self.close()
            raise

    def replace(self, accounts: Iterable[Account]) -> None:
        """Replace the accounts. Raises ValueError for a name that Windows does not allow and for duplicates."""
        known: dict[tuple[str, str], Account] = {}
        for account in accounts:
            for spelling in self._spellings(account):
                if known.setdefault(spelling, account) is not account:
                    raise ValueError(f"account {str(account.caller)!r} is defined twice on {self._machine}")
        lines = "".join(f"{_ntlm_line(domain, name, account)}\n" for (domain, name), account in known.items())
        filled = _memory_file(lines)
        with self._lock:
            os.dup2(filled, self._descriptor, inheritable=False)
            self._known = known
        os.close(filled)

    def find(self, principal: str) -> Caller | None:
        r"""The account with a name as typed (``DOMAIN\name``, ``name@domain``, ``name``); None when there is none."""
        account = self._find(principal)
        return account.caller if account else None

    def check(self, principal: str, passwords: Iterable[str]) -> Caller | None:
        """The account with the name, if one of ``passwords`` (the same bytes, decoded in different ways) is its password."""
        account = self._find(principal)
        right = account.password if account else secrets.token_hex(16)
        matches = [hmac.compare_digest(_digest(right), _digest(password)) for password in passwords]
        return account.caller if account and any(matches) else None

    def close(self) -> None:
        """Close the account file. May be called twice."""
        with self._lock:
            descriptor, self._descriptor = self._descriptor, -1
            self.ntlm_file = Path(os.devnull)
        if descriptor >= 0:
            os.close(descriptor)

    def _find(self, principal: str) -> Account | None:
        domain, separator, name = principal.partition("\\")
        if not separator:
            domain, name = "", principal
        with self._lock:
            return self._known.get((_folded(domain), _folded(name)))

    def _spellings(self, account: Account) -> set[tuple[str, str]]:
        """(domain, name) pairs as NTLM clients send them, case-folded; a user principal name is sent without a domain."""
        if not account.name or FORBIDDEN_IN_NAMES.search(account.name) or account.name != account.name.strip():
            raise ValueError(
                f"account name {account.name!r} on {self._machine} is empty or contains a character that Windows forbids"
            )
        name = _folded(account.name)
        if not account.domain:
            return {("", name), (".", name), (_folded(self._machine), name)}
        domains = {_folded(account.domain)}
        if _folded(account.domain) == _folded(self._netbios_domain):
            domains.add(_folded(self._dns_domain))
        return {(domain, name) for domain in domains} | {("", f"{name}@{domain}") for domain in domains}


def _memory_file(text: str) -> int:
    """The descriptor of a file with the text that is in no folder and accessible only to this process's user."""
    descriptor = os.memfd_create("lab-accounts", os.MFD_CLOEXEC)
    os.fchmod(descriptor, 0o600)
    with os.fdopen(os.dup(descriptor), "w", encoding="utf-8") as file:
        file.write(text)
    return descriptor


def _folded(name: str) -> str:
    """Names are compared in capitals, both in Windows and in the acceptor that reads the account file."""
    return name.upper()


def _ntlm_line(domain: str, name: str, account: Account) -> str:
    """A line of the account file (smbpasswd form). The LM hash is random, so that no logon with LM is possible."""
    user = f"{domain}\\{name}" if domain else name
    return f"{user}:0:{secrets.token_hex(16)}:{ntowfv1(account.password).hex()}:[U]:LCT-0"


def _digest(password: str) -> bytes:
    """A digest, so that the comparison in constant time has equal lengths."""
    return hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest()
