"""What the SMS Provider accepts as a row of the site control file: pure checks, each returns a sentence or None.

A real provider is known only to check the FQDN; the other checks follow from the keys (facts/site-model.md, 3 and 5).
"""

from __future__ import annotations

from collections.abc import Iterable

from lab.configmgr import names
from lab.configmgr.database import ControlRow

# Rows that the site itself maintains: only setup and site component manager write them.
OWN_ROLES = (names.SITE_SERVER, names.SMS_PROVIDER, names.SQL_SERVER, names.COMPONENT_SERVER)
# Settings with few values; the names are the product's and are case-sensitive.
RANGES = {
    "OfflineMode": (0, 1),
    "UseMachineAccount": (0, 1),
    "UseProxy": (0, 1),
    "AnonymousProxyAccess": (0, 1),
    "FDMOperation": (0, 1),
}


def keys_problem(row: ControlRow) -> str | None:
    """Whether the keys of an SMS_SCI_SysResUse row agree with its NAL path, role and site."""
    if row.file_type != names.FILE_TYPE:
        return f"FileType is {row.file_type}; it must be {names.FILE_TYPE}."
    if row.item_type != names.ITEM_TYPE:
        return f'ItemType is "{row.item_type}"; it must be "{names.ITEM_TYPE}".'
    if not row.role:
        return "RoleName is missing."
    path = row.text("NALPath")
    if row.item_name != names.item_name(path, row.role):
        return f"ItemName {row.item_name} does not agree with NALPath {path} and RoleName {row.role}."
    nal = names.parse_nal(path)
    if nal is None:
        return f"NALPath {path} is not a valid NAL path of a server."
    if nal.display.casefold() != nal.server.casefold():
        return f"NALPath {path} displays another server than it names."
    if nal.site_code.casefold() != row.site_code.casefold():
        return f"NALPath {path} names site {nal.site_code}, SiteCode is {row.site_code}."
    if not names.is_fqdn(nal.server):
        return f"The server name {nal.server} is not a valid FQDN."
    return None


def props_problem(row: ControlRow) -> str | None:
    """Whether the embedded properties have unique names, and values within their ranges."""
    seen: set[str] = set()
    for prop in row.props or ():
        if not prop.name:
            return "An embedded property has no PropertyName."
        if prop.name in seen:
            return f"The embedded property {prop.name} appears twice."
        seen.add(prop.name)
        low, high = RANGES.get(prop.name, (0, 2**32 - 1))
        if prop.value is not None and not low <= prop.value <= high:
            return f"The value {prop.value} of the embedded property {prop.name} is not from {low} to {high}."
    lists = [entry.name for entry in row.prop_lists or ()]
    if "" in lists:
        return "An embedded property list has no PropertyListName."
    if len(set(lists)) != len(lists):
        return "An embedded property list appears twice."
    return None


def new_role_problem(row: ControlRow, present: Iterable[ControlRow]) -> str | None:
    """Whether a new role may be added, given the rows of its server at its site."""
    if row.role in OWN_ROLES:
        return f"The role {row.role} is set up by the site itself."
    if row.role != names.SITE_SYSTEM and not any(other.role == names.SITE_SYSTEM for other in present):
        return f"The server {row.server} is no site system of site {row.site_code}: it has no {names.SITE_SYSTEM} role."
    return None


def removal_problem(row: ControlRow, present: Iterable[ControlRow]) -> str | None:
    """Whether a role may be removed, given the rows of its server at its site.

    A site system cannot be removed while it has another role. The component server counts as a role: only site component manager
    can remove it, and only after that can the site system be deleted (documented for Configuration Manager 2007; the description
    of Remove-CMSiteSystemServer mentions any other role).
    """
    if row.role in OWN_ROLES:
        return f"The role {row.role} can be removed by the site itself only."
    others = [other.role for other in present if other.role != names.SITE_SYSTEM]
    if row.role == names.SITE_SYSTEM and others:
        return f"The site system {row.server} still has the roles {', '.join(sorted(others))}."
    return None


def account_problem(row: ControlRow) -> str | None:
    """Whether a row of SMS_SCI_Reserved can be an account (raw creation: facts, section 7)."""
    user = row.text("UserName")
    if row.file_type != names.FILE_TYPE or row.item_type != "User":
        return 'FileType must be 2 and ItemType "User".'
    if not user or "\\" not in user.strip("\\"):
        return "UserName must be a domain and a user name with a backslash between them."
    if row.item_name != f"{user}| 0":
        return f'ItemName {row.item_name} does not agree with UserName; it must be "{user}| 0".'
    return None
