"""The command line of powershell.exe (about_PowerShell_exe, Windows PowerShell 5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

POLICIES = ("AllSigned", "Bypass", "RemoteSigned", "Restricted", "Undefined", "Unrestricted")
STANDARD_INPUT = "-"
_FLAGS = ("nologo", "noprofile", "noninteractive")
_FORMATS = ("inputformat", "outputformat")


class OptionError(Exception):
    """A command line that powershell.exe, or the lab's, does not accept. The text is what it prints."""


@dataclass(frozen=True)
class Options:
    """``file`` or ``command`` is the script: a path, the text itself, or ``-`` for standard input."""

    file: str = ""
    command: str = ""
    execution_policy: str = ""
    non_interactive: bool = False

    @property
    def from_input(self) -> bool:
        """The script itself comes from standard input."""
        return STANDARD_INPUT in (self.file, self.command)


def parse_options(words: Sequence[str]) -> Options:
    """The options in the words after the program's name. Raises :class:`OptionError`.

    Names must be written in full, in any letter case; PowerShell also takes unambiguous beginnings.
    """
    rest = list(words)
    policy = ""
    non_interactive = False
    while rest:
        word = rest.pop(0)
        name = word[1:].lower() if word[:1] in ("-", "/") else ""
        if name in _FLAGS:
            non_interactive = non_interactive or name == "noninteractive"
        elif name == "executionpolicy":
            policy = _policy(rest)
        elif name in _FORMATS:
            if not rest or rest.pop(0).lower() != "text":
                raise OptionError(f"The lab's powershell.exe supports only -{name} Text.\n")
        elif name == "command":
            if not rest:
                raise OptionError("Cannot process the command because of a missing parameter. A command must follow -Command.\n")
            return Options(command=" ".join(rest), execution_policy=policy, non_interactive=non_interactive)
        elif name == "file":
            return _file(rest, policy, non_interactive)
        else:
            raise OptionError(
                f"The lab's powershell.exe does not support the argument {word}. Write options in full: -NoLogo, -NoProfile, "
                "-NonInteractive, -ExecutionPolicy, -InputFormat Text, -OutputFormat Text, and last -File or -Command.\n"
            )
    raise OptionError("The lab's powershell.exe runs no interactive session: it needs -File or -Command.\n")


def _policy(rest: list[str]) -> str:
    written = rest.pop(0) if rest else ""
    found = next((policy for policy in POLICIES if policy.lower() == written.lower()), None)
    if found is None:
        raise OptionError(
            f"Invalid ExecutionPolicy value '{written}'.\n"
            if written
            else "Cannot process the command because -ExecutionPolicy requires an argument.\n"
        )
    return found


def _file(rest: list[str], policy: str, non_interactive: bool) -> Options:
    if not rest:
        raise OptionError("Cannot process the command because of a missing parameter. A command must follow -File.\n")
    if len(rest) > 1:
        raise OptionError(f"The lab's powershell.exe passes no arguments to a script: {' '.join(rest[1:])}\n")
    return Options(file=rest[0], execution_policy=policy, non_interactive=non_interactive)
