"""From text to a syntax tree, with the grammar of PowerShell that tree-sitter-powershell has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lab.windows.powershell.errors import ParseError, Place

if TYPE_CHECKING:
    from tree_sitter import Node

LARGEST_SCRIPT = 200_000
# What PowerShell says about a missing end, by the character that ends it: message, identifier.
_MISSING = {
    "}": ("Missing closing '}' in statement block or type definition.", "MissingEndCurlyBrace"),
    ")": ("Missing closing ')' in expression.", "MissingEndParenthesisInExpression"),
    "]": ("Missing ] at end of attribute or type literal.", "EndSquareBracketExpectedAtEndOfAttribute"),
}
_WANT_A_VALUE = ("+", "-", "*", "/", "%", ",", "=")
# Operators of PowerShell 7 that Windows PowerShell does not have.
_NEWER = ("&&", "||")


class Source:
    """The text of a script, for places in it."""

    def __init__(self, text: str, file: str = "") -> None:
        self.file = file
        self.bytes = text.encode()
        self._lines = text.split("\n")

    def place(self, node: Node) -> Place:
        """Where a node begins."""
        row, column = node.start_point
        line = self._lines[row] if row < len(self._lines) else ""
        before = line.encode()[:column].decode(errors="replace")
        end_row, end_column = node.end_point
        same_line = end_row == row
        length = len(line.encode()[column:end_column].decode(errors="replace")) if same_line else len(line) - len(before)
        return Place(self.file, row + 1, len(before) + 1, line.rstrip("\r"), max(1, length))

    def token(self, node: Node) -> tuple[Place, str, str]:
        """The word that contains the beginning of a node, or the last one before it if there is none.

        With its place, and the character before it.
        """
        text = self.between(0, node.start_byte)
        if not self.between(node.start_byte, node.start_byte + 1).strip():
            text = text.rstrip()
        start = len(text)
        while start > 0 and not text[start - 1].isspace():
            start -= 1
        rest = self.between(0, len(self.bytes))[start:]
        word = rest.split(maxsplit=1)[0] if rest.strip() else ""
        row = text[:start].count("\n")
        column = start - (text[:start].rfind("\n") + 1)
        return (
            Place(self.file, row + 1, column + 1, self._lines[row].rstrip("\r"), max(1, len(word))),
            word,
            text[:start].rstrip()[-1:],
        )

    def between(self, start: int, end: int) -> str:
        """The text between two bytes."""
        return self.bytes[start:end].decode(errors="replace")


def parse(text: str, file: str = "") -> tuple[Node, Source]:
    """The tree of a script and its source. Raises :class:`ParseError` for a text that is not PowerShell 5.1."""
    # Imported here: only a lab in which somebody runs PowerShell needs the grammar.
    import tree_sitter_powershell
    from tree_sitter import Language, Parser

    source = Source(text, file)
    if len(source.bytes) > LARGEST_SCRIPT:
        raise ParseError(f"The script is longer than {LARGEST_SCRIPT} bytes.", Place(file), "ScriptTooLong")
    root = Parser(Language(tree_sitter_powershell.language())).parse(source.bytes).root_node
    newer = _first(root, lambda node: node.type in _NEWER and not node.is_named)
    if newer is not None:
        word = text_of(newer)
        message = f"The token '{word}' is not a valid statement separator in this version."
        raise ParseError(message, source.place(newer), "InvalidEndOfLine")
    if root.has_error:
        raise _syntax_error(root, source)
    return root, source


def text_of(node: Node) -> str:
    """The text of a node."""
    return (node.text or b"").decode(errors="replace")


def _syntax_error(root: Node, source: Source) -> ParseError:
    """The first error of a tree, in PowerShell's words.

    PowerShell has hundreds of these messages. The lab has the usual ones; the others become "Unexpected token".
    """
    missing = _first(root, lambda node: node.is_missing)
    broken = _first(root, lambda node: node.is_error)
    if missing is not None and (broken is None or missing.start_byte < broken.start_byte):
        message, error_id = _MISSING.get(missing.type, (f"Missing '{missing.type}'.", "MissingToken"))
        return ParseError(message, source.place(missing), error_id)
    if broken is None:
        broken = _deepest(root)
    opened = _unclosed(source.between(broken.start_byte, broken.end_byte))
    if opened == '"' or opened == "'":
        return ParseError(
            f"The string is missing the terminator: {opened}.", source.place(broken), "TerminatorExpectedAtEndOfString"
        )
    inner = _innermost(broken)
    if opened in ("{", "("):
        message, error_id = _MISSING["}" if opened == "{" else ")"]
        return ParseError(message, source.place(inner), error_id)
    before = source.between(0, inner.start_byte).rstrip()
    if not text_of(inner).strip() and before[-1:] in _WANT_A_VALUE:
        message = f"You must provide a value expression following the '{before[-1]}' operator."
        return ParseError(message, source.place(inner), "ExpectedValueExpression")
    place, token, previous = source.token(inner)
    if previous == "|" and token[:1] in ("'", '"', "$", "@"):
        message = "Expressions are only allowed as the first element of a pipeline."
        return ParseError(message, place, "ExpressionsMustBeFirstInPipeline")
    return ParseError(f"Unexpected token '{token}' in expression or statement.", place, "UnexpectedToken")


def _first(root: Node, fits: Callable[[Node], bool]) -> Node | None:
    """The first node in the order of the text that fits."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if fits(node):
            return node
        waiting.extend(reversed(node.children))
    return None


def _deepest(root: Node) -> Node:
    """The innermost node with an error, of a tree whose error is a hidden token that has no node."""
    found = root
    while inner := next((child for child in found.children if child.has_error), None):
        found = inner
    return found


def _innermost(broken: Node) -> Node:
    """The token at which the error begins: the innermost error, or the last token before it ends."""
    found = broken
    while True:
        inner = next((child for child in found.children if child.is_error), None)
        if inner is None:
            break
        found = inner
    while found.children:
        found = found.children[-1]
    return found


def _unclosed(text: str) -> str:
    """The quote or bracket that a text opens and does not close; empty when there is none."""
    opened: list[str] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character in "\"'":
            end = _end_of_text(text, position)
            if end < 0:
                return character
            position = end
        elif character == "#":
            position = (text + "\n").index("\n", position)
        elif character in "({":
            opened.append(character)
        elif character in ")}":
            if not opened:
                return ""
            opened.pop()
        position += 1
    return opened[-1] if opened else ""


def _end_of_text(text: str, start: int) -> int:
    """Where a text in quotes ends; -1 when it does not."""
    quote = text[start]
    position = start + 1
    while position < len(text):
        if text[position] == "`" and quote == '"':
            position += 2
            continue
        if text[position] == quote:
            if text[position + 1 : position + 2] == quote:
                position += 2
                continue
            return position
        position += 1
    return -1
