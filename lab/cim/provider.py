"""Providers of classes: the interface between the CIM service and the emulated Windows and Configuration Manager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.wql import Condition
from lab.winrm.message import Caller


@dataclass(frozen=True)
class Call:
    """One operation: its caller, its namespace (``root/cimv2``), its context options, and how it arrived."""

    caller: Caller
    namespace: str
    options: Mapping[str, str | list[str]] = field(default_factory=dict)
    over_wsman: bool = True


class Provider:
    """Serves the instances and methods of a class. Operations that are not overridden are rejected like in WMI."""

    def restrict(self, call: Call, cls: ClassDef, where: Condition | None) -> None:
        """Called before :meth:`enumerate` with the query's condition (None: there is none); may reject it with CimError.

        :func:`lab.cim.wql.equalities` returns what a condition requires of single properties.
        """

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """Every instance of exactly ``cls``, lazy properties null, in a stable order."""
        raise CimError(Wbem.NOT_SUPPORTED, f"Provider is not capable of enumerating {cls.name}")

    def search(self, call: Call, cls: ClassDef, where: Condition | None) -> Iterable[Instance]:
        """All instances that may fulfil the condition, and possibly more, in the order of :meth:`enumerate`; each is tested.

        By default all of them; a provider with many rows finds them with :class:`lab.cim.index.Index`.
        """
        return self.enumerate(call, cls)

    def get(self, call: Call, cls: ClassDef, keys: NameMap[Value]) -> Instance | None:
        """The instance with these typed keys, lazy properties filled; None when there is none."""
        for instance in self.enumerate(call, cls):
            if all(same_key(instance[name], value) for name, value in keys.items()):
                return instance
        return None

    def subject(self, call: Call, cls: ClassDef, keys: NameMap[Value]) -> Instance | None:
        """The instance that a method is called on: like :meth:`get`, but without a check of the right to read it; or None."""
        return self.get(call, cls, keys)

    def put(self, call: Call, instance: Instance) -> Instance:
        """Change an existing instance to the given values (complete instance); returns the changed instance."""
        raise CimError(Wbem.NOT_SUPPORTED, f"Provider is not capable of changing {instance.cls.name}")

    def create(self, call: Call, instance: Instance) -> Instance:
        """Create an instance; returns it with all its keys."""
        raise CimError(Wbem.NOT_SUPPORTED, f"Provider is not capable of creating {instance.cls.name}")

    def delete(self, call: Call, instance: Instance) -> None:
        """Delete an instance that has just been found by its keys."""
        raise CimError(Wbem.NOT_SUPPORTED, f"Provider is not capable of deleting {instance.cls.name}")

    def invoke(
        self, call: Call, cls: ClassDef, method: str, instance: Instance | None, inputs: NameMap[Value]
    ) -> Mapping[str, Value]:
        """Run a method; the result contains the output parameters and, unless void, ``ReturnValue``."""
        raise CimError(Wbem.NOT_SUPPORTED, f"Provider does not implement {cls.name}.{method}")


def same_key(left: Value, right: Value) -> bool:
    """Whether two key values are the same for WMI: strings are case-insensitive."""
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return bool(left == right)
