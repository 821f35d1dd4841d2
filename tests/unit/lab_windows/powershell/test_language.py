"""The language of the lab's powershell.exe: values, operators, statements, and what it rejects."""

from __future__ import annotations

import pytest

from tests.unit.lab_windows.powershell.conftest import FILE, Runner, ended

VALUES = [
    ("'it''s'", "it's"),
    ('"a`tb ""c"" `$x"', 'a\tb "c" $x'),
    ("1 + 2", 3),
    ("'1' + 2", "12"),
    ("@(1) + 2", [1, 2]),
    ("1, 'b', $null, $true", [1, "b", None, True]),
    ("-5", -5),
    ("$null -eq $null", True),
    ("'ABC' -eq 'abc'", True),
    ("1 -eq '1'", True),
    ("1 -eq 'x'", False),
    ("(1, 2, 1) -eq 1", [1, 1]),
    ("'scp01.corp' -like 'SCP*.*'", True),
    ("'b' -in ('a', 'B')", True),
    ("('a', 'b') -contains 'c'", False),
    ("('a', 'b') -notcontains 'c'", True),
    ("'b' -gt 'A'", True),
    ("10 -lt '9'", False),
    ("-not ''", True),
    ("!'x'", False),
    ("$false -or $true -and $false", False),
    ("'{0}-{1}' -f 'a', 2", "a-2"),
    ("[int]'7' -is [int]", True),
    ("'7' -isnot [string]", False),
    ("@{ b = 1 }.b", 1),
    ("@{ b = 1 }['B']", 1),
    ("@{ 'two words' = 1 }.'two words'", 1),
    ("[string]::IsNullOrEmpty('')", True),
    ("' a '.Trim().ToUpper()", "A"),
    ("'abc'.Length", 3),
    ("@('a', 'b').Count", 2),
    ("@().Count", 0),
    ("'single'.Count", 1),
    ("$null.Count", 0),
    ("(@{ n = 'x' }, @{ n = 'y' }).n", ["x", "y"]),
    ("('a', 'b')[1]", "b"),
    ("('a', 'b')[-1]", "b"),
    ("('a', 'b')[5]", None),
    ("[uint32]'8080'", 8080),
    ("$(1; 2)", [1, 2]),
    ("[pscustomobject]@{ a = 1 }", {"a": 1}),
    ("@{ a = 1 }.ContainsKey('A')", True),
    ("'x'.GetType().FullName", "System.String"),
    ("(1, 2).GetType().FullName", "System.Object[]"),
    ("$PSVersionTable.PSVersion.Major", 5),
    ("$ExecutionContext.SessionState.LanguageMode", "FullLanguage"),
    ("$env:COMPUTERNAME", "SCP01"),
    ("$env:NO_SUCH_VARIABLE", None),
    ("@{ a = 1 }.missing", None),
    ("\"$(@{ a = 'x' }.a)-${env:COMPUTERNAME}\"", "x-SCP01"),
]


@pytest.mark.parametrize(("expression", "value"), VALUES)
def test_expressions(runner: Runner, expression: str, value: object) -> None:
    assert runner.value(expression) == value


STATEMENTS = [
    ("if ($false) { 'a' } elseif (1) { 'b' } else { 'c' }", "b\r\n"),
    ("if ('') { 'a' } else { 'c' }", "c\r\n"),
    ('foreach ($i in 1, 2) { "n$i" }', "n1\r\nn2\r\n"),
    ("foreach ($i in $null) { 'never' }", ""),
    ("switch ('B') {\n'a' { 1 }\n'b' { 2 }\ndefault { 3 }\n}", "2\r\n"),
    ("switch ('x') {\n'a' { 1 }\ndefault { 3 }\n}", "3\r\n"),
    ("$x = 1\n$x += 2\n$x", "3\r\n"),
    ("$h = @{}\n$h['a'] = 1\n$h.b = 2\n\"$($h.a)$($h.b)\"", "12\r\n"),
    ("try { throw 'bad' } catch { \"caught $_\" } finally { 'end' }", "caught bad\r\nend\r\n"),
    ("try { throw 'bad' } catch { $_.FullyQualifiedErrorId }", "bad\r\n"),
    ("try { 'x' } finally { 'end' }", "x\r\nend\r\n"),
    ("try { No-Such } catch [System.Management.Automation.CommandNotFoundException] { 'none' }", "none\r\n"),
    ("try { try { throw 'a' } catch { throw } } catch { \"again $_\" }", "again a\r\n"),
    ("try { try { throw 'a' } finally { 'f' } } catch { \"then $_\" }", "f\r\nthen a\r\n"),
    ("try { return } finally { 'f' }\n'never'", "f\r\n"),
    ("try { exit 3 } finally { 'f' }", "f\r\n"),
    ("1, 2, 3 | Where-Object { $_ -gt 1 } | ForEach-Object { $_ + 10 }", "12\r\n13\r\n"),
    ("'a', 'b' | Select-Object -First 1", "a\r\n"),
    ("@{ n = 'x' } | Select-Object -ExpandProperty n", "x\r\n"),
    ("'a' | Out-Null\n$null = 'b'\n[void]'c'", ""),
    (
        '$o = [pscustomobject]@{ a = 1; b = 2 }\nforeach ($p in $o.PSObject.Properties) { "$($p.Name)=$($p.Value)" }',
        "a=1\r\nb=2\r\n",
    ),
    ("$o = [pscustomobject]@{ a = 1 }\nif ($null -eq $o.PSObject.Properties['b']) { 'none' }", "none\r\n"),
    ("& 'Write-Output' 'x'", "x\r\n"),
    ("$name = 'Write-Output'\n& $name -InputObject 'y'", "y\r\n"),
    ("$a = @{ InputObject = 'z' }\nWrite-Output @a", "z\r\n"),
    ("[Console]::Out.WriteLine('out')", "out\r\n"),
    ("if (1) { 'a' } 'b'", "a\r\nb\r\n"),
    ("try { 'a' } catch { } try { 'b' } finally { } foreach ($i in 1) { $i } 'c'", "a\r\nb\r\n1\r\nc\r\n"),
    ("'a'; ; 'b';\n;'c'", "a\r\nb\r\nc\r\n"),
    ("if (1) { 'a'; ; 'b'\n# comment\n;'c' }", "a\r\nb\r\nc\r\n"),
    ("$p = [System.Security.SecureString]::new()\nforeach ($c in 'ab'.ToCharArray()) { $p.AppendChar($c) }\n$p.Length", "2\r\n"),
    ("# a comment\n<# and\nanother #>\n'x' # here", "x\r\n"),
]


@pytest.mark.parametrize(("text", "stdout"), STATEMENTS)
def test_statements(runner: Runner, text: str, stdout: str) -> None:
    done = runner.script(text)
    assert (done.stdout, done.stderr) == (stdout, "")


def test_a_script_reads_standard_input_when_it_has_ended(runner: Runner) -> None:
    runner.machine.files.write(r"C:\read.ps1", b"$x = [Console]::In.ReadToEnd() | ConvertFrom-Json\n$x.name")
    program, output = runner.start(r"powershell.exe -NoProfile -File C:\read.ps1")
    runner.clock.run_all()
    text = '{"name": "M\u00fcller"}'.encode()
    program.stdin(text[:11], end=False)  # ends inside a character
    assert runner.clock.run_all() == []
    assert not output.ended
    program.stdin(text[11:], end=True)
    runner.clock.run_all()
    assert ended(output).stdout == "M\u00fcller\r\n"


def test_input_can_also_be_read_line_by_line(runner: Runner) -> None:
    done = runner.script('foreach ($line in $input) { "<$line>" }\n$input.Count', b"a\r\nb\r\n")
    assert done.stdout == "<a>\r\n<b>\r\n0\r\n"


SYNTAX = [
    ("if ($true) { 'a'", "Missing closing '}' in statement block or type definition.", "MissingEndCurlyBrace"),
    ("Write-Output (1", "Missing closing ')' in expression.", "MissingEndParenthesisInExpression"),
    ("Write-Output 'abc", "The string is missing the terminator: '.", "TerminatorExpectedAtEndOfString"),
    ('Write-Output "abc', 'The string is missing the terminator: ".', "TerminatorExpectedAtEndOfString"),
    ("$a = 1 +", "You must provide a value expression following the '+' operator.", "ExpectedValueExpression"),
    ("'x' }", "Unexpected token '}' in expression or statement.", "UnexpectedToken"),
    ("$a = 1\nif ($a -eq1) { 2 }", "Unexpected token '-eq1)' in expression or statement.", "UnexpectedToken"),
    ("$a = @{ b = 1 } $c = 2", "Unexpected token '$c' in expression or statement.", "UnexpectedToken"),
    ("$a = @{ b = 1 } <# x #> Get-PSDrive", "Unexpected token", "UnexpectedToken"),
    ("'a'.Trim ()", "Unexpected token '()' in expression or statement.", "UnexpectedToken"),
    ("$a = @{ b = 1 }\n$a. b", "Unexpected token 'b' in expression or statement.", "UnexpectedToken"),
    (
        "$h = @{}\n$x = @h",
        "The splatting operator '@' cannot be used to reference variables in an expression.",
        "SplattingNotPermitted",
    ),
    ("if (1) { 1 } else if (2) { 3 }", "Unexpected token", "UnexpectedToken"),
    ("foreach ($i of 1) { 1 }", "Unexpected token", "UnexpectedToken"),
    ("$h = @{ a: 1 }", "Unexpected token", "UnexpectedToken"),
    ("Write-Output ` \n 'a'", "Unexpected token '`' in expression or statement.", "UnexpectedToken"),
    ("$a = 1 $b = 2", "Unexpected token '$b' in expression or statement.", "UnexpectedToken"),
    ("'a' && 'b'", "The token '&&' is not a valid statement separator in this version.", "InvalidEndOfLine"),
    ("try { 1 }", "The Try statement is missing its Catch or Finally block.", "MissingCatchOrFinally"),
    ("1 = 2", "The assignment expression is not valid.", "InvalidLeftHandSide"),
    ("@{ a = 1; A = 2 }", "Duplicate keys 'A' are not allowed in hash literals.", "DuplicateKeyInHashLiteral"),
    ("'a' | 'b'", "Expressions are only allowed as the first element of a pipeline.", "ExpressionsMustBeFirstInPipeline"),
]


@pytest.mark.parametrize(("text", "message", "error_id"), SYNTAX)
def test_nothing_runs_of_a_script_with_a_syntax_error(runner: Runner, text: str, message: str, error_id: str) -> None:
    done = runner.script(f"'before'\n{text}\n")
    assert (done.code, done.stdout) == (1, "")
    assert message in done.unwrapped
    assert f"FullyQualifiedErrorId : {error_id}" in done.unwrapped
    assert f"At {FILE}:" in done.unwrapped


def test_an_error_of_syntax_says_where(runner: Runner) -> None:
    done = runner.script("'one'\n    Write-Output }\n")
    assert done.stderr.startswith(
        "At C:\\Scripts\\script.ps1:2 char:18\n+     Write-Output }\n+                  ~\n"
        "Unexpected token '}' in expression or statement.\n"
    )


UNSUPPORTED = [
    ("function F { 1 }", "this part of the language (function statement)"),
    ("while ($true) { 1 }", "this part of the language (while statement)"),
    ("Write-Output 'x' > C:\\x.txt", "redirections"),
    ("$x = 1.5", "this part of the language (real literal)"),
    ("$env:PATH = 'x'", "a change of $env:path"),
    ("[Environment]::Exit(1)", "the type [Environment]"),
    ("[Console]::Beep()", "[System.Console]::Beep with these arguments"),
    ("'a' -match 'b'", "the operator -match"),
    ("$x -= 1", "the operator -="),
    ("switch (1, 2) {\n'1' { 'a' }\n}", "switch with something other than one text or number"),
    ("$x = @{ a = 1 }.PSObject.Properties", "PSObject of something other than an object with named properties"),
    ("$x = 1\nif ($x = 2) { 'a' }", "an assignment whose value is used"),
    ("$x = $y = 1", "an assignment whose value is used"),
    ("1..3", "1..3 at the beginning of a statement"),
    ("Write-Output “x”", "the argument “x” without quotes"),
    ("Get-PSDrive –Name C", "the argument –Name without quotes"),
    ("1 | ForEach-Object { $_ } $c = 2", "the argument = without quotes"),
    ("Get-PSDrive -Name = C", "the argument = without quotes"),
    ("'x' | ConvertTo-Json", "ConvertTo-Json without -Compress"),
    ("@{ a = 1 }", "the output of an object that is not text"),
    (". C:\\other.ps1", "the operator . before a command"),
    ("try { 1 } catch [System.Net.WebException] { 2 }", "the exception [System.Net.WebException]"),
    ("Write-Output 'x' -Verbose", "the common parameter -Verbose"),
    ('"$x:y"', "the variable $x:y"),
    ("#Requires -Modules ActiveDirectory", "this form of #Requires"),
]


@pytest.mark.parametrize(("text", "what"), UNSUPPORTED)
def test_what_the_lab_does_not_run_ends_the_script(runner: Runner, text: str, what: str) -> None:
    done = runner.script(f"$ErrorActionPreference = 'SilentlyContinue'\n{text}\n")
    assert (done.code, done.stdout) == (254, "")
    assert done.stderr.startswith(f"The lab's powershell.exe does not support {what}"), done.stderr


def test_no_try_hides_what_the_lab_does_not_run(runner: Runner) -> None:
    done = runner.script("try { 'a' | ConvertTo-Json } catch { 'hidden' } finally { 'end' }")
    assert (done.code, done.stdout) == (254, "")


def test_unsupported_syntax_is_found_before_anything_runs(runner: Runner) -> None:
    assert runner.script("'before'\nif ($false) { while ($true) { 1 } }").stdout == ""
    assert runner.script("param($x)\n'x'").stderr.startswith(
        "The lab's powershell.exe does not support this part of the language (param"
    )


def test_a_variable_that_was_never_set_is_an_error(runner: Runner) -> None:
    done = runner.script("$ErrorActionPreference = 'Stop'\n$name = 'x'\nWrite-Output $nmae")
    assert (done.code, done.stdout) == (1, "")
    assert "The variable '$nmae' cannot be retrieved because it has not been set." in done.unwrapped


def test_strict_mode_rejects_a_property_that_is_missing(runner: Runner) -> None:
    done = runner.script("Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n$o = '{}' | ConvertFrom-Json\n$o.name")
    assert "The property 'name' cannot be found on this object. Verify that the property exists." in done.unwrapped


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("'single'.Count", "The property 'Count' cannot be found on this object."),
        ("$null.Count", "The property 'Count' cannot be found on this object."),
        ("$null.Name", "The property 'Name' cannot be found on this object."),
        ("@{ a = 1 }.b", "The property 'b' cannot be found on this object."),
        ("('a', 'b')[2]", "Index was outside the bounds of the array."),
    ],
)
def test_other_errors_of_strict_mode(runner: Runner, text: str, message: str) -> None:
    done = runner.script(f"Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n$x = {text}\n'after'")
    assert (done.code, done.stdout) == (1, "")
    assert message in done.unwrapped


def test_without_stop_the_next_statement_runs(runner: Runner) -> None:
    done = runner.script("No-Such\n'next'")
    assert (done.code, done.stdout) == (0, "next\r\n")
    assert done.unwrapped.startswith(
        "No-Such : The term 'No-Such' is not recognized as the name of a cmdlet, function, script file"
    )
    assert "CategoryInfo : ObjectNotFound: (No-Such:String) [No-Such], CommandNotFoundException" in done.unwrapped


def test_with_stop_the_script_ends(runner: Runner) -> None:
    done = runner.script("$ErrorActionPreference = 'Stop'\nGet-PSDrive -Name X9\n'next'")
    assert (done.code, done.stdout) == (1, "")


def test_what_is_thrown_ends_the_script_in_any_case(runner: Runner) -> None:
    done = runner.script("throw 'enough'\n'next'")
    assert (done.code, done.stdout) == (1, "")
    assert "enough" in done.stderr


def test_a_non_terminating_error_is_caught_only_with_stop(runner: Runner) -> None:
    text = "try {{ Get-PSDrive -Name X9 {how}; 'after' }} catch {{ 'caught' }}"
    assert runner.script(text.format(how="")).stdout == "after\r\n"
    assert runner.script(text.format(how="-ErrorAction SilentlyContinue")).stderr == ""
    assert runner.script(text.format(how="-ErrorAction Stop")).stdout == "caught\r\n"


def test_errors_are_wrapped_at_the_width_of_the_console(runner: Runner) -> None:
    done = runner.script("No-Such")
    assert max(len(line) for line in done.stderr.splitlines()) < 80


def test_a_newer_version_is_refused(runner: Runner) -> None:
    done = runner.script("#Requires -Version 7\n'x'")
    assert (done.code, done.stdout) == (1, "")
    assert '"#requires" statement for Windows PowerShell 7' in done.unwrapped
    assert runner.script("#Requires -Version 5.1\n'x'").stdout == "x\r\n"


def test_the_exit_code_of_a_command_is_that_of_its_last_statement(runner: Runner) -> None:
    assert runner.line('powershell -Command "Get-PSDrive -Name X9"').code == 1
    assert runner.line("powershell -Command \"Get-PSDrive -Name X9; 'x'\"").code == 0
    assert runner.script("Get-PSDrive -Name X9").code == 0


def test_deep_nesting_ends_the_script(runner: Runner) -> None:
    done = runner.script("$x = " + "(" * 5000 + "1" + ")" * 5000)
    assert (done.code, done.stdout) == (254, "")


def test_an_endless_amount_of_statements_ends(runner: Runner) -> None:
    loops = "foreach ($a in $x) { foreach ($b in $x) { foreach ($c in $x) { $y = 1 } } }"
    done = runner.script("$x = @(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)\n$x = $x + $x + $x + $x\n" + loops)
    assert done.code == 254
