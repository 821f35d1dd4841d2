"""The registry of one emulated server: hives, keys and typed values; the 64-bit view, which contains the 32-bit keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from lab.cim.model import NameMap


class ValueType(IntEnum):
    """Registry value types ([MS-RRP] 3.1.1.5)."""

    SZ = 1
    EXPAND_SZ = 2
    BINARY = 3
    DWORD = 4
    MULTI_SZ = 7
    QWORD = 11


@dataclass(frozen=True)
class RegistryValue:
    """A typed value: str for SZ and EXPAND_SZ, list[str] for MULTI_SZ, int for DWORD and QWORD, bytes for BINARY."""

    type: ValueType
    data: str | int | bytes | list[str]


@dataclass
class Key:
    """One key: its subkeys and values by name, in any letter case."""

    subkeys: NameMap[Key] = field(default_factory=NameMap)
    values: NameMap[RegistryValue] = field(default_factory=NameMap)


Watcher = Callable[[str, str, RegistryValue], None]


class Registry:
    r"""Paths of keys begin with the hive, such as ``HKLM\SOFTWARE\Microsoft\SMS``."""

    HIVES = ("HKLM", "HKCU", "HKCR", "HKU", "HKCC")

    def __init__(self) -> None:
        self._hives: NameMap[Key] = NameMap({hive: Key() for hive in self.HIVES})
        self._watchers: list[tuple[str, Watcher]] = []

    def find(self, path: str) -> Key | None:
        """The key with this path, or None."""
        hive, *names = path.split("\\")
        key = self._hives.get(hive)
        for name in names:
            if key is None:
                return None
            key = key.subkeys.get(name)
        return key

    def create(self, path: str) -> Key:
        """The key with this path; it and its parents are created if they are missing."""
        hive, *names = path.split("\\")
        key = self._hives[hive]
        for name in names:
            found = key.subkeys.get(name)
            if found is None:
                found = key.subkeys[name] = Key()
            key = found
        return key

    def delete(self, path: str) -> bool:
        """Remove a key with everything below it; False when it does not exist."""
        parent, _, name = path.rpartition("\\")
        key = self.find(parent)
        if key is None or name not in key.subkeys:
            return False
        del key.subkeys[name]
        return True

    def get(self, path: str, name: str) -> RegistryValue | None:
        """A value, or None when key or value is missing."""
        key = self.find(path)
        return None if key is None else key.values.get(name)

    def set(self, path: str, name: str, value: str | int | bytes | list[str], type: ValueType | None = None) -> None:
        """Write a value, creating the key if needed; by default the type follows from the data. Watchers are called."""
        chosen = type or _type_of(value)
        written = RegistryValue(chosen, value)
        self.create(path).values[name] = written
        for prefix, watcher in list(self._watchers):
            if f"{path}\\".lower().startswith(f"{prefix}\\".lower()):
                watcher(path, name, written)

    def watch(self, prefix: str, watcher: Watcher) -> None:
        """Call ``watcher(path, name, value)`` after each write to a key at or below ``prefix``."""
        self._watchers.append((prefix, watcher))


def _type_of(value: str | int | bytes | list[str]) -> ValueType:
    if isinstance(value, str):
        return ValueType.SZ
    if isinstance(value, int):
        return ValueType.DWORD
    if isinstance(value, bytes):
        return ValueType.BINARY
    return ValueType.MULTI_SZ
