"""How cmd.exe parses a command line, and how a program parses the line it receives, as far as the lab's programs need it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

_OPERATORS = "|<>&"
# cmd.exe splits its own commands also at commas, semicolons and equals signs; programs receive their complete line.
_BLANKS = " \t"
_SPECIAL = "&<>()@^|"


class UnsupportedLine(ValueError):
    """Pipes, redirections and joined commands, which the lab does not emulate; the operator is the text."""


def expand_variables(line: str, variables: Mapping[str, str]) -> str:
    """Replace ``%NAME%``, whatever the letter case; an unknown variable is left unchanged."""
    known = {name.lower(): value for name, value in variables.items()}
    return re.sub(r"%([^%]+)%", lambda found: known.get(found[1].lower(), found[0]), line)


def without_outer_quotes(line: str, is_program: Callable[[str], bool]) -> str:
    """The line as ``cmd.exe /c`` reads it: a leading quote and the last quote are removed (``cmd /?``).

    Both are kept only if the line has no other quotes, and the text between them contains a blank but no special character, and
    is the name of a program.

    :param is_program: whether a text is the name of a program.
    """
    start = line.lstrip(_BLANKS)
    if not start.startswith('"'):
        return line
    name = start[1:].partition('"')[0]
    plain = any(blank in name for blank in _BLANKS) and not any(character in name for character in _SPECIAL)
    if start.count('"') == 2 and plain and is_program(name):
        return line
    before, quote, after = start[1:].rpartition('"')
    return before + after if quote else start[1:]


def handed_over(line: str) -> str:
    """The line as cmd.exe passes it to a program: ``^`` outside quotes is removed, the rest is unchanged.

    Raises :class:`UnsupportedLine` for an operator outside quotes.
    """
    kept: list[str] = []
    quoted = False
    characters = iter(line)
    for character in characters:
        if character == '"':
            quoted = not quoted
        elif not quoted and character == "^":
            kept.append(next(characters, ""))
            continue
        elif not quoted and character in _OPERATORS:
            raise UnsupportedLine(character)
        kept.append(character)
    return "".join(kept)


def program_words(line: str) -> tuple[str, ...]:
    r"""The words of a line as the C runtime of Windows passes them to a program, the program's name first.

    Blanks inside quotes do not separate words; a backslash escapes only a quote (``\\"`` is a backslash and the end of the
    quoting), and two quotes inside quotes are one (Microsoft, "Parsing C command-line arguments").
    """
    words = [_program_name(line)]
    position = len(line) - len(line.lstrip(_BLANKS))
    position += len(words[0]) + (2 if line[position : position + 1] == '"' else 0)
    word: list[str] | None = None
    quoted = False
    while position < len(line):
        character = line[position]
        if character == "\\":
            run = len(line) - position - len(line[position:].lstrip("\\"))
            position += run
            before_quote = line[position : position + 1] == '"'
            word = [*(word or []), "\\" * (run // 2 if before_quote else run)]
            if before_quote and run % 2:
                word.append('"')
                position += 1
            continue
        if character == '"':
            word = word or []
            if quoted and line[position + 1 : position + 2] == '"':
                word.append('"')
                position += 1
            else:
                quoted = not quoted
        elif character in _BLANKS and not quoted:
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            word = [*(word or []), character]
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
    """The words of a line. Blanks inside quotes do not separate words; the quotes are removed; ``^`` escapes the next character.

    Raises :class:`UnsupportedLine` for an operator outside quotes.
    """
    words: list[str] = []
    word: list[str] | None = None
    quoted = False
    characters = iter(line)
    for character in characters:
        if character == '"':
            quoted = not quoted
            word = [] if word is None else word
        elif quoted:
            assert word is not None
            word.append(character)
        elif character == "^":
            word = [*(word or []), next(characters, "")]
        elif character in _OPERATORS:
            raise UnsupportedLine(character)
        elif character in _BLANKS:
            if word is not None:
                words.append("".join(word))
            word = None
        else:
            word = [*(word or []), character]
    if word is not None:
        words.append("".join(word))
    return tuple(words)
