"""Return values, and the names in them that have a meaning in Ansible itself."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

import yaml

# What ansible-core reads, writes or removes in the result of a task, wherever it comes from.
ANSIBLES = frozenset(
    {
        "ansible_facts",
        "ansible_job_id",
        "attempts",
        "changed",
        "cmd",
        "deprecations",
        "diff",
        "end",
        "exception",
        "failed",
        "failed_when_result",
        "finished",
        "invocation",
        "item",
        "loop",
        "module_stderr",
        "module_stdout",
        "msg",
        "rc",
        "results",
        "results_file",
        "retries",
        "skip_reason",
        "skipped",
        "start",
        "started",
        "stderr",
        "stderr_lines",
        "stdout",
        "stdout_lines",
        "unreachable",
        "warnings",
    }
)
# Those of them that a module returns with Ansible's own meaning, and their types.
WITH_THEIR_MEANING: Mapping[str, tuple[type, ...]] = {"changed": (bool,), "msg": (str,), "diff": (dict, list)}
_DOCUMENTED_TYPES = {"changed": ("bool",), "msg": ("str",), "diff": ("dict", "list")}


@cache
def documented(module: ModuleType) -> Mapping[str, Any]:
    """The return values that a module documents, by their names. Read once: a test process runs a module hundreds of times."""
    return yaml.safe_load(module.RETURN) or {}


def bad_documentation(returned: Mapping[str, Any]) -> list[str]:
    """Documented return values that Ansible would interpret as its own."""
    return [
        name for name, told in returned.items() if name in ANSIBLES and told.get("type") not in _DOCUMENTED_TYPES.get(name, ())
    ]


def bad_values(result: Mapping[str, Any]) -> list[str]:
    """Return values that Ansible would interpret as its own."""
    return [
        name for name, value in result.items() if name in ANSIBLES and not isinstance(value, WITH_THEIR_MEANING.get(name, ()))
    ]


def undocumented(module: ModuleType, result: Mapping[str, Any]) -> list[str]:
    """Return values that a module's documentation does not list."""
    return sorted(set(result) - set(documented(module)) - set(WITH_THEIR_MEANING))


def written_keys(source: str) -> set[str]:
    """The texts that are keys of dictionaries, or names of keywords of a failure, where the source builds a result.

    Dictionaries that are returned, assigned to a ``Result`` or passed to TaskFailure; not those inside them.
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        value: ast.expr | None = None
        if isinstance(node, ast.FunctionDef) and isinstance(node.returns, ast.Name) and node.returns.id == "Result":
            found |= {key for made in ast.walk(node) if isinstance(made, ast.Return) for key in _keys(made.value)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.annotation, ast.Name) and node.annotation.id == "Result":
            value = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "TaskFailure":
            found |= {keyword.arg for keyword in node.keywords if keyword.arg}
        found |= _keys(value)
    return found


def _keys(value: ast.expr | None) -> set[str]:
    if not isinstance(value, ast.Dict):
        return set()
    return {key.value for key in value.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}
