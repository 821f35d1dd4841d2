"""Get, Put, Create and Delete of instances, complete or one property (facts/wsman.md, section 4)."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from lab.cim import faults
from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, PropertyDef, Value
from lab.cim.operation import Operation
from lab.cim.parse_values import SchemaError
from lab.cim.provider import same_key
from lab.winrm.message import Reply
from lab.winrm.names import TRANSFER, WSMAN


def get(operation: Operation) -> Reply:
    """The instance, or with a FragmentTransfer header one property of it."""
    operation.empty_body()
    cls = operation.find_class()
    prop = _fragment_property(operation, cls)
    found = operation.find(cls, operation.keys(cls))
    if prop is not None:
        return operation.reply(operation.renderer.fragment(found, prop.name))
    return operation.reply(operation.renderer.instance(found))


def put(operation: Operation) -> Reply:
    """Change the given properties; the others keep their values. Answers with the changed instance."""
    cls = operation.find_class()
    prop = _fragment_property(operation, cls)
    given = operation.parser.instance(operation.body(), cls) if prop is None else _fragment_value(operation, cls, prop)
    keys = operation.keys(cls)
    changed = operation.find(cls, keys).copy()
    for name, value in given.items():
        if name in cls.keys and not same_key(changed[name], value):
            raise CimError(
                Wbem.INVALID_PARAMETER, f"Invalid parameter: the key {name} in the Body is not the one in the selectors"
            )
        changed[name] = value
    provider = operation.repository.provider(operation.namespace, changed.cls)
    after = operation.verified(provider.put(operation.call, changed))
    if prop is not None:
        return operation.reply(operation.renderer.fragment(after, prop.name))
    return operation.reply(operation.renderer.instance(after))


def create(operation: Operation) -> Reply:
    """Create an instance; the answer is a reference to it."""
    _no_fragment(operation)
    operation.no_selectors()
    cls = operation.find_class()
    wanted = Instance(cls, operation.parser.instance(operation.body(), cls))
    if cls.qualifiers.get("abstract", False):
        raise CimError(Wbem.NOT_SUPPORTED, f"{cls.name} is abstract and can have no instances")
    provider = operation.repository.provider(operation.namespace, cls)
    made = operation.verified(provider.create(operation.call, wanted))
    created = ET.Element(f"{{{TRANSFER}}}ResourceCreated")
    created.extend(operation.renderer.reference_parts(operation.renderer.key_path(made)))
    return operation.reply(created)


def delete(operation: Operation) -> Reply:
    """Delete an instance that exists."""
    _no_fragment(operation)
    operation.empty_body()
    cls = operation.find_class()
    found = operation.find(cls, operation.keys(cls))
    operation.repository.provider(operation.namespace, found.cls).delete(operation.call, found)
    return operation.reply()


def _no_fragment(operation: Operation) -> None:
    if operation.request.fragment is not None:
        raise faults.unsupported_fragment("FragmentTransfer is for Get and Put only.", operation.machine)


def _fragment_property(operation: Operation, cls: ClassDef) -> PropertyDef | None:
    """The property that the FragmentTransfer header names: a plain name ([MS-WSMV] 3.1.4.1.18)."""
    path = operation.request.fragment
    if path is None:
        return None
    name = path.strip().rpartition(":")[2]
    if not re.fullmatch(r"[A-Za-z_]\w*", name) or name not in cls.properties:
        problem = f"The fragment path {path.strip()!r} is not the name of a property of {cls.name}."
        raise faults.invalid_fragment(problem, operation.machine)
    return cls.properties[name]


def _fragment_value(operation: Operation, cls: ClassDef, prop: PropertyDef) -> NameMap[Value]:
    """The value inside ``w:XmlFragment``; the property may have no namespace there, as in a projection."""
    root = operation.body()
    if root.tag != f"{{{WSMAN}}}XmlFragment":
        raise SchemaError("the Body of a fragment Put holds one w:XmlFragment")
    bare = len(root) > 0 and not root[0].tag.startswith("{")
    values = operation.parser.properties(root, "" if bare else operation.uri, NameMap({prop.name: prop}), cls.name)
    if not values:
        raise SchemaError(f"the fragment holds no {prop.name}")
    return values
