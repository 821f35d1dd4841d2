"""What a command line may contain, and in which form."""

from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import (
    MAX_LINE,
    BadCommandLine,
    command_line,
    powershell_line,
    quoted,
)

CURL = r"%SystemRoot%\System32\curl.exe"


def test_plain_arguments_stay_as_they_are() -> None:
    line = command_line("curl.exe", "--max-time", "15", "https://go.microsoft.com:443/fwlink/", r"C:\Windows\Temp", "a,b", "x@y")
    assert line == r"curl.exe --max-time 15 https://go.microsoft.com:443/fwlink/ C:\Windows\Temp a,b x@y"


def test_the_systems_own_program_is_named_by_the_systems_folder() -> None:
    assert command_line(CURL, "--version") == rf"{CURL} --version"


@pytest.mark.parametrize(
    ("argument", "written"),
    [
        ("", '""'),
        ("two words", '"two words"'),
        ("ends with \\", '"ends with \\\\"'),
        ("ends with \\\\", '"ends with \\\\\\\\"'),
        ("in\\the middle", '"in\\the middle"'),
        ("a=b;c(d)", '"a=b;c(d)"'),
        ("Größe", '"Größe"'),
        ("-", "-"),
    ],
)
def test_quoting(argument: str, written: str) -> None:
    assert quoted(argument) == written


@pytest.mark.parametrize("sign", [*"\"'`%!^&|<>\r\n\t\0\x1b\x7f\x85\u2028\ufffe", "\ud800"])
def test_a_sign_with_a_meaning_is_refused_and_told(sign: str) -> None:
    with pytest.raises(BadCommandLine, match="at position 5, which is not allowed in a command line") as refusal:
        command_line("curl.exe", f"host{sign}calc.exe")
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    "program",
    [
        "",
        "curl.exe & calc",
        "C:\\Temp\\curl.exe",
        "%TEMP%\\curl.exe",
        "%SystemRoot%\\System32\\..\\x.exe",
        '"curl.exe"',
        "a b",
        "curl.exe\n",
    ],
)
def test_only_plain_programs_are_started(program: str) -> None:
    with pytest.raises(BadCommandLine, match="is not a program"):
        command_line(program)


@pytest.mark.parametrize(("length", "shown"), [(39, "'" + "x" * 39 + "!'"), (40, "'" + "x" * 37 + "...'")])
def test_a_long_argument_is_shown_cut(length: int, shown: str) -> None:
    with pytest.raises(BadCommandLine) as refusal:
        quoted("x" * length + "!")
    assert str(refusal.value).startswith(f"{shown} has the character ! at position {length + 1}")


def test_a_line_that_cmd_would_cut_is_refused() -> None:
    fits = "x" * (MAX_LINE - len("curl.exe "))
    assert len(command_line("curl.exe", fits)) == MAX_LINE
    with pytest.raises(BadCommandLine, match="has 8192 characters"):
        command_line("curl.exe", fits + "x")


def test_a_script_is_one_quoted_argument() -> None:
    line = powershell_line("$a = 'x'; if ($a -eq 'x') { 1 | Out-Null }")
    program, _, script = line.partition(" -NoProfile -NonInteractive -InputFormat Text -Command ")
    assert program == r"%SystemRoot%\System32\WindowsPowerShell\v1.0\powershell.exe"
    assert script == "\"$a = 'x'; if ($a -eq 'x') { 1 | Out-Null }\""


@pytest.mark.parametrize("script", ['"', "%PATH%", "a\nb", "a\tb", "\u00e4", "a\0", "ends with a backslash\\"])
def test_a_script_has_no_character_that_would_end_or_change_it(script: str) -> None:
    with pytest.raises(BadCommandLine, match="not allowed there"):
        powershell_line(script)


def test_a_script_is_not_longer_than_a_line() -> None:
    rest = MAX_LINE - len(powershell_line(""))
    assert len(powershell_line("x" * rest)) == MAX_LINE
    with pytest.raises(BadCommandLine, match="at most 8191"):
        powershell_line("x" * (rest + 1))
