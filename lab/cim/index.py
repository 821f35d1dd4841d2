"""An index over a large table: which rows may fulfil a condition, so that only these are read."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

from lab.cim.model import Value
from lab.cim.wql import And, Comparison, Condition, IsNull, Literal, Membership, Or

Key = TypeVar("Key", bound=Hashable)


class Index(Generic[Key]):
    """The keys of rows by the values of some columns; text is case-insensitive, null is a value like any other.

    :param columns: names of string and integer properties.
    """

    def __init__(self, columns: Mapping[str, type[str] | type[int]]) -> None:
        self._types = {name.casefold(): kind for name, kind in columns.items()}
        self._keys: dict[str, dict[object, set[Key]]] = {name: {} for name in self._types}

    def add(self, key: Key, values: Mapping[str, Value]) -> None:
        """Add a row with its values; a missing column is null."""
        for name, found in self._found(values):
            self._keys[name].setdefault(found, set()).add(key)

    def remove(self, key: Key, values: Mapping[str, Value]) -> None:
        """Remove a row, with the same values with which it was added."""
        for name, found in self._found(values):
            self._keys[name][found].discard(key)

    def candidates(self, where: Condition | None) -> set[Key] | None:
        """Keys that include every row that may fulfil the condition; None when the columns do not restrict it."""
        match where:
            case Comparison(name, "=", value):
                return self._with(name, (value,))
            case Membership(name, values):
                return self._with(name, values)
            case IsNull(name):
                return self._with(name, (None,))
            case And(parts):
                found = [keys for keys in map(self.candidates, parts) if keys is not None]
                return min(found, key=len) if found else None
            case Or(parts):
                united: set[Key] = set()
                for keys in map(self.candidates, parts):
                    if keys is None:
                        return None
                    united |= keys
                return united
        return None

    def _with(self, name: str, values: Iterable[Literal]) -> set[Key] | None:
        column = name.casefold()
        kind = self._types.get(column)
        found: set[Key] = set()
        for value in values:
            # WMI converts between types (digits in quotes); the test of each row does that.
            if kind is None or not (value is None or type(value) is kind):
                return None
            found |= self._keys[column].get(_folded(value), set())
        return found

    def _found(self, values: Mapping[str, Value]) -> list[tuple[str, object]]:
        given = {name.casefold(): value for name, value in values.items() if name.casefold() in self._types}
        return [(name, _folded(given.get(name))) for name in self._types]


def _folded(value: Value) -> object:
    return value.casefold() if isinstance(value, str) else value
