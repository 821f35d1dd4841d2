"""The command line of powershell.exe, where its script comes from, its exit codes, execution policies and language modes."""

from __future__ import annotations

import pytest

from lab.estate.powershell import CONSTRAINED, PowerShellSettings
from lab.windows.powershell.options import OptionError, Options, parse_options
from lab.winrm.programs import CONTROL_C_EXIT, Signal
from tests.unit.lab_windows.powershell.conftest import FILE, Runner, ended

SIGNED = "'x'\r\n# SIG # Begin signature block\r\n# AbC=\r\n# SIG # End signature block\r\n"


@pytest.mark.parametrize(
    ("words", "options"),
    [
        (["-File", "a.ps1"], Options(file="a.ps1")),
        (["-NOPROFILE", "/NonInteractive", "-NoLogo", "-Command", "a", "b"], Options(command="a b", non_interactive=True)),
        (
            ["-ExecutionPolicy", "allsigned", "-InputFormat", "Text", "-File", "-"],
            Options(file="-", execution_policy="AllSigned"),
        ),
    ],
)
def test_options(words: list[str], options: Options) -> None:
    assert parse_options(words) == options


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "it needs -File or -Command"),
        (["-nop", "-File", "a.ps1"], "does not support the argument -nop"),
        (["-EncodedCommand", "eA=="], "does not support the argument -EncodedCommand"),
        (["-Version", "2", "-Command", "1"], "does not support the argument -Version"),
        (["a.ps1"], "does not support the argument a.ps1"),
        (["-ExecutionPolicy", "Some", "-Command", "1"], "Invalid ExecutionPolicy value 'Some'."),
        (["-ExecutionPolicy"], "requires an argument"),
        (["-File"], "A command must follow -File."),
        (["-Command"], "A command must follow -Command."),
        (["-File", "a.ps1", "-Name", "x"], "passes no arguments to a script: -Name x"),
        (["-OutputFormat", "XML", "-File", "a.ps1"], "supports only -outputformat Text"),
    ],
)
def test_other_options_are_errors(words: list[str], message: str) -> None:
    with pytest.raises(OptionError, match=message.replace(".", r"\.")):
        parse_options(words)


def test_an_error_of_the_command_line(runner: Runner) -> None:
    done = runner.line("powershell -nop -c 1")
    assert (done.code, done.stdout) == (1, "")
    assert "does not support the argument -nop" in done.stderr


def test_a_command_of_the_command_line(runner: Runner) -> None:
    assert runner.line("powershell -NoProfile -Command \"'a b'; exit 4\"").stdout == "a b\r\n"
    assert runner.line("powershell -NoProfile -Command \"'a b'; exit 4\"").code == 4


def test_without_cmd_a_command_may_have_several_lines(runner: Runner) -> None:
    done = runner.line('powershell.exe -Command "$x = [Console]::In.ReadToEnd()\n\\"<$x>\\""', b"in", skip_shell=True)
    assert (done.code, done.stdout, done.stderr) == (0, "<in>\r\n", "")


def test_a_script_from_standard_input(runner: Runner) -> None:
    done = runner.line("powershell -NoProfile -Command -", b"$x = 'a'\nif ($x) {\n  'b'\n}\n\n$x\n")
    assert (done.code, done.stdout) == (0, "b\r\na\r\n")


def test_a_statement_of_several_lines_from_standard_input_needs_an_empty_line(runner: Runner) -> None:
    done = runner.line("powershell -NoProfile -File -", b"'a'\nif ('x') {\n  'b'\n}\n'c'\n")
    assert (done.code, done.stdout) == (254, "")
    assert "without an empty line after it (line 2 of the script: if ('x') {)" in done.stderr


def test_such_a_script_cannot_read_standard_input(runner: Runner) -> None:
    done = runner.line("powershell -NoProfile -Command -", b"[Console]::In.ReadToEnd()\n")
    assert done.code == 254
    assert "reading standard input in a script that is itself read from standard input" in done.stderr


@pytest.mark.parametrize("name", [r"C:\none.ps1", r"C:\script.txt"])
def test_a_file_that_is_no_script(runner: Runner, name: str) -> None:
    runner.machine.files.write(r"C:\script.txt", b"'x'")
    done = runner.line(f"powershell -NoProfile -File {name}")
    assert (done.code, done.stdout) == (-196608, "")
    assert done.unwrapped == (
        f"The argument '{name}' to the -File parameter does not exist. Provide the path to an existing '.ps1' file as an "
        "argument to the -File parameter."
    )


@pytest.mark.parametrize(
    ("content", "stdout"),
    [
        (b"\xef\xbb\xbf'\xc3\xbc'", "ü\r\n"),
        ("'ü'".encode("utf-16"), "ü\r\n"),
        (b"'\xfc'", "ü\r\n"),
        (b"'\xc3\xbc'", "Ã¼\r\n"),
    ],
)
def test_a_file_without_a_mark_is_read_in_the_ansi_code_page(runner: Runner, content: bytes, stdout: str) -> None:
    runner.machine.files.write(FILE, content)
    assert runner.line(f"powershell -NoProfile -File {FILE}").stdout == stdout


def test_the_code_page_of_the_shell_is_that_of_input_and_output(runner: Runner) -> None:
    text = "[Console]::Out.Write([Console]::In.ReadToEnd())"
    runner.machine.files.write(FILE, text.encode())
    program, output = runner.start(f"powershell -NoProfile -File {FILE}", code_page=850)
    program.stdin(b"\x81", end=True)
    while runner.clock.waiting:
        runner.clock.run_all()
    part = output.read(100, 0)
    assert part is not None
    assert part.chunks == (("stdout", b"\x81"),)


def test_a_script_can_ask_for_utf_8(runner: Runner) -> None:
    text = "[Console]::InputEncoding = [Text.UTF8Encoding]::new($false)\n[Console]::OutputEncoding = [Text.Encoding]::UTF8\n"
    done = runner.script(text + "[Console]::Out.Write([Console]::In.ReadToEnd())", "ü€".encode(), code_page=437)
    assert done.stdout == "ü€"


def test_a_signal_ends_a_script_that_waits(runner: Runner) -> None:
    runner.machine.files.write(FILE, b"try { $x = [Console]::In.ReadToEnd() } finally { 'end' }")
    program, output = runner.start(f"powershell -NoProfile -File {FILE}")
    runner.clock.run_all()
    program.signal(Signal.CTRL_C)
    program.stdin(b"", end=True)
    runner.clock.run_all()
    done = ended(output)
    assert (done.code, done.stdout) == (CONTROL_C_EXIT, "")
    assert [run.exit_code for run in runner.runs] == [CONTROL_C_EXIT]


def test_a_run_is_recorded_without_values(runner: Runner) -> None:
    runner.script("$x = [Console]::In.ReadToEnd()\nexit 2", b"secret")
    (run,) = runner.runs
    assert (run.machine, run.caller, run.exit_code, run.commands) == ("scp01.corp.example", "CORP\\scpadmin", 2, ())
    assert run.command_line == f"powershell.exe -NoProfile -NonInteractive  -File {FILE}"
    assert "secret" not in repr(run)


NOT_SIGNED = (
    f"File {FILE} cannot be loaded. The file {FILE} is not digitally signed. You cannot run this script on the current system."
)
DISABLED = f"File {FILE} cannot be loaded because running scripts is disabled on this system."
UNTRUSTED = f"File {FILE} is published by CN=the signer of the script and is not trusted on your system. Only run scripts from"


@pytest.mark.parametrize(
    ("settings", "options", "text", "message"),
    [
        (PowerShellSettings("Restricted"), "", "'x'", DISABLED),
        (PowerShellSettings("AllSigned"), "", "'x'", NOT_SIGNED),
        (PowerShellSettings("AllSigned", publisher_trusted=False), "", SIGNED, UNTRUSTED),
        (PowerShellSettings("AllSigned", enforced=True), "-ExecutionPolicy Bypass", "'x'", NOT_SIGNED),
        (PowerShellSettings(), "-ExecutionPolicy AllSigned", "'x'", NOT_SIGNED),
    ],
)
def test_the_execution_policy_forbids_a_file(
    runner: Runner, settings: PowerShellSettings, options: str, text: str, message: str
) -> None:
    runner.settings = settings
    done = runner.script(text, options=options)
    assert (done.code, done.stdout) == (1, "")
    assert message in done.unwrapped
    assert "CategoryInfo : SecurityError: (:) [], PSSecurityException" in done.unwrapped
    assert "FullyQualifiedErrorId : UnauthorizedAccess" in done.unwrapped


@pytest.mark.parametrize(
    ("settings", "options", "text"),
    [
        (PowerShellSettings("AllSigned"), "", SIGNED),
        (PowerShellSettings("Restricted"), "-ExecutionPolicy RemoteSigned", "'x'"),
        (PowerShellSettings("Unrestricted"), "", "'x'"),
    ],
)
def test_the_execution_policy_allows_a_file(runner: Runner, settings: PowerShellSettings, options: str, text: str) -> None:
    runner.settings = settings
    assert runner.script(text, options=options).stdout == "x\r\n"


def test_a_command_needs_no_policy(runner: Runner) -> None:
    runner.settings = PowerShellSettings("Restricted", enforced=True)
    assert runner.line("powershell -Command 'x'").stdout == "x\r\n"


CORE_TYPES = "Method invocation is supported only on core types in this language mode."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("$x = [Console]::In.ReadToEnd()", CORE_TYPES),
        ("[Console]::Out.WriteLine('x')", CORE_TYPES),
        ("$x = [Text.UTF8Encoding]::new($false)", CORE_TYPES),
        ("try { No-Such } catch { $x = $_.Exception.GetType() }", CORE_TYPES),
        ("(Get-PSDrive -Name C).ToString()", CORE_TYPES),
        (
            "[Console]::OutputEncoding = [Text.Encoding]::UTF8",
            "Property setting is supported only on core types in this language mode.",
        ),
    ],
)
def test_constrained_language_mode(runner: Runner, text: str, message: str) -> None:
    runner.settings = PowerShellSettings(language_mode=CONSTRAINED)
    done = runner.script(f"$ErrorActionPreference = 'Stop'\n{text}\n'after'")
    assert (done.code, done.stdout) == (1, "")
    assert message in done.unwrapped


def test_core_types_work_in_constrained_language_mode(runner: Runner) -> None:
    runner.settings = PowerShellSettings(language_mode=CONSTRAINED)
    text = "$p = [SecureString]::new()\n$p.AppendChar('a')\n$x = ($input | Out-String).Trim()\n"
    done = runner.script(text + '"$x $($ExecutionContext.SessionState.LanguageMode)"', b"line\n")
    assert (done.stdout, done.stderr) == ("line ConstrainedLanguage\r\n", "")
