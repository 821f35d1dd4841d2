# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""Who is local administrator of the server: the site server's computer account, or the site system installation account.

One of the two is enough (memdocs accounts page since 2021; the text of 2020 required both).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.naming import same_computer
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.server.judging import unread
from ansible_collections.configmgr.scp.plugins.module_utils.windows.local_groups import Kind, LocalGroup, Member
from ansible_collections.configmgr.scp.plugins.module_utils.windows.nested_groups import Lookup
from ansible_collections.configmgr.scp.plugins.module_utils.windows.operating_system import Computer
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

_ID, _TITLE = "administrator_rights", "Rights of the site on the server"
# Well-known accounts of Windows that are not groups; the others, such as Everyone, may contain other accounts.
_SINGLE_SYSTEM_ACCOUNTS = frozenset({"system", "local service", "network service"})


class Standing(Enum):
    """Whether an account is local administrator."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Membership:
    """Whether an account is in the group; ``how`` continues a sentence that begins with the account."""

    account: str
    standing: Standing
    how: str


def parse_account(text: str, computer: str) -> Member:
    r"""``DOMAIN\user``; a dot as domain is the server itself."""
    domain, _separator, name = text.strip().rpartition("\\")
    return Member(computer if domain in ("", ".") else domain, name, Kind.USER)


def membership(text: str, computer: str, group: LocalGroup, directory: Lookup | None) -> Membership:
    """Whether the account is in the local group: directly, through a domain group, not in it, or unknown."""
    account = parse_account(text, computer)
    doubtful: list[str] = []
    for member in group.members:
        if member.kind in (Kind.GROUP, Kind.ORPHAN) or member.name.casefold() != account.name.casefold():
            continue
        same = _same_domain(account.domain, member.domain, directory)
        if same:
            return Membership(text, Standing.YES, f"is a member of {group.name}")
        if same is None:
            doubtful.append(f"whether {member} is the same account")
    # A local account can be in a local group only directly.
    outer = (
        [] if account.domain.casefold() == computer.casefold() else [m for m in group.members if _may_hold_others(m, computer)]
    )
    if outer and directory is not None:
        chain = directory.chain(account, outer)
        if chain.through:
            return Membership(text, Standing.YES, f"is in {group.name} through {chain.through}")
        doubtful += chain.unknown
    elif outer:
        listed = ", ".join(str(member) for member in outer)
        doubtful.append(f"whether it belongs to {listed}, because no directory to query is given")
    if doubtful:
        return Membership(text, Standing.UNKNOWN, f"is not in {group.name} directly, and it is not known {'; '.join(doubtful)}")
    return Membership(text, Standing.NO, f"is not in {group.name}")


def administrator_rights(
    group: LocalGroup | Unread,
    computer: Computer | Unread,
    site_servers: Sequence[str],
    site_server_accounts: Sequence[str],
    installation_account: str,
    directory: Lookup | None,
) -> Check:
    r"""Either the site server's computer account or the installation account is local administrator.

    :param site_servers: FQDNs of the site server, or of both of a pair; on one of them nothing is needed.
    :param site_server_accounts: their computer accounts, ``DOMAIN\NAME$``.
    :param installation_account: ``DOMAIN\user``, or empty when the site system has none.
    """
    if isinstance(computer, Computer) and any(same_computer(computer.fqdn, name) for name in site_servers):
        return Check(_ID, _TITLE, Status.PASSED, f"{computer.fqdn} is the site server itself.")
    if not site_server_accounts and not installation_account:
        why = "neither the site server's computer account nor an installation account is given."
        return cannot_tell(_ID, _TITLE, why, "Give site_server_account, installation_account or both.")
    if isinstance(group, Unread):
        return unread(_ID, _TITLE, group)
    if isinstance(computer, Unread):
        return unread(_ID, _TITLE, computer)
    servers = [membership(account, computer.name, group, directory) for account in site_server_accounts]
    installer = membership(installation_account, computer.name, group, directory) if installation_account else None
    return _judged(servers, installer, group)


def _judged(servers: Sequence[Membership], installer: Membership | None, group: LocalGroup) -> Check:
    everybody = [*servers, *([installer] if installer else [])]
    orphans = [member.name for member in group.members if member.kind is Kind.ORPHAN]
    ignored = f" Members of {group.name} that no longer resolve are left out: {', '.join(orphans)}." if orphans else ""
    detail = "; ".join(f"{found.account} {found.how}" for found in everybody) + f".{ignored}"
    missing = [found.account for found in servers if found.standing is not Standing.YES]
    remedy = f"Add {' and '.join(missing) or 'the account'} to {group.name} on the server" + (
        "." if installer else ", or set an installation account on the site system that is a local administrator there."
    )
    if servers and not missing:
        return Check(_ID, _TITLE, Status.PASSED, detail)
    if installer is not None and installer.standing is Standing.YES:
        if len(servers) > 1:
            both = "Both servers of a site server pair must be local administrators on every site system. "
            return Check(
                _ID, _TITLE, Status.WARNING, both + detail, f"Add {' and '.join(missing)} to {group.name} on the server."
            )
        return Check(_ID, _TITLE, Status.PASSED, detail)
    servers_open = bool(servers) and all(found.standing is not Standing.NO for found in servers)
    if servers_open or (installer is not None and installer.standing is Standing.UNKNOWN):
        return cannot_tell(_ID, _TITLE, detail, f"Give a domain controller to query (option directory). Or: {remedy}")
    return Check(_ID, _TITLE, Status.FAILED, detail, remedy)


def _same_domain(one: str, other: str, directory: Lookup | None) -> bool | None:
    if one.casefold() == other.casefold():
        return True
    if ("." in one) == ("." in other):
        return False
    # A DNS name and a NetBIOS name: only the directory shows which belong together.
    return directory.same_domain(one, other) if directory is not None else None


def _may_hold_others(member: Member, computer: str) -> bool:
    if member.kind is Kind.SYSTEM:
        return member.name.casefold() not in _SINGLE_SYSTEM_ACCOUNTS
    return member.kind is Kind.GROUP and member.domain.casefold() != computer.casefold()
