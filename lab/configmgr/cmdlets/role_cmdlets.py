"""Get-, Add-, Set- and Remove-CMServiceConnectionPoint."""

from __future__ import annotations

from lab.configmgr import names
from lab.configmgr.cmdlets import rows
from lab.configmgr.cmdlets.connection import current
from lab.configmgr.cmdlets.result_objects import ResultObject
from lab.windows.powershell.session import Invoked, Steps

_OFFLINE = {"Online": 0, "Offline": 1}


def get(call: Invoked) -> Steps:
    """The rows of the role, by server, site or site system."""
    return rows.shown((yield from rows.find_roles(call, names.SERVICE_CONNECTION_POINT)))


def add(call: Invoked) -> Steps:
    """Add the role to a site system, which must exist."""
    connection = current(call)
    system = yield from rows.one_role(call, connection, names.SITE_SYSTEM)
    if not rows.goes_ahead(call, rows.server_name(system)):
        return []
    made = connection.new(
        rows.ROLE_CLASS,
        SiteCode=system["SiteCode"],
        NALPath=system["NALPath"],
        NALType=system["NALType"],
        NetworkOSPath=system["NetworkOSPath"],
        RoleName=names.SERVICE_CONNECTION_POINT,
        Props=[
            rows.embedded(connection, "OfflineMode", _OFFLINE[call.bound.text("Mode")]),
            rows.embedded(connection, "Server Remote Name", 0, rows.server_name(system)),
        ],
    )
    return [ResultObject((yield from rows.write(call, connection, made, "create")))]


def change(call: Invoked) -> Steps:
    """Change the mode; without -Mode the row is written as it is."""
    connection = current(call)
    row = yield from rows.one_role(call, connection, names.SERVICE_CONNECTION_POINT)
    if not rows.goes_ahead(call, rows.server_name(row)):
        return []
    changes = {"OfflineMode": (_OFFLINE[call.bound.text("Mode")], "", "")} if "Mode" in call.bound else {}
    after = yield from rows.write(call, connection, rows.with_props(connection, row, changes), "put")
    return [ResultObject(after)] if call.bound.flag("PassThru") else []


def remove(call: Invoked) -> Steps:
    """Remove the role."""
    connection = current(call)
    row = yield from rows.one_role(call, connection, names.SERVICE_CONNECTION_POINT)
    if rows.goes_ahead(call, rows.server_name(row), asks=True):
        yield from rows.write(call, connection, row, "delete")
    return []
