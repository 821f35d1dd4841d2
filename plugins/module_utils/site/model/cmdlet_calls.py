# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which cmdlet of the module ConfigurationManager does the work of a step, and with which parameters. Pure.

Facts: the reference of the module (MicrosoftDocs/sccm-docs-powershell-ref); ``tests/unit/cmdlets.yml`` has the contracts of these
cmdlets with their sources, and a test checks every call against it. What a cmdlet does beyond its syntax is described only in
part: docs/limits.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows, site_systems
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import (
    SMS_SCI_RESERVED,
    SMS_SCI_SC_PROPERTY,
    SMS_SCI_SYS_RES_USE,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import settings_as_data
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.steps import Change, Create, Delete, Step
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

_MODES = {rows.ONLINE: "Online", rows.OFFLINE: "Offline"}
# SMS_SCI_SCProperty TelemetryLevel (usage.py) and the values of -TelemetryLevel.
_LEVELS = {1: "Basic", 2: "Enhanced", 3: "Full"}
_ROLES = {naming.SERVICE_CONNECTION_POINT: "CMServiceConnectionPoint", naming.SITE_SYSTEM: "CMSiteSystemServer"}
_ROLE_VERBS = {
    naming.SERVICE_CONNECTION_POINT: {Create: "Add", Change: "Set", Delete: "Remove"},
    naming.SITE_SYSTEM: {Create: "New", Change: "Set", Delete: "Remove"},
}
_ACCOUNT_VERBS = {Create: "New", Change: "Set", Delete: "Remove"}


class NoCmdlet(Exception):
    """No documented cmdlet does this step; the text says why."""


@dataclass(frozen=True)
class Call:
    """One call of a cmdlet.

    :param parameters: names and values as JSON has them; what the script adds itself (-Force, -Confirm:$false) is not here.
    :param proxy_account: the account whose object becomes -ProxyAccessAccount; empty for none.
    :param password: the password of -Password; None for a cmdlet without it.
    :param settings: the embedded properties by which the row shows what the cmdlet did; None: the row has none to compare.
    """

    cmdlet: str
    parameters: Mapping[str, Any]
    proxy_account: str = ""
    password: str | None = field(default=None, repr=False)
    settings: frozenset[str] | None = None


def call_for(step: Step) -> Call:
    """The cmdlet for a step.

    :raises NoCmdlet: there is none.
    """
    name = step.row.cls.name
    if name == SMS_SCI_SYS_RES_USE.name:
        role = rows.role_of(step.row)
        if role == naming.SERVICE_CONNECTION_POINT:
            return _of_role(step)
        if role == naming.SITE_SYSTEM:
            return _of_site_system(step)
        raise NoCmdlet(f"the row of the role {role} has no cmdlet that this collection uses")
    if name == SMS_SCI_RESERVED.name:
        return _of_account(step)
    if name == SMS_SCI_SC_PROPERTY.name and isinstance(step, Change):
        level = _LEVELS.get(step.row.get("Value") or 0)
        if level is not None and step.row.get("PropertyName") == "TelemetryLevel":
            return Call("Set-CMHierarchySetting", {"TelemetryLevel": level})
    raise NoCmdlet(f"{step.what} has no cmdlet that this collection uses")


def _of_role(step: Step) -> Call:
    mode = rows.mode_of(step.row)
    parameters = _server(step)
    if not isinstance(step, Delete):
        if mode is None:
            raise NoCmdlet(f"{step.what} has a mode that is neither online nor offline")
        parameters["Mode"] = _MODES[mode]
    return Call(_named(step, naming.SERVICE_CONNECTION_POINT), parameters, settings=frozenset({rows.MODE_PROPERTY}))


def _of_site_system(step: Step) -> Call:
    parameters = _server(step)
    if isinstance(step, Delete):
        return Call(_named(step, naming.SITE_SYSTEM), parameters)
    wanted = site_systems.as_data(step.row)
    changed = _changed_settings(step)
    new = isinstance(step, Create)
    if site_systems.PUBLIC_NAME in changed or (new and wanted["public_fqdn"]):
        parameters["PublicFqdn"] = wanted["public_fqdn"]
    if new or site_systems.SITE_SERVER_INITIATES in changed:
        parameters["FdmOperation"] = wanted["site_server_initiates"]
    if new or changed & site_systems.INSTALLATION_ACCOUNT_SETTINGS:
        if wanted["installation_account"]:
            parameters["AccountName"] = wanted["installation_account"]
        else:
            parameters["UseSiteServerAccount"] = True
    account = ""
    if changed & site_systems.PROXY_SETTINGS or (new and any(wanted["proxy"].values())):
        account = _proxy(parameters, wanted["proxy"], changed, step)
    return Call(_named(step, naming.SITE_SYSTEM), parameters, account, settings=_proved(step, changed))


def _proxy(parameters: dict[str, Any], proxy: Mapping[str, Any], changed: frozenset[str], step: Step) -> str:
    """Add all proxy values: one that is omitted is reset (to port 80, to no account); returns the account.

    The reference asks for the other values only together with a proxy that is enabled.

    :raises NoCmdlet: values are to be stored for a proxy that is not enabled.
    """
    parameters["EnableProxy"] = proxy["enabled"]
    if not proxy["enabled"]:
        if isinstance(step, Create) or changed & site_systems.PROXY_SETTINGS - {site_systems.USE_PROXY}:
            raise NoCmdlet(f"the cmdlets do not store the settings of a proxy that is not enabled, as for {step.what}")
        return ""
    parameters["ProxyServerName"] = proxy["server"] or ""
    parameters["ProxyServerPort"] = proxy["port"] or site_systems.DEFAULT_PROXY_PORT
    return proxy["account"] or ""


def _proved(step: Create | Change, changed: frozenset[str]) -> frozenset[str]:
    """The settings that must be as requested: those that changed; of a new row, those that the cmdlet has parameters for."""
    if isinstance(step, Change):
        return changed
    return frozenset(settings_as_data(step.row)) - {rows.REMOTE_NAME}


def _of_account(step: Step) -> Call:
    cmdlet = f"{_ACCOUNT_VERBS[type(step)]}-CMAccount"
    parameters = {"UserName": str(step.row["UserName"])}
    if isinstance(step, Delete):
        # It has no -SiteCode: the site is that of the drive.
        return Call(cmdlet, parameters)
    if step.password is None:
        raise NoCmdlet(f"{step.what} is written without a password")
    return Call(cmdlet, {**parameters, "SiteCode": rows.site_of(step.row)}, password=step.password.text)


def _named(step: Step, role: str) -> str:
    return f"{_ROLE_VERBS[role][type(step)]}-{_ROLES[role]}"


def _server(step: Step) -> dict[str, Any]:
    """The server by the name that its rows have, which may be a NetBIOS name."""
    name = naming.server_of_nal(str(step.row.get("NALPath") or "")) or rows.server_of(step.row)
    return {"SiteSystemServerName": name, "SiteCode": rows.site_of(step.row)}


def _changed_settings(step: Create | Change) -> frozenset[str]:
    if isinstance(step, Create):
        return frozenset()
    before, after = settings_as_data(step.before), settings_as_data(step.row)
    return frozenset(name for name in {*before, *after} if before.get(name) != after.get(name))


def made_by(step: Create, row: CimInstance) -> bool:
    """Whether a row is the one that the cmdlet of this step made: the product chooses the text of its keys itself."""
    if row.cls.name == SMS_SCI_RESERVED.name:
        return str(row.get("UserName") or "").casefold() == str(step.row["UserName"]).casefold() and rows.site_of(
            row
        ) == rows.site_of(step.row)
    return (
        rows.role_of(row) == rows.role_of(step.row)
        and rows.site_of(row) == rows.site_of(step.row)
        and rows.is_on(row, rows.server_of(step.row))
    )
