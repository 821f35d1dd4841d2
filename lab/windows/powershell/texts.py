"""Texts as a script writes them (about_Quoting_Rules, about_Special_Characters)."""

from __future__ import annotations

_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def verbatim(written: str) -> str:
    """A text in single quotes: two quotes are one."""
    return written[1:-1].replace("''", "'")


def unescaped(written: str) -> str:
    """A piece of a text in double quotes: the backtick escapes, two quotes are one."""
    parts: list[str] = []
    characters = iter(written.replace('""', '"'))
    for character in characters:
        if character != "`":
            parts.append(character)
            continue
        following = next(characters, "")
        parts.append(_ESCAPES.get(following, following))
    return "".join(parts)


def here_string(written: str) -> str:
    """The lines between the two marks of a here-string."""
    lines = written.split("\n")
    return "\n".join(lines[1:-1]).removesuffix("\r")
