"""StdRegProv without a network."""

from __future__ import annotations

from typing import Any

import pytest

from lab.cim.errors import CimError
from lab.windows.machine import Machine
from lab.windows.registry import ValueType
from lab.windows.registry_provider import expanded
from lab.winrm.message import Caller

READER = Caller("scpreader", "CORP")
HKLM = 2147483650
KEY = r"SOFTWARE\Test"


@pytest.fixture
def reg(machine: Machine, invoke: Any) -> Any:
    machine.registry.create(rf"HKLM\{KEY}")

    def ask(method: str, **inputs: Any) -> Any:
        caller = inputs.pop("caller", Caller("scpadmin", "CORP"))
        return invoke(machine, "StdRegProv", method, caller=caller, **{"hDefKey": HKLM, "sSubKeyName": KEY, **inputs})

    return ask


@pytest.mark.parametrize(
    ("kind", "parameter", "value"),
    [
        ("String", "sValue", "text"),
        ("String", "sValue", ""),
        ("MultiString", "sValue", ["a", "", "c"]),
        ("DWORD", "uValue", 0xFFFFFFFF),
        ("QWORD", "uValue", 2**64 - 1),
        ("Binary", "uValue", [0, 255, 7]),
    ],
)
def test_a_written_value_is_read_back(reg: Any, kind: str, parameter: str, value: Any) -> None:
    assert reg(f"Set{kind}Value", sValueName="v", **{parameter: value}) == {"ReturnValue": 0}
    assert reg(f"Get{kind}Value", sValueName="V") == {"ReturnValue": 0, parameter: value}


def test_expanded_strings_come_back_expanded(reg: Any, machine: Machine) -> None:
    reg("SetExpandedStringValue", sValueName="v", sValue=r"%SystemRoot%\x;%Unknown%")
    assert reg("GetExpandedStringValue", sValueName="v")["sValue"] == r"C:\Windows\x;%Unknown%"
    stored = machine.registry.get(rf"HKLM\{KEY}", "v")
    assert stored is not None
    assert (stored.type, stored.data) == (ValueType.EXPAND_SZ, r"%SystemRoot%\x;%Unknown%")


def test_a_wrong_type_is_an_hresult(reg: Any) -> None:
    reg("SetDWORDValue", sValueName="v", uValue=1)
    assert reg("GetStringValue", sValueName="v") == {"ReturnValue": 0x80041005, "sValue": None}


def test_missing_value_is_1_and_missing_key_2(reg: Any) -> None:
    assert reg("GetStringValue", sValueName="none")["ReturnValue"] == 1
    assert reg("GetStringValue", sSubKeyName=r"SOFTWARE\None", sValueName="v")["ReturnValue"] == 2
    assert reg("SetStringValue", sSubKeyName=r"SOFTWARE\None", sValueName="v", sValue="x") == {"ReturnValue": 2}
    assert reg("EnumKey", sSubKeyName=r"SOFTWARE\None")["ReturnValue"] == 2
    assert reg("DeleteValue", sValueName="none") == {"ReturnValue": 2}


def test_unknown_hive_is_an_invalid_handle(reg: Any) -> None:
    assert reg("EnumKey", hDefKey=1) == {"ReturnValue": 6}


def test_hive_is_local_machine_when_left_out(reg: Any) -> None:
    reg("SetStringValue", hDefKey=None, sValueName="v", sValue="x")
    assert reg("GetStringValue", sValueName="v")["sValue"] == "x"


def test_key_name_is_needed(reg: Any) -> None:
    with pytest.raises(CimError, match="sSubKeyName is missing"):
        reg("EnumKey", sSubKeyName=None)


@pytest.mark.parametrize("method", ["SetStringValue", "SetDWORDValue", "CreateKey", "DeleteKey", "DeleteValue"])
def test_only_administrators_write(reg: Any, machine: Machine, method: str) -> None:
    machine.registry.set(rf"HKLM\{KEY}", "v", "old")
    assert reg(method, caller=READER, sValueName="v") == {"ReturnValue": 5}
    stored = machine.registry.get(rf"HKLM\{KEY}", "v")
    assert stored is not None
    assert stored.data == "old"


def test_check_access_tells_reading_from_writing(reg: Any) -> None:
    assert reg("CheckAccess", caller=READER, uRequired=1) == {"ReturnValue": 0, "bGranted": True}
    assert reg("CheckAccess", caller=READER, uRequired=2) == {"ReturnValue": 5, "bGranted": False}
    assert reg("CheckAccess", uRequired=2) == {"ReturnValue": 0, "bGranted": True}


def test_enumerations(reg: Any) -> None:
    assert reg("EnumKey") == {"ReturnValue": 0, "sNames": None}
    assert reg("EnumValues") == {"ReturnValue": 0, "sNames": None, "Types": None}
    reg("CreateKey", sSubKeyName=rf"{KEY}\b\c")
    reg("CreateKey", sSubKeyName=rf"{KEY}\A")
    reg("SetStringValue", sValueName="s", sValue="x")
    reg("SetDWORDValue", sValueName="d", uValue=1)
    assert reg("EnumKey")["sNames"] == ["A", "b"]
    assert reg("EnumValues") == {"ReturnValue": 0, "sNames": ["s", "d"], "Types": [1, 4]}


def test_a_key_with_subkeys_is_not_deleted(reg: Any) -> None:
    reg("CreateKey", sSubKeyName=rf"{KEY}\b")
    assert reg("DeleteKey") == {"ReturnValue": 5}
    assert reg("DeleteKey", sSubKeyName=rf"{KEY}\b") == {"ReturnValue": 0}
    assert reg("DeleteKey") == {"ReturnValue": 0}
    assert reg("DeleteKey") == {"ReturnValue": 2}


@pytest.mark.parametrize(("key", "code"), [("\\lead", 161), ("a\\\\b", 161), ("x" * 256, 87), ("\\".join("k" * 600), 87)])
def test_bad_key_names(reg: Any, key: str, code: int) -> None:
    assert reg("CreateKey", sSubKeyName=key) == {"ReturnValue": code}


def test_expansion_knows_names_in_any_case() -> None:
    assert expanded(r"%SYSTEMDRIVE%\%windir%") == r"C:\C:\Windows"
