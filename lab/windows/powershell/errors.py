"""Errors of PowerShell: what a script catches, what ends it, and how the console prints them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

EXCEPTIONS = (
    "System.Exception",
    "System.ArgumentException",
    "System.InvalidOperationException",
    "System.UnauthorizedAccessException",
    "System.IO.FileNotFoundException",
    "System.Management.Automation.RuntimeException",
    "System.Management.Automation.CommandNotFoundException",
    "System.Management.Automation.DriveNotFoundException",
    "System.Management.Automation.ItemNotFoundException",
    "System.Management.Automation.ParameterBindingException",
    "System.Management.Automation.PSInvalidOperationException",
    "System.Management.Automation.PSSecurityException",
    "System.Management.Automation.SessionStateException",
    "Microsoft.ConfigurationManagement.ManagementProvider.SmsConnectionException",
    "Microsoft.ConfigurationManagement.ManagementProvider.WqlQueryEngine.WqlQueryException",
)
"""The types that ``catch`` may name."""

CONSOLE_WIDTH = 80
"""The width of a console that no client has set; PowerShell wraps its errors there."""


@dataclass(frozen=True)
class Place:
    """Where something is in a script: file (empty for text of the command line), line and column from 1, and
    the line itself.
    """

    file: str = ""
    line: int = 1
    column: int = 1
    text: str = ""
    length: int = 1

    def message(self) -> str:
        """The position as PowerShell prints it, in three lines."""
        name = self.file or "line"
        shown = self.text.rstrip()
        before = shown[: self.column - 1]
        indent = len(before) - len(before.lstrip()) if not before.strip() else 0
        mark = " " * (self.column - 1 - indent) + "~" * max(1, min(self.length, len(shown) - self.column + 1))
        return f"At {name}:{self.line} char:{self.column}\n+ {shown[indent:]}\n+ {mark}"


NOWHERE = Place()
"""No place: of an error before the statement is known that it ends."""


@dataclass
class ErrorRecord:
    """An error as a script sees it in ``$_``.

    :ivar types: the type of the exception and its base types, the most specific first, as ``catch`` compares them.
    :ivar details: the text that is shown in place of the exception's message (``ErrorDetails``), empty for none.
    :ivar error_id: FullyQualifiedErrorId.
    """

    message: str
    types: tuple[str, ...] = ("System.Management.Automation.RuntimeException",)
    error_id: str = "RuntimeException"
    category: str = "NotSpecified"
    target: str = ""
    target_type: str = ""
    command: str = ""
    details: str = ""
    place: Place = NOWHERE

    @property
    def type_name(self) -> str:
        """The full name of the exception's type."""
        return self.types[0]

    @property
    def text(self) -> str:
        """What ``"$_"`` is."""
        return self.details or self.message

    @property
    def category_info(self) -> str:
        """CategoryInfo as text."""
        target = f"({self.target}:{self.target_type})" if self.target or self.target_type else "(:)"
        return f"{self.category}: {target} [{self.command}], {self.type_name.rpartition('.')[2]}"

    def shown(self) -> str:
        """The error as the console prints it, wrapped at its width."""
        name = f"{self.command} : " if self.command else ""
        lines = [
            *f"{name}{self.text}".split("\n"),
            *self.place.message().split("\n"),
            f"    + CategoryInfo          : {self.category_info}",
            f"    + FullyQualifiedErrorId : {self.error_id}",
        ]
        return "\n".join(_wrapped(line) for line in lines) + "\n \n"


def _wrapped(line: str) -> str:
    """One line in pieces of the console's width."""
    if len(line) < CONSOLE_WIDTH:
        return line
    indent = "   " if line.startswith("    + ") else ""
    return "\n".join(
        textwrap.wrap(
            line,
            CONSOLE_WIDTH - 1,
            subsequent_indent=indent,
            drop_whitespace=False,
            replace_whitespace=False,
            break_long_words=True,
        )
    )


class PowerShellError(Exception):
    """An error that ends its statement; ``try`` catches it.

    :param terminating: false for an error that ends the script only with ``$ErrorActionPreference = 'Stop'`` or
        ``-ErrorAction Stop`` (a non-terminating error).
    :param thrown: it comes from ``throw``, which ends the script in any case.
    """

    def __init__(self, record: ErrorRecord, *, terminating: bool = True, thrown: bool = False) -> None:
        super().__init__(record.message)
        self.record = record
        self.terminating = terminating
        self.thrown = thrown


class ParseError(Exception):
    """The text is not a script: nothing of it runs.

    :param error_id: PowerShell's identifier of the error, such as ``MissingEndCurlyBrace``.
    """

    def __init__(self, message: str, place: Place, error_id: str) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.error_id = error_id

    def shown(self) -> str:
        """The error as the console prints it before anything runs."""
        lines = [
            *self.place.message().split("\n"),
            *self.message.split("\n"),
            "    + CategoryInfo          : ParserError: (:) [], ParentContainsErrorRecordException",
            f"    + FullyQualifiedErrorId : {self.error_id}",
        ]
        return "\n".join(_wrapped(line) for line in lines) + "\n \n"


class Unsupported(Exception):
    """Valid PowerShell that the lab does not run. The script ends at once, and no ``try`` of it can catch this.

    The message names the construct and the line.
    """

    def __init__(self, what: str, place: Place) -> None:
        super().__init__(what)
        self.what = what
        self.place = place

    def shown(self) -> str:
        """The lab's own error."""
        name = self.place.file or "the script"
        where = f"line {self.place.line} of {name}: {self.place.text.strip()}"
        return f"The lab's powershell.exe does not support {self.what} ({where})\n"


def simple_error(
    message: str,
    error_id: str,
    type_name: str = "System.Management.Automation.RuntimeException",
    category: str = "InvalidOperation",
) -> PowerShellError:
    """An error of the language itself, which belongs to no command."""
    return PowerShellError(ErrorRecord(message, (type_name, "System.Exception"), error_id, category))
