"""The programs of a server."""

from __future__ import annotations

import pytest

from lab.windows.machine import Machine
from lab.windows.programs.built_in import BUILT_IN
from lab.windows.shell import Invocation, Shell
from lab.winrm.message import Caller
from lab.winrm.programs import CommandLine, Finished


@pytest.fixture
def shell(machine: Machine) -> Shell:
    machine.files.write(r"C:\Logs\a b.log", "grün\r\n".encode())
    return Shell(machine, BUILT_IN)


def _run(shell: Shell, text: str, *arguments: str, code_page: int = 65001) -> tuple[int, str, str]:
    line = CommandLine(Caller("ScpAdmin", "CORP"), text, arguments, code_page=code_page)
    program = shell(line)
    assert isinstance(program, Finished)
    return program.exit_code, program.stdout.decode("utf-8", "replace"), program.stderr.decode("utf-8", "replace")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hostname", "scp01\r\n"),
        ("HOSTNAME.EXE", "scp01\r\n"),
        (r"C:\Windows\System32\hostname.exe", "scp01\r\n"),
        ("whoami", "corp\\scpadmin\r\n"),
        ("ver", "\r\nMicrosoft Windows [Version 10.0.20348.0]\r\n"),
        ("echo %COMPUTERNAME% %USERDOMAIN%", "SCP01 CORP\r\n"),
        ("cmd /c hostname", "scp01\r\n"),
        (r'type "C:\Logs\a b.log"', "grün\r\n"),
        ('"echo hi"', "hi\r\n"),
        ('"hostname"', "scp01\r\n"),
        (r'"type "C:\Logs\a b.log""', "grün\r\n"),
        (r"dir /b C:\Logs", "a b.log\r\n"),
        (r"dir /b C:\Windows", "System32\r\nTemp\r\n"),
    ],
)
def test_programs(shell: Shell, line: str, said: str) -> None:
    assert _run(shell, line) == (0, said, "")


def test_arguments_may_come_apart_from_the_command(shell: Shell) -> None:
    assert _run(shell, "type", r'"C:\Logs\a b.log"') == (0, "grün\r\n", "")


@pytest.mark.parametrize("name", ["powershell", "PowerShell.exe -Version 5", "nosuch"])
def test_unknown_programs_are_refused_as_cmd_does(shell: Shell, name: str) -> None:
    code, out, error = _run(shell, name)
    assert (code, out) == (1, "")
    assert error.startswith(f"'{name.split()[0]}' is not recognized as an internal or external command,")


@pytest.mark.parametrize(
    ("line", "code", "error"),
    [
        (r"type C:\none", 1, "The system cannot find the file specified."),
        (r"C:\Tools\hostname.exe", 1, "The system cannot find the path specified."),
        (r"dir C:\none", 1, "File Not Found"),
        ("dir /s", 1, "The lab's dir supports only /b"),
        ("echo a | more", 255, "The lab's cmd.exe does not support |"),
        ("cmd", 255, "The lab's cmd.exe runs only with /c."),
    ],
)
def test_failures(shell: Shell, line: str, code: int, error: str) -> None:
    got, out, said = _run(shell, line)
    assert (got, out) == (code, "")
    assert said.startswith(error)


def test_a_program_can_be_added_and_needs_its_file_when_called_by_path(shell: Shell, machine: Machine) -> None:
    def tool(run: Invocation) -> Finished:
        return run.said(f"{run.program} {list(run.arguments)}", 3)

    shell.add("Tool.exe", tool)
    assert _run(shell, "tool -x") == (3, "tool ['-x']", "")
    assert _run(shell, r"C:\Tools\tool.exe")[0] == 1
    machine.files.write(r"C:\Tools\tool.exe", b"MZ")
    assert _run(shell, r"C:\Tools\tool.exe")[0] == 3


def test_output_is_in_the_code_page_of_the_shell(shell: Shell) -> None:
    line = CommandLine(Caller("x"), "echo grün ☃", code_page=437)
    program = shell(line)
    assert isinstance(program, Finished)
    assert program.stdout == b"gr\x81n ?\r\n"


def test_without_cmd_the_line_is_taken_as_it_is(shell: Shell) -> None:
    def tool(run: Invocation) -> Finished:
        return run.said(run.raw)

    shell.add("tool", tool)
    program = shell(CommandLine(Caller("x"), "tool", ("%SystemRoot%", "a^b", "&c"), skip_shell=True))
    assert isinstance(program, Finished)
    assert program.stdout == b"tool %SystemRoot% a^b &c"
    missing = shell(CommandLine(Caller("x"), "echo a", skip_shell=True))
    assert isinstance(missing, Finished)
    assert (missing.exit_code, missing.stderr) == (2, b"The system cannot find the file specified.\r\n")


def test_a_line_has_a_longest_length(shell: Shell) -> None:
    assert _run(shell, "echo " + "a" * 8186)[0] == 0
    assert _run(shell, "echo " + "a" * 8187)[:2] == (1, "")
    assert _run(shell, "echo " + "a" * 8187)[2] == "The command line is too long.\r\n"


def test_an_installed_program_runs_where_its_file_lies(machine: Machine) -> None:
    shell = Shell(machine, BUILT_IN)
    shell.install("tool", lambda run: run.said("ran"))
    machine.files.write(r"D:\Tools\Tool.exe", b"MZ")

    def said(command: str, folder: str = "") -> bytes:
        program = shell(CommandLine(Caller("scpadmin", "CORP"), command, working_directory=folder))
        assert isinstance(program, Finished)
        return program.stdout

    assert said(r"D:\Tools\tool.exe -x") == said(r'"D:\tools\TOOL"') == b"ran"
    assert said("tool -x", "D:\\Tools") == said(r"Tools\tool", "D:\\") == b"ran"
    assert said("tool -x") == said(r"C:\Tools\tool.exe") == said(r"C:\Windows\System32\tool.exe") == b""
