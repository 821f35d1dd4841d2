# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CIM values as elements, both ways ([MS-WSMV] 3.1.4.1.26; facts: wsman.md section 7).

Type and arity come from the schema, never from the answer. A property that is not in the schema is read by its form: text stays
text, a repeated element is a list, an element with children is a date, a reference or an instance of an untyped class. Such a
list with one entry cannot be distinguished from a single value.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import datetimes, scalars
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.answer import child, descendant
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import NOTHING, CimInstance, CimPath, Undecodable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.names import (
    ANONYMOUS,
    CIM,
    XSI_NIL,
    XSI_TYPE,
    A,
    W,
    class_uri,
    local,
    namespace_of,
    split_class_uri,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass, CimMethod, CimProperty, CimType

_MAX_REFERENCE_DEPTH = 8


def decode_instance(
    element: ET.Element, namespace: str, cls: CimClass, class_name: str = "", partial: bool = False
) -> CimInstance:
    """The instance in an element whose children are properties.

    A property that cannot be decoded is kept as Undecodable; an AnswerError is raised when the property is read.

    :param namespace: CIM namespace as the caller wrote it.
    :param class_name: used when the element does not have it (projections); otherwise the element's own name counts.
    """
    name = class_name or local(element.tag)
    read: dict[str, tuple[str, Any]] = {}
    for prop_name, elements in _grouped(element).items():
        try:
            value = decode_property(elements, cls.property(prop_name), namespace)
        except ValueError as error:
            value = Undecodable.because(str(error))
        read[prop_name] = (_names(elements[0].tag)[1], value)
    # A row of a projection is never written back, so it does not keep its elements.
    return CimInstance(namespace, name, cls, partial, read, NOTHING, None if partial else element)


def decode_parameters(element: ET.Element, declared: CimMethod, where: str, namespace: str) -> dict[str, Any]:
    """The outputs in a ``Method_OUTPUT`` element, spelled as declared. An undeclared ReturnValue counts as a number.

    :raises AnswerError: a value that cannot be decoded.
    """
    result = {}
    for lower, elements in _grouped(element).items():
        prop = declared.output(lower) or (_RETURN_VALUE if lower == "returnvalue" else None)
        name = prop.name if prop else local(elements[0].tag)
        try:
            result[name] = decode_property(elements, prop, namespace)
        except ValueError as error:
            raise AnswerError(f"the server's value of {where}.{name} {error}") from None
    return result


# Nearly all methods return uint32; the wider type also covers the negative numbers of the few others.
_RETURN_VALUE = CimProperty("ReturnValue", CimType.SINT64)


def decode_property(elements: list[ET.Element], prop: CimProperty | None, namespace: str) -> Any:
    """The value of one property, from all its elements.

    :raises ValueError: it is not a value of the declared type; the message has no subject.
    """
    if len(elements) == 1 and _is_nil(elements[0]):
        return None
    if prop is None:
        values = [_decode_untyped(element, namespace) for element in elements]
        return values[0] if len(values) == 1 else values
    if not prop.array:
        if len(elements) != 1:
            raise ValueError("came more than once, although it is declared as a single value")
        return _decode_one(elements[0], prop, namespace)
    return [None if _is_nil(element) else _decode_one(element, prop, namespace) for element in elements]


def encode_instance(instance: CimInstance, tag_uri: str, tag: str = "") -> ET.Element:
    """The complete instance as an element: unchanged properties as they were read, changed ones with their new value.

    :param tag_uri: namespace of the element, and of the changed properties.
    :param tag: local name; the class if omitted.
    """
    root = ET.Element(f"{{{tag_uri}}}{tag or instance.class_name}")
    _append_properties(root, instance, tag_uri)
    return root


def encode_property(parent: ET.Element, uri: str, name: str, value: Any) -> None:
    """Append a property or parameter. An empty array is written as null: without any element it would mean "not given"."""
    tag = f"{{{uri}}}{name}"
    if value is None or value == []:
        ET.SubElement(parent, tag, {XSI_NIL: "true"})
        return
    for item in value if isinstance(value, list) else [value]:
        parent.append(_encode_one(tag, item))


def decode_reference(element: ET.Element) -> CimPath:
    """The reference in an element with Address and ReferenceParameters, with or without ``a:EndpointReference``.

    :raises ValueError: it is not a reference; the message has no subject.
    """
    return _decode_reference(element, 0)


def encode_reference(parent: ET.Element, path: CimPath) -> None:
    """Append Address and ReferenceParameters to ``parent``.

    :raises ValueError: a key without a value.
    """
    ET.SubElement(parent, f"{{{A}}}Address").text = ANONYMOUS
    parameters = ET.SubElement(parent, f"{{{A}}}ReferenceParameters")
    ET.SubElement(parameters, f"{{{W}}}ResourceURI").text = class_uri(path.namespace, path.class_name)
    if path.keys:
        parameters.append(encode_selectors(path.keys))


def encode_selectors(keys: Mapping[str, Any]) -> ET.Element:
    """``w:SelectorSet``: literal text, an empty Selector for an empty key, an EndpointReference for a reference.

    :raises ValueError: a key without a value, or of a type that no key has.
    """
    selectors = ET.Element(f"{{{W}}}SelectorSet")
    for name, value in keys.items():
        selector = ET.SubElement(selectors, f"{{{W}}}Selector", {"Name": name})
        if isinstance(value, CimPath):
            encode_reference(ET.SubElement(selector, f"{{{A}}}EndpointReference"), value)
            continue
        try:
            selector.text = scalars.key_text(value)
        except ValueError as error:
            raise ValueError(f"key {name} {error}") from None
    return selectors


def _grouped(element: ET.Element) -> dict[str, list[ET.Element]]:
    groups: dict[str, list[ET.Element]] = {}
    for item in element:
        # Older versions of Windows add cim:Location, the instance's own address, to the properties.
        if item.tag != _LOCATION:
            groups.setdefault(_names(item.tag)[0], []).append(item)
    return groups


@lru_cache(maxsize=1024)
def _names(tag: str) -> tuple[str, str]:
    """The local name in lower case, and as it is; all rows share them."""
    return local(tag).lower(), local(tag)


_LOCATION = f"{{{CIM}}}Location"


def _is_nil(element: ET.Element) -> bool:
    nil = element.get(XSI_NIL)
    return nil is not None and nil.strip().lower() in ("true", "1")


def _decode_one(element: ET.Element, prop: CimProperty, namespace: str) -> Any:
    if prop.type is CimType.DATETIME:
        return _decode_when(element)
    if prop.type is CimType.REFERENCE:
        return decode_reference(element)
    if prop.type is CimType.OBJECT:
        return _decode_embedded(element, prop.embedded, namespace)
    if len(element):
        raise ValueError(f"contains elements although {prop.type.value} is declared")
    return scalars.decode(prop.type, element.text or "")


def _decode_when(element: ET.Element) -> datetime | timedelta:
    inner = next((item for item in element if local(item.tag).lower() in ("datetime", "interval")), element)
    return datetimes.parse_when(inner.text or "")


def _decode_embedded(element: ET.Element, cls: CimClass | None, namespace: str) -> CimInstance:
    # The property element is the instance; xsi:type names its class, with the suffix _Type.
    # Not ``attrib``, which would create a dictionary in every element that has none.
    declared: object = element.get(XSI_TYPE)
    uri, name = "", ""
    if isinstance(declared, ET.QName):
        uri, name = namespace_of(declared.text), local(declared.text).removesuffix("_Type")
    elif len(element):
        uri = namespace_of(element[0].tag)
    if not len(element) and not name and (element.text or "").strip():
        raise ValueError("is plain text although an embedded instance is declared")
    split = split_class_uri(uri)
    if not name:
        name = cls.name if cls else split[1] if split else "unknown"
    # The directory part may come back in lower case; the outer instance's spelling is kept where only case differs.
    if split and split[0].lower() != namespace.lower():
        namespace = split[0]
    return decode_instance(element, namespace, cls or CimClass(name), name)


def _decode_untyped(element: ET.Element, namespace: str) -> Any:
    if _is_nil(element):
        return None
    if not len(element):
        return _decode_embedded(element, None, namespace) if _is_embedded(element) else element.text or ""
    inner = local(element[0].tag).lower()
    if inner in ("datetime", "interval") and len(element) == 1:
        return (element[0].text or "").strip()
    if inner in ("address", "referenceparameters", "endpointreference"):
        return decode_reference(element)
    return _decode_embedded(element, None, namespace)


def _is_embedded(element: ET.Element) -> bool:
    # Not ``attrib``, which would create a dictionary in every element that has none.
    declared: object = element.get(XSI_TYPE)
    return (
        isinstance(declared, ET.QName) and declared.text.endswith("_Type") and bool(split_class_uri(namespace_of(declared.text)))
    )


def _decode_reference(element: ET.Element, depth: int) -> CimPath:
    if depth > _MAX_REFERENCE_DEPTH:
        raise ValueError(f"is a reference nested more than {_MAX_REFERENCE_DEPTH} deep")
    inner = child(element, "EndpointReference")
    parameters = child(inner if inner is not None else element, "ReferenceParameters")
    uri = child(parameters, "ResourceURI")
    split = split_class_uri((uri.text or "").strip()) if uri is not None else None
    if split is None:
        raise ValueError("is not a reference to a WMI instance")
    keys: dict[str, Any] = {}
    selectors = child(parameters, "SelectorSet")
    for selector in selectors if selectors is not None else ():
        name = selector.attrib.get("Name", "")
        if name.lower() == "__cimnamespace":
            continue
        keys[name] = (
            _decode_reference(selector, depth + 1)
            if descendant(selector, "ReferenceParameters") is not None
            else selector.text or ""
        )
    return CimPath(split[0], split[1], keys)


def _encode_one(tag: str, value: Any) -> ET.Element:
    element = ET.Element(tag)
    if value is None:
        element.set(XSI_NIL, "true")
    elif isinstance(value, CimInstance):
        uri = class_uri(value.namespace, value.class_name)
        element.attrib[XSI_TYPE] = ET.QName(uri, f"{value.class_name}_Type")  # type: ignore[assignment]
        _append_properties(element, value, uri)
    elif isinstance(value, CimPath):
        encode_reference(element, value)
    elif isinstance(value, datetime):
        ET.SubElement(element, f"{{{CIM}}}Datetime").text = datetimes.format_date(value)
    elif isinstance(value, timedelta):
        ET.SubElement(element, f"{{{CIM}}}Interval").text = datetimes.format_interval(value)
    else:
        element.text = scalars.encode(value)
    return element


def _append_properties(root: ET.Element, instance: CimInstance, uri: str) -> None:
    changes = instance.changed_values()
    written: set[str] = set()
    for item in instance.raw_properties():
        if item.tag == _LOCATION:
            continue
        lower = local(item.tag).lower()
        if lower not in changes:
            root.append(_same_in(uri, item))
        elif lower not in written:
            written.add(lower)
            encode_property(root, uri, *changes[lower])
    for lower, (name, value) in changes.items():
        if lower not in written:
            encode_property(root, uri, name, value)


def _same_in(uri: str, item: ET.Element) -> ET.Element:
    # Namespaces may have come back in another case; all properties of one element have to be in the same one.
    tag = item.tag
    if namespace_of(tag) == uri or namespace_of(tag).lower() != uri.lower():
        return item
    copy = ET.Element(f"{{{uri}}}{local(tag)}", item.attrib)
    copy.text = item.text
    copy.extend(item)
    return copy
