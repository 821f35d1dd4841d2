"""What the domain of an estate contains, as LDIF: its computers, accounts and groups (pure functions)."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from lab.estate.description import EstateDescription

_SERVICES = ("HOST", "RestrictedKrbHost", "WSMAN")
"""The service principal names of a member server: the domain maps HTTP to HOST, and WinRM registers WSMAN."""

_AES = "24"
"""msDS-SupportedEncryptionTypes: AES128 and AES256, no RC4."""

WEAK_PASSWORDS = "changetype: modify\nreplace: minPwdLength\nminPwdLength: 0\n-\nreplace: pwdProperties\npwdProperties: 0\n"
"""A change of the domain's own entry that permits every password of an estate file."""


def base_dn(dns: str) -> str:
    """``corp.example`` to ``DC=corp,DC=example``."""
    return ",".join(f"DC={part}" for part in dns.split("."))


def computer(name: str, dns: str, password: str = "", *, services: tuple[str, ...] = _SERVICES) -> str:
    """A member server. Without a password it has no keys, so nobody gets a ticket for it."""
    fqdn = f"{name.lower()}.{dns}"
    lines = [
        _dn(name.upper(), "Computers", dns),
        "changetype: add",
        "objectClass: computer",
        f"sAMAccountName: {name.upper()}$",
        "userAccountControl: 4096",
        f"dNSHostName: {fqdn}",
    ]
    if password:
        lines += [f"servicePrincipalName: {service}/{host}" for service in services for host in (fqdn, name.upper())]
        lines += [f"msDS-SupportedEncryptionTypes: {_AES}", f"unicodePwd:: {_password(password)}"]
    return _entry(lines)


def user(name: str, dns: str, password: str, *, services: tuple[str, ...] = ()) -> str:
    """An ordinary account; ``services`` are names of services (``HTTP/reports.corp.example``) that run under it."""
    return _entry(
        [
            _dn(name, "Users", dns),
            "changetype: add",
            "objectClass: user",
            _value("sAMAccountName", name),
            _value("userPrincipalName", f"{name}@{dns}"),
            "userAccountControl: 512",
            *(f"servicePrincipalName: {service}" for service in services),
            f"msDS-SupportedEncryptionTypes: {_AES}",
            f"unicodePwd:: {_password(password)}",
        ]
    )


def group(name: str, dns: str) -> str:
    """A group without members."""
    return _entry([_dn(name, "Users", dns), "changetype: add", "objectClass: group", _value("sAMAccountName", name)])


def membership(name: str, dns: str, members: tuple[str, ...]) -> str:
    """A change that adds members, given as distinguished names; groups may contain each other, so it follows all entries."""
    lines = [_value("member", member) for member in members]
    return _entry([_dn(name, "Users", dns), "changetype: modify", "add: member", *lines])


def member_dn(name: str, dns: str) -> str:
    r"""The distinguished name of an account (``scpadmin``), a computer (``CAS01$``) or a group, without the domain."""
    folder = "Computers" if name.endswith("$") else "Users"
    return f"CN={_escaped(name.removesuffix('$'))},CN={folder},{base_dn(dns)}"


def domain_ldif(description: EstateDescription, computer_passwords: Mapping[str, str]) -> str:
    """Everything that the domain of an estate contains.

    :param computer_passwords: by the name of the machine; only these get tickets.
    """
    dns, netbios = description.domain.dns, description.domain.netbios
    entries = [
        computer(machine.name, dns, computer_passwords.get(machine.name, ""))
        for machine in description.machines
        if not machine.workgroup
    ]
    entries += [user(account.name, dns, account.password) for account in description.accounts if account.machine is None]
    entries += [group(found.name, dns) for found in description.domain.groups]
    for found in description.domain.groups:
        members = tuple(
            member_dn(member.rpartition("\\")[2], dns)
            for member in found.members
            if member.rpartition("\\")[0].casefold() == netbios.casefold()
        )
        entries += [membership(found.name, dns, members)] if members else []
    return "\n".join(entries)


def _dn(name: str, folder: str, dns: str) -> str:
    return _value("dn", f"CN={_escaped(name)},CN={folder},{base_dn(dns)}")


def _entry(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _value(name: str, value: str) -> str:
    """An attribute; in base64 where LDIF requires it (RFC 2849): not ASCII, or a special first character."""
    if value.isascii() and value.isprintable() and value == value.strip() and value[:1] not in ("", ":", "<"):
        return f"{name}: {value}"
    return f"{name}:: {base64.b64encode(value.encode()).decode('ascii')}"


def _escaped(name: str) -> str:
    """A name inside a distinguished name (RFC 4514)."""
    quoted = "".join(f"\\{character}" if character in ',+"\\<>;=' else character for character in name)
    return f"\\{quoted}" if quoted.startswith(("#", " ")) else quoted


def _password(password: str) -> str:
    """The value of unicodePwd: the quoted password in UTF-16, in base64 for LDIF."""
    return base64.b64encode(f'"{password}"'.encode("utf-16-le")).decode("ascii")
