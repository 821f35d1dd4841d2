"""How cmd.exe reads a command line, as far as the lab's programs need it."""

from __future__ import annotations

import re
from collections.abc import Mapping

_OPERATORS = "|<>&"
# cmd.exe splits its own commands also at commas, semicolons and equals signs; programs get their line whole.
_BLANKS = " \t"


class UnsupportedLine(ValueError):
    """Pipes, redirections and joined commands, which the lab does not emulate; the sign is the text."""


def expand_variables(line: str, variables: Mapping[str, str]) -> str:
    """``%NAME%`` in place, names without case; an unknown variable stays as it is written."""
    known = {name.lower(): value for name, value in variables.items()}
    return re.sub(r"%([^%]+)%", lambda found: known.get(found[1].lower(), found[0]), line)


def split_line(line: str) -> tuple[str, ...]:
    """The words of a line; quotes hold words together and are taken away, ``^`` takes the next sign as it is.

    Raises :class:`UnsupportedLine` for an operator outside quotes.
    """
    words: list[str] = []
    word: list[str] | None = None
    quoted = False
    signs = iter(line)
    for sign in signs:
        if sign == '"':
            quoted = not quoted
            word = [] if word is None else word
        elif quoted:
            assert word is not None
            word.append(sign)
        elif sign == "^":
            word = [*(word or []), next(signs, "")]
        elif sign in _OPERATORS:
            raise UnsupportedLine(sign)
        elif sign in _BLANKS:
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            word = [*(word or []), sign]
    if word is not None:
        words.append("".join(word))
    return tuple(words)
