"""Commands for drives, locations, paths and the registry."""

from __future__ import annotations

import re

from lab.cim.model import NameMap
from lab.windows.powershell.errors import Unsupported
from lab.windows.powershell.session import Drive, Invoked, Steps
from lab.windows.powershell.values import PsObject, PsValue, like

_COMMANDS = "Microsoft.PowerShell.Commands"
_AUTOMATION = "System.Management.Automation"
_STATE = (f"{_AUTOMATION}.SessionStateException", f"{_AUTOMATION}.RuntimeException")
_HIVES = {"HKLM": "HKEY_LOCAL_MACHINE", "HKCU": "HKEY_CURRENT_USER"}
_PREFIX = "microsoft.powershell.core\\registry::"


def drive_object(drive: Drive) -> PsObject:
    """A drive as a script sees it."""
    values: dict[str, PsValue] = {"Name": drive.name, "Provider": drive.provider, "Root": drive.root, **drive.shown}
    return PsObject(f"{_AUTOMATION}.PSDriveInfo", NameMap(values), text=drive.name)


def get_drive(call: Invoked) -> Steps:
    """Get-PSDrive."""
    yield from ()
    session = call.session
    providers = [name.casefold() for name in call.bound.get("PSProvider", [])]
    found: list[PsValue] = []
    for name in call.bound.get("Name", ["*"]):
        drives = [drive for drive in session.drives.values() if like(drive.name, name)]
        drives = [drive for drive in drives if not providers or drive.provider.rpartition("\\")[2].casefold() in providers]
        if not drives and not re.search(r"[*?\[]", name):
            raise call.error(
                f"Cannot find drive. A drive with the name '{name}' does not exist.",
                "GetLocationNoMatchingDrive",
                f"{_AUTOMATION}.DriveNotFoundException",
                "ObjectNotFound",
                target=name,
                origin=f"{_COMMANDS}.GetPSDriveCommand",
                bases=_STATE,
            )
        found.extend(drive_object(drive) for drive in drives)
    return found


def new_drive(call: Invoked) -> Steps:
    """New-PSDrive, only for providers of modules."""
    session, name, provider = call.session, call.bound.text("Name"), call.bound.text("PSProvider")
    origin = f"{_COMMANDS}.NewPSDriveCommand"
    if "Scope" in call.bound and call.bound.text("Scope").casefold() not in ("global", "script", "local", "0"):
        raise Unsupported(f"New-PSDrive -Scope {call.bound.text('Scope')}", call.bound.place)
    if re.search(r"[;~/\\.:]", name):
        message = (
            "Cannot process the drive name because the drive name contains one or more of the following characters that are not "
            "valid: ; ~ / \\ . :"
        )
        raise call.error(
            message, "NewDriveNameInvalid", f"{_AUTOMATION}.PSArgumentException", "InvalidArgument", target=name, origin=origin
        )
    maker = session.providers.get(provider.rpartition("\\")[2])
    if maker is None:
        raise call.error(
            f"Cannot find a provider with the name '{provider}'.",
            "ProviderNotFound",
            f"{_AUTOMATION}.ProviderNotFoundException",
            "ObjectNotFound",
            target=provider,
            origin=origin,
            bases=_STATE,
        )
    if name in session.drives:
        raise call.error(
            f"A drive with the name '{name}' already exists.",
            "DriveAlreadyExists",
            _STATE[0],
            "ResourceExists",
            target=name,
            target_type="PSDriveInfo",
            origin=origin,
            bases=_STATE[1:],
        )
    if call.bound.flag("WhatIf"):
        session.write_out(f'What if: Performing the operation "New drive" on target "Name: {name} Provider: {provider}".\r\n')
        return []
    drive = yield from maker(call, name, call.bound.text("Root"))
    session.drives[name] = drive
    return [drive_object(drive)]


def remove_drive(call: Invoked) -> Steps:
    """Remove-PSDrive. The drive of the current location is in use."""
    yield from ()
    session = call.session
    origin = f"{_COMMANDS}.RemovePSDriveCommand"
    for name in call.bound.get("Name") or call.bound.get("LiteralName"):
        if name not in session.drives:
            raise _no_drive(call, name, origin)
        if session.location.casefold() == name.casefold() and not call.bound.flag("Force"):
            raise call.error(
                f"Cannot remove drive '{name}' because it is in use.",
                "InvalidOperation",
                f"{_AUTOMATION}.PSInvalidOperationException",
                "InvalidOperation",
                target=name,
                origin=origin,
            )
        if not call.bound.flag("WhatIf"):
            del session.drives[name]
    return []


def set_location(call: Invoked) -> Steps:
    """Set-Location: to a drive or a folder; the lab keeps only the drive."""
    yield from ()
    path = call.bound.text("Path") or call.bound.text("LiteralPath")
    name, colon, rest = path.partition(":")
    origin = f"{_COMMANDS}.SetLocationCommand"
    session = call.session
    if not colon:
        raise Unsupported("Set-Location without a drive in the path", call.bound.place)
    if name not in session.drives:
        raise _no_drive(call, name, origin)
    drive = session.drives[name]
    if rest.strip("\\") and not (drive.provider == "FileSystem" and session.machine.files.is_folder(path.rstrip("\\"))):
        raise _no_path(call, path, origin)
    session.location = drive.name
    return [PsObject(f"{_AUTOMATION}.PathInfo", NameMap({"Path": path}), text=path)] if call.bound.flag("PassThru") else []


def get_item_property(call: Invoked) -> Steps:
    """Get-ItemProperty of keys below HKLM and HKCU; all values, or the one that -Name names."""
    yield from ()
    path = call.bound.text("Path") or call.bound.text("LiteralPath")
    name = call.bound.text("Name")
    origin = f"{_COMMANDS}.GetItemPropertyCommand"
    key = _registry_path(path)
    if key is None:
        raise Unsupported(f"Get-ItemProperty of {path}: only of HKLM: and HKCU:", call.bound.place)
    found = call.session.machine.registry.find(key)
    if found is None:
        raise _no_path(call, path, origin)
    if name and name not in found.values:
        full = key.replace(key.partition("\\")[0], _HIVES[key.partition("\\")[0].upper()], 1)
        raise call.error(
            f"Property {name} does not exist at path {full}.",
            f"{_AUTOMATION}.PSArgumentException",
            f"{_AUTOMATION}.PSArgumentException",
            "InvalidArgument",
            target=name,
            origin=origin,
        )
    values = {written: value.data for written, value in found.values.items() if not name or written.casefold() == name.casefold()}
    return [PsObject(f"{_AUTOMATION}.PSCustomObject", NameMap(dict(values)))]


def test_path(call: Invoked) -> Steps:
    """Test-Path for files, folders, keys of the registry and drives."""
    yield from ()
    path = call.bound.text("Path") or call.bound.text("LiteralPath")
    session = call.session
    key = _registry_path(path)
    if key is not None:
        return [session.machine.registry.find(key) is not None]
    name, colon, rest = path.partition(":")
    if not colon or name not in session.drives:
        return [False]
    if not rest.strip("\\"):
        return [True]
    files = session.machine.files
    return [session.drives[name].provider == "FileSystem" and (files.exists(path) or files.is_folder(path))]


def join_path(call: Invoked) -> Steps:
    """Join-Path; the drive of the path must exist."""
    yield from ()
    path, child = call.bound.text("Path"), call.bound.text("ChildPath")
    name, colon, _ = path.partition(":")
    if colon and name not in call.session.drives:
        raise call.error(
            f"Cannot find drive. A drive with the name '{name}' does not exist.",
            "DriveNotFound",
            f"{_AUTOMATION}.DriveNotFoundException",
            "ObjectNotFound",
            target=name,
            origin=f"{_COMMANDS}.JoinPathCommand",
            bases=_STATE,
        )
    return [path.rstrip("\\") + "\\" + child.lstrip("\\")]


def _registry_path(path: str) -> str | None:
    r"""``HKLM\...`` for a path of the registry; None for another path."""
    written = path[len(_PREFIX) :] if path.lower().startswith(_PREFIX) else path
    written = written[len("registry::") :] if written.lower().startswith("registry::") else written
    for short, full in _HIVES.items():
        for start in (f"{short}:\\", f"{full}\\"):
            if written.upper().startswith(start):
                return f"{short}\\{written[len(start) :]}".rstrip("\\")
    return None


def _no_drive(call: Invoked, name: str, origin: str) -> Exception:
    return call.error(
        f"Cannot find drive. A drive with the name '{name}' does not exist.",
        "DriveNotFound",
        f"{_AUTOMATION}.DriveNotFoundException",
        "ObjectNotFound",
        target=name,
        origin=origin,
        bases=_STATE,
    )


def _no_path(call: Invoked, path: str, origin: str) -> Exception:
    return call.error(
        f"Cannot find path '{path}' because it does not exist.",
        "PathNotFound",
        f"{_AUTOMATION}.ItemNotFoundException",
        "ObjectNotFound",
        target=path,
        origin=origin,
        bases=_STATE,
    )
