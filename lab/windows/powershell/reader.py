"""From a syntax tree to the parts that the lab runs. What is not in this file is not part of the lab's PowerShell.

A script is read completely before anything of it runs, so an unsupported construct never leaves half of the work done.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from lab.windows.powershell import syntax
from lab.windows.powershell.errors import EXCEPTIONS, ParseError, Unsupported
from lab.windows.powershell.expression_reader import ExpressionReader, named, type_written
from lab.windows.powershell.grammar import parse, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

# After these a new line or a semicolon must follow; after a statement with a block another one may follow at once.
_NEED_AN_END = ("pipeline", "flow_control_statement")
# Arguments that can do without quotes.
_PLAIN = re.compile(r"[A-Za-z0-9_.:\\/*?+%~][A-Za-z0-9_.:\\/*?+%~-]*")
_REQUIRES = re.compile(r"^\s*#requires\s+-version\s+(\d+(?:\.\d+)?)\s*$", re.IGNORECASE)


def read_script(text: str, file: str = "") -> syntax.Script:
    """Read a script. Raises :class:`ParseError` for what is not PowerShell, :class:`Unsupported` for what the
    lab does not run.
    """
    root, source = parse(text, file)
    return _Reader(source).script(root)


class _Reader(ExpressionReader):
    def script(self, root: Node) -> syntax.Script:
        requires = ""
        statements: tuple[syntax.Statement, ...] = ()
        for child in named(root, keep_comments=True):
            if child.type == "comment":
                found = _REQUIRES.match(text_of(child))
                requires = found[1] if found else requires
                if text_of(child).lower().startswith("#requires") and not found:
                    raise Unsupported(f"this form of #Requires: {text_of(child)}", self.place(child))
            elif child.type == "statement_list":
                statements += self.statements(child)
            elif child.type != "empty_statement":
                raise self.no(child)
        return syntax.Script(statements, requires)

    # Statements

    def statements(self, node: Node) -> tuple[syntax.Statement, ...]:
        found: list[syntax.Statement] = []
        before: Node | None = None
        for child in named(node):
            if child.type == "empty_statement":
                before = None
                continue
            if before is not None and before.type in _NEED_AN_END and self._on_one_line(before, child):
                # The grammar accepts two statements on one line; PowerShell does not.
                raise self.unexpected(child)
            found.append(self.statement(child))
            before = child
        return tuple(found)

    def _on_one_line(self, before: Node, after: Node) -> bool:
        """Whether only blanks are between two statements. Comments count as blanks, as for PowerShell."""
        return before.end_point[0] == after.start_point[0] and not text_of(before).endswith("\n")

    def block(self, node: Node) -> tuple[syntax.Statement, ...]:
        """The statements of ``{ ... }``."""
        found: tuple[syntax.Statement, ...] = ()
        for child in named(node):
            if child.type in ("statement_list", "script_block", "script_block_body"):
                found += self.statements(child) if child.type == "statement_list" else self.block(child)
            else:
                raise self.no(child)
        return found

    def statement(self, node: Node) -> syntax.Statement:
        readers: dict[str, Callable[[Node], syntax.Statement]] = {
            "pipeline": self._pipeline,
            "if_statement": self._if,
            "foreach_statement": self._foreach,
            "switch_statement": self._switch,
            "try_statement": self._try,
            "flow_control_statement": self._flow,
        }
        reader = readers.get(node.type)
        if reader is None:
            raise self.no(node)
        return reader(node)

    def _pipeline(self, node: Node) -> syntax.Statement:
        children = named(node)
        if len(children) != 1:
            raise self.no(node)
        only = children[0]
        if only.type == "assignment_expression":
            return self._assignment(only)
        if only.type != "pipeline_chain":
            raise self.no(only)
        elements = tuple(self._command(child) if child.type == "command" else self.expression(child) for child in named(only))
        if any(not isinstance(element, syntax.Command) for element in elements[1:]):
            raise ParseError(
                "Expressions are only allowed as the first element of a pipeline.",
                self.place(node),
                "ExpressionsMustBeFirstInPipeline",
            )
        return syntax.Pipeline(elements, self.place(node))

    def _assignment(self, node: Node) -> syntax.Assignment:
        left, operator, right = named(node)
        word = text_of(operator).strip()
        if word not in ("=", "+="):
            raise Unsupported(f"the operator {word}", self.place(operator))
        target = self.expression(left)
        if isinstance(target, syntax.Literal) and target.value is None and text_of(left).strip().lower() == "$null":
            target = syntax.Variable("null", target.place)
        if not isinstance(target, (syntax.Variable, syntax.Member, syntax.Index)):
            message = (
                "The assignment expression is not valid. The input to an assignment operator must be an object that is able to "
                "accept assignments, such as a variable or a property."
            )
            raise ParseError(message, self.place(left), "InvalidLeftHandSide")
        if isinstance(target, syntax.Variable) and target.name.partition(":")[0] in ("env", "input", "_", "error"):
            raise Unsupported(f"a change of ${target.name}", self.place(left))
        return syntax.Assignment(target, word, self.value(right), self.place(node))

    def _if(self, node: Node) -> syntax.If:
        condition, block, *rest = named(node)
        branches = [(self.value(condition), self.block(block))]
        otherwise: tuple[syntax.Statement, ...] = ()
        for child in rest:
            if child.type == "elseif_clauses":
                for clause in named(child):
                    test, body = named(clause)
                    branches.append((self.value(test), self.block(body)))
            elif child.type == "else_clause":
                (body,) = named(child)
                otherwise = self.block(body)
            else:
                raise self.no(child)
        return syntax.If(tuple(branches), otherwise, self.place(node))

    def _foreach(self, node: Node) -> syntax.ForEach:
        children = named(node)
        if [child.type for child in children] != ["variable", "pipeline", "statement_block"]:
            raise self.no(node)
        variable = self.variable(children[0])
        if not isinstance(variable, syntax.Variable) or variable.splat:
            raise self.no(children[0])
        return syntax.ForEach(variable.name, self.value(children[1]), self.block(children[2]), self.place(node))

    def _switch(self, node: Node) -> syntax.Switch:
        children = named(node)
        if [child.type for child in children] != ["switch_condition", "switch_body"]:
            raise Unsupported("parameters of switch", self.place(node))
        (value,) = named(children[0])
        clauses: list[tuple[str | None, tuple[syntax.Statement, ...]]] = []
        for group in named(children[1]):
            for clause in named(group):
                condition, block = named(clause)
                clauses.append((self._case(condition), self.block(block)))
        return syntax.Switch(self.value(value), tuple(clauses), self.place(node))

    def _case(self, node: Node) -> str | None:
        """The text of a clause of ``switch``; None for ``default``."""
        inner = named(node)
        if not inner:
            return None if text_of(node).lower() == "default" else text_of(node)
        value = self.expression(inner[0])
        if not isinstance(value, syntax.Literal) or not isinstance(value.value, str):
            raise Unsupported("conditions of switch other than texts", self.place(node))
        return value.value

    def _try(self, node: Node) -> syntax.Try:
        body: tuple[syntax.Statement, ...] = ()
        catches: list[syntax.Catch] = []
        final: tuple[syntax.Statement, ...] = ()
        endings = 0
        for child in named(node):
            if child.type == "statement_block":
                body = self.block(child)
            elif child.type == "catch_clauses":
                catches = [self._catch(clause) for clause in named(child)]
                endings += 1
            elif child.type == "finally_clause":
                (block,) = named(child)
                final = self.block(block)
                endings += 1
            else:
                raise self.no(child)
        if not endings:
            raise ParseError(
                "The Try statement is missing its Catch or Finally block.", self.place(node), "MissingCatchOrFinally"
            )
        return syntax.Try(body, tuple(catches), final, self.place(node))

    def _catch(self, clause: Node) -> syntax.Catch:
        types: tuple[str, ...] = ()
        body: tuple[syntax.Statement, ...] = ()
        for child in named(clause):
            if child.type == "catch_type_list":
                types = tuple(self._exception(entry) for entry in named(child))
            else:
                body = self.block(child)
        return syntax.Catch(types, body)

    def _exception(self, node: Node) -> str:
        """The full name of the type in a ``catch``."""
        written = type_written(node).casefold()
        found = next((name for name in EXCEPTIONS if written in (name.casefold(), name.casefold().removeprefix("system."))), None)
        if found is None:
            raise Unsupported(f"the exception [{type_written(node)}]", self.place(node))
        return found

    def _flow(self, node: Node) -> syntax.Flow:
        word = text_of(node.children[0]).lower()
        if word not in ("throw", "exit", "return"):
            raise self.no(node)
        values = named(node)
        return syntax.Flow(word, self.value(values[0]) if values else None, self.place(node))

    # Commands

    def _command(self, node: Node) -> syntax.Command:
        name: str | syntax.Expression = ""
        arguments: tuple[syntax.Argument, ...] = ()
        called = False
        for child in named(node):
            if child.type == "command_invokation_operator":
                if text_of(child) != "&":
                    raise Unsupported(f"the operator {text_of(child)} before a command", self.place(child))
                called = True
            elif child.type == "command_name":
                name = self._name(child)
            elif child.type == "command_name_expr":
                name = self._called(child)
            elif child.type == "command_elements":
                arguments += self._arguments(child)
            else:
                raise self.no(child)
        if not called and not (isinstance(name, str) and name):
            raise self.no(node)
        return syntax.Command(name, arguments, self.place(node))

    def _name(self, node: Node) -> str:
        """The name of a command. What begins with a digit is a number that the grammar does not know."""
        word = text_of(node)
        if not word.isascii() or word[0].isdigit():
            raise Unsupported(f"{word} at the beginning of a statement", self.place(node))
        return word

    def _called(self, node: Node) -> str | syntax.Expression:
        """What follows ``&``: a name, a variable, or an expression in parentheses."""
        (inner,) = named(node)
        while inner.type == "path_command_name" and len(named(inner)) == 1:
            inner = named(inner)[0]
        if inner.type in ("command_name", "path_command_name_token"):
            return text_of(inner)
        if inner.type == "path_command_name":
            raise Unsupported(f"& with {text_of(inner)}; write it in parentheses", self.place(inner))
        return self.expression(inner)

    def _arguments(self, node: Node) -> tuple[syntax.Argument, ...]:
        found: list[syntax.Argument] = []
        joined = False
        for child in named(node):
            place = self.place(child)
            if child.type == "command_argument_sep":
                joined = text_of(child).strip() == ":"
                continue
            if child.type == "command_parameter":
                word = text_of(child)
                found.append(syntax.Argument(place, name=word.removeprefix("-").removesuffix(":")))
                joined = word.endswith(":")
                continue
            if child.type == "generic_token":
                word = text_of(child)
                if not _PLAIN.fullmatch(word):
                    raise Unsupported(f"the argument {word} without quotes", place)
                value: syntax.Expression = syntax.Literal(word, place)
            elif child.type == "redirection":
                raise Unsupported("redirections", place)
            else:
                value = self.expression(child, argument=True)
            if joined and found and found[-1].value is None and found[-1].name is not None:
                found[-1] = syntax.Argument(found[-1].place, found[-1].name, value, joined=True)
            else:
                found.append(syntax.Argument(place, value=value))
            joined = False
        return tuple(found)
