# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Active Directory: whether an account is in a group through other groups.

Nothing is sent before the first query, and a query that the directory does not answer is reported, not raised.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.windows.ldap import (
    DirectoryError,
    DirectorySettings,
    Entry,
    LdapConnection,
    escaped,
    sid,
    text,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.local_groups import Kind, Member
from ansible_collections.configmgr.scp.plugins.module_utils.windows.nested_groups import Chain

# Follows a chain of memberships up to its root ([MS-ADTS] 3.1.1.3.4.4.3, LDAP_MATCHING_RULE_TRANSITIVE_EVAL).
IN_CHAIN = "1.2.840.113556.1.4.1941"
MOST_GROUPS = 50


@dataclass(frozen=True)
class Domain:
    """The domain of the domain controller: where its accounts are, and its names, in lower case."""

    base_dn: str
    names: tuple[str, ...]


class Directory(AbstractContextManager["Directory"]):
    """One domain controller; a context manager that closes the connection."""

    def __init__(self, settings: DirectorySettings) -> None:
        self._settings = settings
        self._ldap = LdapConnection(settings)
        self._domain: Domain | None = None

    def __exit__(self, *_error: object) -> None:
        self._ldap.close()

    def same_domain(self, one: str, other: str) -> bool | None:
        """See Lookup; the directory has both names only for its own domain."""
        try:
            names = self._own_domain().names
        except DirectoryError:
            return None
        known = [name.casefold() in names for name in (one, other)]
        return all(known) if any(known) else None

    def chain(self, account: Member, groups: Sequence[Member]) -> Chain:
        """See Lookup. Two searches (two more for the first query), and up to three for each group until one matches."""
        try:
            return self._chain(account, groups)
        except DirectoryError as error:
            return Chain(unknown=(f"whether it belongs to {_listed(groups)}, because {error}",))

    def _chain(self, account: Member, groups: Sequence[Member]) -> Chain:
        domain = self._own_domain()
        own, unknown = split_groups(domain, account, groups)
        if not own:
            return Chain(unknown=unknown)
        server = self._settings.server
        condition = f"(&(objectClass=user)(sAMAccountName={escaped(account.name)}))"
        found = self._first(domain, condition, ("objectSid", "primaryGroupID"))
        if found is None:
            why = f"whether it belongs to {_listed(own)}, because the directory {server} has no such account"
            return Chain(unknown=(*unknown, why))
        # The primary group is not in memberOf, although it counts like every other group.
        primary_sid = f"{sid(found).rpartition('-')[0]}-{text(found, 'primaryGroupID')}"
        primary = self._first(domain, f"(objectSid={escaped(primary_sid)})", ("objectSid",))
        starts = [str(entry["dn"]) for entry in (found, primary) if entry is not None]
        for group in own:
            entry = self._first(domain, f"(&(objectClass=group)(sAMAccountName={escaped(group.name)}))", ("objectSid",))
            if entry is None:
                unknown += (f"whether it belongs to {group}, because the directory {server} has no such group",)
            elif sid(entry) == primary_sid or any(self._is_in(start, str(entry["dn"])) for start in starts):
                return Chain(through=str(group), unknown=unknown)
        return Chain(unknown=unknown)

    def _is_in(self, dn: str, group_dn: str) -> bool:
        return bool(self._ldap.search(dn, f"(memberOf:{IN_CHAIN}:={escaped(group_dn)})", ("objectSid",), "BASE"))

    def _first(self, domain: Domain, condition: str, attributes: Sequence[str]) -> Entry | None:
        found = self._ldap.search(domain.base_dn, condition, attributes)
        return found[0] if found else None

    def _own_domain(self) -> Domain:
        if self._domain is None:
            contexts = ("defaultNamingContext", "configurationNamingContext")
            root = self._ldap.search("", "(objectClass=*)", contexts, "BASE")
            context, configuration = (text(root[0], name) if root else "" for name in contexts)
            if not context or not configuration:
                raise DirectoryError(f"{self._settings.server} is not a domain controller of Active Directory")
            condition, names = "(&(objectClass=crossRef)(nETBIOSName=*))", ("nETBIOSName", "dnsRoot")
            partitions = self._ldap.search(f"CN=Partitions,{configuration}", condition, ("nCName", *names), "LEVEL")
            own = [entry for entry in partitions if text(entry, "nCName").casefold() == context.casefold()]
            known = tuple(text(entry, name).casefold() for entry in own for name in names)
            self._domain = Domain(self._settings.base_dn or context, known)
        return self._domain


def split_groups(domain: Domain, account: Member, groups: Sequence[Member]) -> tuple[list[Member], tuple[str, ...]]:
    """The groups for which this domain can decide about the account, and clauses for the others."""
    if account.domain.casefold() not in domain.names:
        return [], (f"whether it belongs to {_listed(groups)}, because the account is in a domain other than the directory's",)
    own: list[Member] = []
    unknown: list[str] = []
    for group in groups:
        if group.kind is not Kind.GROUP:
            unknown.append(f"whether it belongs to {group}, which is not a domain group")
        elif group.domain.casefold() not in domain.names:
            unknown.append(f"whether it belongs to {group}, a group of a domain other than the directory's")
        elif len(own) == MOST_GROUPS:
            unknown.append(f"whether it belongs to {group}, because at most {MOST_GROUPS} groups are queried")
        else:
            own.append(group)
    return own, tuple(unknown)


def _listed(groups: Sequence[Member]) -> str:
    return ", ".join(str(group) for group in groups)
