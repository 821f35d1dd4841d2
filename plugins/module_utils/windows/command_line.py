# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Command lines for a remote Windows shell: the only place where a value may become part of one.

Two programs parse a line one after the other: cmd.exe handles its special characters, then the program's C runtime splits the
rest into arguments. A character that has a special meaning to either is refused, not escaped: the rules of the two differ, and
no value that the collection needs has such characters.
"""

from __future__ import annotations

import re

# The limit of cmd.exe for one line ("Command prompt line string limitation", learn.microsoft.com).
MAX_LINE = 8191

# A program name without a path, or a program in the system folder. The variable excludes programs of the same name elsewhere.
# Windows Server 2019 and later ship it.
CURL = r"%SystemRoot%\System32\curl.exe"
POWERSHELL = r"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe"
_PROGRAM = re.compile(r"(?:%SystemRoot%\\System32\\)?[A-Za-z0-9_-]{1,64}(?:\.[A-Za-z]{1,4})?")
_REFUSED = re.compile("[\"'`%!^&|<>\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
# These have no special meaning, with quotes and without.
_PLAIN = re.compile(r"[A-Za-z0-9_./:@+,\\-]+")
_MAX_SHOWN = 40
# In a script in quotes, a quote would end it, a name between percent signs would be replaced, and a line end would end the line.
_NO_SCRIPT = re.compile(r'["%]|[^ -~]|\\$')


class BadCommandLine(ValueError):
    """A value that is not allowed in a command line; the text says which character, and where it is."""


def command_line(program: str, *arguments: str) -> str:
    r"""The line that starts ``program`` with these arguments, for cmd.exe.

    :param program: ``curl.exe``, or ``%SystemRoot%\System32\curl.exe``.
    :raises BadCommandLine: not a program name, a character in an argument with a meaning to cmd.exe or the C runtime, or a
        line that is too long.
    """
    if not _PROGRAM.fullmatch(program):
        raise BadCommandLine(f"{_shown(program)} is not a program that may be started; give a plain name such as curl.exe.")
    line = " ".join([program, *(quoted(argument) for argument in arguments)])
    if len(line) > MAX_LINE:
        raise BadCommandLine(
            f"the command line has {len(line)} characters, but cmd.exe accepts at most {MAX_LINE}; use fewer or shorter values."
        )
    return line


def powershell_line(script: str) -> str:
    """The line that runs a script of the collection with Windows PowerShell; no value may be part of the script.

    Inside quotes, cmd.exe leaves the special characters of PowerShell unchanged.

    :param script: printable ASCII in one line, without double quotes, percent signs, and a backslash at its end.
    :raises BadCommandLine: another character, or a line that is too long.
    """
    refused = _NO_SCRIPT.search(script)
    if refused:
        raise BadCommandLine(f"the script has {refused[0]!a} at position {refused.start() + 1}, which is not allowed there.")
    line = f'{POWERSHELL} -NoProfile -NonInteractive -InputFormat Text -Command "{script}"'
    if len(line) > MAX_LINE:
        raise BadCommandLine(f"the command line has {len(line)} characters, but cmd.exe accepts at most {MAX_LINE}.")
    return line


def quoted(argument: str) -> str:
    """One argument as cmd.exe and the C runtime read it back ("Parsing C command-line arguments", learn.microsoft.com).

    :raises BadCommandLine: as ``command_line``.
    """
    refused = _REFUSED.search(argument)
    if refused:
        character = refused[0]
        name = character if character.isprintable() else f"U+{ord(character):04X}"
        raise BadCommandLine(
            f"{_shown(argument)} has the character {name} at position {refused.start() + 1}, which is not allowed in a command "
            "line; quotes, control characters and the characters % ! ^ & | < > are refused."
        )
    if _PLAIN.fullmatch(argument):
        return argument
    # Backslashes are plain text to the C runtime except before a quote, so those at the end are doubled.
    trailing = argument[len(argument.rstrip("\\")) :]
    return f'"{argument}{trailing}"'


def _shown(text: str) -> str:
    return ascii(text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "...")
