"""An Enumerate request: its options, its filter, and the instances of the answer (facts/wsman.md, section 5)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass

from lab.cim import associations, faults
from lab.cim.model import Instance, Path, PropertyDef
from lab.cim.names import ASSOCIATION_DIALECT, CIM_BINDING, SELECTOR_DIALECT, WQL_DIALECT, split_tag
from lab.cim.operation import Operation
from lab.cim.parse_values import SchemaError, scalar
from lab.cim.provider import same_key
from lab.cim.wql import Associators, parse
from lab.cim.wql_bind import bind, columns
from lab.winrm.message import SoapFault
from lab.winrm.names import ENUMERATION, WSMAN

MODES = ("EnumerateObject", "EnumerateEPR", "EnumerateObjectAndEPR")


@dataclass(frozen=True)
class Wish:
    """The options of an Enumerate. ``filter`` is the w:Filter element."""

    optimize: bool = False
    mode: str = MODES[0]
    filter: ET.Element | None = None


@dataclass(frozen=True)
class Found:
    """One instance of an answer; ``columns`` when the query was a projection."""

    instance: Instance
    columns: tuple[str, ...] | None = None


def read_wish(operation: Operation) -> Wish:
    """The options in ``n:Enumerate``. SchemaError, or an UnsupportedFeature fault for options that WMI does not support.

    The schema of WS-Enumeration allows elements of other namespaces; unknown ones are ignored.
    """
    root = operation.body()
    if root.tag != f"{{{ENUMERATION}}}Enumerate":
        raise SchemaError("the Body of an Enumerate holds one n:Enumerate")
    optimize, mode, chosen = False, MODES[0], None
    for element in root:
        namespace, local = split_tag(element.tag)
        if (namespace, local) == (WSMAN, "OptimizeEnumeration"):
            optimize = True
        elif (namespace, local) == (WSMAN, "MaxElements"):
            positive(element)
        elif (namespace, local) == (WSMAN, "EnumerationMode"):
            mode = (element.text or "").strip()
            if mode not in MODES:
                raise faults.unsupported_mode(f"EnumerationMode {mode!r}; allowed: {', '.join(MODES)}.", operation.machine)
        elif local == "Filter" and namespace in {WSMAN, ENUMERATION}:
            if chosen is not None:
                raise SchemaError("an Enumerate has at most one Filter")
            chosen = element
        elif namespace in {"", ENUMERATION} and (namespace, local) != (ENUMERATION, "Expires"):
            raise SchemaError(f"unexpected {local} in an Enumerate")
    return Wish(optimize, mode, chosen)


def positive(element: ET.Element) -> int:
    """The whole number above zero in this element."""
    text = (element.text or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and int(text)):
        raise SchemaError(f"{split_tag(element.tag)[1]} is {text[:20]!r}; it must be a whole number above zero")
    return int(text)


def answer(operation: Operation, wish: Wish) -> Iterator[Found]:
    """The instances that the request selects."""
    everything = operation.class_name == "*"
    if wish.filter is None:
        if everything:
            raise _unusable(operation, "The resource URI ends in * and needs a filter.")
        return (Found(instance) for instance in operation.instances(operation.find_class()))
    dialect = wish.filter.get("Dialect", "").strip()
    if dialect == SELECTOR_DIALECT:
        if everything:
            raise _unusable(operation, "A selector filter needs the resource URI of a class.")
        return _selected(operation, wish.filter)
    if dialect not in {WQL_DIALECT, ASSOCIATION_DIALECT}:
        raise _unusable(operation, f"The filter dialect {dialect!r} is not supported.")
    if not everything:
        raise _unusable(operation, "This filter dialect needs a resource URI that ends in *, not the one of a class.")
    return _queried(operation, wish.filter) if dialect == WQL_DIALECT else _associated(operation, wish.filter)


def accepts_extended_wql(namespace: str) -> bool:
    """Whether the namespace is served by the SMS Provider, whose WQL has more than WMI's own."""
    return namespace.lower().startswith("root/sms/")


def _queried(operation: Operation, element: ET.Element) -> Iterator[Found]:
    if len(element):
        raise SchemaError("a WQL filter holds text only")
    query = parse((element.text or "").strip(), extended=accepts_extended_wql(operation.namespace))
    if isinstance(query, Associators):
        return (Found(instance) for instance in associations.answer(operation, query))
    cls = operation.find_class(query.class_name)
    shown, keep = columns(query, cls), bind(query.where, cls)
    return (Found(instance, shown) for instance in operation.instances(cls, query.where, keep))


def _selected(operation: Operation, element: ET.Element) -> Iterator[Found]:
    cls = operation.find_class()
    sets = list(element)
    if len(sets) != 1 or sets[0].tag != f"{{{WSMAN}}}SelectorSet" or not len(sets[0]):
        raise SchemaError("a selector filter holds one w:SelectorSet with selectors")
    wanted: list[tuple[PropertyDef, object]] = []
    for selector in sets[0]:
        name = selector.get("Name", "")
        prop = cls.properties.get(name)
        text = selector.text or ""
        if selector.tag != f"{{{WSMAN}}}Selector" or prop is None:
            raise _unusable(operation, f"{cls.name} has no property {name}.")
        if prop.array or prop.type in {"datetime", "ref", "object"} or len(selector):
            raise _unusable(operation, f"A selector filter cannot compare {prop.name}, which is {prop.type} or an array.")
        if '"' in text or "'" in text:
            raise _unusable(operation, f"A selector filter cannot compare {prop.name} with a value that holds quotes.")
        wanted.append((prop, scalar(prop, text.lower() if prop.type == "boolean" else text)))
    return (
        Found(instance)
        for instance in operation.instances(cls)
        if all(same_key(instance[prop.name], value) for prop, value in wanted)
    )


def _associated(operation: Operation, element: ET.Element) -> Iterator[Found]:
    children = list(element)
    if len(children) != 1:
        raise SchemaError("an association filter holds one element")
    namespace, local = split_tag(children[0].tag)
    if namespace != CIM_BINDING or local not in {"AssociatedInstances", "AssociationInstances"}:
        raise SchemaError("an association filter holds b:AssociatedInstances or b:AssociationInstances")
    references = local == "AssociationInstances"
    texts: dict[str, str] = {}
    path: Path | None = None
    allowed = {"ResultClassName", "Role"} | (set() if references else {"AssociationClassName", "ResultRole"})
    for part in children[0]:
        name = split_tag(part.tag)[1]
        if name == "Object" and path is None:
            path = operation.parser.reference(PropertyDef("Object", "ref"), list(part))
        elif name in allowed and name not in texts:
            texts[name] = (part.text or "").strip()
        else:
            raise SchemaError(f"unexpected {name} in an association filter")
    if path is None:
        raise SchemaError("an association filter needs b:Object")
    query = Associators(
        "",
        references,
        texts.get("AssociationClassName") or None,
        texts.get("ResultClassName") or None,
        texts.get("Role") or None,
        texts.get("ResultRole") or None,
    )
    return (Found(instance) for instance in associations.answer(operation, query, path))


def _unusable(operation: Operation, problem: str) -> SoapFault:
    return faults.cannot_process_filter(problem, machine=operation.machine, style=operation.settings.style)
