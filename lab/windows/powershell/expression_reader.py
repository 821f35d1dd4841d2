"""From the nodes of expressions to the parts that the lab runs."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lab.windows.powershell import syntax
from lab.windows.powershell.errors import ParseError, Place, Unsupported
from lab.windows.powershell.grammar import Source, text_of
from lab.windows.powershell.texts import here_string, unescaped, verbatim

if TYPE_CHECKING:
    from tree_sitter import Node

_CONSTANTS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
_SCOPES = ("env", "script", "global", "local")
_BINARY = (
    "logical_expression", "bitwise_expression", "comparison_expression", "additive_expression", "format_expression",
    "logical_argument_expression", "bitwise_argument_expression", "comparison_argument_expression",
    "additive_argument_expression",
    "format_argument_expression",
)  # fmt: skip
OPERATORS = (
    "-and", "-or", "-eq", "-ne", "-gt", "-ge", "-lt", "-le", "-like", "-notlike", "-in", "-notin", "-contains", "-notcontains",
    "-is", "-isnot", "+", "-f",
)  # fmt: skip


class ExpressionReader(ABC):
    """Reads expressions. Statements inside them are read by the subclass."""

    def __init__(self, source: Source) -> None:
        self._source = source

    @abstractmethod
    def statement(self, node: Node) -> syntax.Statement:
        """One statement."""

    @abstractmethod
    def statements(self, node: Node) -> tuple[syntax.Statement, ...]:
        """The statements of a list."""

    @abstractmethod
    def block(self, node: Node) -> tuple[syntax.Statement, ...]:
        """The statements of ``{ ... }``."""

    def value(self, node: Node) -> syntax.Statement:
        """A statement whose output is used. An assignment there is mostly a slip for ``-eq``, and the lab does not run it."""
        found = self.statement(node)
        if isinstance(found, syntax.Assignment):
            raise Unsupported("an assignment whose value is used", self.place(node))
        return found

    def expression(self, node: Node, *, argument: bool = False) -> syntax.Expression:
        """An expression; ``@name`` only as an argument of a command."""
        found = self._any(node)
        if isinstance(found, syntax.Variable) and found.splat and not argument:
            message = (
                f"The splatting operator '@' cannot be used to reference variables in an expression. '@{found.name}' can be used "
                f"only as an argument to a command. To reference variables in an expression use '${found.name}'."
            )
            raise ParseError(message, found.place, "SplattingNotPermitted")
        return found

    def _any(self, node: Node) -> syntax.Expression:
        node = _unwrapped(node)
        place = self.place(node)
        if node.type in _BINARY:
            return self._binary(node)
        if node.type == "array_literal_expression":
            return syntax.ListLiteral(tuple(self.expression(child) for child in named(node)), place)
        if node.type == "expression_with_unary_operator":
            return self._unary(node)
        if node.type == "cast_expression":
            kind, value = named(node)
            return syntax.Cast(type_written(kind), self.expression(value), place)
        if node.type == "variable":
            return self.variable(node)
        if node.type == "type_literal":
            return syntax.TypeLiteral(type_written(node), place)
        if node.type in ("member_access", "invokation_expression"):
            return self._member(node)
        if node.type == "element_access":
            target, index = named(node)
            return syntax.Index(self.expression(target), self.expression(index), place)
        if node.type == "parenthesized_expression":
            (inner,) = named(node)
            return syntax.SubExpression((self.value(inner),), place)
        if node.type in ("sub_expression", "array_expression"):
            statements = tuple(found for child in named(node) for found in self.statements(child))
            return syntax.SubExpression(statements, place) if node.type == "sub_expression" else syntax.ArrayOf(statements, place)
        if node.type == "hash_literal_expression":
            return self._hash(node)
        if node.type == "script_block_expression":
            return syntax.ScriptBlock(self.block(node), place)
        return self._literal(node)

    def _literal(self, node: Node) -> syntax.Expression:
        place = self.place(node)
        if node.type == "decimal_integer_literal":
            word = text_of(node).strip()
            if not word.isdigit():
                raise Unsupported(f"the number {word}", place)
            return syntax.Literal(int(word), place)
        if node.type == "verbatim_string_characters":
            return syntax.Literal(verbatim(text_of(node)), place)
        if node.type in ("verbatim_here_string_characters", "expandable_here_string_literal"):
            body = here_string(text_of(node))
            if node.type.startswith("expandable") and named(node):
                raise Unsupported("variables in a here-string", place)
            return syntax.Literal(unescaped(body) if node.type.startswith("expandable") else body, place)
        if node.type == "expandable_string_literal":
            return self._expandable(node)
        raise self.no(node)

    def _expandable(self, node: Node) -> syntax.Expression:
        """A text in double quotes. The tree has its variables and subexpressions only; the text between them
        is in the source.
        """
        parts: list[str | syntax.Expression] = []
        position = node.start_byte + 1
        for child in named(node):
            parts.append(unescaped(self._source.between(position, child.start_byte)))
            parts.append(self.expression(child))
            position = child.end_byte
        parts.append(unescaped(self._source.between(position, node.end_byte - 1)))
        if len(parts) == 1 and isinstance(parts[0], str):
            return syntax.Literal(parts[0], self.place(node))
        return syntax.Expandable(tuple(part for part in parts if part != ""), self.place(node))

    def _binary(self, node: Node) -> syntax.Expression:
        left, operator, right = node.children
        word = text_of(operator).strip().lower()
        if word.startswith("-") and self._source.between(operator.end_byte, operator.end_byte + 1).isalnum():
            raise self.unexpected(operator)
        found = "-" + word[2:] if word[:2] == "-i" and "-" + word[2:] in OPERATORS else word
        if found not in OPERATORS:
            raise Unsupported(f"the operator {word}", self.place(operator))
        return syntax.Binary(found, self.expression(left), self.expression(right), self.place(node))

    def _unary(self, node: Node) -> syntax.Expression:
        inner = node.children
        if len(inner) == 1 and inner[0].type == "cast_expression":
            return self.expression(inner[0])
        if len(inner) != 2 or text_of(inner[0]).lower() not in ("-not", "!", "-"):
            raise self.no(node)
        return syntax.Unary(text_of(inner[0]).lower(), self.expression(inner[1]), self.place(node))

    def variable(self, node: Node) -> syntax.Variable | syntax.Literal:
        place = self.place(node)
        written = text_of(node)
        name = written[1:].removeprefix("{").removesuffix("}")
        scope, colon, rest = name.partition(":")
        if colon and (scope.lower() not in _SCOPES or not rest):
            raise Unsupported(f"the variable {written}; write ${{{scope}}} if a colon follows it", place)
        if not re.fullmatch(r"[\w?^$]+", rest if colon else name):
            raise Unsupported(f"the variable {written}", place)
        if colon and scope.lower() != "env":
            name = rest
        if name.lower() in _CONSTANTS and not written.startswith("@"):
            return syntax.Literal(_CONSTANTS[name.lower()], place)
        return syntax.Variable(name.lower(), place, splat=written.startswith("@"))

    def _member(self, node: Node) -> syntax.Expression:
        """A property or a call of a method; the name may be a word, a text or a variable."""
        place = self.place(node)
        arguments = [child for child in node.children if child.type == "argument_list"]
        parts = [child for child in named(node) if child.type != "argument_list"]
        target, written = parts
        for before, after in zip(node.children, node.children[1:], strict=False):
            if before.end_byte != after.start_byte:
                raise self.unexpected(after)
        static = any(child.type == "::" for child in node.children)
        (inner,) = named(written) or [written]
        name: syntax.Expression
        name = syntax.Literal(text_of(inner), place) if inner.type == "simple_name" else self.expression(inner)
        if node.type == "member_access":
            return syntax.Member(self.expression(target), name, place, static)
        given = tuple(self.expression(item) for item in _given(arguments[0]))
        return syntax.Call(self.expression(target), name, given, place, static)

    def _hash(self, node: Node) -> syntax.Expression:
        entries: list[tuple[syntax.Expression, syntax.Statement]] = []
        seen: set[str] = set()
        for body in named(node):
            for entry in named(body):
                key, value = named(entry)
                (inner,) = named(key)
                name = (
                    syntax.Literal(text_of(inner), self.place(inner)) if inner.type == "simple_name" else self.expression(inner)
                )
                if isinstance(name, syntax.Literal):
                    if str(name.value).casefold() in seen:
                        message = f"Duplicate keys '{name.value}' are not allowed in hash literals."
                        raise ParseError(message, self.place(key), "DuplicateKeyInHashLiteral")
                    seen.add(str(name.value).casefold())
                entries.append((name, self.value(value)))
        return syntax.HashLiteral(tuple(entries), self.place(node))

    def unexpected(self, node: Node) -> ParseError:
        """What the grammar accepts, and PowerShell does not."""
        place, token, _ = self._source.token(node)
        return ParseError(f"Unexpected token '{token}' in expression or statement.", place, "UnexpectedToken")

    def place(self, node: Node) -> Place:
        return self._source.place(node)

    def no(self, node: Node) -> Unsupported:
        return Unsupported(f"this part of the language ({node.type.replace('_', ' ')})", self.place(node))


def named(node: Node, *, keep_comments: bool = False) -> list[Node]:
    """The children of a node without punctuation, and without comments."""
    return [child for child in node.children if child.is_named and (keep_comments or child.type != "comment")]


_WRAPPERS = re.compile(
    r"\w+_expression|left_assignment_expression|string_literal|integer_literal|argument_expression|key_expression"
)
_MEANING = ("expression_with_unary_operator", "cast_expression", "parenthesized_expression", "sub_expression", "array_expression",
            "hash_literal_expression", "script_block_expression", "invokation_expression")  # fmt: skip


def _unwrapped(node: Node) -> Node:
    """The node below the layers that the grammar puts around each expression for the order of its operators."""
    while node.child_count == 1 and _WRAPPERS.fullmatch(node.type) and node.type not in _MEANING:
        node = node.children[0]
    return node


def _given(arguments: Node) -> Iterator[Node]:
    """The arguments of a call."""
    for group in named(arguments):
        yield from named(group) if group.type == "argument_expression_list" else [group]


def type_written(node: Node) -> str:
    """The name in a type literal, without brackets."""
    return text_of(node).strip().removeprefix("[").removesuffix("]").replace(" ", "")
