"""The accounts of a site: how cmdlets find and encrypt them."""

from __future__ import annotations

from collections.abc import Generator

from lab.cim.errors import CimError
from lab.cim.model import Instance, NameMap
from lab.configmgr.cmdlets import rows
from lab.configmgr.cmdlets.connection import Connection, provider_error
from lab.windows.powershell.session import Invoked, Wait

ACCOUNT_CLASS = "SMS_SCI_Reserved"


def accounts_of(
    call: Invoked, connection: Connection, code: str, name: str, *, wildcards: bool
) -> Generator[Wait, None, list[Instance]]:
    """The accounts of a site with this name; all of them for an empty name."""
    found = yield from rows.instances(call, connection, ACCOUNT_CLASS)
    return [
        account
        for account in found
        if account["SiteCode"].casefold() == code.casefold()
        and (not name or rows.matches(call, str(account["UserName"]), name, wildcards=wildcards))
    ]


def find_account(call: Invoked, connection: Connection, code: str, name: str) -> Generator[Wait, None, Instance]:
    """The account with exactly this name; an error when the site does not have it."""
    found = yield from accounts_of(call, connection, code, name, wildcards=False)
    if len(found) != 1:
        raise rows.no_object(call)
    return found[0]


def encrypted(call: Invoked, connection: Connection, code: str, secret: str) -> str:
    """A password as the site encrypts it."""
    cls = connection.cim_class("SMS_Site")
    inputs: NameMap[object] = NameMap({"Data": secret, "SiteCode": code})
    try:
        result = connection.provider("SMS_Site").invoke(connection.call(call), cls, "EncryptDataEx", None, inputs)
    except CimError as error:
        raise provider_error(call, error, "ExecMethod") from None
    return str(result["EncryptedData"])
