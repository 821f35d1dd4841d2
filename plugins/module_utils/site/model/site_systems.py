# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Site system servers: the settings on the ``SMS Site System`` row, and the changes that a task requests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import (
    REMOTE_NAME,
    Setting,
    new_row,
    server_of,
    setting,
    site_of,
    with_settings,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

# Which field of a property has the value is established for reading (CBDSC); the other one is left empty when written.
PUBLIC_NAME = "Server Remote Public Name"
SITE_SERVER_INITIATES = "FDMOperation"
_USE_COMPUTER_ACCOUNT = "UseMachineAccount"
_INSTALLATION_ACCOUNT = "UserName"
USE_PROXY = "UseProxy"
_PROXY_NAME = "ProxyName"
_PROXY_PORT = "ProxyServerPort"
_PROXY_ANONYMOUS = "AnonymousProxyAccess"
_PROXY_ACCOUNT = "ProxyUserName"

INSTALLATION_ACCOUNT_SETTINGS = frozenset({_USE_COMPUTER_ACCOUNT, _INSTALLATION_ACCOUNT})
PROXY_SETTINGS = frozenset({USE_PROXY, _PROXY_NAME, _PROXY_PORT, _PROXY_ANONYMOUS, _PROXY_ACCOUNT})

DEFAULT_PROXY_PORT = 80
# Roles that the site adds and removes with the others, so that the user does not have to remove them.
_ACCOMPANYING = frozenset({naming.SITE_SYSTEM, naming.COMPONENT_SERVER})


@dataclass(frozen=True)
class ProxyWish:
    """``account`` empty means no account; None leaves the present one."""

    enabled: bool = True
    server: str | None = None
    port: int | None = None
    account: str | None = None


@dataclass(frozen=True)
class SiteSystemWish:
    """None leaves a setting unchanged. An empty ``installation_account`` means the site server's computer account."""

    server: str
    public_fqdn: str | None = None
    installation_account: str | None = None
    site_server_initiates: bool | None = None
    proxy: ProxyWish | None = None


@dataclass(frozen=True)
class AccountUse:
    """A site system that has an account in its settings.

    :param use: ``installation_account`` or ``proxy_account``.
    :param active: whether its other settings say that the account is used; a name may remain from earlier settings.
    """

    account: str
    server: str
    site_code: str
    use: str
    active: bool


def accounts_named(wish: SiteSystemWish, row: CimInstance | None = None) -> list[str]:
    """The accounts that must be in the site's list: the requested ones, and a stored one that is used once the proxy is enabled.

    :param row: the site system's present row.
    """
    named: list[str | None] = [wish.installation_account]
    if wish.proxy is not None:
        named.append(wish.proxy.account)
        stored = proxy_of(row) if row is not None else None
        if stored and wish.proxy.enabled and not stored["enabled"] and wish.proxy.account is None:
            named.append(stored["account"])
    return [account for account in named if account]


def new_site_system(code: str, wish: SiteSystemWish) -> CimInstance:
    """The row that makes a server a site system of a site."""
    whole = SiteSystemWish(
        server=wish.server,
        public_fqdn=wish.public_fqdn or "",
        installation_account=wish.installation_account or "",
        site_server_initiates=bool(wish.site_server_initiates),
        proxy=_whole_proxy(wish.proxy) if wish.proxy and wish.proxy.enabled else wish.proxy or ProxyWish(enabled=False),
    )
    settings = {REMOTE_NAME: Setting(0, wish.server, ""), **wished_settings(whole)}
    return new_row(code, naming.nal_path(wish.server, code), wish.server, naming.SITE_SYSTEM, settings)


def wished_settings(wish: SiteSystemWish) -> dict[str, Setting]:
    """The embedded properties that are requested, with their requested fields."""
    settings: dict[str, Setting] = {}
    if wish.public_fqdn is not None:
        settings[PUBLIC_NAME] = Setting(0, wish.public_fqdn, "")
    if wish.site_server_initiates is not None:
        settings[SITE_SERVER_INITIATES] = Setting(int(wish.site_server_initiates))
    if wish.installation_account is not None:
        settings[_USE_COMPUTER_ACCOUNT] = Setting(0 if wish.installation_account else 1)
        if wish.installation_account:
            settings[_INSTALLATION_ACCOUNT] = Setting(0, "", wish.installation_account)
    if wish.proxy is not None:
        settings.update(_proxy_settings(wish.proxy))
    return settings


def _proxy_settings(proxy: ProxyWish) -> dict[str, Setting]:
    """The given values are stored, even while the proxy is disabled."""
    settings = {USE_PROXY: Setting(int(proxy.enabled))}
    if proxy.server is not None:
        settings[_PROXY_NAME] = Setting(0, "", proxy.server)
    if proxy.port is not None:
        settings[_PROXY_PORT] = Setting(proxy.port)
    if proxy.account is not None:
        settings[_PROXY_ANONYMOUS] = Setting(0 if proxy.account else 1)
        if proxy.account:
            settings[_PROXY_ACCOUNT] = Setting(0, "", proxy.account)
    return settings


def _whole_proxy(proxy: ProxyWish) -> ProxyWish:
    return ProxyWish(True, proxy.server, proxy.port or DEFAULT_PROXY_PORT, proxy.account or "")


def proxy_of(row: CimInstance) -> dict[str, Any]:
    """The proxy settings as the site has them: enabled, server, port, account (None without one)."""
    port = setting(row, _PROXY_PORT)
    named = _text2(row, _PROXY_ACCOUNT)
    return {
        "enabled": bool(_number(row, USE_PROXY)),
        "server": _text2(row, _PROXY_NAME) or None,
        "port": port.value if port else None,
        "account": named if named and not _number(row, _PROXY_ANONYMOUS) else None,
    }


def as_data(row: CimInstance) -> dict[str, Any]:
    """The settings of a site system, with the names of the module's options."""
    uses_computer_account = setting(row, _USE_COMPUTER_ACCOUNT)
    named = _text2(row, _INSTALLATION_ACCOUNT)
    public = setting(row, PUBLIC_NAME)
    return {
        "public_fqdn": public.value1 if public else "",
        "installation_account": named if uses_computer_account and not uses_computer_account.value else "",
        "site_server_initiates": bool(_number(row, SITE_SERVER_INITIATES)),
        "proxy": proxy_of(row),
    }


def named_accounts(row: CimInstance) -> list[AccountUse]:
    """The accounts in the settings of a site system, even if the settings do not use them now."""
    server, code = server_of(row), site_of(row)
    computer_account = setting(row, _USE_COMPUTER_ACCOUNT)
    found = [
        AccountUse(_text2(row, _INSTALLATION_ACCOUNT), server, code, "installation_account", _is_off(computer_account)),
        AccountUse(
            _text2(row, _PROXY_ACCOUNT),
            server,
            code,
            "proxy_account",
            bool(_number(row, USE_PROXY)) and not _number(row, _PROXY_ANONYMOUS),
        ),
    ]
    return [use for use in found if use.account]


def _is_off(found: Setting | None) -> bool:
    """Whether the setting exists and is off, which is not the same as a missing setting."""
    return found is not None and not found.value


def changed_row(row: CimInstance, wish: SiteSystemWish) -> CimInstance | None:
    """The row as requested, or None when it already is. Accounts and names are compared without case, as Windows does."""
    wished = wished_settings(_with_proxy_defaults(row, wish)) | _cleared_accounts(row, wish)
    differing = {name: fields for name, fields in wished.items() if not _same(setting(row, name), fields)}
    return with_settings(row, differing) if differing else None


def proxy_refusal(row: CimInstance | None, wish: SiteSystemWish) -> str | None:
    """A proxy that is enabled needs a server, given now or already stored."""
    if wish.proxy is None or not wish.proxy.enabled or wish.proxy.server:
        return None
    if row is not None and proxy_of(row)["server"] and wish.proxy.server is None:
        return None
    return (
        f"proxy.server: {wish.server} has no proxy server yet, so the proxy cannot be enabled without one. Give its name or "
        "address (in the roles: server in service_connection_point_proxy)."
    )


def account_refusal(wish: SiteSystemWish, listed: Collection[str], code: str, row: CimInstance | None = None) -> str | None:
    """Every account named must be in the site's list of accounts (New-CMAccount).

    :param row: the site system's present row; if a proxy is enabled, an account that is stored in the row may come into use.
    """
    known = {name.casefold() for name in listed}
    missing = list(dict.fromkeys(account for account in accounts_named(wish, row) if account.casefold() not in known))
    if not missing:
        return None
    are, them = ("is", "it") if len(missing) == 1 else ("are", "them")
    return (
        f"{' and '.join(missing)} {are} not among the accounts of site {code}: add {them} first with configmgr.scp.site_account "
        f"(the role configmgr.scp.service_connection_point takes {them} in service_connection_point_accounts)."
    )


def removal_refusal(server: str, roles: Collection[str]) -> str | None:
    """A site system is removed only when nothing else needs it."""
    others = sorted(set(roles) - _ACCOMPANYING)
    if not others:
        return None
    return f"{server} still has other roles: {', '.join(others)}. Remove them before the site system, or keep the site system."


def _with_proxy_defaults(row: CimInstance, wish: SiteSystemWish) -> SiteSystemWish:
    """Enabling a proxy for the first time also sets its port and account, to the product's defaults."""
    if wish.proxy is None or not wish.proxy.enabled or proxy_of(row)["enabled"]:
        return wish
    proxy = wish.proxy
    return SiteSystemWish(
        wish.server,
        wish.public_fqdn,
        wish.installation_account,
        wish.site_server_initiates,
        ProxyWish(
            True,
            proxy.server,
            proxy.port if proxy.port is not None or setting(row, _PROXY_PORT) else DEFAULT_PROXY_PORT,
            proxy.account if proxy.account is not None or setting(row, _PROXY_ANONYMOUS) else "",
        ),
    )


def _cleared_accounts(row: CimInstance, wish: SiteSystemWish) -> dict[str, Setting]:
    """The stored name of an account that is no longer to be used is removed; otherwise it would remain in use."""
    cleared = {}
    if wish.installation_account == "" and _text2(row, _INSTALLATION_ACCOUNT):
        cleared[_INSTALLATION_ACCOUNT] = Setting()
    if wish.proxy and wish.proxy.account == "" and _text2(row, _PROXY_ACCOUNT):
        cleared[_PROXY_ACCOUNT] = Setting()
    return cleared


def _same(present: Setting | None, wished: Setting) -> bool:
    if present is None:
        return False
    return (present.value, present.value1.casefold(), present.value2.casefold()) == (
        wished.value,
        wished.value1.casefold(),
        wished.value2.casefold(),
    )


def _number(row: CimInstance, name: str) -> int:
    found = setting(row, name)
    return found.value if found else 0


def _text2(row: CimInstance, name: str) -> str:
    found = setting(row, name)
    return found.value2 if found else ""


def wish_from(params: Mapping[str, Any], server: str) -> SiteSystemWish:
    """The requested settings from a task's validated options.

    :raises BadName: an account or server name that is not valid.
    """
    proxy = params.get("proxy")
    public = params.get("public_fqdn")
    account = params.get("installation_account")
    return SiteSystemWish(
        server=server,
        public_fqdn=naming.server_name(public, "public_fqdn") if public else public,
        installation_account=naming.account_name(account, "installation_account") if account else account,
        site_server_initiates=params.get("site_server_initiates"),
        proxy=_proxy_from(proxy) if proxy is not None else None,
    )


def _proxy_from(proxy: Mapping[str, Any]) -> ProxyWish:
    account = proxy.get("account")
    server = proxy.get("server")
    return ProxyWish(
        enabled=proxy.get("enabled", True),
        server=naming.host_name(server, "proxy.server") if server else None,
        port=proxy.get("port"),
        account=naming.account_name(account, "proxy.account") if account else account,
    )
