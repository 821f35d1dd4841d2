"""Operators between two values (about_Comparison_Operators, about_Arithmetic_Operators)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lab.windows.powershell.errors import simple_error
from lab.windows.powershell.members import is_of_type
from lab.windows.powershell.values import Hash, PsValue, TypeName, like, number, same, text_of, type_name


def binary(operator: str, left: PsValue, right: PsValue) -> PsValue:
    """The value of ``left operator right``. An array on the left of a comparison gives the elements that fit."""
    if operator == "+":
        return _sum(left, right)
    if operator == "-f":
        return _formatted(left, right)
    if operator in ("-is", "-isnot"):
        if not isinstance(right, TypeName):
            raise simple_error("The right operand of '-is' must be a type.", "RequiresType")
        return is_of_type(left, right) == (operator == "-is")
    if operator in ("-in", "-notin"):
        return _contains(right, left) == (operator == "-in")
    if operator in ("-contains", "-notcontains"):
        return _contains(left, right) == (operator == "-contains")
    compare = _COMPARISONS[operator]
    if isinstance(left, list):
        return [item for item in left if compare(item, right)]
    return compare(left, right)


def _ordered(left: PsValue, right: PsValue) -> int:
    """Less than 0, 0 or more than 0."""
    if isinstance(left, str):
        first, second = left.casefold(), text_of(right).casefold()
        return (first > second) - (first < second)
    one, other = number(left), number(right)
    return (one > other) - (one < other)


_COMPARISONS: Mapping[str, Callable[[PsValue, PsValue], bool]] = {
    "-eq": same,
    "-ne": lambda left, right: not same(left, right),
    "-gt": lambda left, right: _ordered(left, right) > 0,
    "-ge": lambda left, right: _ordered(left, right) >= 0,
    "-lt": lambda left, right: _ordered(left, right) < 0,
    "-le": lambda left, right: _ordered(left, right) <= 0,
    "-like": like,
    "-notlike": lambda left, right: not like(left, right),
}


def _contains(items: PsValue, value: PsValue) -> bool:
    return any(same(item, value) for item in (items if isinstance(items, list) else [items]))


def _sum(left: PsValue, right: PsValue) -> PsValue:
    if left is None:
        return right
    if isinstance(left, list):
        return [*left, *(right if isinstance(right, list) else [right])]
    if isinstance(left, str):
        return left + text_of(right)
    if isinstance(left, Hash) and isinstance(right, Hash):
        twice = next((name for name in right if name in left), None)
        if twice is not None:
            raise simple_error(f"Item has already been added. Key in dictionary: '{twice}'", "System.ArgumentException")
        return Hash({**dict(left.items()), **dict(right.items())}, ordered=left.ordered)
    if isinstance(left, (int, float)):
        return number(left) + number(right)
    message = f"Method invocation failed because [{type_name(left)}] does not contain a method named 'op_Addition'."
    raise simple_error(message, "MethodNotFound")


def _formatted(left: PsValue, right: PsValue) -> str:
    """``-f`` with plain indexes, such as ``{0}``."""
    values = right if isinstance(right, list) else [right]

    def one(found: re.Match[str]) -> str:
        index = int(found[1])
        if index >= len(values):
            raise simple_error(
                "Error formatting a string: Index (zero based) must be greater than or equal to zero and less "
                "than the size of the "
                "argument list..",
                "FormatError",
            )
        return text_of(values[index])

    return re.sub(r"\{(\d+)\}", one, text_of(left))
