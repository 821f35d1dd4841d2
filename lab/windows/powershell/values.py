"""The values of a script and their conversions (about_Type_Conversion, about_Comparison_Operators).

In Python a value is None, bool, int, float, str, a list (array), :class:`Hash`, :class:`PsObject` or one of the small types here.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.cim.model import NameMap
from lab.windows.powershell.errors import ErrorRecord, PowerShellError, simple_error

# A value of a script, as this module's docstring lists them.
PsValue = Any

Method = Callable[[list[PsValue]], PsValue]


class Hash(NameMap[PsValue]):
    """A hashtable: keys are texts, compared without regard to case. ``ordered`` for ``[ordered]@{...}``."""

    def __init__(self, items: Mapping[str, PsValue] | None = None, *, ordered: bool = False) -> None:
        super().__init__(items)
        self.ordered = ordered


@dataclass
class PsObject:
    """An object with named properties."""

    type_name: str
    properties: NameMap[PsValue] = field(default_factory=NameMap)
    methods: Mapping[str, Method] = field(default_factory=dict)
    text: str = ""


class PropertyList(list[PsValue]):
    """``.PSObject.Properties``: property objects, which an index finds by name."""

    def named(self, name: str) -> PsValue:
        """The property with this name; None when there is none."""
        return next((item for item in self if item.properties["Name"].casefold() == name.casefold()), None)


def custom_object(items: Mapping[str, PsValue]) -> PsObject:
    """A ``[pscustomobject]``."""
    return PsObject("System.Management.Automation.PSCustomObject", NameMap(dict(items)))


@dataclass
class SecureText:
    """A SecureString. Its text is never shown: only cmdlets with a parameter of this type read it. ``AppendChar`` changes it."""

    secret: str = field(repr=False)


@dataclass(frozen=True)
class TypeName:
    """A type, as in ``[string]``: its full name."""

    name: str


_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "System.Boolean"),
    (int, "System.Int32"),
    (float, "System.Double"),
    (str, "System.String"),
    (list, "System.Object[]"),
    (SecureText, "System.Security.SecureString"),
    (TypeName, "System.RuntimeType"),
    (ErrorRecord, "System.Management.Automation.ErrorRecord"),
)


def type_name(value: PsValue) -> str:
    """The full name of a value's .NET type."""
    if isinstance(value, Hash):
        return "System.Collections.Specialized.OrderedDictionary" if value.ordered else "System.Collections.Hashtable"
    if isinstance(value, PsObject):
        return value.type_name
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**31) <= value < 2**31:
        return "System.Int64"
    return next((name for kind, name in _TYPE_NAMES if isinstance(value, kind)), "System.Object")


def text_of(value: PsValue) -> str:
    """A value as text, as in an expandable string."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (bool, int, float, str)):
        return str(value)
    if isinstance(value, list):
        return " ".join(text_of(item) for item in value)
    if isinstance(value, ErrorRecord):
        return value.text
    if isinstance(value, TypeName):
        return value.name
    if isinstance(value, PsObject) and value.text:
        return value.text
    if isinstance(value, PsObject) and value.type_name.endswith("PSCustomObject"):
        return "@{" + "; ".join(f"{name}={text_of(item)}" for name, item in value.properties.items()) + "}"
    return type_name(value)


def truth(value: PsValue) -> bool:
    """A value as a condition."""
    if isinstance(value, list):
        return truth(value[0]) if len(value) == 1 else bool(value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return bool(value)
    return True


def items_of(value: PsValue) -> list[PsValue]:
    """What a pipeline or ``foreach`` gets of a value: the elements of an array, nothing for $null, otherwise the value."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def collapsed(values: Iterable[PsValue]) -> PsValue:
    """The output of commands as one value: none is $null, one is that value, more are an array."""
    found = list(values)
    return None if not found else found[0] if len(found) == 1 else found


def number(value: PsValue, wanted: str = "System.Int32") -> int | float:
    """A value as a number. PowerShellError when it cannot be converted."""
    if value is None:
        return 0
    if isinstance(value, (bool, int, float)):
        return int(value) if isinstance(value, bool) else value
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d+\s*", value):
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*[+-]?\d+\.\d*\s*", value):
        return float(value)
    raise conversion_error(value, wanted, "Input string was not in a correct format." if isinstance(value, str) else "")


def conversion_error(value: PsValue, wanted: str, reason: str = "") -> PowerShellError:
    """The error of a failed conversion."""
    if reason:
        message = f'Cannot convert value "{text_of(value)}" to type "{wanted}". Error: "{reason}"'
    else:
        message = f'Cannot convert the "{text_of(value)}" value of type "{type_name(value)}" to type "{wanted}".'
    error_id = "InvalidCastFromStringToInteger" if reason else "ConvertToFinalInvalidCastException"
    return simple_error(message, error_id, "System.Management.Automation.PSInvalidCastException", "InvalidArgument")


def same(left: PsValue, right: PsValue) -> bool:
    """``-eq`` of two single values: the type of the left one decides; texts are compared without regard to case."""
    if left is None or right is None:
        return left is None and right is None
    if isinstance(left, str):
        return left.casefold() == text_of(right).casefold()
    if isinstance(left, bool):
        return left == truth(right)
    if isinstance(left, (int, float)):
        try:
            return left == number(right)
        except PowerShellError:
            return False  # what cannot be converted is not equal
    return left is right or (isinstance(left, TypeName) and left == right)


def like(value: PsValue, pattern: PsValue) -> bool:
    """``-like``: wildcards ``*``, ``?`` and ``[...]``, without regard to case."""
    return re.fullmatch(fnmatch.translate(text_of(pattern)), text_of(value), re.IGNORECASE | re.DOTALL) is not None
