"""CIM classes and instances as the repository stores them. All names are case-insensitive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

V = TypeVar("V")

# The Python form of a CIM value: None, bool, int, float, str, datetime (aware), timedelta (interval),
# Instance (embedded), Path (reference), or a list of one of these.
Value = Any

INTEGER_RANGES: Mapping[str, tuple[int, int]] = {
    "uint8": (0, 2**8 - 1),
    "sint8": (-(2**7), 2**7 - 1),
    "uint16": (0, 2**16 - 1),
    "sint16": (-(2**15), 2**15 - 1),
    "char16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "sint32": (-(2**31), 2**31 - 1),
    "uint64": (0, 2**64 - 1),
    "sint64": (-(2**63), 2**63 - 1),
}


class NameMap(MutableMapping[str, V]):
    """A mapping with case-insensitive string keys, which keep their first spelling."""

    def __init__(self, items: Mapping[str, V] | None = None) -> None:
        self._items: dict[str, tuple[str, V]] = {}
        if items:
            self.update(items)

    def __getitem__(self, name: str) -> V:
        return self._items[name.lower()][1]

    def __setitem__(self, name: str, value: V) -> None:
        spelling = self._items[name.lower()][0] if name.lower() in self._items else name
        self._items[name.lower()] = (spelling, value)

    def __delitem__(self, name: str) -> None:
        del self._items[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return (spelling for spelling, value in self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._items

    def __repr__(self) -> str:
        return f"NameMap({dict(self.items())!r})"


@dataclass(frozen=True)
class PropertyDef:
    """A property or parameter.

    ``type`` is a MOF type name (``uint32``, ``string``, ``datetime``, ...), ``ref`` (then ``class_name`` is the
    class referred to) or ``object`` (then ``class_name`` is the embedded class). ``qualifiers`` have lower-case names.
    """

    name: str
    type: str
    array: bool = False
    class_name: str | None = None
    default: Value = None
    qualifiers: Mapping[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> bool:
        return bool(self.qualifiers.get("key", False))

    @property
    def lazy(self) -> bool:
        return bool(self.qualifiers.get("lazy", False))


@dataclass(frozen=True)
class MethodDef:
    """A method: ``inputs`` and ``outputs`` by name; ``returns`` is the MOF type of ReturnValue, or ``void``."""

    name: str
    returns: str
    inputs: NameMap[PropertyDef]
    outputs: NameMap[PropertyDef]
    static: bool = False


@dataclass(frozen=True, eq=False)
class ClassDef:
    """A class including everything that it inherits."""

    name: str
    properties: NameMap[PropertyDef]
    methods: NameMap[MethodDef]
    parent: ClassDef | None = None
    qualifiers: Mapping[str, Value] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(p.name for p in self.properties.values() if p.key)

    @property
    def singleton(self) -> bool:
        return bool(self.qualifiers.get("singleton", False))

    def derives_from(self, name: str) -> bool:
        cls: ClassDef | None = self
        while cls is not None:
            if cls.name.lower() == name.lower():
                return True
            cls = cls.parent
        return False


class Instance:
    """One instance: its class and the values of its properties; a property that was never set is null."""

    def __init__(self, cls: ClassDef, values: Mapping[str, Value] | None = None) -> None:
        self.cls = cls
        self.values: NameMap[Value] = NameMap({p.name: _copied(p.default) for p in cls.properties.values()})
        for name, value in (values or {}).items():
            if name not in cls.properties:
                raise KeyError(f"class {cls.name} has no property {name}")
            self.values[name] = value

    def __getitem__(self, name: str) -> Value:
        return self.values[name]

    def __setitem__(self, name: str, value: Value) -> None:
        if name not in self.cls.properties:
            raise KeyError(f"class {self.cls.name} has no property {name}")
        self.values[name] = value

    def copy(self) -> Instance:
        """A deep copy: embedded instances and lists are copied too."""
        return Instance(self.cls, {name: _copied(value) for name, value in self.values.items()})

    def __repr__(self) -> str:
        return f"Instance({self.cls.name}, {dict(self.values.items())!r})"


@dataclass(frozen=True)
class Path:
    """A reference to an instance: namespace (``root/cimv2``), class name, keys."""

    namespace: str
    class_name: str
    keys: tuple[tuple[str, Value], ...]


def _copied(value: Value) -> Value:
    if isinstance(value, Instance):
        return value.copy()
    if isinstance(value, list):
        return [_copied(item) for item in value]
    return value


__all__ = [
    "INTEGER_RANGES",
    "ClassDef",
    "Instance",
    "MethodDef",
    "NameMap",
    "Path",
    "PropertyDef",
    "Value",
    "datetime",
    "timedelta",
]
