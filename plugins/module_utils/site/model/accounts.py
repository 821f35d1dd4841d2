# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The site's list of accounts (SMS_SCI_Reserved). Passwords are sent to the site for encryption and are never read back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SCI_RESERVED, SMS_SITE
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import server_of, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.site_systems import AccountUse, as_data, named_accounts
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import no_right_to_write
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, one_of, select

# The encrypted password.
PASSWORD_COLUMN = "Reserved2"

# Other uses of an account in a site's list (memdocs, accounts page). None of them is read here.
UNSEEN_USES = (
    "network access",
    "client push installation",
    "discovery",
    "software update points",
    "management points",
    "reporting services points",
    "enrollment points",
    "Exchange Server connectors",
    "e-mail notifications",
    "task sequences",
)
UNSEEN_USES_NOTE = (
    "Only the installation accounts and proxy accounts of site systems were checked. These other uses of an account were not "
    f"checked: {', '.join(UNSEEN_USES)}. The console shows them under Administration > Security > Accounts."
)


def read_accounts(session: CimSession, code: str, names: Collection[str]) -> list[CimInstance]:
    """The rows of these accounts, at this site; named columns are not possible where the row may be written again."""
    if not names:
        return []
    found = session.query(naming.site_namespace(code), SMS_SCI_RESERVED, select(SMS_SCI_RESERVED, one_of("UserName", names)))
    return [row for row in found if site_of(row) == code]


def read_usage(session: CimSession, code: str, names: Collection[str] | None) -> dict[str, list[str]]:
    """Accounts of the site's list, with the uses that the site itself shows for each (AccountUsage). No password is read.

    :param names: only these; None for all.
    """
    if names is not None and not names:
        return {}
    where = [equals("SiteCode", code), *([] if names is None else [one_of("UserName", names)])]
    query = select(SMS_SCI_RESERVED, *where, columns=("UserName", "AccountUsage"))
    found = session.query(naming.site_namespace(code), SMS_SCI_RESERVED, query)
    return {str(row["UserName"]): [str(use) for use in row["AccountUsage"] or ()] for row in found if row["UserName"]}


def account_list(
    code: str, listed: Mapping[str, Sequence[str]], site_systems: Iterable[CimInstance], names: Collection[str] | None
) -> list[dict[str, Any]]:
    """The accounts of a site and who uses them, by name: those of its list, and those that only a site system of it names.

    :param listed: accounts of the list with the uses that the site shows.
    :param site_systems: rows of all sites that the provider lists.
    :param names: only these, each with an entry of its own; None for all.
    """
    uses: dict[str, list[AccountUse]] = {}
    for row in site_systems:
        for use in named_accounts(row):
            uses.setdefault(use.account.casefold(), []).append(use)
    # The spelling of the site's list, else that of a site system, else that of the user.
    shown = {name.casefold(): name for name in names or ()}
    known = {use.account.casefold(): use.account for found in uses.values() for use in found if use.site_code == code}
    in_list = {name.casefold(): name for name in listed}
    wanted = {**known, **in_list} if names is None else {**shown, **{k: v for k, v in {**known, **in_list}.items() if k in shown}}
    return [
        {
            "name": name,
            "listed": key in in_list,
            "told_by_site": list(listed.get(in_list.get(key, ""), ())),
            "site_systems": [
                {"server": use.server, "site_code": use.site_code, "use": use.use, "active": use.active}
                for use in sorted(uses.get(key, ()), key=lambda use: (use.site_code, use.server, use.use))
            ],
        }
        for key, name in sorted(wanted.items())
    ]


def listed_names(accounts: Sequence[CimInstance]) -> list[str]:
    return [str(row.get("UserName") or "") for row in accounts]


def encrypted(session: CimSession, code: str, password: str, host: str) -> str:
    """The password as the site stores it. The clear text is a method's input, so the connection must be encrypted.

    :raises TaskFailure: the account may not do it, or the site returned nothing.
    """
    inputs = {"SiteCode": code, "Data": password}
    try:
        output = session.invoke(naming.site_namespace(code), SMS_SITE, "EncryptDataEx", inputs)
    except CimFault as fault:
        if fault.kind is FaultKind.ACCESS_DENIED:
            raise no_right_to_write(host, "the encryption of a password", fault) from fault
        raise
    text = output.get("EncryptedData")
    if not text:
        raise TaskFailure(
            f"Site {code} did not encrypt the password (SMS_Site.EncryptDataEx returned nothing); check smsprov.log."
        )
    return str(text)


def new_account(code: str, name: str) -> CimInstance:
    """The row of a new account, without its password.

    Its form is from a single public script (memlabs ScriptFunctions.ps1), so it is only here.
    """
    return CimInstance.new(
        naming.site_namespace(code),
        SMS_SCI_RESERVED,
        {
            "FileType": 2,
            "ItemName": f"{name}| 0",
            "ItemType": "User",
            "SiteCode": code,
            "UserName": name,
            "Availability": 0,
        },
    )


def password_refusal(password: str) -> str | None:
    """Passwords of the site's accounts must not contain a percent sign (memdocs, accounts page)."""
    if not password:
        return "password: it is empty; give the account's password."
    if "%" in password:
        return (
            "password: Configuration Manager does not accept a percent sign in a stored password; change the account's password."
        )
    return None


def use_refusal(name: str, site_systems: Collection[CimInstance]) -> str | None:
    """An account that a site system still uses must stay in the list."""
    using = []
    for row in site_systems:
        settings = as_data(row)
        named = (settings["installation_account"], settings["proxy"]["account"] if settings["proxy"]["enabled"] else None)
        if name.casefold() in [text.casefold() for text in named if text]:
            using.append(server_of(row))
    if not using:
        return None
    return f"{name} is still used by {', '.join(sorted(using))}: give these site systems another account first."
