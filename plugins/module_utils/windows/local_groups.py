# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Members of the local group Administrators. The group is found by its SID: its name depends on the language of Windows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import CIMV2, WIN32_GROUP, WIN32_GROUP_USER
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimPath
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, object_path, select

ADMINISTRATORS = "S-1-5-32-544"
_SID = re.compile(r"S-1-\d+(-\d+)+", re.ASCII | re.IGNORECASE)


class Kind(Enum):
    """What a member is. To Windows, computer accounts are users; their names end in a dollar sign."""

    USER = "user"
    GROUP = "group"
    SYSTEM = "system account"
    ORPHAN = "SID that no longer resolves"


@dataclass(frozen=True)
class Member:
    """One member: ``domain`` is a NetBIOS name, or the server's own name for local accounts."""

    domain: str
    name: str
    kind: Kind

    def __str__(self) -> str:
        return f"{self.domain}\\{self.name}" if self.domain and self.kind is not Kind.ORPHAN else self.name


@dataclass(frozen=True)
class LocalGroup:
    """A local group of a server, with the name that it has there."""

    domain: str
    name: str
    members: tuple[Member, ...]


def read_administrators(session: CimSession) -> LocalGroup:
    """The group and its direct members; two requests, three if it has several members.

    Only local groups are queried; otherwise Windows would search the groups of the domain.

    :raises NotReadable: the server has no such local group; a domain controller, for example, has none.
    """
    query = select(WIN32_GROUP, equals("LocalAccount", True), equals("SID", ADMINISTRATORS), columns=("Domain", "Name"))
    groups = session.query(CIMV2, WIN32_GROUP, query)
    if not groups:
        raise NotReadable(f"the server shows no local group with the SID {ADMINISTRATORS}")
    keys = {"Domain": str(groups[0]["Domain"]), "Name": str(groups[0]["Name"])}
    path = object_path(CimPath(CIMV2, WIN32_GROUP.name, keys))
    found = session.query(CIMV2, WIN32_GROUP_USER, select(WIN32_GROUP_USER.name, equals("GroupComponent", path)))
    members = tuple(member_of(row["PartComponent"]) for row in found)
    return LocalGroup(keys["Domain"], keys["Name"], tuple(sorted(members, key=str)))


def member_of(path: CimPath) -> Member:
    """The member for a reference to it.

    How Windows shows a SID that no longer resolves is not established: here it is any reference whose name or SID is a SID.
    """
    keys = {name.lower(): str(value) for name, value in path.keys.items()}
    domain, name = keys.get("domain", ""), keys.get("name", "") or keys.get("sid", "")
    if _SID.fullmatch(name):
        return Member(domain, name, Kind.ORPHAN)
    kinds = {"win32_group": Kind.GROUP, "win32_systemaccount": Kind.SYSTEM}
    return Member(domain, name, kinds.get(path.class_name.lower(), Kind.USER))
