"""LIKE patterns of WQL: ``%`` any run, ``_`` one character, ``[abc]``, ``[a-f]`` or ``[a=f]``, ``[^...]``. Case is ignored."""

from __future__ import annotations

from collections.abc import Callable

from lab.cim.provider import CimError, Wbem

_One = Callable[[str], bool]


def like(pattern: str) -> Callable[[str], bool]:
    """A test for the whole text; CimError INVALID_QUERY for a ``[`` without ``]``."""
    parts = _parts(pattern.casefold())
    return lambda text: _matches(parts, text.casefold())


def _parts(pattern: str) -> list[_One | None]:
    """One test for each character, None for ``%``."""
    parts: list[_One | None] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "[":
            end = pattern.find("]", at + 2)
            if end < 0:
                raise CimError(Wbem.INVALID_QUERY, f"Invalid query: '[' without ']' in the pattern {pattern!r}")
            parts.append(_set(pattern[at + 1 : end]))
            at = end + 1
            continue
        if character != "%":
            parts.append(_any if character == "_" else character.__eq__)
        elif not parts or parts[-1] is not None:
            parts.append(None)
        at += 1
    return parts


def _any(character: str) -> bool:
    return bool(character)


def _set(content: str) -> _One:
    negated = content.startswith("^") and len(content) > 1
    members = content[1:] if negated else content
    singles: set[str] = set()
    ranges: list[tuple[str, str]] = []
    at = 0
    while at < len(members):
        if at + 2 < len(members) and members[at + 1] in "-=":
            ranges.append((members[at], members[at + 2]))
            at += 3
        else:
            singles.add(members[at])
            at += 1

    def test(character: str) -> bool:
        return (character in singles or any(low <= character <= high for low, high in ranges)) != negated

    return test


def _matches(parts: list[_One | None], text: str) -> bool:
    """Only the last ``%`` is ever tried again, so the work is at most pattern x text."""
    part = at = 0
    star, star_at = -1, 0
    while at < len(text):
        test = parts[part] if part < len(parts) else _none
        if test is None:
            star, star_at = part, at
            part += 1
        elif test(text[at]):
            part += 1
            at += 1
        elif star >= 0:
            star_at += 1
            part, at = star + 1, star_at
        else:
            return False
    return all(test is None for test in parts[part:])


def _none(character: str) -> bool:
    return not character
