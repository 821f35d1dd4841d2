"""Converts a parsed condition and a class to a test for instances."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable

from lab.cim import dmtf
from lab.cim.errors import CimError, Wbem
from lab.cim.like import like
from lab.cim.model import INTEGER_RANGES, ClassDef, Instance, Path, PropertyDef, Value
from lab.cim.object_path import PathError, parse_object_path
from lab.cim.store import key_part
from lab.cim.values import REAL_TYPES
from lab.cim.wql import And, Comparison, Condition, IsNull, Literal, Membership, Not, Or, Select

# True, False, or None for unknown: comparisons with null are unknown, and NOT of unknown is unknown.
Verdict = bool | None
Test = Callable[[Instance], Verdict]

_OPERATORS: dict[str, Callable[[Value, Value], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# Columns that may be selected; only __CLASS may be used in a condition.
SYSTEM_PROPERTIES = frozenset(
    {"__class", "__path", "__relpath", "__namespace", "__server", "__superclass", "__dynasty", "__genus", "__property_count"}
)
_CLASS_PROPERTY = PropertyDef("__CLASS", "string")


def bind(where: Condition | None, cls: ClassDef) -> Callable[[Instance], bool]:
    """Whether an instance of the class, or of a subclass, fulfils the condition.

    CimError INVALID_QUERY for an unknown property, a value of another type, or an array or object in the condition.
    """
    if where is None:
        return _every
    test = _bind(where, cls)
    return lambda instance: test(instance) is True


def _every(instance: Instance) -> bool:
    return instance is not None


def columns(query: Select, cls: ClassDef) -> tuple[str, ...] | None:
    """The properties that a query selects, in the spelling of the class, each once; None for ``*``. CimError INVALID_QUERY."""
    if query.columns is None:
        return None
    found: list[str] = []
    for name in query.columns:
        if name.lower() in SYSTEM_PROPERTIES:
            continue
        prop = cls.properties.get(name)
        if prop is None:
            raise _invalid(f"{cls.name} has no property {name}")
        if prop.name not in found:
            found.append(prop.name)
    return tuple(found)


def _bind(where: Condition, cls: ClassDef) -> Test:
    match where:
        case And(parts):
            tests = [_bind(part, cls) for part in parts]
            return lambda instance: _all(test(instance) for test in tests)
        case Or(parts):
            tests = [_bind(part, cls) for part in parts]
            return lambda instance: _any(test(instance) for test in tests)
        case Not(part):
            inner = _bind(part, cls)
            return lambda instance: _negated(inner(instance))
        case IsNull(name):
            prop = _property(cls, name, scalar=False)
            return lambda instance: _value(instance, prop) is None
        case Membership(name, values):
            prop = _property(cls, name)
            wanted = [_operand(prop, value) for value in values if value is not None]
            return lambda instance: _with(instance, prop, lambda value: value in wanted)
        case Comparison(name, "like", pattern):
            prop = _property(cls, name)
            if prop.type != "string":
                raise _invalid(f"LIKE needs a string property, {name} is {prop.type}")
            matches = like(str(pattern))
            return lambda instance: _with(instance, prop, matches)
        case Comparison(name, sign, literal):
            prop = _property(cls, name)
            if prop.type in {"boolean", "ref"} and sign not in {"=", "<>"}:
                raise _invalid(f"{name} is {prop.type}; allowed: = and <>")
            compare, right = _OPERATORS[sign], _operand(prop, literal)
            return lambda instance: _with(instance, prop, lambda value: _compared(compare, value, right))


def _all(verdicts: Iterable[Verdict]) -> Verdict:
    found = set(verdicts)
    if False in found:
        return False
    return None if None in found else True


def _any(verdicts: Iterable[Verdict]) -> Verdict:
    found = set(verdicts)
    if True in found:
        return True
    return None if None in found else False


def _negated(verdict: Verdict) -> Verdict:
    return None if verdict is None else not verdict


def _property(cls: ClassDef, name: str, *, scalar: bool = True) -> PropertyDef:
    if name.lower() == "__class":
        return _CLASS_PROPERTY
    prop = cls.properties.get(name)
    if prop is None:
        raise _invalid(f"{cls.name} has no property {name}")
    if scalar and (prop.array or prop.type == "object"):
        raise _invalid(f"{name} is an array or an object and cannot stand in a condition")
    return prop


def _value(instance: Instance, prop: PropertyDef) -> Value:
    return instance.cls.name if prop is _CLASS_PROPERTY else instance[prop.name]


def _with(instance: Instance, prop: PropertyDef, test: Callable[[Value], Verdict]) -> Verdict:
    """The result for the property's value; unknown when that is null."""
    value = _value(instance, prop)
    if value is None:
        return None
    if prop.type == "string" and isinstance(value, str):
        return test(value.casefold())
    return test(_target(value) if prop.type == "ref" else value)


def _target(path: Path) -> object:
    """The target of a reference, without its namespace."""
    return key_part(Path("", path.class_name, path.keys))


def _compared(compare: Callable[[Value, Value], bool], value: Value, right: Value) -> Verdict:
    """A date-time and an interval, or a value with asterisks, have no order: unknown."""
    if type(value) is not type(right) and not (isinstance(value, int | float) and isinstance(right, int | float)):
        return None
    if isinstance(value, dmtf.PartialDatetime) and compare not in {operator.eq, operator.ne}:
        return None
    return compare(value, right)


def _operand(prop: PropertyDef, literal: Literal) -> Value:
    """The literal in the form in which this property's values are compared."""
    if literal is None:
        raise _invalid(f"{prop.name} cannot be compared with NULL here")
    if prop.type == "string":
        if isinstance(literal, str):
            return literal.casefold()
    elif prop.type == "boolean":
        return _boolean(prop, literal)
    elif prop.type in INTEGER_RANGES or prop.type in REAL_TYPES:
        return _number(prop, literal)
    elif isinstance(literal, str):
        try:
            return dmtf.parse(literal) if prop.type == "datetime" else _target(parse_object_path(literal, ""))
        except (ValueError, PathError) as error:
            raise _invalid(f"{prop.name}: {error}") from None
    raise _invalid(f"{prop.name} is {prop.type} and cannot be compared with {literal!r}")


def _boolean(prop: PropertyDef, literal: Literal) -> bool:
    """TRUE and FALSE, and the values that WMI converts: 'true', 'false' and numbers."""
    if isinstance(literal, str) and literal.lower() in {"true", "false"}:
        return literal.lower() == "true"
    if isinstance(literal, bool | int):
        return bool(literal)
    raise _invalid(f"{prop.name} is boolean and cannot be compared with {literal!r}")


def _number(prop: PropertyDef, literal: Literal) -> int | float:
    """Numbers, and digits in quotes, which WMI converts to numbers."""
    if isinstance(literal, str):
        try:
            return float(literal) if prop.type in REAL_TYPES else int(literal)
        except ValueError:
            raise _invalid(f"{prop.name} is {prop.type} and cannot be compared with {literal!r}") from None
    if isinstance(literal, bool) or literal is None:
        raise _invalid(f"{prop.name} is {prop.type} and cannot be compared with {literal!r}")
    return literal


def _invalid(problem: str) -> CimError:
    return CimError(Wbem.INVALID_QUERY, f"Invalid query: {problem}")
