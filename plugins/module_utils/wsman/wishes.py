# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The caller's requests to the session, checked against the schema before anything is sent."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import names, values, wql
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import RequestInfo
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimPath, Value, checked
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass, CimMethod


def describe(operation: str, namespace: str, target: str, keys: Mapping[str, Any] | None) -> RequestInfo:
    """The request for messages; keys are shown, they are not secret."""
    shown = tuple(
        (name, wql.object_path(value) if isinstance(value, CimPath) else str(value)) for name, value in (keys or {}).items()
    )
    return RequestInfo(operation, namespace, target, shown)


def complete_keys(cls: CimClass, keys: Mapping[str, Any] | None) -> dict[str, Any]:
    """The keys with their declared names; no keys at all are allowed (singletons, static methods).

    :raises ValueError: some keys are given but not all, or one that the class does not have.
    """
    if not keys or not cls.keys:
        return dict(keys or {})
    given = {name.lower(): value for name, value in keys.items()}
    wanted = {key.lower(): key for key in cls.keys}
    unknown = [name for name in keys if name.lower() not in wanted]
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is not a key of class {cls.name}; its keys are {', '.join(cls.keys)}")
    missing = [key for lower, key in wanted.items() if given.get(lower) is None]
    if missing:
        raise ValueError(f"class {cls.name} has the keys {', '.join(cls.keys)}; no value is given for {', '.join(missing)}")
    return {key: given[lower] for lower, key in wanted.items()}


def property_name(cls: CimClass, name: str) -> str:
    """The declared spelling of a property.

    :raises ValueError: the class does not have it.
    """
    prop = cls.property(name)
    if prop is None and cls.properties:
        raise ValueError(f"class {cls.name} has no property {name}; known are {', '.join(cls.properties)}")
    return prop.name if prop else name


def find_method(cls: CimClass, name: str) -> CimMethod:
    """The declaration of a method; an untyped one when the class declares no methods at all.

    :raises ValueError: the class declares methods, but not this one.
    """
    declared = cls.method(name)
    if declared is None and cls.methods:
        raise ValueError(f"class {cls.name} has no method {name}; known are {', '.join(cls.methods)}")
    return declared or CimMethod(name)


def method_input(namespace: str, cls: CimClass, declared: CimMethod, inputs: Mapping[str, Value]) -> ET.Element:
    """The ``Method_INPUT`` element; it is also sent without arguments. Inputs that are not given are omitted.

    :raises ValueError: an input that the method does not have, or a value that does not fit.
    """
    uri = names.class_uri(namespace, cls.name)
    content = ET.Element(f"{{{uri}}}{declared.name}_INPUT")
    typed = cls.method(declared.name) is not None
    # Whether the order of parameters matters to Windows is not established, so the declared order is used.
    order = {name.lower(): position for position, name in enumerate(declared.inputs)}
    for name in sorted(inputs, key=lambda name: order.get(name.lower(), len(order))):
        parameter = declared.input(name)
        if parameter is None and typed:
            known = ", ".join(declared.inputs) or "none"
            raise ValueError(f"method {cls.name}.{declared.name} has no input {name}; known: {known}")
        value = checked(inputs[name], parameter, f"{cls.name}.{declared.name} input {name}", namespace)
        values.encode_property(content, uri, parameter.name if parameter else name, value)
    return content
