"""The parts of a script that the lab runs; nothing else exists. :mod:`lab.windows.powershell.reader` builds
them from the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from lab.windows.powershell.errors import Place


@dataclass(frozen=True)
class Literal:
    """A text, a number, ``$true``, ``$false`` or ``$null``."""

    value: str | int | float | bool | None
    place: Place


@dataclass(frozen=True)
class Expandable:
    """A text in double quotes: pieces of text, and expressions that are replaced by their values."""

    parts: tuple[str | Expression, ...]
    place: Place


@dataclass(frozen=True)
class Variable:
    """``$name``; ``splat`` for ``@name``, which is an argument only."""

    name: str
    place: Place
    splat: bool = False


@dataclass(frozen=True)
class TypeLiteral:
    """``[name]`` as a value."""

    name: str
    place: Place


@dataclass(frozen=True)
class Member:
    """``target.name`` or ``[type]::name``."""

    target: Expression
    name: Expression
    place: Place
    static: bool = False


@dataclass(frozen=True)
class Index:
    """``target[index]``."""

    target: Expression
    index: Expression
    place: Place


@dataclass(frozen=True)
class Call:
    """``target.name(arguments)`` or ``[type]::name(arguments)``."""

    target: Expression
    name: Expression
    arguments: tuple[Expression, ...]
    place: Place
    static: bool = False


@dataclass(frozen=True)
class Cast:
    """``[type]value``."""

    type: str
    value: Expression
    place: Place


@dataclass(frozen=True)
class Unary:
    """``-not value``, ``!value``, ``-value``."""

    operator: str
    value: Expression
    place: Place


@dataclass(frozen=True)
class Binary:
    """``left operator right``; the operator in lower case, without the ``c`` or ``i`` of its letter case."""

    operator: str
    left: Expression
    right: Expression
    place: Place


@dataclass(frozen=True)
class ListLiteral:
    """``a, b``."""

    items: tuple[Expression, ...]
    place: Place


@dataclass(frozen=True)
class ArrayOf:
    """``@( ... )``."""

    statements: tuple[Statement, ...]
    place: Place


@dataclass(frozen=True)
class SubExpression:
    """``$( ... )`` or ``( ... )``."""

    statements: tuple[Statement, ...]
    place: Place


@dataclass(frozen=True)
class HashLiteral:
    """``@{ key = value }``; a value is the output of a statement."""

    entries: tuple[tuple[Expression, Statement], ...]
    place: Place


@dataclass(frozen=True)
class ScriptBlock:
    """``{ ... }`` as an argument."""

    statements: tuple[Statement, ...]
    place: Place


Expression = (
    Literal
    | Expandable
    | Variable
    | TypeLiteral
    | Member
    | Index
    | Call
    | Cast
    | Unary
    | Binary
    | ListLiteral
    | ArrayOf
    | SubExpression
    | HashLiteral
    | ScriptBlock
)


@dataclass(frozen=True)
class Argument:
    """One argument of a command: ``-name``, ``-name:value``, or a value alone.

    :ivar joined: the value follows the name after a colon.
    """

    place: Place
    name: str | None = None
    value: Expression | None = None
    joined: bool = False


@dataclass(frozen=True)
class Command:
    """A command with its arguments; ``name`` is an expression after ``&``."""

    name: str | Expression
    arguments: tuple[Argument, ...]
    place: Place


@dataclass(frozen=True)
class Pipeline:
    """Commands joined with ``|``; the first element may be an expression."""

    elements: tuple[Command | Expression, ...]
    place: Place


@dataclass(frozen=True)
class Assignment:
    """``target = value``; ``operator`` is ``=`` or ``+=``. ``target`` is a variable, a member or an element."""

    target: Expression
    operator: str
    value: Statement
    place: Place


@dataclass(frozen=True)
class If:
    """``if``, ``elseif`` and ``else``."""

    branches: tuple[tuple[Statement, tuple[Statement, ...]], ...]
    otherwise: tuple[Statement, ...]
    place: Place


@dataclass(frozen=True)
class Switch:
    """``switch (value) { text { ... } default { ... } }``, with texts only."""

    value: Statement
    clauses: tuple[tuple[str | None, tuple[Statement, ...]], ...]
    place: Place


@dataclass(frozen=True)
class ForEach:
    """``foreach ($name in value) { ... }``."""

    variable: str
    value: Statement
    body: tuple[Statement, ...]
    place: Place


@dataclass(frozen=True)
class Catch:
    """``catch [type] { ... }``; without types it catches every error."""

    types: tuple[str, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Try:
    """``try``, ``catch`` and ``finally``."""

    body: tuple[Statement, ...]
    catches: tuple[Catch, ...]
    final: tuple[Statement, ...]
    place: Place


@dataclass(frozen=True)
class Flow:
    """``throw``, ``exit`` or ``return``, with a value or without."""

    word: str
    value: Statement | None
    place: Place


Statement = Pipeline | Assignment | If | Switch | ForEach | Try | Flow


@dataclass(frozen=True)
class Script:
    """A complete script. ``requires`` is the version in its ``#Requires -Version`` line, empty without one."""

    statements: tuple[Statement, ...]
    requires: str = ""
