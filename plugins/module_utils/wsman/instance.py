# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""CIM instances and references as values: read once, never changed in place."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeAlias, Union

from ansible_collections.configmgr.scp.plugins.module_utils.wsman import datetimes, scalars
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.schema import CimClass, CimProperty, CimType

# A CIM value in Python. A date has a time zone (UTC when read), an interval is a timedelta; a mapping is, only in values to
# write, an embedded instance of the declared class.
Value: TypeAlias = Union[
    bool, int, float, str, datetime, timedelta, "CimInstance", "CimPath", Sequence["Value"], Mapping[str, "Value"], None
]


@dataclass(frozen=True, eq=False)
class CimPath:
    """A reference to an instance. Key values are unchanged text, or typed where the class was known.

    Equal when namespace, class and keys are equal, ignoring case and whether a key is text or typed ([MS-WSMV] 3.1.4.1.2).

    :param namespace: ``root/sms/site_PS1``.
    :param keys: empty for a singleton.
    """

    namespace: str
    class_name: str
    keys: Mapping[str, Any] = field(default_factory=dict)

    def _identity(self) -> tuple[Any, ...]:
        keys = [
            (name.lower(), value._identity() if isinstance(value, CimPath) else scalars.key_text(value).lower())
            for name, value in self.keys.items()
        ]
        return normal_namespace(self.namespace).lower(), self.class_name.lower(), tuple(sorted(keys, key=lambda key: key[0]))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CimPath) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def as_data(self) -> dict[str, Any]:
        """``{namespace, class, keys}`` for JSON."""
        return {
            "namespace": self.namespace,
            "class": self.class_name,
            "keys": {name: plain(value) for name, value in self.keys.items()},
        }


@dataclass(frozen=True)
class Undecodable:
    """A value that is not of the declared type; ``reason`` is the message of the ValueError, which has no subject."""

    reason: str

    @staticmethod
    @lru_cache(maxsize=256)
    def because(reason: str) -> Undecodable:
        """One object for each of the few reasons: an answer can consist of wrong values."""
        return Undecodable(reason)


# What an unchanged instance was changed to: one object for all.
NOTHING: Mapping[str, tuple[str, Any]] = {}


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class CimInstance:
    """One instance, or one row of a projection (then ``partial``). Names of properties are compared without case.

    ``instance[name]`` is the value: None when null, or when the answer omitted a property that the schema has; KeyError
    when neither has it; AnswerError when the server wrote something that is not a value of the declared type (so one wrong
    value does not matter as long as it is not read). Values are typed ``Any``: the schema knows their type, the type
    checker does not.

    :param namespace: as the caller wrote it, with slashes.
    :param class_name: as the server wrote it; a derived class has its own name here.
    :param cls: the schema that was used for reading.
    :param partial: some properties of the instance are missing here; it cannot be written with Put.
    """

    namespace: str
    class_name: str
    cls: CimClass
    partial: bool = False
    _read: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    _changes: Mapping[str, tuple[str, Any]] = field(default_factory=lambda: NOTHING)
    _raw: ET.Element | None = None

    @classmethod
    def new(cls, namespace: str, cim_class: CimClass, values: Mapping[str, Value]) -> CimInstance:
        """An instance that does not exist yet, for ``create``, for method inputs or to be embedded.

        :raises ValueError: a name that the class does not have, or a value that does not fit its type.
        """
        return CimInstance(normal_namespace(namespace), cim_class.name, cim_class).with_values(values)

    def with_values(self, changes: Mapping[str, Value]) -> CimInstance:
        """The same instance with other values; everything else stays as the server wrote it, even what the schema does not have.

        :raises ValueError: a name that the class does not have, or a value that does not fit its type.
        """
        merged = dict(self._changes)
        for name, value in changes.items():
            lower = name.lower()
            prop = self.cls.property(name)
            if prop is None and self.cls.properties and lower not in self._read:
                raise ValueError(f"class {self.class_name} has no property {name}; known are {', '.join(self.cls.properties)}")
            spelled = self._read[lower][0] if lower in self._read else prop.name if prop else name
            merged[lower] = (spelled, checked(value, prop, f"{self.class_name}.{spelled}", self.namespace))
        return CimInstance(self.namespace, self.class_name, self.cls, self.partial, self._read, merged, self._raw)

    def __getitem__(self, name: str) -> Any:
        found = self._find(name)
        if found is None:
            if self.cls.property(name) is not None:
                return None
            raise KeyError(f"{self.class_name} has no property {name}")
        spelled, value = found
        if isinstance(value, Undecodable):
            raise self._wrong(spelled, value)
        return list(value) if isinstance(value, list) else value

    def get(self, name: str, default: Any = None) -> Any:
        """The value, or ``default`` when the instance does not have the property; null is None."""
        return default if self._find(name) is None else self[name]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._find(name) is not None

    def names(self) -> tuple[str, ...]:
        """The properties that this instance has, with the spelling and order of the answer."""
        return (
            *(name for name, value in self._read.values()),
            *(name for lower, (name, value) in self._changes.items() if lower not in self._read),
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def key_values(self) -> dict[str, Any]:
        """The keys as they were read (not as changed since), to address the instance.

        :raises ValueError: the class has no declared keys, or the instance has no value for one.
        """
        if not self.cls.keys:
            raise ValueError(f"the keys of class {self.class_name} are not declared, so its instances cannot be addressed")
        values = {}
        for key in self.cls.keys:
            spelled, value = self._read.get(key.lower()) or self._changes.get(key.lower()) or (key, None)
            if isinstance(value, Undecodable):
                raise self._wrong(spelled, value)
            if value is None:
                hint = "; add it to the columns of the query" if self.partial else ""
                raise ValueError(f"this {self.class_name} has no value for its key {key}, so it cannot be addressed{hint}")
            values[key] = value
        return values

    def changed_keys(self) -> tuple[str, ...]:
        """Keys whose value was changed since the instance was read."""
        return tuple(
            key
            for key in self.cls.keys
            if key.lower() in self._read and key.lower() in self._changes and self[key] != self._read[key.lower()][1]
        )

    def changed_values(self) -> Mapping[str, tuple[str, Any]]:
        """What differs from what was read, for writing: (spelled name, value) by lower-case name."""
        return self._changes

    def raw_properties(self) -> Sequence[ET.Element]:
        """The elements as they were read, for writing them back; they must not be changed."""
        return () if self._raw is None else list(self._raw)

    def held(self) -> tuple[Mapping[str, tuple[str, Any]], ET.Element | None]:
        """What this instance keeps in memory: (spelled name, value) by lower-case name, and its elements; see ``memory.py``."""
        return self._read, self._raw

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON: dates ISO 8601 UTC, intervals in seconds, embedded instances and references as mappings."""
        return {name: plain(self[name]) for name in self.names()}

    def __eq__(self, other: object) -> bool:
        """Equal namespace, class and values. Null, absent and an empty array count as the same, as they do in messages."""
        if not isinstance(other, CimInstance):
            return NotImplemented
        return (
            self.namespace.lower() == other.namespace.lower()
            and self.class_name.lower() == other.class_name.lower()
            and self._filled() == other._filled()
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<CimInstance of {self.class_name} in {self.namespace}: {', '.join(self.names())}>"

    def _wrong(self, spelled: str, value: Undecodable) -> AnswerError:
        return AnswerError(f"the server's value of {self.class_name}.{spelled} {value.reason}")

    def _find(self, name: str) -> tuple[str, Any] | None:
        lower = name.lower()
        return self._changes.get(lower) or self._read.get(lower)

    def _filled(self) -> dict[str, Any]:
        values = {name.lower(): self[name] for name in self.names()}
        return {name: value for name, value in values.items() if value is not None and value != []}


def normal_namespace(namespace: str) -> str:
    r"""``root\sms\site_PS1`` as ``root/sms/site_PS1``, the form of resource URIs."""
    return namespace.replace("\\", "/").strip("/")


def plain(value: Any) -> Any:
    """A CIM value in a form for JSON; see ``CimInstance.as_data``."""
    if isinstance(value, (CimInstance, CimPath)):
        return value.as_data()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return datetimes.format_date(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, float) and not math.isfinite(value):
        return scalars.encode(value)
    return value


def checked(value: Any, prop: CimProperty | None, where: str, namespace: str) -> Any:
    """A value to write, converted to the declared type; without a declaration, any plain value or a list of them.

    :param where: ``Class.Property``, for the message.
    :param namespace: of embedded instances that are given as mappings.
    :raises ValueError: the value does not fit.
    """
    if value is None:
        return None
    if prop is None:
        if isinstance(value, (list, tuple)):
            return [_checked_untyped(item, where) for item in value]
        return _checked_untyped(value, where)
    if not prop.array:
        return _checked_one(value, prop, where, namespace)
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"{where} takes a list of {_type_name(prop)}, not {scalars.kind(value)}")  # noqa: TRY004 - one error for wishes
    return [_checked_one(item, prop, f"{where}[{index}]", namespace) for index, item in enumerate(value)]


def _checked_one(value: Any, prop: CimProperty, where: str, namespace: str) -> Any:
    if prop.type is CimType.DATETIME:
        return _checked_when(value, where)
    if prop.type is CimType.REFERENCE:
        if not isinstance(value, CimPath):
            raise ValueError(f"{where} takes a reference (CimPath), not {scalars.kind(value)}")
        return value
    if prop.type is CimType.OBJECT:
        if isinstance(value, Mapping) and prop.embedded is not None:
            return CimInstance.new(namespace, prop.embedded, value)
        if not isinstance(value, CimInstance):
            raise ValueError(f"{where} takes {_type_name(prop)}, not {scalars.kind(value)}")
        if value.partial:
            raise ValueError(
                f"{where} takes a complete {value.class_name}, not a row of a projection; read the complete instance"
            )
        return value
    try:
        return scalars.check(prop.type, value)
    except ValueError as error:
        raise ValueError(f"{where} {error}") from None


def _checked_when(value: Any, where: str) -> datetime | timedelta:
    if isinstance(value, timedelta) and value >= timedelta(0):
        return value
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return value
    if isinstance(value, datetime):
        raise ValueError(f"{where} takes a date with a time zone; this one has none")  # noqa: TRY004 - one error for wishes
    raise ValueError(f"{where} takes a date with a time zone, or an interval that is not negative, not {scalars.kind(value)}")


def _checked_untyped(value: Any, where: str) -> Any:
    if isinstance(value, (CimInstance, CimPath)):
        return value
    if isinstance(value, (datetime, timedelta)):
        return _checked_when(value, where)
    if isinstance(value, (bool, int, float, str)):
        if isinstance(value, str):
            try:
                scalars.check_text(value)
            except ValueError as error:
                raise ValueError(f"{where} {error}") from None
        return value
    raise ValueError(f"{where} takes text, a number, true, false, a date, an instance or a reference, not {scalars.kind(value)}")


def _type_name(prop: CimProperty) -> str:
    if prop.type is CimType.OBJECT:
        return f"embedded instances of {prop.embedded.name}" if prop.embedded else "embedded instances"
    return str(prop.type.value)
