"""CIM classes and instances as the repository stores them. All names are case-insensitive."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping, MutableMapping, ValuesView
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar, overload

V = TypeVar("V")
D = TypeVar("D")

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

    # Two dictionaries, because most readers need only the values: the lab spends much of its time in these maps.
    def __init__(self, items: Mapping[str, V] | None = None) -> None:
        self._spellings: dict[str, str] = {}
        self._values: dict[str, V] = {}
        if items:
            self.update(items)

    def __getitem__(self, name: str) -> V:
        return self._values[name.lower()]

    def __setitem__(self, name: str, value: V) -> None:
        key = name.lower()
        self._spellings.setdefault(key, name)
        self._values[key] = value

    def __delitem__(self, name: str) -> None:
        key = name.lower()
        del self._values[key]
        del self._spellings[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._spellings.values())

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    @overload
    def get(self, name: str, default: None = None, /) -> V | None: ...

    @overload
    def get(self, name: str, default: V | D, /) -> V | D: ...

    def get(self, name: str, default: Any = None, /) -> Any:
        """The value with this key, or the default."""
        return self._values.get(name.lower(), default)

    def values(self) -> ValuesView[V]:
        """The values, in the order of the keys."""
        return self._values.values()

    def items(self) -> ItemsView[str, V]:
        """The keys in their spelling, with their values."""
        return _Items(self)

    def copy(self) -> NameMap[V]:
        """A map with the same keys and the same values."""
        made: NameMap[V] = NameMap()
        made._spellings = self._spellings.copy()
        made._values = self._values.copy()
        return made

    def __repr__(self) -> str:
        return f"NameMap({dict(self.items())!r})"


class _Items(ItemsView[str, V]):
    """The items of a map; without it, each would be looked up by its name."""

    _mapping: NameMap[V]

    def __iter__(self) -> Iterator[tuple[str, V]]:
        return zip(self._mapping._spellings.values(), self._mapping._values.values(), strict=True)


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

    @cached_property
    def keys(self) -> tuple[str, ...]:
        return tuple(p.name for p in self.properties.values() if p.key)

    @property
    def singleton(self) -> bool:
        return bool(self.qualifiers.get("singleton", False))

    def derives_from(self, name: str) -> bool:
        return name.lower() in self._lineage

    @cached_property
    def _lineage(self) -> frozenset[str]:
        """The name of the class and those of the classes from which it derives, in lower case."""
        above = frozenset() if self.parent is None else self.parent._lineage
        return above | {self.name.lower()}

    @cached_property
    def _defaults(self) -> NameMap[Value]:
        return NameMap({p.name: p.default for p in self.properties.values()})

    def defaults(self) -> NameMap[Value]:
        """The values of a new instance, which the caller may change."""
        made = self._defaults.copy()
        for name, value in self._compound:
            made[name] = _copied(value)
        return made

    @cached_property
    def _compound(self) -> list[tuple[str, Value]]:
        """The defaults that are not a single value."""
        return [(p.name, p.default) for p in self.properties.values() if isinstance(p.default, list | Instance)]


class Instance:
    """One instance: its class and the values of its properties; a property that was never set is null."""

    def __init__(self, cls: ClassDef, values: Mapping[str, Value] | None = None) -> None:
        self.cls = cls
        self.values: NameMap[Value] = cls.defaults()
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
        made = Instance(self.cls)
        made.values = self.values.copy()
        for name, value in self.values.items():
            if isinstance(value, list | Instance):
                made.values[name] = _copied(value)
        return made

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
