"""Accounts, groups and memberships of one server over CIM (root/cimv2).

As on Windows, Win32_UserAccount and Win32_Group of a domain member also list the domain's users and groups. Whether they also
list computer accounts is not established ([K]); here they do not, so that only Win32_GroupUser shows computers as members.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lab.cim.model import Path, Value
from lab.windows.groups import Kind, Principal, made_sid
from lab.windows.machine import Machine

ADMINISTRATORS_SID = "S-1-5-32-544"
REMOTE_MANAGEMENT_SID = "S-1-5-32-580"
_GERMAN = 1031
_FIRST_LOCAL_RID = 1000

# SidType values ([MS-SAMR] SID_NAME_USE; Windows SDK, "Win32_Account class").
_SID_USER, _SID_GROUP, _SID_ALIAS, _SID_WELL_KNOWN = 1, 2, 4, 5
_NORMAL_ACCOUNT = 512  # UF_NORMAL_ACCOUNT

_SYSTEM_ACCOUNTS: Mapping[str, tuple[str, str]] = {
    "S-1-1-0": ("Everyone", "Jeder"),
    "S-1-5-4": ("INTERACTIVE", "INTERAKTIV"),
    "S-1-5-11": ("Authenticated Users", "Authentifizierte Benutzer"),
    "S-1-5-18": ("SYSTEM", "SYSTEM"),
    "S-1-5-19": ("LOCAL SERVICE", "Lokaler Dienst"),
    "S-1-5-20": ("NETWORK SERVICE", "Netzwerkdienst"),
}


def group_names(machine: Machine) -> dict[str, tuple[str, list[str]]]:
    """SID: (name in the language of Windows, members)."""
    german = machine.os.language == _GERMAN
    return {
        ADMINISTRATORS_SID: ("Administratoren" if german else "Administrators", machine.administrators),
        REMOTE_MANAGEMENT_SID: (
            "Remoteverwaltungsbenutzer" if german else "Remote Management Users",
            machine.remote_management_users,
        ),
    }


def groups(machine: Machine) -> list[Mapping[str, Value]]:
    """Win32_Group: the built-in groups that control access, and the groups of the domain."""
    local = machine.name.upper()
    rows: list[Mapping[str, Value]] = [
        _account(local, name, sid, _SID_ALIAS, local=True) for sid, (name, _members) in group_names(machine).items()
    ]
    rows += [
        _account(machine.directory.netbios, found.name, found.sid, _SID_GROUP, local=False)
        for found in _of_domain(machine, Kind.GROUP)
    ]
    return rows


def users(machine: Machine, local_accounts: Iterable[str]) -> list[Mapping[str, Value]]:
    """Win32_UserAccount: the local accounts, and the users of the domain."""
    local = machine.name.upper()
    authority = made_sid(machine.name)
    rows: list[Mapping[str, Value]] = [
        _user(local, name, f"{authority}-{_FIRST_LOCAL_RID + number}", local=True) for number, name in enumerate(local_accounts)
    ]
    domain = machine.directory.netbios
    return rows + [_user(domain, found.name, found.sid, local=False) for found in _of_domain(machine, Kind.USER)]


def system_accounts(machine: Machine) -> list[Mapping[str, Value]]:
    """Win32_SystemAccount: the accounts that Windows itself uses, and the well-known groups."""
    german = machine.os.language == _GERMAN
    return [
        _account(machine.name.upper(), names[german], sid, _SID_WELL_KNOWN, local=True) for sid, names in _SYSTEM_ACCOUNTS.items()
    ]


def memberships(machine: Machine) -> list[Mapping[str, Value]]:
    """Win32_GroupUser: the members of the built-in groups of :func:`groups`."""
    rows: list[Mapping[str, Value]] = []
    for name, members in group_names(machine).values():
        group = Path("root/cimv2", "Win32_Group", (("Domain", machine.name.upper()), ("Name", name)))
        rows += [{"GroupComponent": group, "PartComponent": member_reference(machine, member)} for member in members]
    return rows


def member_reference(machine: Machine, member: str) -> Path:
    """How Win32_GroupUser refers to a member.

    A computer account is a Win32_UserAccount there. How it refers to the SID of a deleted account is not established ([K]):
    here as a Win32_UserAccount without a domain, with the SID as its name, which no query returns.
    """
    domain, _, name = member.rpartition("\\")
    kind = machine.directory.kind(member)
    class_name = "Win32_Group" if kind is Kind.GROUP else "Win32_UserAccount"
    known_domain = "" if kind is Kind.GONE else domain or machine.name.upper()
    return Path("root/cimv2", class_name, (("Domain", known_domain), ("Name", name)))


def _of_domain(machine: Machine, kind: Kind) -> Iterable[Principal]:
    return (found for found in machine.directory.principals if found.kind is kind)


def _account(domain: str, name: str, sid: str, sid_type: int, *, local: bool) -> dict[str, Value]:
    return {
        "Domain": domain,
        "Name": name,
        "Caption": f"{domain}\\{name}",
        "LocalAccount": local,
        "SID": sid,
        "SIDType": sid_type,
        "Status": "OK",
    }


def _user(domain: str, name: str, sid: str, *, local: bool) -> dict[str, Value]:
    return {
        **_account(domain, name, sid, _SID_USER, local=local),
        "AccountType": _NORMAL_ACCOUNT,
        "Disabled": False,
        "Lockout": False,
        "PasswordChangeable": True,
        "PasswordExpires": False,
        "PasswordRequired": True,
    }
