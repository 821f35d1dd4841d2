"""StdRegProv: the registry over CIM (Windows SDK, "StdRegProv class"; facts/wsman.md, section 6).

Failures are return values, not faults: 1 value missing, 2 key missing, 5 access denied, WBEM_E_TYPE_MISMATCH as uint32 for
a value of another type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.provider import Call, Provider
from lab.windows.registry import Key, Registry, RegistryValue, ValueType
from lab.winrm.message import Caller

VALUE_MISSING = 1
KEY_MISSING = 2
ACCESS_DENIED = 5
INVALID_HANDLE = 6
INVALID_PARAMETER = 87
BAD_PATH = 161

HIVES: Mapping[int, str] = {
    2147483648: "HKCR",
    2147483649: "HKCU",
    2147483650: "HKLM",
    2147483651: "HKU",
    2147483653: "HKCC",
}

LONGEST_NAME = 255
DEEPEST_KEY = 512

# Access rights of a key (Windows SDK, "Registry Key Security and Access Rights") that only administrators have on these hives.
_WRITE_RIGHTS = 0x0002 | 0x0004 | 0x0020 | 0x00010000 | 0x00040000 | 0x00080000

_ENVIRONMENT = {
    "systemdrive": "C:",
    "systemroot": r"C:\Windows",
    "windir": r"C:\Windows",
    "programdata": r"C:\ProgramData",
    "programfiles": r"C:\Program Files",
    "commonprogramfiles": r"C:\Program Files\Common Files",
}

# Method name: value type, name of its value parameter.
_GET: Mapping[str, tuple[ValueType, str]] = {
    "getstringvalue": (ValueType.SZ, "sValue"),
    "getexpandedstringvalue": (ValueType.EXPAND_SZ, "sValue"),
    "getmultistringvalue": (ValueType.MULTI_SZ, "sValue"),
    "getdwordvalue": (ValueType.DWORD, "uValue"),
    "getqwordvalue": (ValueType.QWORD, "uValue"),
    "getbinaryvalue": (ValueType.BINARY, "uValue"),
}
_SET = {name.replace("get", "set", 1): shape for name, shape in _GET.items()}


class RegistryProvider(Provider):
    """The registry of one server.

    :param may_write: whether a caller may change keys and values; everyone who may use CIM may read.
    """

    def __init__(self, registry: Registry, may_write: Callable[[Caller], bool]) -> None:
        self._registry = registry
        self._may_write = may_write

    def invoke(
        self, call: Call, cls: ClassDef, method: str, instance: Instance | None, inputs: NameMap[Value]
    ) -> Mapping[str, Value]:
        name = method.lower()
        path = _key_path(inputs)
        if isinstance(path, int):
            return {"ReturnValue": path}
        if name in _GET:
            return self._get(path, _value_name(inputs), *_GET[name])
        if name == "enumkey":
            return self._enumerate_keys(path)
        if name == "enumvalues":
            return self._enumerate_values(path)
        writer = self._may_write(call.caller)
        if name == "checkaccess":
            return self._check_access(path, inputs, writer)
        if not writer:
            return {"ReturnValue": ACCESS_DENIED}
        return {"ReturnValue": self._write(name, path, inputs)}

    def _write(self, name: str, path: str, inputs: NameMap[Value]) -> int:
        if name == "createkey":
            return self._create_key(path)
        if name == "deletekey":
            return self._delete_key(path)
        if name == "deletevalue":
            return self._delete_value(path, _value_name(inputs))
        kind, parameter = _SET[name]
        return self._set(path, _value_name(inputs), kind, inputs.get(parameter))

    def _get(self, path: str, name: str, kind: ValueType, parameter: str) -> dict[str, Value]:
        key = self._registry.find(path)
        if key is None:
            return {"ReturnValue": KEY_MISSING, parameter: None}
        found = key.values.get(name)
        if found is None:
            return {"ReturnValue": VALUE_MISSING, parameter: None}
        if found.type is not kind:
            return {"ReturnValue": Wbem.TYPE_MISMATCH, parameter: None}
        return {"ReturnValue": 0, parameter: _outgoing(found)}

    def _set(self, path: str, name: str, kind: ValueType, value: Value) -> int:
        if self._registry.find(path) is None:
            return KEY_MISSING
        if kind is ValueType.BINARY:
            data: str | int | bytes | list[str] = bytes(value or [])
        elif kind is ValueType.MULTI_SZ:
            data = list(value or [])
        elif kind in (ValueType.DWORD, ValueType.QWORD):
            data = int(value) if value is not None else 0
        else:
            data = str(value) if value is not None else ""
        self._registry.set(path, name, data, kind)
        return 0

    def _enumerate_keys(self, path: str) -> dict[str, Value]:
        key = self._registry.find(path)
        if key is None:
            return {"ReturnValue": KEY_MISSING, "sNames": None}
        return {"ReturnValue": 0, "sNames": sorted(key.subkeys, key=str.lower) or None}

    def _enumerate_values(self, path: str) -> dict[str, Value]:
        key = self._registry.find(path)
        if key is None:
            return {"ReturnValue": KEY_MISSING, "sNames": None, "Types": None}
        names = list(key.values)
        types = [int(key.values[name].type) for name in names]
        return {"ReturnValue": 0, "sNames": names or None, "Types": types or None}

    def _create_key(self, path: str) -> int:
        parts = path.split("\\")
        if any(not part for part in parts):
            return BAD_PATH
        if len(parts) > DEEPEST_KEY or any(len(part) > LONGEST_NAME for part in parts):
            return INVALID_PARAMETER
        self._registry.create(path)
        return 0

    def _delete_key(self, path: str) -> int:
        key = self._registry.find(path)
        if key is None:
            return KEY_MISSING
        if len(key.subkeys) or "\\" not in path:
            return ACCESS_DENIED
        self._registry.delete(path)
        return 0

    def _delete_value(self, path: str, name: str) -> int:
        key = self._registry.find(path)
        if key is None or name not in key.values:
            return KEY_MISSING
        del key.values[name]
        return 0

    def _check_access(self, path: str, inputs: NameMap[Value], writer: bool) -> dict[str, Value]:
        key: Key | None = self._registry.find(path)
        if key is None:
            return {"ReturnValue": KEY_MISSING, "bGranted": False}
        required = inputs.get("uRequired")
        granted = writer or not (3 if required is None else required) & _WRITE_RIGHTS
        return {"ReturnValue": 0 if granted else ACCESS_DENIED, "bGranted": granted}


def expanded(text: str) -> str:
    """Replace ``%SystemRoot%`` and similar names; unknown names are left unchanged."""
    return re.sub(r"%([^%]+)%", lambda found: _ENVIRONMENT.get(found[1].lower(), found[0]), text)


def _key_path(inputs: NameMap[Value]) -> str | int:
    """The path of the key in the registry, or the error code for a hive that does not exist."""
    hive = inputs.get("hDefKey")
    if hive is None:
        hive = 2147483650
    if hive not in HIVES:
        return INVALID_HANDLE
    key = inputs.get("sSubKeyName")
    if key is None:
        raise CimError(Wbem.INVALID_PARAMETER, "Invalid parameter: sSubKeyName is missing")
    return f"{HIVES[hive]}\\{key}" if key else HIVES[hive]


def _value_name(inputs: NameMap[Value]) -> str:
    name = inputs.get("sValueName")
    return "" if name is None else str(name)


def _outgoing(value: RegistryValue) -> Value:
    if isinstance(value.data, bytes):
        return list(value.data)
    if value.type is ValueType.EXPAND_SZ:
        return expanded(str(value.data))
    return value.data
