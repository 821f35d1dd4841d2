"""powershell.exe and the module of the console through remote shells of unmodified pywinrm: input, cmdlets, records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress

import winrm
from winrm.exceptions import WinRMOperationTimeoutError

from lab.configmgr import secrets
from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role

SECRET = "Secret-4711-äß"
FILE = r"C:\Scripts\write.ps1"
SCRIPT = r"""
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$drive = $null
try {
    $request = [Console]::In.ReadToEnd() | ConvertFrom-Json
    $setup = Get-ItemProperty -Path 'HKLM:\SOFTWARE\WOW6432Node\Microsoft\ConfigMgr10\Setup' -Name 'UI Installation Directory'
    Import-Module -Name (Join-Path -Path $setup.'UI Installation Directory' -ChildPath 'bin\ConfigurationManager.psd1')
    $drive = New-PSDrive -Name $request.drive -PSProvider CMSite -Root $request.provider
    Set-Location -Path "$($request.drive):\"
    $arguments = @{}
    foreach ($property in $request.arguments.PSObject.Properties) {
        $arguments[$property.Name] = $property.Value
    }
    switch ($request.cmdlet) {
        'Set-CMServiceConnectionPoint' { Set-CMServiceConnectionPoint @arguments -Confirm:$false }
        'New-CMAccount' {
            $password = ConvertTo-SecureString -String $request.secret -AsPlainText -Force
            $null = New-CMAccount @arguments -Password $password -Confirm:$false
        }
        default { throw "The cmdlet $($request.cmdlet) is not allowed." }
    }
    $answer = [ordered]@{ ok = $true }
} catch {
    $answer = [ordered]@{ ok = $false; message = $_.Exception.Message; type = $_.Exception.GetType().FullName }
} finally {
    Set-Location -Path 'C:\'
    if ($null -ne $drive) {
        Remove-PSDrive -Name $drive.Name
    }
}
ConvertTo-Json -InputObject $answer -Compress
"""


def run_script(estate: Estate, machine: str, request: Mapping[str, object], transport: str = "ntlm") -> dict[str, object]:
    """Run the script with a request on standard input, as a client of WinRM does."""
    estate.machine(machine).files.write(FILE, b"\xef\xbb\xbf" + SCRIPT.replace("\n", "\r\n").encode())
    account = estate.account("CORP\\scpadmin")
    url = f"http://{estate.machine(machine).address}:{estate.description.http_port}/wsman"
    protocol = winrm.Protocol(
        url, username=account.full_name, password=account.password, transport=transport, message_encryption="always"
    )
    shell = protocol.open_shell(codepage=65001)
    try:
        line = f"-NoProfile -NonInteractive -ExecutionPolicy RemoteSigned -File {FILE}"
        command = protocol.run_command(shell, "powershell.exe", line.split())
        protocol.send_command_input(shell, command, json.dumps(request).encode(), end=True)
        stdout, stderr, code = protocol.get_command_output(shell, command)
    finally:
        with suppress(WinRMOperationTimeoutError):
            protocol.close_shell(shell)
    assert (code, stderr) == (0, b"")
    answer: dict[str, object] = json.loads(stdout)
    return answer


def test_the_mode_is_changed_by_the_documented_cmdlet(start_estate: StartEstate) -> None:
    estate = start_estate(with_role("scp01"))
    arguments = {"SiteSystemServerName": "scp01.corp.example", "SiteCode": "CAS", "Mode": "Offline"}
    request = {
        "drive": "SCPLAB",
        "provider": "cas01.corp.example",
        "cmdlet": "Set-CMServiceConnectionPoint",
        "arguments": arguments,
    }
    assert run_script(estate, "cas01", request) == {"ok": True}
    (row,) = estate.hierarchy("one").state.control.roles("SMS Dmp Connector")
    assert (row.prop_value("OfflineMode"), row.changed_by) == (1, "CORP\\scpadmin")
    assert estate.violations == []
    (run,) = estate.script_runs
    assert (run.machine, run.commands, run.exit_code) == ("cas01.corp.example", ("Set-CMServiceConnectionPoint",), 0)


def test_a_secret_is_only_in_the_input(estate: Estate) -> None:
    request = {
        "drive": "SCPLAB",
        "provider": "cas01.corp.example",
        "cmdlet": "New-CMAccount",
        "arguments": {"UserName": "CORP\\svc", "SiteCode": "CAS"},
        "secret": SECRET,
    }
    assert run_script(estate, "cas01", request) == {"ok": True}
    rows = estate.hierarchy("one").state.control.of_class("SMS_SCI_Reserved")
    (row,) = [row for row in rows if row.text("UserName") == "CORP\\svc"]
    assert secrets.matches(row.text("Reserved2"), SECRET, "CAS")
    assert SECRET not in repr(estate.script_runs) + repr(estate.request_log.records())


def test_the_second_hop(estate: Estate) -> None:
    site = estate.description.hierarchies[1].top_site
    console = site.server
    other = next(name for name in ("cas01", "pri1") if name != console)
    request = {"drive": "SCPLAB", "provider": f"{other}.corp.example", "cmdlet": "New-CMAccount", "arguments": {}}
    assert run_script(estate, console, request) == {
        "ok": False,
        "message": "Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))",
        "type": "System.UnauthorizedAccessException",
    }


def test_a_command_that_the_lab_does_not_know(estate: Estate) -> None:
    account = estate.account("CORP\\scpadmin")
    url = f"http://{estate.machine('scp02').address}:{estate.description.http_port}/wsman"
    session = winrm.Session(url, auth=(account.full_name, account.password), transport="ntlm")
    result = session.run_cmd("powershell", ["-NoProfile", "-EncodedCommand", "eAB4AA=="])
    assert result.status_code == 1
    assert result.std_err.startswith(b"The lab's powershell.exe does not support the argument -EncodedCommand.")
