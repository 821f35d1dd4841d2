"""Instances without a provider: stored by key, in the order of their creation."""

from __future__ import annotations

from collections.abc import Iterable

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Path, Value
from lab.cim.provider import Call, Provider

Key = tuple[object, ...]


def key_part(value: Value) -> object:
    """A hashable form of a key value, equal for equal keys: strings and names are case-insensitive."""
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, Path):
        keys = sorted((name.casefold(), key_part(part)) for name, part in value.keys)
        return (value.namespace.casefold(), value.class_name.casefold(), tuple(keys))
    return value


def key_of(cls: ClassDef, values: NameMap[Value]) -> Key:
    """The key of an instance of this class; a singleton has one empty key, also when it has key properties."""
    if cls.singleton:
        return ()
    return tuple(key_part(values.get(name)) for name in cls.keys)


class StaticStore(Provider):
    """The static instances of one class."""

    def __init__(self) -> None:
        self._instances: dict[Key, Instance] = {}

    def __len__(self) -> int:
        return len(self._instances)

    def add(self, instance: Instance) -> None:
        """Store a copy; CimError INVALID_PARAMETER without a full key, ALREADY_EXISTS for a key that is already used."""
        cls = instance.cls
        if not cls.keys and not cls.singleton:
            raise CimError(Wbem.NOT_SUPPORTED, f"{cls.name} has no key, so no instance of it can be kept")
        for name in cls.keys:
            if instance[name] is None:
                raise CimError(Wbem.INVALID_PARAMETER, f"key {name} of {cls.name} is null")
        key = key_of(cls, instance.values)
        if key in self._instances:
            raise CimError(Wbem.ALREADY_EXISTS, f"an instance of {cls.name} with this key exists already")
        self._instances[key] = instance.copy()

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        return [_without_lazy(instance) for instance in self._instances.values()]

    def get(self, call: Call, cls: ClassDef, keys: NameMap[Value]) -> Instance | None:
        found = self._instances.get(key_of(cls, keys))
        return None if found is None else found.copy()

    def put(self, call: Call, instance: Instance) -> Instance:
        key = key_of(instance.cls, instance.values)
        if key not in self._instances:
            raise CimError(Wbem.NOT_FOUND, f"no instance of {instance.cls.name} with this key")
        self._instances[key] = instance.copy()
        return instance.copy()

    def create(self, call: Call, instance: Instance) -> Instance:
        self.add(instance)
        return instance.copy()

    def delete(self, call: Call, instance: Instance) -> None:
        if self._instances.pop(key_of(instance.cls, instance.values), None) is None:
            raise CimError(Wbem.NOT_FOUND, f"no instance of {instance.cls.name} with this key")


def _without_lazy(instance: Instance) -> Instance:
    shown = instance.copy()
    for prop in instance.cls.properties.values():
        if prop.lazy:
            shown[prop.name] = None
    return shown
