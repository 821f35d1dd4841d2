"""The programs of one emulated server, for WinRS: how cmd.exe parses the line, and a table of programs."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lab.windows.command_line import (
    UnsupportedLine,
    expand_variables,
    handed_over,
    program_words,
    split_line,
    without_outer_quotes,
)
from lab.windows.machine import Machine
from lab.winrm.programs import CommandLine, Finished, Program

NOT_FOUND_EXIT = 1
LONGEST_LINE = 8191
"""The longest line of cmd.exe (Microsoft, "Command prompt line string limitation")."""
LONGEST_PROGRAM_LINE = 32766
"""The longest line with which a program can be started without cmd.exe (CreateProcess)."""
SYSTEM_FOLDER = "C:\\Windows\\System32"
POWERSHELL_FOLDER = rf"{SYSTEM_FOLDER}\WindowsPowerShell\v1.0"
_PARTS_OF_CMD = ("echo", "type", "dir", "ver", "mkdir", "md", "rmdir", "rd", "copy")
_EXTENSIONS = (".exe", ".com", ".cmd", ".bat")


@dataclass(frozen=True)
class Invocation:
    """One run of a program: on which machine, its arguments as split by cmd.exe, and the line as it was sent.

    ``raw`` is the line as the program receives it, with variables replaced;
    :func:`lab.windows.command_line.program_words` splits it.
    """

    machine: Machine
    program: str
    arguments: tuple[str, ...]
    line: CommandLine
    raw: str = ""

    @property
    def folder(self) -> str:
        """The working directory."""
        return (self.line.working_directory or f"C:\\Users\\{self.line.caller.name}").rstrip("\\")

    def path(self, written: str) -> str:
        """The full path for a path as typed."""
        if len(written) > 1 and written[1] == ":":
            return written.rstrip("\\") if len(written) > 3 else written
        return f"{self.folder[:2]}{written}" if written.startswith("\\") else f"{self.folder}\\{written}"

    def encoded(self, text: str) -> bytes:
        """Text in the code page of the shell; characters that it does not have become question marks."""
        name = "utf-8" if self.line.code_page == 65001 else f"cp{self.line.code_page}"
        try:
            codecs.lookup(name)
        except LookupError:
            name = "cp437"
        return text.encode(name, errors="replace")

    def said(self, text: str, exit_code: int = 0) -> Finished:
        """A program that prints this text and ends."""
        return Finished(stdout=self.encoded(text), exit_code=exit_code)

    def complained(self, text: str, exit_code: int = 1) -> Finished:
        """A program that prints this text to standard error and fails."""
        return Finished(stderr=self.encoded(text), exit_code=exit_code)


ProgramMaker = Callable[[Invocation], Program]


class Shell:
    """Runs the programs of one machine: the callable is the ProgramRunner of its WinRS service.

    :param programs: by name without folder and extension, lower case: :data:`lab.windows.programs.built_in.BUILT_IN` and the
        other programs that the machine has.
    """

    def __init__(self, machine: Machine, programs: Mapping[str, ProgramMaker]) -> None:
        self._machine = machine
        self._programs = dict(programs)
        self._installed: dict[str, ProgramMaker] = {}

    def install(self, name: str, program: ProgramMaker) -> None:
        """Let a program run only from folders that contain a file with its name (``tool`` for ``tool.exe``)."""
        self._installed[_bare(name)] = program

    def add(self, name: str, program: ProgramMaker) -> None:
        """Install a program under its name alone, such as ``curl``; it replaces one with the same name."""
        self._programs[_bare(name)] = program

    def __call__(self, line: CommandLine) -> Program:
        """The program of a command line; for one that cannot be found or parsed, a program that prints cmd.exe's error."""
        return self._run(line, depth=0)

    def _run(self, line: CommandLine, depth: int) -> Program:
        if line.skip_shell:
            return self._run_alone(line)
        written = without_outer_quotes(line.text, lambda name: self._is_program(line, name)) if depth == 0 else line.text
        text = expand_variables(written, {**self._variables(line), **line.environment})
        if len(text) > LONGEST_LINE:
            return Invocation(self._machine, "cmd", (), line).complained("The command line is too long.\r\n")
        try:
            words = split_line(text)
            raw = handed_over(text)
        except UnsupportedLine as operator:
            blank = Invocation(self._machine, "cmd", (), line)
            return blank.complained(f"The lab's cmd.exe does not support {operator}; run one program at a time.\r\n", 255)
        if not words:
            return Finished()
        run = Invocation(self._machine, words[0], words[1:], line, raw)
        if _bare(words[0]) == "cmd":
            return self._nested(run, depth)
        if "\\" in words[0] and not self._is_there(run.path(words[0])):
            return run.complained("The system cannot find the path specified.\r\n", NOT_FOUND_EXIT)
        maker = self._maker(run)
        if maker is None:
            return run.complained(
                f"'{words[0]}' is not recognized as an internal or external command,\r\noperable program or batch file.\r\n",
                NOT_FOUND_EXIT,
            )
        return maker(run)

    def _run_alone(self, line: CommandLine) -> Program:
        """WINRS_SKIP_CMD_SHELL: the program is started directly, without cmd.exe's own commands and its parsing of the line.

        What WinRS answers when there is no such program is not established ([?]): here Windows' text for error 2.
        """
        words = program_words(line.text)
        run = Invocation(self._machine, words[0], words[1:], line, line.text)
        maker = None if _bare(words[0]) in _PARTS_OF_CMD else self._maker(run)
        if maker is None or ("\\" in words[0] and not self._is_there(run.path(words[0]))):
            return run.complained("The system cannot find the file specified.\r\n", 2)
        if len(line.text) > LONGEST_PROGRAM_LINE:
            return run.complained("The filename or extension is too long.\r\n", 206)
        return maker(run)

    def _nested(self, run: Invocation, depth: int) -> Program:
        """``cmd /c something``."""
        if depth > 3 or not run.arguments or run.arguments[0].lower() not in ("/c", "/s", "/d", "/q"):
            return run.complained("The lab's cmd.exe runs only with /c.\r\n", 255)
        rest = list(run.arguments)
        while rest and rest[0].lower() in ("/c", "/s", "/d", "/q"):
            rest.pop(0)
        quoted = " ".join(f'"{word}"' if " " in word and len(rest) > 1 else word for word in rest)
        return self._run(replace(run.line, command=quoted, arguments=()), depth + 1)

    def _maker(self, run: Invocation) -> ProgramMaker | None:
        """The program with a name, with or without a path; a file in the working directory has priority."""
        installed = self._installed.get(_bare(run.program))
        if installed is not None and self._is_there(run.path(run.program)):
            return installed
        return self._programs.get(_bare(run.program))

    def _is_program(self, line: CommandLine, name: str) -> bool:
        run = Invocation(self._machine, name, (), line)
        return self._maker(run) is not None and ("\\" not in name or self._is_there(run.path(name)))

    def _is_there(self, path: str) -> bool:
        folder, _, name = path.rpartition("\\")
        if folder.lower() == SYSTEM_FOLDER.lower():
            return _bare(name) in self._programs
        if folder.lower() == POWERSHELL_FOLDER.lower() and _bare(name) == "powershell":
            return _bare(name) in self._programs
        return any(self._machine.files.exists(path + extension) for extension in ("", *_EXTENSIONS))

    def _variables(self, line: CommandLine) -> dict[str, str]:
        return {
            "COMPUTERNAME": self._machine.name.upper(),
            "USERNAME": line.caller.name,
            "USERDOMAIN": line.caller.domain or self._machine.name.upper(),
            "SystemRoot": r"C:\Windows",
            "windir": r"C:\Windows",
            "SystemDrive": "C:",
            "ProgramData": r"C:\ProgramData",
            "ProgramFiles": r"C:\Program Files",
            "TEMP": rf"C:\Users\{line.caller.name}\AppData\Local\Temp",
        }


def _bare(name: str) -> str:
    last = name.rpartition("\\")[2].lower()
    for extension in _EXTENSIONS:
        if last.endswith(extension):
            return last.removesuffix(extension)
    return last
