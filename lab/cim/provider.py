"""What stands behind a class: the seam between the CIM service and the emulated Windows and Configuration Manager."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Value
from lab.cim.wql import Condition
from lab.winrm.message import Caller


@dataclass(frozen=True)
class Call:
    """One operation: who asks, in which namespace (``root/cimv2``), with which context options."""

    caller: Caller
    namespace: str
    options: Mapping[str, str | list[str]] = field(default_factory=dict)


class Provider:
    """Serves the instances and methods of a class. What is not overridden is refused as WMI refuses it."""

    def restrict(self, call: Call, cls: ClassDef, where: Condition | None) -> None:
        """Called before :meth:`enumerate` with the query's condition (None: there is none); may refuse it with CimError.

        :func:`lab.cim.wql.equalities` tells what a condition demands of single properties.
        """

    def enumerate(self, call: Call, cls: ClassDef) -> Iterable[Instance]:
        """Every instance of exactly ``cls``, lazy properties null, in a stable order."""
        raise CimError(Wbem.NOT_SUPPORTED, f"Provider is not capable of enumerating {cls.name}")

    def search(self, call: Call, cls: ClassDef, where: Condition | None) -> Iterable[Instance]:
        """The instances that can fulfil the condition, at least, in the order of :meth:`enumerate`; each is tested afterwards.

        Here all of them; a provider with many rows looks them up by :class:`lab.cim.index.Index`.
        """
        return self.enumerate(call, cls)

    def get(self, call: Call, cls: ClassDef, keys: NameMap[Value]) -> Instance | None:
        """The instance with these typed keys, lazy properties filled; None when there is none."""
        for instance in self.enumerate(call, cls):
            if all(same_key(instance[name], value) for name, value in keys.items()):
                return instance
        return None

    def subject(self, call: Call, cls: ClassDef, keys: NameMap[Value]) -> Instance | None:
        """The instance that a method is called on: as :meth:`get`, whoever may read it. None when there is none."""
        return self.get(call, cls, keys)

    def put(self, call: Call, instance: Instance) -> Instance:
        """Change an existing instance to the values given (whole instance); returns it as it is afterwards."""
        raise CimError(Wbem.NOT_SUPPORTED, f"Provider is not capable of changing {instance.cls.name}")

    def create(self, call: Call, instance: Instance) -> Instance:
        """Create an instance; returns it with all its keys."""
        raise CimError(Wbem.NOT_SUPPORTED, f"Provider is not capable of creating {instance.cls.name}")

    def delete(self, call: Call, instance: Instance) -> None:
        """Delete an instance that was just found by its keys."""
        raise CimError(Wbem.NOT_SUPPORTED, f"Provider is not capable of deleting {instance.cls.name}")

    def invoke(
        self, call: Call, cls: ClassDef, method: str, instance: Instance | None, inputs: NameMap[Value]
    ) -> Mapping[str, Value]:
        """Run a method; the answer holds the output parameters and, unless void, ``ReturnValue``."""
        raise CimError(Wbem.NOT_SUPPORTED, f"Provider does not implement {cls.name}.{method}")


def same_key(left: Value, right: Value) -> bool:
    """Whether two key values are the same to WMI: strings without case."""
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return bool(left == right)
