"""Whether a Python value fits a CIM type. Only this module defines the Python form of each type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from lab.cim.dmtf import PartialDatetime
from lab.cim.errors import CimError, Wbem
from lab.cim.model import INTEGER_RANGES, ClassDef, Instance, Path, PropertyDef, Value

REAL_TYPES = frozenset({"real32", "real64"})
SIMPLE_TYPES = frozenset({*INTEGER_RANGES, *REAL_TYPES, "boolean", "string", "datetime"})

FindClass = Callable[[str], ClassDef]


def checked(prop: PropertyDef, value: Value, find_class: FindClass) -> Value:
    """The value as the repository stores it; CimError TYPE_MISMATCH when it does not fit.

    Arrays become lists, whole numbers in real properties become floats. ``find_class`` looks up a class in the
    namespace of the property.
    """
    if value is None:
        return None
    if prop.array:
        if not isinstance(value, list | tuple):
            raise _mismatch(prop, value, f"an array of {prop.class_name or prop.type}")
        return [_checked_one(prop, item, find_class) for item in value]
    return _checked_one(prop, value, find_class)


def check_instance(instance: Instance, find_class: FindClass) -> None:
    """Check every value of an instance that a provider created, including embedded instances."""
    for prop in instance.cls.properties.values():
        checked(prop, instance[prop.name], find_class)


def _checked_one(prop: PropertyDef, value: Value, find_class: FindClass) -> Value:
    if prop.type in INTEGER_RANGES:
        low, high = INTEGER_RANGES[prop.type]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise _mismatch(prop, value, f"{prop.type}, a whole number from {low} to {high}")
        return int(value)
    if prop.type in REAL_TYPES:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _mismatch(prop, value, f"{prop.type}, a number")
        return float(value)
    if prop.type == "boolean":
        return _of_type(prop, value, bool, "boolean")
    if prop.type == "string":
        return _of_type(prop, value, str, "string")
    if prop.type == "datetime":
        return _checked_datetime(prop, value)
    if prop.type == "object":
        return _checked_object(prop, value, find_class)
    if prop.type == "ref":
        return _of_type(prop, value, Path, f"a reference to {prop.class_name}")
    raise _mismatch(prop, value, f"of a known type; {prop.type} is none")


def _of_type(prop: PropertyDef, value: Value, kind: type, allowed: str) -> Value:
    if not isinstance(value, kind):
        raise _mismatch(prop, value, allowed)
    return value


def _checked_datetime(prop: PropertyDef, value: Value) -> Value:
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise _mismatch(prop, value, "datetime with a time zone")
        return value
    if isinstance(value, timedelta):
        if value < timedelta(0):
            raise _mismatch(prop, value, "an interval that is not negative")
        return value
    return _of_type(prop, value, PartialDatetime, "datetime or interval")


def _checked_object(prop: PropertyDef, value: Value, find_class: FindClass) -> Value:
    if not isinstance(value, Instance):
        raise _mismatch(prop, value, f"an instance of {prop.class_name}")
    if prop.class_name is not None and not value.cls.derives_from(prop.class_name):
        raise _mismatch(prop, value.cls.name, f"an instance of {prop.class_name}")
    for inner in value.cls.properties.values():
        checked(inner, value[inner.name], find_class)
    return value


def _mismatch(prop: PropertyDef, value: object, allowed: str) -> CimError:
    return CimError(Wbem.TYPE_MISMATCH, f"{prop.name}: {value!r} does not fit; allowed: {allowed}")
