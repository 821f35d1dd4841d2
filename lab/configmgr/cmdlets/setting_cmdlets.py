"""Get- and Set-CMHierarchySetting: of the settings the lab has the usage level."""

from __future__ import annotations

from lab.configmgr.cmdlets import rows
from lab.configmgr.cmdlets.connection import current
from lab.configmgr.cmdlets.result_objects import ResultObject
from lab.windows.powershell.errors import Unsupported
from lab.windows.powershell.session import Invoked, Steps

_LEVELS = {"Basic": 1, "Enhanced": 2, "Full": 3}
_PROPERTY = "TelemetryLevel"
_HAS = (
    _PROPERTY,
    "Force",
    "PassThru",
    "WhatIf",
    "Confirm",
    "ErrorAction",
    "WarningAction",
    "DisableWildcardHandling",
    "ForceWildcardHandling",
)


def get(call: Invoked) -> Steps:
    """The site definition of the site."""
    connection = current(call)
    code = rows.site_code(call, connection).casefold()
    found = yield from rows.instances(call, connection, "SMS_SCI_SiteDefinition")
    return rows.shown([row for row in found if row["SiteCode"].casefold() == code])


def change(call: Invoked) -> Steps:
    """Set the usage level, a setting of the top-level site."""
    connection = current(call)
    for name in call.bound.values:
        if name not in _HAS:
            raise Unsupported(f"Set-CMHierarchySetting -{name}", call.bound.place)
    found = yield from rows.instances(call, connection, "SMS_SCI_SCProperty")
    row = next((row for row in found if row["PropertyName"] == _PROPERTY), None)
    if row is None:
        raise rows.no_object(call)
    if not rows.goes_ahead(call, connection.hierarchy.top.code):
        return []
    if _PROPERTY in call.bound:
        changed = row.copy()
        changed["Value"] = _LEVELS[call.bound.text(_PROPERTY)]
        yield from rows.write(call, connection, changed, "put")
    if not call.bound.flag("PassThru"):
        return []
    sites = yield from rows.instances(call, connection, "SMS_SCI_SiteDefinition")
    return [ResultObject(site) for site in sites if site["SiteCode"] == connection.hierarchy.top.code]
