"""LIKE patterns of WQL: ``%`` any text, ``_`` one character, ``[abc]``, ``[a-f]`` or ``[a=f]``, ``[^...]``. Case is ignored."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lab.cim.errors import CimError, Wbem

_ANY, _NONE = ".", "(?!)"


@dataclass(frozen=True)
class _Run:
    """The text between two ``%``: ``length`` characters, as a regular expression without repetitions."""

    expression: re.Pattern[str]
    length: int


def like(pattern: str) -> Callable[[str], bool]:
    """A test for the whole text; CimError INVALID_QUERY for a ``[`` without ``]``."""
    runs = _runs(pattern.casefold())
    return lambda text: _matches(runs, text.casefold())


def _runs(pattern: str) -> list[_Run]:
    runs: list[list[str]] = [[]]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "[":
            end = pattern.find("]", at + 2)
            if end < 0:
                shown = pattern if len(pattern) <= 100 else f"{pattern[:100]}..."
                raise CimError(Wbem.INVALID_QUERY, f"Invalid query: '[' without ']' in the pattern {shown!r}")
            runs[-1].append(_set(pattern[at + 1 : end]))
            at = end
        elif character == "%":
            runs.append([])
        else:
            runs[-1].append(_ANY if character == "_" else re.escape(character))
        at += 1
    return [_Run(re.compile("".join(run), re.DOTALL), len(run)) for run in runs]


def _set(content: str) -> str:
    """One character of a set; a range from a later to an earlier character is empty."""
    negated = content.startswith("^") and len(content) > 1
    members = content[1:] if negated else content
    found: list[str] = []
    at = 0
    while at < len(members):
        if at + 2 < len(members) and members[at + 1] in "-=":
            low, high = members[at], members[at + 2]
            if low <= high:
                found.append(f"{re.escape(low)}-{re.escape(high)}")
            at += 3
        else:
            found.append(re.escape(members[at]))
            at += 1
    if not found:
        return _ANY if negated else _NONE
    return f"[{'^' if negated else ''}{''.join(found)}]"


def _matches(runs: list[_Run], text: str) -> bool:
    """The first part must be at the beginning, the last at the end; each other one is matched where it first occurs."""
    first, *others = runs
    if not first.expression.match(text):
        return False
    if not others:
        return len(text) == first.length
    at, end = first.length, len(text) - others[-1].length
    for run in others[:-1]:
        found = run.expression.search(text, at)
        if found is None:
            return False
        at = found.end()
    return at <= end and others[-1].expression.match(text, end) is not None
