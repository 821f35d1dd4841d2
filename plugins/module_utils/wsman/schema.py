# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What has to be known about a CIM class in advance: WS-Management answers contain no types and no arity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class CimType(Enum):
    """The CIM data types (DSP0004, 5.2), by their MOF names; ``OBJECT`` is an embedded instance."""

    BOOLEAN = "boolean"
    CHAR16 = "char16"
    UINT8 = "uint8"
    SINT8 = "sint8"
    UINT16 = "uint16"
    SINT16 = "sint16"
    UINT32 = "uint32"
    SINT32 = "sint32"
    UINT64 = "uint64"
    SINT64 = "sint64"
    REAL32 = "real32"
    REAL64 = "real64"
    STRING = "string"
    DATETIME = "datetime"
    REFERENCE = "ref"
    OBJECT = "object"


@dataclass(frozen=True)
class CimProperty:
    """Type and arity of one property or parameter; ``embedded`` is the class of an ``OBJECT``."""

    name: str
    type: CimType
    array: bool = False
    embedded: CimClass | None = None


@dataclass(frozen=True)
class CimMethod:
    """Input and output parameters of one method, ``ReturnValue`` among the outputs."""

    name: str
    inputs: Mapping[str, CimProperty] = field(default_factory=dict)
    outputs: Mapping[str, CimProperty] = field(default_factory=dict)

    @cached_property
    def _inputs_by_name(self) -> dict[str, CimProperty]:
        return {name.lower(): value for name, value in self.inputs.items()}

    @cached_property
    def _outputs_by_name(self) -> dict[str, CimProperty]:
        return {name.lower(): value for name, value in self.outputs.items()}

    def input(self, name: str) -> CimProperty | None:
        """The input parameter with this name, in any case; None when the method declares none."""
        return self._inputs_by_name.get(name.lower())

    def output(self, name: str) -> CimProperty | None:
        """The output parameter with this name, in any case; None when the method declares none."""
        return self._outputs_by_name.get(name.lower())


@dataclass(frozen=True)
class CimClass:
    """The part of a class that this collection uses. All lookups by name ignore case.

    A class declared without any property is *untyped*: its values are read as text, see ``values.py``.
    """

    name: str
    properties: Mapping[str, CimProperty] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    methods: Mapping[str, CimMethod] = field(default_factory=dict)

    @cached_property
    def _properties_by_name(self) -> dict[str, CimProperty]:
        return {name.lower(): value for name, value in self.properties.items()}

    @cached_property
    def _methods_by_name(self) -> dict[str, CimMethod]:
        return {name.lower(): value for name, value in self.methods.items()}

    def property(self, name: str) -> CimProperty | None:
        """The property with this name, in any case; None when it is not in the schema."""
        return self._properties_by_name.get(name.lower())

    def method(self, name: str) -> CimMethod | None:
        """The method with this name, in any case; None when it is not in the schema."""
        return self._methods_by_name.get(name.lower())


def cim_class(
    name: str,
    /,
    *,
    keys: Iterable[str] = (),
    embedded: Iterable[CimClass] = (),
    methods: Mapping[str, CimMethod] | None = None,
    **properties: str,
) -> CimClass:
    """Declare a class compactly.

    ``cim_class("SMS_SCI_SysResUse", keys=("FileType",), embedded=(SMS_EMBEDDED_PROPERTY,), FileType="uint32",
    Props="SMS_EmbeddedProperty[]", methods={"StopService": method(ReturnValue="uint32")})``

    :param keys: names of the key properties.
    :param embedded: classes that the type texts may name.
    :param methods: results of ``method()``, by name.
    :param properties: type text by name: a MOF type, ``ref``, ``object`` (unknown class) or the name of an embedded
        class, with the suffix ``[]`` for an array.
    :raises ValueError: a name or type that does not exist, or a key that is not a property.
    """
    _check_name("class", name)
    declared = _declare(name, properties, embedded)
    by_lower = {spelled.lower(): spelled for spelled in declared}
    spelled_keys = []
    for key in keys:
        if key.lower() not in by_lower:
            raise ValueError(f"class {name}: key {key} is not one of its properties ({', '.join(declared)})")
        spelled_keys.append(by_lower[key.lower()])
    named_methods = {}
    for method_name, declaration in (methods or {}).items():
        _check_name(f"method of class {name}", method_name)
        named_methods[method_name] = replace(declaration, name=method_name)
    return CimClass(name, declared, tuple(spelled_keys), named_methods)


def method(
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
    *,
    embedded: Iterable[CimClass] = (),
    **more_outputs: str,
) -> CimMethod:
    """Declare a method compactly, for the ``methods`` of ``cim_class``; type texts as there.

    :param inputs: type text by name of input parameter.
    :param outputs: type text by name of output parameter; keywords are outputs too: ``method(ReturnValue="uint32")``.
    :param embedded: classes that the type texts may name.
    :raises ValueError: a name or type that does not exist.
    """
    embedded = tuple(embedded)
    return CimMethod(
        "",
        _declare("method inputs", inputs or {}, embedded),
        _declare("method outputs", {**(outputs or {}), **more_outputs}, embedded),
    )


def _declare(owner: str, types: Mapping[str, str], embedded: Iterable[CimClass]) -> dict[str, CimProperty]:
    classes = {cls.name.lower(): cls for cls in embedded}
    declared: dict[str, CimProperty] = {}
    seen: set[str] = set()
    for name, text in types.items():
        _check_name(f"property of {owner}", name)
        if name.lower() in seen:
            raise ValueError(f"{owner}: {name} is declared twice; names are compared without case")
        seen.add(name.lower())
        base = text.removesuffix("[]")
        array = base != text
        if base.lower() in classes:
            declared[name] = CimProperty(name, CimType.OBJECT, array, classes[base.lower()])
            continue
        try:
            declared[name] = CimProperty(name, CimType(base), array)
        except ValueError:
            allowed = ", ".join([*(cim_type.value for cim_type in CimType), *(cls.name for cls in classes.values())])
            raise ValueError(f"{owner}: {name} has the unknown type {text!r}; allowed, each also with []: {allowed}") from None
    return declared


def _check_name(what: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{what}: {name!r} is not a CIM name (letters, digits and underscores, no digit first)")
