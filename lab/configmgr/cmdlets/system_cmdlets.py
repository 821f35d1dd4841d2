"""Get-, New-, Set- and Remove-CMSiteSystemServer."""

from __future__ import annotations

import re
from collections.abc import Generator

from lab.cim.model import Instance
from lab.configmgr import names
from lab.configmgr.cmdlets import rows
from lab.configmgr.cmdlets.accounts import find_account
from lab.configmgr.cmdlets.connection import Connection, current
from lab.configmgr.cmdlets.result_objects import ResultObject
from lab.windows.powershell.session import Invoked, Steps, Wait

Changes = dict[str, tuple[int, str, str]]
_DEFAULT_PORT = 80
_PROXY = ("EnableProxy", "ProxyServerName", "ProxyServerPort", "ProxyAccessAccount")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,253}[A-Za-z0-9])?")


def get(call: Invoked) -> Steps:
    """The site systems, by name or site."""
    return rows.shown((yield from rows.find_roles(call, names.SITE_SYSTEM)))


def new(call: Invoked) -> Steps:
    """Make a server a site system."""
    connection = current(call)
    code, server = rows.site_code(call, connection), call.bound.text("SiteSystemServerName")
    if not names.is_fqdn(server):
        raise rows.bad_value(call, f"The site system server name {server} is not a valid FQDN.")
    changes = yield from _changes(call, connection, code)
    if not rows.goes_ahead(call, server):
        return []
    start: Changes = {
        "Server Remote Name": (0, server, ""),
        "Server Remote Public Name": (0, "", ""),
        "FDMOperation": (0, "", ""),
        "UseMachineAccount": (1, "", ""),
        "UseProxy": (0, "", ""),
    }
    nal = names.nal_path(server, code)
    made = connection.new(
        rows.ROLE_CLASS,
        SiteCode=code,
        NALPath=nal,
        NALType=names.NAL_TYPE,
        NetworkOSPath=f"\\\\{server}",
        RoleName=names.SITE_SYSTEM,
    )
    made = rows.with_props(connection, made, {**start, **changes})
    return [ResultObject((yield from rows.write(call, connection, made, "create")))]


def change(call: Invoked) -> Steps:
    """Change the settings that are given. Proxy settings that are left out are reset, if one of them is given."""
    connection = current(call)
    row = yield from rows.one_role(call, connection, names.SITE_SYSTEM)
    changes = yield from _changes(call, connection, str(row["SiteCode"]))
    if not rows.goes_ahead(call, rows.server_name(row)):
        return []
    after = yield from rows.write(call, connection, rows.with_props(connection, row, changes), "put")
    return [ResultObject(after)] if call.bound.flag("PassThru") else []


def remove(call: Invoked) -> Steps:
    """Remove a site system without other roles."""
    connection = current(call)
    row = yield from rows.one_role(call, connection, names.SITE_SYSTEM)
    if rows.goes_ahead(call, rows.server_name(row), asks=True):
        yield from rows.write(call, connection, row, "delete")
    return []


def _changes(call: Invoked, connection: Connection, code: str) -> Generator[Wait, None, Changes]:
    """The embedded properties that the parameters set. The texts are in the fields in which public code reads them."""
    bound = call.bound
    changes: Changes = {}
    if "PublicFqdn" in bound:
        public = bound.text("PublicFqdn")
        if public and not names.is_fqdn(public):
            raise rows.bad_value(call, f"The public FQDN {public} is not valid.")
        changes["Server Remote Public Name"] = (0, public, "")
    if "FdmOperation" in bound:
        changes["FDMOperation"] = (int(bound.get("FdmOperation")), "", "")
    if "AccountName" in bound and bound.flag("UseSiteServerAccount"):
        raise rows.bad_value(call, "The parameters AccountName and UseSiteServerAccount cannot be used together.")
    if "AccountName" in bound:
        account = yield from find_account(call, connection, code, bound.text("AccountName"))
        changes["UseMachineAccount"] = (0, "", "")
        changes["UserName"] = (0, "", str(account["UserName"]))
    elif bound.flag("UseSiteServerAccount"):
        changes["UseMachineAccount"] = (1, "", "")
        changes["UserName"] = (0, "", "")
    if any(name in bound for name in _PROXY):
        changes.update(_proxy(call))
    return changes


def _proxy(call: Invoked) -> Changes:
    """The proxy settings: what is left out goes back to port 80, no account and no name (seen by
    dsccommunity/ConfigMgrCBDsc).
    """
    bound = call.bound
    if "EnableProxy" not in bound:
        raise rows.bad_value(call, "The proxy parameters need EnableProxy.")
    if not bound.get("EnableProxy"):
        if bound.text("ProxyServerName") or bound.get("ProxyAccessAccount") is not None:
            raise rows.bad_value(call, "The proxy parameters need EnableProxy to be true.")
        return {"UseProxy": (0, "", ""), "ProxyName": (0, "", ""), "ProxyServerPort": (_DEFAULT_PORT, "", ""),
                "AnonymousProxyAccess": (1, "", ""), "ProxyUserName": (0, "", "")}  # fmt: skip
    name = bound.text("ProxyServerName")
    if not _HOST.fullmatch(name):
        raise rows.bad_value(call, f"The proxy server name '{name}' is not valid.")
    port = bound.get("ProxyServerPort", _DEFAULT_PORT)
    if not 1 <= port <= 65535:
        raise rows.bad_value(call, f"The proxy server port {port} is not from 1 to 65535.")
    account = bound.get("ProxyAccessAccount")
    user = _account_name(call, account) if account is not None else ""
    return {"UseProxy": (1, "", ""), "ProxyName": (0, "", name), "ProxyServerPort": (port, "", ""),
            "AnonymousProxyAccess": (0 if user else 1, "", ""), "ProxyUserName": (0, "", user)}  # fmt: skip


def _account_name(call: Invoked, account: object) -> str:
    """The name in an object of Get-CMAccount."""
    instance: Instance | None = account.instance if isinstance(account, ResultObject) else None
    if instance is None or instance.cls.name != "SMS_SCI_Reserved":
        raise rows.bad_value(call, "ProxyAccessAccount must be an account, as Get-CMAccount returns it.")
    return str(instance["UserName"])
