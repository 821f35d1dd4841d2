# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A server's registry, 64-bit view, with the registry provider StdRegProv."""

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import CIMV2, STD_REG_PROV
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

_LOCAL_MACHINE = 0x80000002
_DONE, _VALUE_MISSING, _KEY_MISSING, _ACCESS_DENIED = 0, 1, 2, 5
_TYPE_MISMATCH = 0x80041005


class RegistryError(NotReadable):
    """The registry provider refused; the text names the key and says why."""


class KeyMissing(RegistryError):
    """The key does not exist."""


class Registry:
    """Keys below HKEY_LOCAL_MACHINE. Each call is one request."""

    def __init__(self, session: CimSession) -> None:
        self._session = session

    def get_string(self, key: str, name: str) -> str | None:
        """A REG_SZ value; None when the key exists but the value does not.

        :raises KeyMissing: the key does not exist.
        :raises RegistryError: the account may not read it, or the value has another type.
        """
        output = self._call("GetStringValue", key, name)
        value = output.get("sValue")
        return None if value is None else str(value)

    def get_dword(self, key: str, name: str) -> int | None:
        """A REG_DWORD value; otherwise as ``get_string``."""
        value = self._call("GetDWORDValue", key, name).get("uValue")
        return None if value is None else int(value)

    def get_strings(self, key: str, name: str) -> list[str] | None:
        """A REG_MULTI_SZ value; otherwise as ``get_string``."""
        value = self._call("GetMultiStringValue", key, name).get("sValue")
        return None if value is None else [str(item) for item in value]

    def get_binary(self, key: str, name: str) -> bytes | None:
        """A REG_BINARY value; otherwise as ``get_string``."""
        value = self._call("GetBinaryValue", key, name).get("uValue")
        return None if value is None else bytes(value)

    def value_names(self, key: str) -> list[str]:
        """The names of the key's values.

        :raises KeyMissing: the key does not exist.
        :raises RegistryError: the account may not read it.
        """
        return [str(name) for name in self._call("EnumValues", key).get("sNames") or ()]

    def value_types(self, key: str) -> dict[str, int]:
        """The types of the key's values by name, as numbers (1 REG_SZ, 4 REG_DWORD); errors as ``value_names``."""
        output = self._call("EnumValues", key)
        return {str(name): int(kind) for name, kind in zip(output.get("sNames") or (), output.get("Types") or (), strict=False)}

    def subkeys(self, key: str) -> list[str]:
        """The names of the keys in this key; errors as ``value_names``."""
        return [str(name) for name in self._call("EnumKey", key).get("sNames") or ()]

    def set_string(self, key: str, name: str, value: str) -> None:
        """Write a REG_SZ value.

        :raises KeyMissing: the key does not exist.
        :raises RegistryError: the account may not write it.
        """
        self._call("SetStringValue", key, name, sValue=value)

    def set_dword(self, key: str, name: str, value: int) -> None:
        """Write a REG_DWORD value; errors as ``set_string``."""
        self._call("SetDWORDValue", key, name, uValue=value)

    def _call(self, method: str, key: str, name: str | None = None, **more: Any) -> dict[str, Any]:
        """``name`` is None for the methods that are about a key and have no such input."""
        value_name = {} if name is None else {"sValueName": name}
        inputs = {"hDefKey": _LOCAL_MACHINE, "sSubKeyName": key, **value_name, **more}
        output = self._session.invoke(CIMV2, STD_REG_PROV, method, inputs)
        result = output.get("ReturnValue") or 0
        if result in (_DONE, _VALUE_MISSING):
            return output
        shown = f"HKLM\\{key}"
        if result == _KEY_MISSING:
            raise KeyMissing(f"the registry key {shown} does not exist")
        if result == _ACCESS_DENIED:
            raise RegistryError(f"this account has no access to the registry key {shown}")
        if result == _TYPE_MISMATCH:
            raise RegistryError(f"the registry value {shown}\\{name} does not have the expected type")
        raise RegistryError(f"the registry provider answered {method} on {shown} with code {result}")
