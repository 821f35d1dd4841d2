# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The site's list of accounts (SMS_SCI_Reserved). Passwords go to the site to be encrypted and are never read back."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ansible_collections.configmgr.scp.plugins.module_utils.site import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.classes import SMS_SCI_RESERVED, SMS_SITE
from ansible_collections.configmgr.scp.plugins.module_utils.site.rows import server_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.site_systems import as_data
from ansible_collections.configmgr.scp.plugins.module_utils.site.writer import no_right_to_write
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import one_of, select


def read_accounts(session: CimSession, code: str, names: Collection[str]) -> list[CimInstance]:
    """The rows of these accounts, at this site; named columns are not possible where the row may be written again."""
    if not names:
        return []
    found = session.query(
        naming.site_namespace(code), SMS_SCI_RESERVED, select(SMS_SCI_RESERVED, one_of("UserName", sorted(names)))
    )
    return [row for row in found if str(row.get("SiteCode") or "").upper() == code]


def listed_names(accounts: Sequence[CimInstance]) -> list[str]:
    return [str(row.get("UserName") or "") for row in accounts]


def encrypted(session: CimSession, code: str, password: str, host: str) -> str:
    """The password as the site stores it. The clear text is a method's input: the connection must be encrypted.

    :raises TaskFailure: no right to do it, or the site returned nothing.
    """
    inputs = {"Data": password, "SiteCode": code}
    try:
        output = session.invoke(naming.site_namespace(code), SMS_SITE, "EncryptDataEx", inputs)
    except CimFault as fault:
        if fault.kind is FaultKind.ACCESS_DENIED:
            raise no_right_to_write(host, "the encryption of a password", fault) from fault
        raise
    text = output.get("EncryptedData")
    if not text:
        raise TaskFailure(f"Site {code} did not encrypt the password (SMS_Site.EncryptDataEx returned nothing); see smsprov.log.")
    return str(text)


def new_account(code: str, name: str, secret: str) -> CimInstance:
    """The row of a new account. Its shape is that of one public script (memlabs ScriptFunctions.ps1), so it stands here alone."""
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
            "Reserved2": secret,
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
