"""The commands that every session has."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from lab.cim.model import NameMap
from lab.windows.powershell import drive_commands, json_commands, members
from lab.windows.powershell.contracts import Contract, read_contracts
from lab.windows.powershell.errors import Unsupported
from lab.windows.powershell.session import Body, Invoked, RegisteredCommand, Session, Steps
from lab.windows.powershell.values import PsValue, SecureText, like, text_of, truth

_NO_MODULE = "was not loaded because no valid module file was found in any module directory."
_STRICT = ("1.0", "2.0", "3.0", "latest")


@cache
def contracts() -> NameMap[Contract]:
    """The contracts of the commands; read when the first script runs, because reading takes time."""
    return read_contracts(Path(__file__).with_name("contracts.yml"))


def import_module(call: Invoked) -> Steps:
    """Import-Module, by the path of its manifest."""
    path = call.bound.text("Name").replace("/", "\\")
    files = call.session.machine.files
    folder, _, file = path.rpartition("\\")
    path = _without_dots(path)
    module = call.session.modules.get(file.rpartition(".")[0] if file.lower().endswith(".psd1") else file)
    if not folder or module is None or not files.exists(path):
        raise call.error(
            f"The specified module '{call.bound.text('Name')}' {_NO_MODULE}",
            "Modules_ModuleNotFound",
            "System.IO.FileNotFoundException",
            "ResourceUnavailable",
            target=call.bound.text("Name"),
            origin="Microsoft.PowerShell.Commands.ImportModuleCommand",
        )
    loaded = yield from module.load(call, path)
    for item in loaded:
        call.session.loaded[module.name] = item
    return loaded if call.bound.flag("PassThru") else []


def get_module(call: Invoked) -> Steps:
    """Get-Module: the loaded modules."""
    yield from ()
    return [module for name, module in call.session.loaded.items() if like(name, call.bound.get("Name", "*"))]


def set_strict_mode(call: Invoked) -> Steps:
    """Set-StrictMode."""
    yield from ()
    version = call.bound.text("Version")
    if version and version.lower() not in _STRICT:
        raise Unsupported(f"Set-StrictMode -Version {version}; allowed: {', '.join(_STRICT)}", call.bound.place)
    call.session.strict = not call.bound.flag("Off") and version != "1.0"
    return []


def where_object(call: Invoked) -> Steps:
    """Where-Object with a script block."""
    found: list[PsValue] = []
    for item in call.input:
        result = yield from call.blocks.each(call.bound.get("FilterScript"), item)
        if truth(result):
            found.append(item)
    return found


def for_each_object(call: Invoked) -> Steps:
    """ForEach-Object with a script block."""
    found: list[PsValue] = []
    for item in call.input:
        found.extend((yield from call.blocks.each(call.bound.get("Process"), item)))
    return found


def select_object(call: Invoked) -> Steps:
    """Select-Object with -First or -ExpandProperty."""
    yield from ()
    items = list(call.input)
    if "First" in call.bound:
        items = items[: call.bound.get("First")]
    if "ExpandProperty" not in call.bound:
        return items
    name = call.bound.text("ExpandProperty")
    return [members.member(call.session, item, name, call.bound.place) for item in items]


def out_null(_call: Invoked) -> Steps:
    """Out-Null."""
    yield from ()
    return []


def out_string(call: Invoked) -> Steps:
    """Out-String: the objects as text, each with an end of line."""
    yield from ()
    return ["".join(f"{text_of(item)}\r\n" for item in call.input)]


def write_output(call: Invoked) -> Steps:
    """Write-Output."""
    yield from ()
    value = call.bound.get("InputObject")
    return list(value) if isinstance(value, list) else [value]


def convert_to_secure_string(call: Invoked) -> Steps:
    """ConvertTo-SecureString -AsPlainText -Force."""
    yield from ()
    origin = "Microsoft.PowerShell.Commands.ConvertToSecureStringCommand"
    if not call.bound.flag("AsPlainText"):
        raise Unsupported("ConvertTo-SecureString without -AsPlainText", call.bound.place)
    if not call.bound.flag("Force"):
        message = (
            "The system cannot protect plain text input. To suppress this warning and convert the plain text "
            "to a SecureString, reissue "
            "the command specifying the Force parameter. For more information ,type: get-help ConvertTo-SecureString."
        )
        raise call.error(
            message, "ImportSecureString_ForceRequired", "System.ArgumentException", "InvalidArgument", origin=origin
        )
    return [SecureText(call.bound.text("String"))]


BODIES: Mapping[str, tuple[Body, bool]] = {
    "Import-Module": (import_module, False),
    "Get-Module": (get_module, False),
    "Set-StrictMode": (set_strict_mode, False),
    "Where-Object": (where_object, True),
    "ForEach-Object": (for_each_object, True),
    "Out-Null": (out_null, True),
    "Out-String": (out_string, True),
    "Select-Object": (select_object, True),
    "Write-Output": (write_output, False),
    "ConvertFrom-Json": (json_commands.convert_from_json, True),
    "ConvertTo-Json": (json_commands.convert_to_json, True),
    "ConvertTo-SecureString": (convert_to_secure_string, False),
    "Get-PSDrive": (drive_commands.get_drive, False),
    "New-PSDrive": (drive_commands.new_drive, False),
    "Remove-PSDrive": (drive_commands.remove_drive, False),
    "Set-Location": (drive_commands.set_location, False),
    "Get-ItemProperty": (drive_commands.get_item_property, False),
    "Test-Path": (drive_commands.test_path, False),
    "Join-Path": (drive_commands.join_path, False),
}


def register_core(session: Session) -> None:
    """Give a session its commands."""
    for name, (body, collects) in BODIES.items():
        session.commands[name] = RegisteredCommand(contracts()[name], body, collects)


def _without_dots(path: str) -> str:
    r"""``C:\bin\..\x`` as ``C:\x``."""
    parts: list[str] = []
    for part in path.split("\\"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", ".") or not parts:
            parts.append(part)
    return "\\".join(parts)
