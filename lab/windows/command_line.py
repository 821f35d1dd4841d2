"""How cmd.exe reads a command line, and a program the one it is given, as far as the lab's programs need it."""

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


def handed_over(line: str) -> str:
    """The line as cmd.exe hands it to a program: ``^`` outside quotes is gone, all else stays.

    Raises :class:`UnsupportedLine` for an operator outside quotes.
    """
    kept: list[str] = []
    quoted = False
    signs = iter(line)
    for sign in signs:
        if sign == '"':
            quoted = not quoted
        elif not quoted and sign == "^":
            kept.append(next(signs, ""))
            continue
        elif not quoted and sign in _OPERATORS:
            raise UnsupportedLine(sign)
        kept.append(sign)
    return "".join(kept)


def program_words(line: str) -> tuple[str, ...]:
    r"""The words of a line as the C runtime of Windows gives them to a program, its own name first.

    Quotes hold words together; a backslash escapes only a quote (``\\"`` is a backslash and the end of the quoting), and two
    quotes inside quotes are one (Microsoft, "Parsing C command-line arguments").
    """
    words = [_program_name(line)]
    position = len(line) - len(line.lstrip(_BLANKS))
    position += len(words[0]) + (2 if line[position : position + 1] == '"' else 0)
    word: list[str] | None = None
    quoted = False
    while position < len(line):
        sign = line[position]
        if sign == "\\":
            run = len(line) - position - len(line[position:].lstrip("\\"))
            position += run
            before_quote = line[position : position + 1] == '"'
            word = [*(word or []), "\\" * (run // 2 if before_quote else run)]
            if before_quote and run % 2:
                word.append('"')
                position += 1
            continue
        if sign == '"':
            word = word or []
            if quoted and line[position + 1 : position + 2] == '"':
                word.append('"')
                position += 1
            else:
                quoted = not quoted
        elif sign in _BLANKS and not quoted:
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            word = [*(word or []), sign]
        position += 1
    if word is not None:
        words.append("".join(word))
    return tuple(words)


def _program_name(line: str) -> str:
    """The first word, which ends at a blank, or at the next quote when it begins with one."""
    start = line.lstrip(_BLANKS)
    if start.startswith('"'):
        return start[1:].partition('"')[0]
    return re.split(r"[ \t]", start, maxsplit=1)[0]


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
