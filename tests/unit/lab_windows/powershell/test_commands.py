"""The commands that every session has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.windows.powershell.contracts import read_contracts
from lab.windows.powershell.core_commands import BODIES, contracts
from tests.unit.lab_windows.powershell.conftest import Runner

KEY = r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion"


def test_each_contract_has_a_command() -> None:
    assert sorted(contracts()) == sorted(BODIES)
    assert all(contract.source for contract in contracts().values())


OUTPUTS = [
    (f"(Get-ItemProperty -Path '{KEY}' -Name 'ProductName').ProductName", "Windows Server 2022 Standard\r\n"),
    (f"(Get-ItemProperty -LiteralPath '{KEY}').ProductName", "Windows Server 2022 Standard\r\n"),
    (
        f"(Get-ItemProperty 'Registry::{KEY.replace('HKLM:', 'HKEY_LOCAL_MACHINE')}').ProductName",
        "Windows Server 2022 Standard\r\n",
    ),
    (
        "Test-Path -Path 'C:\\Windows'; Test-Path C:\\none; Test-Path 'HKLM:\\SOFTWARE'; Test-Path C:; Test-Path X:\\",
        "True\r\nFalse\r\nTrue\r\nTrue\r\nFalse\r\n",
    ),
    ("Join-Path -Path 'C:\\a\\' -ChildPath 'b\\c'", "C:\\a\\b\\c\r\n"),
    ("(Get-PSDrive -Name C).Root", "C:\\\r\n"),
    ("(Get-PSDrive -PSProvider Registry).Name", "HKLM\r\nHKCU\r\n"),
    ("(Get-PSDrive HK*).Count", "2\r\n"),
    ("Set-Location -Path 'HKLM:\\'; Set-Location C:\\Windows; 'there'", "there\r\n"),
    ("(ConvertTo-SecureString -String 'secret' -AsPlainText -Force).Length", "6\r\n"),
    ("\"$(ConvertTo-SecureString -String 'secret' -AsPlainText -Force)\"", "System.Security.SecureString\r\n"),
    ("Get-Module -Name X", ""),
    ("Write-Output 1, 2", "1\r\n2\r\n"),
]


@pytest.mark.parametrize(("text", "stdout"), OUTPUTS)
def test_outputs(runner: Runner, text: str, stdout: str) -> None:
    done = runner.script(text)
    assert (done.stdout, done.stderr) == (stdout, "")


ERRORS = [
    (
        "Get-ItemProperty -Path 'HKLM:\\SOFTWARE\\None'",
        "Cannot find path 'HKLM:\\SOFTWARE\\None' because it does not exist.",
        "PathNotFound",
    ),
    (
        f"Get-ItemProperty -Path '{KEY}' -Name 'None'",
        "Property None does not exist at path HKEY_LOCAL_MACHINE\\SOFTWARE",
        "PSArgumentException",
    ),
    ("Get-PSDrive -Name X9", "Cannot find drive. A drive with the name 'X9' does not exist.", "GetLocationNoMatchingDrive"),
    ("Set-Location -Path 'X9:\\'", "Cannot find drive. A drive with the name 'X9' does not exist.", "DriveNotFound"),
    ("Set-Location -Path 'C:\\none'", "Cannot find path 'C:\\none' because it does not exist.", "PathNotFound"),
    ("Remove-PSDrive -Name X9", "Cannot find drive. A drive with the name 'X9' does not exist.", "DriveNotFound"),
    ("Remove-PSDrive -Name C", "Cannot remove drive 'C' because it is in use.", "InvalidOperation"),
    ("Join-Path X9:\\ b", "Cannot find drive. A drive with the name 'X9' does not exist.", "DriveNotFound"),
    ("New-PSDrive -Name A -PSProvider CMSite -Root x", "Cannot find a provider with the name 'CMSite'.", "ProviderNotFound"),
    ("New-PSDrive -Name A:B -PSProvider CMSite -Root x", "characters that are not valid: ; ~ / \\ . :", "NewDriveNameInvalid"),
    (
        "Import-Module -Name ConfigurationManager",
        "The specified module 'ConfigurationManager' was not loaded",
        "Modules_ModuleNotFound",
    ),
    (
        "Import-Module 'C:\\none.psd1'",
        "because no valid module file was found in any module directory.",
        "Modules_ModuleNotFound",
    ),
    (
        "ConvertTo-SecureString 'secret' -AsPlainText",
        "The system cannot protect plain text input.",
        "ImportSecureString_ForceRequired",
    ),
    ('\'{"a": 1, "A": 2}\' | ConvertFrom-Json', "contains the duplicated keys 'a' and 'A'.", "System.ArgumentException"),
    ("'{a}' | ConvertFrom-Json", "Invalid JSON primitive: {a}.", "System.ArgumentException"),
    (
        "ConvertFrom-Json -InputObject ''",
        "Cannot bind argument to parameter 'InputObject' because it is an empty string.",
        "EmptyStringNotAllowed",
    ),
    (
        "'' | ConvertFrom-Json",
        "Cannot bind argument to parameter 'InputObject' because it is an empty string.",
        "EmptyStringNotAllowed",
    ),
    ("'NaN' | ConvertFrom-Json", "Invalid JSON primitive: NaN.", "System.ArgumentException"),
    (
        "[SecureString]::new().AppendChar('ab')",
        'Cannot convert argument "c", with value: "ab", for "AppendChar"',
        "InvalidCastArgument",
    ),
    ("$null.Trim()", "You cannot call a method on a null-valued expression.", "InvokeMethodOnNull"),
    ("'a'.None()", "[System.String] does not contain a method named 'None'.", "MethodNotFound"),
    ("'a'.Trim(1, 2, 3)", 'Cannot find an overload for "Trim" and the argument count: "3".', "MethodCountCouldNotFindBest"),
    (
        "[int]'x'",
        'Cannot convert value "x" to type "System.Int32". Error: "Input string was not in a correct format."',
        "InvalidCast",
    ),
    ("@{ a = 1 }.Add('a', 2)", "Item has already been added. Key in dictionary: 'a'", "ArgumentException"),
    (
        "'a' | Set-StrictMode -Version Latest",
        "The input object cannot be bound to any parameters for the command",
        "InputObjectNotBound",
    ),
]


@pytest.mark.parametrize(("text", "message", "error_id"), ERRORS)
def test_errors(runner: Runner, text: str, message: str, error_id: str) -> None:
    done = runner.script(f"$ErrorActionPreference = 'Stop'\n{text}\n'after'")
    assert (done.code, done.stdout) == (1, "")
    assert message in done.unwrapped
    assert error_id in done.stderr.replace("\n   ", "").replace("\n", "")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('@{ a = "x\'<>&é" } | ConvertTo-Json -Compress', '{"a":"x\\u0027\\u003c\\u003e\\u0026é"}'),
        ("ConvertTo-Json -InputObject @(1) -Compress", "[1]"),
        ("@(1) | ConvertTo-Json -Compress", "1"),
        ("1, 2 | ConvertTo-Json -Compress", "[1,2]"),
        ("[ordered]@{ b = $null; a = $true } | ConvertTo-Json -Compress", '{"b":null,"a":true}'),
        ("@{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json -Compress", '{"a":{"b":{"c":"System.Collections.Hashtable"}}}'),
        ("@{ a = @{ b = @{ c = @{ d = 1 } } } } | ConvertTo-Json -Compress -Depth 3", '{"a":{"b":{"c":{"d":1}}}}'),
        ("@{ p = ConvertTo-SecureString 'secret' -AsPlainText -Force } | ConvertTo-Json -Compress", '{"p":{"Length":6}}'),
    ],
)
def test_json_is_that_of_5_1(runner: Runner, text: str, line: str) -> None:
    assert runner.script(text).stdout == f"{line}\r\n"


def test_json_is_read_as_it_was_written(runner: Runner) -> None:
    value = {"text": 'a"b\\ü€', "list": [1, "2", None, [True]], "empty": [], "number": 2**31, "object": {"x": {}}}
    text = "$in = [Console]::In.ReadToEnd() | ConvertFrom-Json\nConvertTo-Json -InputObject $in -Compress -Depth 9"
    assert json.loads(runner.script(text, json.dumps(value).encode()).stdout) == value


def test_a_contract_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "contracts.yml"
    file.write_text("Get-X: {source: s, parameters: {A: {typ: String}}}", encoding="ascii")
    with pytest.raises(ValueError, match="Get-X -A: unknown keys typ"):
        read_contracts(file)
