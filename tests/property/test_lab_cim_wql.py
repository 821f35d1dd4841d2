"""WQL compared with plain Python, and parsers with any text as input."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lab.cim.errors import CimError, Wbem
from lab.cim.like import like
from lab.cim.mof import read
from lab.cim.mof_tokens import MofError
from lab.cim.object_path import PathError, parse_object_path
from lab.cim.repository import Repository
from lab.cim.wql import And, Comparison, Condition, IsNull, Not, Or, Select, parse
from lab.cim.wql_bind import bind

REPOSITORY = Repository()
REPOSITORY.compile("class T { [key] string Name; sint32 A; sint32 B; };", "root/t")
WORDS = st.sampled_from(
    ["select", "*", "from", "where", "and", "or", "not", "(", ")", "=", "<>", "like", "is", "null", "in", ",", "A", "T", "'x'",
     '"', "5", "0x1", "{", "}", "of", "associators", "role", "\\", "'", "true", "[", "]"]
)  # fmt: skip

SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def text_of(condition: Condition) -> str:
    match condition:
        case Comparison(name, sign, value):
            quoted = "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'" if isinstance(value, str) else value
            return f"{name} {sign} {quoted}"
        case IsNull(name):
            return f"{name} is null"
        case Not(part):
            return f"not ({text_of(part)})"
        case And(parts):
            return " and ".join(f"({text_of(part)})" for part in parts)
        case Or(parts):
            return " or ".join(f"({text_of(part)})" for part in parts)
    raise AssertionError(condition)


def truth(condition: Condition, row: dict[str, Any]) -> bool | None:
    """SQL's three-valued logic, in a second implementation."""
    match condition:
        case Comparison(name, sign, value):
            if row[name] is None:
                return None
            left, right = (str(x).casefold() if isinstance(x, str) else x for x in (row[name], value))
            return SIGNS[sign](left, right)
        case IsNull(name):
            return row[name] is None
        case Not(part):
            inner = truth(part, row)
            return None if inner is None else not inner
        case And(parts):
            found = [truth(part, row) for part in parts]
            return False if False in found else None if None in found else True
        case Or(parts):
            found = [truth(part, row) for part in parts]
            return True if True in found else None if None in found else False
    raise AssertionError(condition)


COMPARISONS = st.builds(Comparison, st.sampled_from(["A", "B"]), st.sampled_from(sorted(SIGNS)), st.integers(-3, 3)) | st.builds(
    Comparison, st.just("Name"), st.sampled_from(sorted(SIGNS)), st.text("aAbB'\\\"", max_size=3)
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    COMPARISONS | st.builds(IsNull, st.sampled_from(["A", "B", "Name"])),
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=8,
)
ROWS = st.fixed_dictionaries(
    {
        "Name": st.text("aAbB'\\\"", max_size=3),
        "A": st.none() | st.integers(-3, 3),
        "B": st.none() | st.integers(-3, 3),
    }
)


@given(CONDITIONS, ROWS)
def test_conditions_select_what_they_say(condition: Condition, row: dict[str, Any]) -> None:
    query = parse(f"select * from T where {text_of(condition)}")
    assert isinstance(query, Select)
    instance = REPOSITORY.new("root/t", "T", **row)
    assert bind(query.where, instance.cls)(instance) is (truth(condition, row) is True)


@given(st.text("ab%_", max_size=8), st.text("abc", max_size=10))
def test_like_agrees_with_a_regular_expression(pattern: str, text: str) -> None:
    regular = re.sub("%+", ".*", pattern).replace("_", ".")
    assert like(pattern)(text) is (re.fullmatch(regular, text) is not None)


def refusal(read_it: Callable[[], object], kind: type[Exception]) -> Exception | None:
    """The only exception that this parser may raise, or None when it raised none."""
    try:
        read_it()
    except kind as error:
        return error
    return None


@given(st.lists(WORDS, max_size=25).map(" ".join) | st.text(max_size=60))
def test_any_text_is_a_query_or_an_invalid_one(text: str) -> None:
    error = refusal(lambda: parse(text, extended=True), CimError)
    assert error is None or (isinstance(error, CimError) and error.code == Wbem.INVALID_QUERY)


@given(st.text(max_size=60) | st.text("classintof AB{}[]();:=$\"'\\#/*1,", max_size=60))
def test_any_text_is_mof_or_names_its_line(text: str) -> None:
    error = refusal(lambda: read(text, "f.mof"), MofError)
    assert error is None or (isinstance(error, MofError) and str(error).startswith(f"f.mof:{error.line}: "))


@given(st.text(max_size=40) | st.text("Ab.=\"'\\,:1 @", max_size=40))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    error = refusal(lambda: parse_object_path(text, "root/x"), PathError)
    assert error is None or str(error)
