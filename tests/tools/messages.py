# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The texts of the collection as users read them, with ``…`` where a value is inserted: for pages that quote messages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml

VALUE = "…"
_DOCUMENTATION = ("DOCUMENTATION", "EXAMPLES", "RETURN")
_TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)
# An expression of a template that inserts a value between two texts, or chooses between two texts.
_JOINED = re.compile(r"'\s*~[^']*?~\s*'")
_LITERAL = re.compile(r"'((?:[^'\\]|\\.)*)'")
_FIELD = re.compile(r"%[sdr]|\{[a-z_]*(?:![rs])?\}")


def _text(node: ast.expr) -> str:
    """The text of an expression; ``…`` for what is computed."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return VALUE


def _documentation(tree: ast.Module) -> set[ast.expr]:
    """Docstrings, and the documentation of a module: users do not meet them in a run."""
    alone = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return alone | {
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in _DOCUMENTATION
    }


def of_python(source: str) -> Iterator[str]:
    """Every text of a Python file except its documentation, with the parts of an f-string or of a sum together."""
    tree = ast.parse(source)
    left_out = _documentation(tree)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp)) and node not in left_out and (text := _text(node)) != VALUE:
            yield _FIELD.sub(VALUE, text)


def _values(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        yield from (text for value in data.values() for text in _values(value))
    elif isinstance(data, list):
        yield from (text for value in data for text in _values(value))


def of_yaml(source: str) -> Iterator[str]:
    """Every text of a file of tasks or of a table; also the texts inside its templates."""
    for value in _values(yaml.safe_load(source)):
        yield _FIELD.sub(VALUE, _TEMPLATE.sub(VALUE, value))
        for template in _TEMPLATE.findall(value):
            yield from _LITERAL.findall(_JOINED.sub(VALUE, template))


def normal(text: str) -> str:
    """The text with single spaces, and one mark for values that follow each other."""
    return re.sub(rf"{VALUE}(?: ?{VALUE})+", VALUE, " ".join(text.split()))


def of_collection(root: Path) -> list[str]:
    """Every text of the modules, plugins, tables, roles and playbooks below ``root``."""
    texts = [text for path in root.glob("plugins/**/*.py") for text in of_python(path.read_text(encoding="utf-8"))]
    for pattern in ("plugins/module_utils/data/**/*.yml", "roles/*/tasks/*.yml", "playbooks/**/*.yml"):
        texts += [text for path in root.glob(pattern) for text in of_yaml(path.read_text(encoding="utf-8"))]
    return sorted({normal(text) for text in texts})


def missing(quotes: Iterable[str], texts: Iterable[str]) -> list[str]:
    """The quotes that no text contains. A ``…`` at the end of a quote stands for the rest of the text."""
    known = "\n".join(texts)
    return [quote for quote in quotes if normal(quote).removesuffix(VALUE).strip() not in known]
