"""Answers to ASSOCIATORS OF and REFERENCES OF, from the instances of association classes."""

from __future__ import annotations

from collections.abc import Iterator

from lab.cim.errors import CimError, Wbem
from lab.cim.model import ClassDef, Instance, NameMap, Path, PropertyDef, Value
from lab.cim.object_path import PathError, parse_object_path
from lab.cim.operation import Operation
from lab.cim.parse_values import scalar
from lab.cim.provider import same_key
from lab.cim.wql import Associators


def answer(operation: Operation, query: Associators, path: Path | None = None) -> list[Instance]:
    """The instances at the other end of the associations, or with ``references`` the associations themselves.

    :param path: the object, if it is not given as text in the query.
    """
    source = _typed(operation, path or _path(operation, query.path))
    wanted_association = query.result_class if query.references else query.assoc_class
    found: list[Instance] = []
    for association, prop in _associations(operation, source, wanted_association, query.role):
        if query.references:
            found.append(association)
        else:
            found.extend(_other_ends(operation, association, prop, query))
    return found


def _path(operation: Operation, text: str) -> Path:
    try:
        return parse_object_path(text, operation.namespace)
    except PathError as error:
        raise CimError(Wbem.INVALID_QUERY, f"Invalid query: {error}") from None


def _typed(operation: Operation, path: Path) -> Path:
    """The path with full names and typed values of its keys."""
    cls = operation.find_class(path.class_name)
    values: NameMap[Value] = NameMap()
    for name, value in path.keys:
        prop = cls.properties.get(name or (cls.keys[0] if len(cls.keys) == 1 else ""))
        if prop is None or not prop.key:
            raise CimError(Wbem.INVALID_QUERY, f"Invalid query: {name or 'a key without a name'} is no key of {cls.name}")
        values[prop.name] = scalar(prop, value) if isinstance(value, str) and prop.type not in {"ref", "datetime"} else value
    if not cls.singleton and len(values) != len(cls.keys):
        raise CimError(Wbem.INVALID_QUERY, f"Invalid query: the path needs the keys {', '.join(cls.keys)}")
    return Path(path.namespace, cls.name, tuple((name, values[name]) for name in cls.keys if name in values))


def _associations(
    operation: Operation, source: Path, wanted: str | None, role: str | None
) -> Iterator[tuple[Instance, PropertyDef]]:
    """Every association instance that points to the source, with the property that does."""
    wanted_class = operation.find_class(wanted) if wanted else None
    for cls in operation.repository.classes(operation.namespace):
        references = [prop for prop in cls.properties.values() if prop.type == "ref"]
        if len(references) < 2 or cls.qualifiers.get("abstract", False):
            continue
        if wanted_class is not None and not cls.derives_from(wanted_class.name):
            continue
        for instance in operation.repository.provider(operation.namespace, cls).enumerate(operation.call, cls):
            for prop in references:
                if role is not None and prop.name.lower() != role.lower():
                    continue
                if _same(operation, instance[prop.name], source):
                    yield operation.verified(instance), prop
                    break


def _other_ends(operation: Operation, association: Instance, near: PropertyDef, query: Associators) -> Iterator[Instance]:
    result_class = operation.find_class(query.result_class) if query.result_class else None
    for prop in association.cls.properties.values():
        if prop.type != "ref" or prop is near:
            continue
        if query.result_role is not None and prop.name.lower() != query.result_role.lower():
            continue
        far = association[prop.name]
        if not isinstance(far, Path) or far.namespace.lower() != operation.namespace.lower():
            continue
        typed = _typed(operation, far)
        try:
            instance = operation.find(operation.find_class(typed.class_name), NameMap(dict(typed.keys)))
        except CimError as error:
            if error.code != Wbem.NOT_FOUND:
                raise
            continue
        if result_class is None or instance.cls.derives_from(result_class.name):
            yield instance


def _same(operation: Operation, value: Value, source: Path) -> bool:
    """Whether a reference points to the source; names of base and derived classes are interchangeable."""
    if not isinstance(value, Path) or value.namespace.lower() != source.namespace.lower():
        return False
    left, right = _class(operation, value), _class(operation, source)
    if not (left.derives_from(right.name) or right.derives_from(left.name)):
        return False
    keys = dict(_typed(operation, value).keys)
    return len(keys) == len(source.keys) and all(name in keys and same_key(keys[name], wanted) for name, wanted in source.keys)


def _class(operation: Operation, path: Path) -> ClassDef:
    return operation.find_class(path.class_name)
