r"""Members of groups: the domain as its members see it, and who belongs to a local group through groups of the domain.

Names are ``CORP\name`` (a computer account ends in ``$``), the name alone for local accounts, or the SID of a deleted
account. They are compared without regard to case.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from lab.estate.description import EstateDescription

_DOMAINS = uuid.UUID("2b0f3c56-7c9e-4f1a-8f6a-0c3d5e1b9a77")
_FIRST_RID = 1104
"""The first RID for accounts that administrators create; a domain that has existed for some time has used the lower ones."""


class Kind(Enum):
    """What a member is."""

    USER = "user"
    COMPUTER = "computer"
    GROUP = "group"
    GONE = "gone"


@dataclass(frozen=True)
class Principal:
    """An account or group of the domain. ``name`` without the domain."""

    name: str
    kind: Kind
    sid: str


@dataclass(frozen=True)
class Directory:
    """The domain: its NetBIOS name, its accounts and groups, and the members of its groups by full name in lower case."""

    netbios: str = ""
    principals: tuple[Principal, ...] = ()
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def find(self, full_name: str) -> Principal | None:
        r"""The account or group ``CORP\name``; None for a name that the domain does not have."""
        domain, _, name = full_name.rpartition("\\")
        if not domain or domain.casefold() != self.netbios.casefold():
            return None
        return next((found for found in self.principals if found.name.casefold() == name.casefold()), None)

    def kind(self, member: str) -> Kind:
        """What a member of a local group is."""
        found = self.find(member)
        if found is not None:
            return found.kind
        return Kind.GONE if member.upper().startswith("S-1-") else Kind.USER

    def holds(self, members: Iterable[str], account: str) -> bool:
        """Whether the account is one of the members, directly or through domain groups; groups may be nested in a circle."""
        wanted = account.casefold()
        waiting = [member.casefold() for member in members]
        seen: set[str] = set()
        while waiting:
            member = waiting.pop()
            if member == wanted:
                return True
            if member not in seen:
                seen.add(member)
                waiting += [inner.casefold() for inner in self.groups.get(member, ())]
        return False


def directory_of(estate: EstateDescription) -> Directory:
    """The domain of an estate; its SIDs are derived from its name and the order of the file."""
    netbios = estate.domain.netbios
    names = [(account.name, Kind.USER) for account in estate.accounts if account.machine is None]
    names += [(f"{machine.name.upper()}$", Kind.COMPUTER) for machine in estate.machines if not machine.workgroup]
    names += [(group.name, Kind.GROUP) for group in estate.domain.groups]
    sid = made_sid(estate.domain.dns)
    principals = tuple(Principal(name, kind, f"{sid}-{_FIRST_RID + place}") for place, (name, kind) in enumerate(names))
    groups = {f"{netbios}\\{group.name}".casefold(): group.members for group in estate.domain.groups}
    return Directory(netbios, principals, groups)


def made_sid(name: str) -> str:
    """The SID of a domain, or of a computer (for its local accounts); always the same for the same name."""
    number = uuid.uuid5(_DOMAINS, name.lower()).int
    return "S-1-5-21-" + "-".join(str((number >> shift) % 2**32) for shift in (96, 64, 0))
