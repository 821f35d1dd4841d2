"""Parses WQL text to a tree ([MS-WMI] 2.2.1), without classes: :mod:`lab.cim.wql_bind` checks names and types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from lab.cim.errors import CimError, Wbem
from lab.cim.model import NameMap
from lab.cim.wql_tokens import Token, tokens, unquoted

MAX_QUERY_CHARACTERS = 65536
MAX_DEPTH = 64
MAX_TERMS = 2000

Literal = str | int | float | bool | None


@dataclass(frozen=True)
class Comparison:
    """``property operator literal``; operator is one of = <> < <= > >= like."""

    name: str
    operator: str
    value: Literal


@dataclass(frozen=True)
class IsNull:
    """``property IS NULL``."""

    name: str


@dataclass(frozen=True)
class Membership:
    """``property IN (...)`` (the SMS Provider's extended WQL)."""

    name: str
    values: tuple[Literal, ...]


@dataclass(frozen=True)
class Not:
    part: Condition


@dataclass(frozen=True)
class And:
    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Or:
    parts: tuple[Condition, ...]


Condition = Comparison | IsNull | Membership | Not | And | Or


@dataclass(frozen=True)
class Select:
    """``select columns from class where condition``; ``columns`` None means ``*``."""

    columns: tuple[str, ...] | None
    class_name: str
    where: Condition | None = None


@dataclass(frozen=True)
class Associators:
    """``ASSOCIATORS OF {path}`` or, with ``references``, ``REFERENCES OF {path}``; ``path`` is the text in the braces.

    For references only ``result_class`` and ``role`` have a meaning.
    """

    path: str
    references: bool = False
    assoc_class: str | None = None
    result_class: str | None = None
    role: str | None = None
    result_role: str | None = None


Query = Select | Associators


def parse(text: str, *, extended: bool = False) -> Query:
    """The tree of a query; CimError INVALID_QUERY.

    :param extended: also accept what only the SMS Provider supports: ``IN (...)``, ``NOT IN`` and ``NOT LIKE``.
    """
    if len(text) > MAX_QUERY_CHARACTERS:
        raise CimError(Wbem.INVALID_QUERY, f"Invalid query: longer than {MAX_QUERY_CHARACTERS} characters")
    return _Parser(text, extended).query()


def equalities(where: Condition | None) -> NameMap[Literal]:
    """The values that a condition requires of single properties: ``a = 1 AND b = 'x'`` gives a and b; OR and NOT give none."""
    found: NameMap[Literal] = NameMap()
    if isinstance(where, Comparison) and where.operator == "=":
        found[where.name] = where.value
    elif isinstance(where, And):
        for part in where.parts:
            found.update(equalities(part))
    return found


_COMPARISONS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_KEYWORDS = frozenset({"select", "from", "where", "and", "or", "not", "like", "is", "null", "in", "true", "false", "isa"})


class _Parser:
    def __init__(self, text: str, extended: bool) -> None:
        self._tokens = tokens(text)
        self._at = 0
        self._extended = extended
        self._terms = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _refuse(self, expected: str) -> NoReturn:
        raise CimError(Wbem.INVALID_QUERY, f"Invalid query: expected {expected}, found {self._next.text}")

    def _word(self, *words: str) -> str:
        """Skip the next word if it is one of these, and return it; otherwise return an empty text."""
        word = self._next.word
        if word and word in words:
            self._at += 1
            return word
        return ""

    def _need(self, word: str) -> None:
        if not self._word(word):
            self._refuse(word)

    def _name(self, what: str) -> str:
        token = self._next
        if token.kind != "name" or token.word in _KEYWORDS:
            self._refuse(what)
        self._at += 1
        return token.text

    def query(self) -> Query:
        found: Query
        if self._word("select"):
            found = self._select()
        elif kind := self._word("associators", "references"):
            found = self._associators(references=kind == "references")
        else:
            self._refuse("select, associators of or references of")
        if self._next.kind != "end":
            self._refuse("the end of the query")
        return found

    def _select(self) -> Select:
        columns: list[str] | None = None
        if not self._word("*"):
            columns = [self._name("a property or *")]
            while self._word(","):
                columns.append(self._name("a property"))
        self._need("from")
        class_name = self._name("a class")
        where = self._or(0) if self._word("where") else None
        return Select(None if columns is None else tuple(columns), class_name, where)

    def _or(self, depth: int) -> Condition:
        parts = [self._and(depth)]
        while self._word("or"):
            parts.append(self._and(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self, depth: int) -> Condition:
        parts = [self._not(depth)]
        while self._word("and"):
            parts.append(self._not(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _not(self, depth: int) -> Condition:
        if depth > MAX_DEPTH:
            raise CimError(Wbem.INVALID_QUERY, f"Invalid query: nested deeper than {MAX_DEPTH}")
        if self._word("not"):
            return Not(self._not(depth + 1))
        if self._word("("):
            inner = self._or(depth + 1)
            self._need(")")
            return inner
        return self._term()

    def _term(self) -> Condition:
        self._terms += 1
        if self._terms > MAX_TERMS:
            raise CimError(Wbem.INVALID_QUERY, f"Invalid query: more than {MAX_TERMS} conditions")
        if self._next.kind in {"string", "number"} or self._next.word in {"true", "false", "null"}:
            value = self._literal()
            operator = self._comparison()
            return _comparison(self._name("a property"), _MIRRORED[operator], value)
        name = self._name("a property")
        if self._word("is"):
            negated = bool(self._word("not"))
            self._need("null")
            return Not(IsNull(name)) if negated else IsNull(name)
        negated = self._extended and bool(self._word("not"))
        found = self._like_or_in(name)
        if found is not None:
            return Not(found) if negated else found
        if negated:
            self._refuse("like or in")
        return _comparison(name, self._comparison(), self._literal())

    def _like_or_in(self, name: str) -> Condition | None:
        if self._word("like"):
            if self._next.kind != "string":
                self._refuse("a pattern in quotes")
            return Comparison(name, "like", self._literal())
        if self._extended and self._word("in"):
            self._need("(")
            values = [self._literal()]
            while self._word(","):
                values.append(self._literal())
            self._need(")")
            return Membership(name, tuple(values))
        return None

    def _comparison(self) -> str:
        found = self._word(*_COMPARISONS)
        if not found:
            self._refuse("an operator")
        return _COMPARISONS[found]

    def _literal(self) -> Literal:
        token = self._next
        if token.kind not in {"string", "number"} and token.word not in {"true", "false", "null"}:
            self._refuse("a value")
        self._at += 1
        if token.kind == "string":
            return unquoted(token.text)
        if token.kind == "number":
            if "x" in token.text.lower():
                return int(token.text, 16)
            return float(token.text) if any(c in token.text for c in ".eE") else int(token.text)
        return None if token.word == "null" else token.word == "true"

    def _associators(self, *, references: bool) -> Associators:
        self._need("of")
        token = self._next
        if token.kind != "object":
            self._refuse("an object path in braces")
        self._at += 1
        allowed = ("resultclass", "role") if references else ("assocclass", "resultclass", "role", "resultrole")
        given: dict[str, str] = {}
        if self._word("where"):
            while self._next.kind != "end":
                name = self._word(*(word for word in allowed if word not in given))
                if not name:
                    self._refuse(f"one of {', '.join(allowed)}, each at most once")
                self._need("=")
                given[name] = self._name("a name")
            if not given:
                self._refuse(f"one of {', '.join(allowed)}")
        return Associators(
            token.text[1:-1].strip(),
            references,
            given.get("assocclass"),
            given.get("resultclass"),
            given.get("role"),
            given.get("resultrole"),
        )


def _comparison(name: str, operator: str, value: Literal) -> Condition:
    """``= NULL`` and ``<> NULL`` mean IS NULL and IS NOT NULL; nothing else can be compared with NULL."""
    if value is not None:
        return Comparison(name, operator, value)
    if operator == "=":
        return IsNull(name)
    if operator == "<>":
        return Not(IsNull(name))
    raise CimError(Wbem.INVALID_QUERY, f"Invalid query: {name} {operator} NULL")
