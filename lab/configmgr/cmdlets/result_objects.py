"""CIM instances as the module shows them: objects of the type IResultObject#CLASS."""

from __future__ import annotations

from lab.cim.model import Instance, NameMap
from lab.windows.powershell.convert import RESULT_OBJECT
from lab.windows.powershell.values import PsObject, PsValue


class ResultObject(PsObject):
    """An object that a cmdlet returned, with the instance that it was made from. A script can pass it on to another cmdlet."""

    def __init__(self, instance: Instance) -> None:
        name = instance.cls.name
        super().__init__(f"{RESULT_OBJECT}#{name}", NameMap(_properties(instance)), text=name)
        self.instance = instance


def _properties(instance: Instance) -> dict[str, PsValue]:
    """The properties; an account's encrypted password is not shown."""
    return {name: _shown(value) for name, value in instance.values.items() if name.casefold() != "reserved2"}


def _shown(value: PsValue) -> PsValue:
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, Instance):
        return PsObject(f"{RESULT_OBJECT}#{value.cls.name}", NameMap(_properties(value)), text=value.cls.name)
    return value
