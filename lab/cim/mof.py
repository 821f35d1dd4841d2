"""Parser for Windows MOF: text to declarations, independent of any repository; :mod:`lab.cim.compiler` compiles them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from lab.cim.mof_tokens import MofError, Token, tokens

MAX_DEPTH = 32
# Pragmas of Windows' own MOF files that have no effect here.
_IDLE_PRAGMAS = frozenset({"autorecover", "classflags", "instanceflags", "locale", "instancelocale"})

# A value as written: None, bool, int, float, str, a tuple of these, InstanceSyntax or AliasSyntax.
Written = Any


@dataclass(frozen=True)
class AliasSyntax:
    """``$Name`` used as a reference."""

    name: str


@dataclass(frozen=True)
class MemberSyntax:
    """A property or parameter; ``type`` is as written, ``ref`` says that it is a reference to that class."""

    line: int
    name: str
    type: str
    ref: bool
    array: bool
    default: Written
    qualifiers: dict[str, Written]


@dataclass(frozen=True)
class MethodSyntax:
    """A method with its parameters in order."""

    line: int
    name: str
    returns: str
    parameters: tuple[MemberSyntax, ...]
    qualifiers: dict[str, Written]


@dataclass(frozen=True)
class ClassSyntax:
    """A class declaration; ``namespace`` is from the pragma before it, None if there is none."""

    line: int
    namespace: str | None
    name: str
    parent: str | None
    properties: tuple[MemberSyntax, ...]
    methods: tuple[MethodSyntax, ...]
    qualifiers: dict[str, Written]


@dataclass(frozen=True)
class ValueSyntax:
    """``name = value;`` of an instance."""

    line: int
    name: str
    value: Written


@dataclass(frozen=True)
class InstanceSyntax:
    """``instance of Class { ... }``."""

    line: int
    namespace: str | None
    class_name: str
    alias: str | None
    values: tuple[ValueSyntax, ...] = field(default=())


Declaration = ClassSyntax | InstanceSyntax


@lru_cache(maxsize=64)
def read(text: str, source: str = "<mof>") -> tuple[Declaration, ...]:
    """The declarations of a MOF text in order. MofError gives the file, the line and what is wrong.

    The result is shared between calls with the same text: many servers compile the same files.
    """
    return _Reader(text, source).declarations()


class _Reader:
    def __init__(self, text: str, source: str) -> None:
        self._source = source
        self._tokens = list(tokens(text, source))
        self._at = 0
        self._namespace: str | None = None

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _fail(self, problem: str, line: int | None = None) -> MofError:
        return MofError(self._source, line or self._next.line, problem)

    def _take(self, kind: str, what: str = "") -> Token:
        token = self._next
        if token.kind != kind:
            raise self._fail(f"expected {what or kind}, found {token.text}")
        self._at += 1
        return token

    def _word(self, word: str) -> bool:
        """Skip this keyword if it is next."""
        if self._next.kind == "name" and self._next.text.lower() == word:
            self._at += 1
            return True
        return False

    def _mark(self, mark: str) -> bool:
        if self._next.kind == mark:
            self._at += 1
            return True
        return False

    def _list(self, end: str, item: Callable[[], None]) -> None:
        """Items separated by commas, up to and including the end mark."""
        if self._mark(end):
            return
        item()
        while self._mark(","):
            item()
        self._take(end, f"',' or '{end}'")

    def declarations(self) -> tuple[Declaration, ...]:
        found: list[Declaration] = []
        while self._next.kind != "end":
            if self._mark("pragma"):
                self._pragma()
                continue
            qualifiers = self._qualifiers()
            if self._word("class"):
                found.append(self._class(qualifiers))
            elif self._word("instance"):
                found.append(self._instance(0))
                self._take(";", "';' after the instance")
            elif not qualifiers and self._word("qualifier"):
                self._qualifier_declaration()
            else:
                raise self._fail(f"expected class, instance or #pragma, found {self._next.text}")
        return tuple(found)

    def _pragma(self) -> None:
        name = self._take("name", "the name of a pragma")
        value = ""
        if self._mark("("):
            token = self._next
            self._at += 1
            if token.kind not in {"string", "number", "name"}:
                raise self._fail(f"expected the value of pragma {name.text}, found {token.text}", token.line)
            value = str(token.value)
            self._take(")", "')'")
        if name.text.lower() == "namespace":
            namespace = value.replace("\\", "/").removeprefix("//./").strip("/")
            if not namespace:
                raise self._fail("pragma namespace needs a namespace such as root/cimv2", name.line)
            self._namespace = namespace
        elif name.text.lower() not in _IDLE_PRAGMAS:
            raise self._fail(f"unknown pragma {name.text}; known: namespace, {', '.join(sorted(_IDLE_PRAGMAS))}", name.line)

    def _qualifier_declaration(self) -> None:
        """Qualifiers need no declaration here; a declaration is skipped."""
        while self._next.kind not in {";", "end"}:
            self._at += 1
        self._take(";", "';' after the qualifier declaration")

    def _qualifiers(self) -> dict[str, Written]:
        found: dict[str, Written] = {}

        def one() -> None:
            name = self._take("name", "the name of a qualifier")
            value: Written = True
            if self._mark("("):
                value = self._value(0)
                self._take(")", "')'")
            elif self._next.kind == "{":
                value = self._value(0)
            if self._mark(":"):
                self._take("name", "a flavour")
                while self._next.kind == "name":
                    self._at += 1
            if name.text.lower() in found:
                raise self._fail(f"qualifier {name.text} is given twice", name.line)
            found[name.text.lower()] = value

        if self._mark("["):
            self._list("]", one)
        return found

    def _class(self, qualifiers: dict[str, Written]) -> ClassSyntax:
        name = self._take("name", "the name of the class")
        if self._word("as"):
            self._take("alias", "an alias such as $Name")
        parent = self._take("name", "the name of the parent class").text if self._mark(":") else None
        self._take("{", "'{'")
        properties: list[MemberSyntax] = []
        methods: list[MethodSyntax] = []
        while not self._mark("}"):
            own = self._qualifiers()
            member = self._member(own)
            if self._next.kind == "(" and not member.array and not member.ref:
                methods.append(self._method(member))
            else:
                if member.type.lower() == "void":
                    raise self._fail(f"property {member.name} cannot be void", member.line)
                properties.append(self._with_default(member))
            self._take(";", f"';' after {member.name}")
        self._take(";", f"';' after class {name.text}")
        self._refuse_twice(name.text, [m.name for m in properties], [m.line for m in properties])
        self._refuse_twice(name.text, [m.name for m in methods], [m.line for m in methods])
        return ClassSyntax(name.line, self._namespace, name.text, parent, tuple(properties), tuple(methods), qualifiers)

    def _refuse_twice(self, owner: str, names: list[str], lines: list[int]) -> None:
        seen: set[str] = set()
        for name, line in zip(names, lines, strict=True):
            if name.lower() in seen:
                raise self._fail(f"{owner} has {name} twice", line)
            seen.add(name.lower())

    def _member(self, qualifiers: dict[str, Written]) -> MemberSyntax:
        """Type, ``ref`` and name, followed by ``[]`` or ``[n]`` for an array."""
        type_name = self._take("name", "a type").text
        if type_name.lower() == "object" and self._mark(":"):
            type_name = self._take("name", "the embedded class after object:").text
        ref = self._word("ref")
        name = self._take("name", "a name")
        array = self._mark("[")
        if array:
            self._mark_number()
            self._take("]", "']'")
        return MemberSyntax(name.line, name.text, type_name, ref, array, None, qualifiers)

    def _mark_number(self) -> None:
        if self._next.kind == "number":
            self._at += 1

    def _with_default(self, member: MemberSyntax) -> MemberSyntax:
        if not self._mark("="):
            return member
        default = self._value(0)
        return MemberSyntax(member.line, member.name, member.type, member.ref, member.array, default, member.qualifiers)

    def _method(self, head: MemberSyntax) -> MethodSyntax:
        parameters: list[MemberSyntax] = []
        self._take("(")
        self._list(")", lambda: parameters.append(self._member(self._qualifiers())))
        self._refuse_twice(head.name, [p.name for p in parameters], [p.line for p in parameters])
        return MethodSyntax(head.line, head.name, head.type, tuple(parameters), head.qualifiers)

    def _instance(self, depth: int) -> InstanceSyntax:
        """What follows the keyword ``instance``."""
        if not self._word("of"):
            raise self._fail(f"expected 'of' after instance, found {self._next.text}")
        name = self._take("name", "the class of the instance")
        alias = self._take("alias", "an alias such as $Name").text if self._word("as") else None
        self._take("{", "'{'")
        values: list[ValueSyntax] = []
        while not self._mark("}"):
            self._qualifiers()
            member = self._take("name", "a property name or '}'")
            self._take("=", f"'=' after {member.text}")
            values.append(ValueSyntax(member.line, member.text, self._value(depth + 1)))
            self._take(";", f"';' after the value of {member.text}")
        self._refuse_twice(f"instance of {name.text}", [v.name for v in values], [v.line for v in values])
        return InstanceSyntax(name.line, self._namespace, name.text, alias, tuple(values))

    def _value(self, depth: int) -> Written:
        if depth > MAX_DEPTH:
            raise self._fail(f"values nested deeper than {MAX_DEPTH}")
        token = self._next
        self._at += 1
        match token.kind:
            case "string":
                text = str(token.value)
                while self._next.kind == "string":
                    text += str(self._take("string").value)
                return text
            case "number" | "char":
                return token.value
            case "alias":
                return AliasSyntax(token.text)
            case "{":
                items: list[Written] = []
                self._list("}", lambda: items.append(self._value(depth + 1)))
                return tuple(items)
            case "name":
                word = token.text.lower()
                if word in {"true", "false"}:
                    return word == "true"
                if word == "null":
                    return None
                if word == "instance":
                    return self._instance(depth)
        raise self._fail(f"expected a value, found {token.text}", token.line)
