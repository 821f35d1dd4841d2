# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Site control rows (SMS_SCI_SysResUse): their content, and new rows. Properties are found by name, never by position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SCI_SYS_RES_USE
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance, Value

ONLINE, OFFLINE = "online", "offline"
_MODE_VALUES = {ONLINE: 0, OFFLINE: 1}
MODE_PROPERTY = "OfflineMode"
# Value1 is the server's intranet FQDN.
REMOTE_NAME = "Server Remote Name"
# The properties of a row that contain embedded ones.
EMBEDDED = ("Props", "PropLists")


@dataclass(frozen=True)
class Setting:
    """The three fields of an SMS_EmbeddedProperty; which one has the value depends on the property."""

    value: int = 0
    value1: str = ""
    value2: str = ""


def role_of(row: CimInstance) -> str:
    return str(row.get("RoleName") or "")


def site_of(row: CimInstance) -> str:
    return str(row.get("SiteCode") or "").upper()


def server_of(row: CimInstance) -> str:
    """The server of a row: from its NAL path, else from NetworkOSPath, which may be empty just after creation.

    Sites that were upgraded from 2012 have rows with a NetBIOS name. Then the FQDN is in ``Server Remote Name``, if the row was
    read with its embedded properties and the two names match; still compare names only with :func:`naming.same_computer`.
    """
    path = str(row.get("NetworkOSPath") or "").strip("\\").partition("\\")[0]
    name = naming.plain_name(naming.server_of_nal(str(row.get("NALPath") or "")) or path)
    if "." in name:
        return name
    remote = setting(row, REMOTE_NAME)
    full = naming.plain_name(remote.value1) if remote else ""
    return full if naming.same_computer(full, name) else name


def short_name(row: CimInstance) -> str | None:
    """The row's NetBIOS name; None if the row has a full name."""
    name = naming.server_of_nal(str(row.get("NALPath") or "")) or ""
    return name.upper() if name and "." not in name else None


def is_on(row: CimInstance, server: str) -> bool:
    """Whether the row belongs to this server, in whatever form the two names are written."""
    return naming.same_computer(server_of(row), server)


def setting(row: CimInstance, name: str) -> Setting | None:
    """An embedded property by its name; names are case sensitive (SMS_EmbeddedProperty, SDK page)."""
    for prop in row.get("Props") or ():
        if prop.get("PropertyName") == name:
            return Setting(int(prop.get("Value") or 0), str(prop.get("Value1") or ""), str(prop.get("Value2") or ""))
    return None


def with_settings(row: CimInstance, changes: Mapping[str, Setting]) -> CimInstance:
    """The row with these embedded properties; every other one keeps its value and its position."""
    props: list[Value] = list(row.get("Props") or ())
    for name, wish in changes.items():
        fields: dict[str, Value] = {"Value": wish.value, "Value1": wish.value1, "Value2": wish.value2}
        for index, prop in enumerate(props):
            if isinstance(prop, CimInstance) and prop.get("PropertyName") == name:
                props[index] = prop.with_values(fields)
                break
        else:
            props.append(_embedded(name, wish))
    return row.with_values({"Props": props})


def mode_of(row: CimInstance) -> str | None:
    """``online`` or ``offline``; None when the row has no OfflineMode or an unknown value."""
    found = setting(row, MODE_PROPERTY)
    if found is None:
        return None
    return {number: mode for mode, number in _MODE_VALUES.items()}.get(found.value)


def with_mode(row: CimInstance, mode: str) -> CimInstance:
    """The row with another mode; only OfflineMode.Value changes."""
    present = setting(row, MODE_PROPERTY) or Setting()
    return with_settings(row, {MODE_PROPERTY: Setting(_MODE_VALUES[mode], present.value1, present.value2)})


def new_row(code: str, nal: str, server: str, role: str, settings: Mapping[str, Setting]) -> CimInstance:
    r"""A new site control row. The keys are set although the SDK marks them as read: WS-Man Create identifies the row by them.

    :param nal: for a role, byte for byte the NAL path of the server's own ``SMS Site System`` row.
    """
    return CimInstance.new(
        naming.site_namespace(code),
        SMS_SCI_SYS_RES_USE,
        {
            "FileType": 2,
            "ItemName": naming.item_name(nal, role),
            "ItemType": "System Resource Usage",
            "SiteCode": code,
            "NALPath": nal,
            "NALType": "Windows NT Server",
            "NetworkOSPath": f"\\\\{server}",
            "RoleName": role,
            "Props": [_embedded(name, wish) for name, wish in settings.items()],
        },
    )


def service_connection_point_row(code: str, site_system: CimInstance, mode: str) -> CimInstance:
    """The row that installs the role on the server of this ``SMS Site System`` row."""
    server = server_of(site_system)
    settings = {MODE_PROPERTY: Setting(_MODE_VALUES[mode]), REMOTE_NAME: Setting(0, server, "")}
    row = new_row(code, str(site_system["NALPath"]), server, naming.SERVICE_CONNECTION_POINT, settings)
    # A server with a NetBIOS name keeps it in both paths; otherwise its rows would look like two servers.
    path = site_system.get("NetworkOSPath")
    return row.with_values({"NetworkOSPath": path}) if path else row


def settings_as_data(row: CimInstance) -> dict[str, dict[str, int | str]]:
    """The embedded properties for a diff: name to the three fields."""
    return {
        str(prop.get("PropertyName")): {
            "Value": int(prop.get("Value") or 0),
            "Value1": str(prop.get("Value1") or ""),
            "Value2": str(prop.get("Value2") or ""),
        }
        for prop in row.get("Props") or ()
    }


def _embedded(name: str, wish: Setting) -> dict[str, Value]:
    return {"PropertyName": name, "Value": wish.value, "Value1": wish.value1, "Value2": wish.value2}
