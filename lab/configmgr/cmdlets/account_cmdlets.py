"""Get-, New-, Set- and Remove-CMAccount. Passwords are SecureStrings; no error, row or record of the lab shows one."""

from __future__ import annotations

from collections.abc import Generator

from lab.cim.model import Instance
from lab.configmgr import names
from lab.configmgr.cmdlets import rows
from lab.configmgr.cmdlets.accounts import ACCOUNT_CLASS, accounts_of, encrypted
from lab.configmgr.cmdlets.connection import Connection, current
from lab.configmgr.cmdlets.result_objects import ResultObject
from lab.windows.powershell.session import Invoked, Steps, Wait
from lab.windows.powershell.values import SecureText


def get(call: Invoked) -> Steps:
    """The accounts of the site, by name."""
    connection = current(call)
    code = rows.site_code(call, connection)
    return rows.shown((yield from accounts_of(call, connection, code, call.bound.text("UserName"), wildcards=True)))


def new(call: Invoked) -> Steps:
    """Add an account."""
    connection = current(call)
    code, user = rows.site_code(call, connection), call.bound.text("UserName")
    if not rows.goes_ahead(call, user):
        return []
    made = connection.new(
        ACCOUNT_CLASS,
        FileType=names.FILE_TYPE,
        ItemName=f"{user}| 0",
        ItemType="User",
        SiteCode=code,
        UserName=user,
        Availability=0,
        Reserved2=_secret(call, connection, code),
    )
    return [ResultObject((yield from rows.write(call, connection, made, "create")))]


def change(call: Invoked) -> Steps:
    """Change the password of an account."""
    connection = current(call)
    (account,) = yield from _chosen(call, connection, wildcards=False)
    if not rows.goes_ahead(call, str(account["UserName"])) or "Password" not in call.bound:
        return []
    changed = account.copy()
    changed["Reserved2"] = _secret(call, connection, str(account["SiteCode"]))
    yield from rows.write(call, connection, changed, "put")
    return []


def remove(call: Invoked) -> Steps:
    """Remove accounts; the name accepts wildcards."""
    connection = current(call)
    for account in (yield from _chosen(call, connection, wildcards=True)):
        if rows.goes_ahead(call, str(account["UserName"]), asks=True):
            yield from rows.write(call, connection, account, "delete")
    return []


def _secret(call: Invoked, connection: Connection, code: str) -> str:
    password = call.bound.get("Password")
    secret = password.secret if isinstance(password, SecureText) else ""
    if "%" in secret:
        raise rows.bad_value(call, "The password contains %, which the product does not accept.")
    return encrypted(call, connection, code, secret)


def _chosen(call: Invoked, connection: Connection, *, wildcards: bool) -> Generator[Wait, None, list[Instance]]:
    """The accounts that -InputObject or -UserName means; an error when there is none."""
    given = call.bound.get("InputObject")
    if given is not None:
        if not isinstance(given, ResultObject) or given.instance.cls.name != ACCOUNT_CLASS:
            raise rows.no_object(call)
        user, code = str(given.instance["UserName"]), str(given.instance["SiteCode"])
        found = yield from accounts_of(call, connection, code, user, wildcards=False)
    else:
        code = rows.site_code(call, connection)
        found = yield from accounts_of(call, connection, code, call.bound.text("UserName"), wildcards=wildcards)
    if not found:
        raise rows.no_object(call)
    return found
