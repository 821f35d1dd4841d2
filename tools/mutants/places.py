# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where the source of a file can be mutated, and how: pure functions over its text.

A place is in a function, and decides something. Left out are documentation, annotations, decorators, formatted text, progress
lines, protocols, and arguments that only ask a library to be strict.
"""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

NEIGHBOURS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
COUNTERPARTS = {"min": "max", "max": "min", "any": "all", "all": "any"}
# A call of one of these tells how far something is, and changes nothing.
TELLING = frozenset({"progress", "show", "say", "debug", "setLevel"})
# Without them the same comes out: the encoding is that of the machine's locale, and strict only finds mistakes of the caller.
IDLE_KEYWORDS = frozenset({"encoding", "strict", "timespec"})
# The text given to them is compared with something.
COMPARING_CALLS = frozenset({"get", "startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "split"})
PROTOCOLS = frozenset({"Protocol"})


@dataclass(frozen=True, order=True)
class Mutant:
    """One mutation: ``new`` in place of the bytes from ``start`` to ``end`` of the file's UTF-8.

    :param line: the first line of what is replaced, from 1.
    """

    path: str
    start: int
    end: int
    line: int
    kind: str
    new: str


def mutants(path: str, source: str) -> list[Mutant]:
    """Every mutation of a file, by place."""
    finder = _Finder(path, source)
    finder.visit(ast.parse(source))
    return sorted(set(finder.found))


def applied(source: str, mutant: Mutant) -> str:
    """The mutated source."""
    data = source.encode()
    return (data[: mutant.start] + mutant.new.encode() + data[mutant.end :]).decode()


def shown(source: str, mutant: Mutant) -> tuple[str, str]:
    """What stood in the changed lines and what stands there now, each in one line."""
    data = source.encode()
    begin = data.rfind(b"\n", 0, mutant.start) + 1
    end = data.find(b"\n", mutant.end)
    end = len(data) if end < 0 else end
    new = data[begin : mutant.start] + mutant.new.encode() + data[mutant.end : end]
    return " ".join(data[begin:end].decode().split()), " ".join(new.decode().split())


def drawn(found: Iterable[Mutant], seed: int, count: int) -> list[Mutant]:
    """``count`` of the mutants, each as likely as another; the same ones for the same seed. All of them for a count of 0."""
    ordered = sorted(found)
    if not count or count >= len(ordered):
        return ordered
    return sorted(random.Random(seed).sample(ordered, count))


class _Finder(ast.NodeVisitor):
    def __init__(self, path: str, source: str) -> None:
        self.found: list[Mutant] = []
        self._path = path
        self._data = source.encode()
        self._starts = [0]
        for line in self._data.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._functions = 0

    # What is left out.

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        if not any(_last_name(base) in PROTOCOLS for base in node.bases):
            self._visit_all(node.body)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._functions += 1
        self._visit_all([*node.args.defaults, *(default for default in node.args.kw_defaults if default), *node.body])
        self._functions -= 1

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._functions += 1
        self.visit(node.body)
        self._functions -= 1

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Formatted text is for people."""

    # Statements.

    def visit_If(self, node: ast.If) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._negate(test)
        self.generic_visit(node)

    def visit_match_case(self, node: ast.match_case) -> None:
        if node.guard is not None:
            self._negate(node.guard)
        self.generic_visit(node)

    def visit_MatchValue(self, node: ast.MatchValue) -> None:
        self._other_text(node.value)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        # A caller seldom tells None from another nothing.
        nothing = isinstance(node.value, ast.Constant) and node.value.value in (None, False, "")
        if node.value is not None and not nothing:
            self._add(node, "return", "return None")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self._delete(node)

    def visit_Break(self, node: ast.Break) -> None:
        self._delete(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self._delete(node)
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._delete(node)
        if isinstance(node.op, ast.Add | ast.Sub) and not _is_text(node.value):
            self._change(node, "arithmetic", _turn)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            self._delete(node)
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Call):
            if _last_name(node.value.func) in TELLING:
                return
            self._delete(node)
        self.generic_visit(node)

    # Expressions.

    def visit_Compare(self, node: ast.Compare) -> None:
        for index in range(len(node.ops)):
            self._change(node, "comparison", partial(_neighbour, index))
        for operand in (node.left, *node.comparators):
            self._other_text(operand)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        self._change(node, "and/or", _other_way)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._replace(node, "not", node.operand)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Add | ast.Sub) and not (_is_text(node.left) or _is_text(node.right)):
            self._change(node, "arithmetic", _turn)
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._replace(node, "constant", ast.Constant(not node.value))
        elif isinstance(node.value, int):
            self._replace(node, "constant", ast.Constant(node.value + 1))
            self._replace(node, "constant", ast.Constant(node.value - 1))

    def visit_Slice(self, node: ast.Slice) -> None:
        for side in ("lower", "upper"):
            if getattr(node, side) is not None:
                # Written by hand: ast.unparse would lose nothing, but a slice cannot stand in parentheses.
                new = copy.deepcopy(node)
                setattr(new, side, None)
                self._add(node, "slice", ast.unparse(new))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = _last_name(node.func)
        if isinstance(node.func, ast.Name) and name in COUNTERPARTS:
            self._replace(node.func, "counterpart", ast.Name(COUNTERPARTS[name]))
        if isinstance(node.func, ast.Attribute) and name in COMPARING_CALLS and node.args:
            self._other_text(node.args[0])
        for index, keyword in enumerate(node.keywords):
            if keyword.arg is not None and keyword.arg not in IDLE_KEYWORDS:
                self._change(node, "keyword", partial(_without_keyword, index))
        self.generic_visit(node)

    # How a place is noted.

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _negate(self, test: ast.expr) -> None:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return
        # The neighbour of these operators is their contrary already.
        if (
            isinstance(test, ast.Compare)
            and len(test.ops) == 1
            and not isinstance(test.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)
        ):
            return
        self._replace(test, "condition", ast.UnaryOp(ast.Not(), test))

    def _other_text(self, node: ast.expr) -> None:
        for part, text in _texts(node):
            self._replace(part, "text", ast.Constant(text + "~"))

    def _change(self, node: ast.AST, kind: str, change: Callable[[ast.AST], object]) -> None:
        new = copy.deepcopy(node)
        change(new)
        if isinstance(node, ast.expr):
            self._replace(node, kind, new)
        else:
            self._add(node, kind, ast.unparse(new))

    def _replace(self, node: ast.AST, kind: str, new: ast.AST) -> None:
        text = ast.unparse(new)
        self._add(node, kind, text if isinstance(new, ast.Constant | ast.Name | ast.Call) else f"({text})")

    def _delete(self, node: ast.stmt) -> None:
        self._add(node, "deleted", "pass")

    def _add(self, node: ast.AST, kind: str, new: str) -> None:
        if not self._functions:
            return
        assert isinstance(node, ast.stmt | ast.expr)
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._starts[node.lineno - 1] + node.col_offset
        end = self._starts[node.end_lineno - 1] + node.end_col_offset
        self.found.append(Mutant(self._path, start, end, node.lineno, kind, new))


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return _last_name(value)
    return ""


def _is_text(node: ast.expr) -> bool:
    """Whether a sum with this part is put together of text, as far as the place alone tells."""
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) or _is_text(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))


def _texts(node: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    """The texts that something is compared with: a literal, or those of a tuple, list or set of them."""
    parts: Sequence[ast.expr] = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value:
            yield part, part.value


def _neighbour(index: int, node: ast.AST) -> None:
    assert isinstance(node, ast.Compare)
    node.ops[index] = NEIGHBOURS[type(node.ops[index])]()


def _other_way(node: ast.AST) -> None:
    assert isinstance(node, ast.BoolOp)
    node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()


def _without_keyword(index: int, node: ast.AST) -> None:
    assert isinstance(node, ast.Call)
    del node.keywords[index]


def _turn(node: ast.AST) -> None:
    assert isinstance(node, ast.BinOp | ast.AugAssign)
    node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
