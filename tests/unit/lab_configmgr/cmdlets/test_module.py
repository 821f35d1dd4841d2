"""Import-Module and New-PSDrive: console, version, second hop, drives, policies, and the contracts of the cmdlets."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from lab.configmgr.cmdlets.installed import SETUP_KEY, module_version
from lab.configmgr.cmdlets.module import BODIES, contracts
from lab.winrm.programs import Signal
from tests.unit.lab_configmgr.cmdlets.conftest import MODULE, OPENING, Scripts, ended, estate_with

DRIVE = "New-PSDrive -Name SITE -PSProvider CMSite -Root {}"
CATCH = "\n}} catch {{\n$_.Exception.GetType().FullName\n$_.FullyQualifiedErrorId\n$_.Exception.Message\n}}\n"
DENIED = "Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))"
UNAVAILABLE = "The RPC server is unavailable. (Exception from HRESULT: 0x800706BA)"


def caught(scripts: Scripts, text: str, module: str = MODULE, **where: Any) -> list[str]:
    """The type, the identifier and the message of the error of a text."""
    script = f"$ErrorActionPreference = 'Stop'\ntry {{\nImport-Module -Name '{module}'\n{text}\n" + CATCH.format()
    done = scripts.run(script, **where)
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_each_cmdlet_has_a_contract_with_its_source() -> None:
    assert sorted(contracts()) == sorted(BODIES)
    for name, contract in contracts().items():
        assert re.fullmatch(rf"sccm-ps/ConfigurationManager/{name}\.md, 20\d\d-\d\d-\d\d", contract.source)
        named = {set_name for parameter in contract.parameters.values() for set_name in parameter.sets}
        assert named <= set(contract.sets)


def test_the_console_is_found_in_the_registry(scripts: Scripts) -> None:
    key = "HKLM:\\SOFTWARE\\WOW6432Node\\Microsoft\\ConfigMgr10\\Setup"
    done = scripts.run(
        "$setup = Get-ItemProperty -Path '" + key + "' -Name 'UI Installation Directory'\n"
        "$module = Import-Module \"$($setup.'UI Installation Directory')bin\\ConfigurationManager.psd1\" -PassThru\n"
        '"$($module.Name) $($module.Version)"\n(Get-Module -Name Config*).Version.Major\n$env:SMS_ADMIN_UI_PATH\n'
    )
    folder = MODULE.removesuffix(r"\ConfigurationManager.psd1")
    assert done.stdout == f"ConfigurationManager 5.9152.1000.1000\r\n5\r\n{folder}\\i386\r\n"


def test_a_path_with_dots_is_the_same_module(scripts: Scripts) -> None:
    done = scripts.run('Import-Module "$($env:SMS_ADMIN_UI_PATH)\\..\\ConfigurationManager.psd1"\n(Get-Module).Name')
    assert done.stdout == "ConfigurationManager\r\n"


def test_servers_without_a_site_have_no_console(scripts: Scripts) -> None:
    assert scripts.estate.machine("scp01").registry.find(SETUP_KEY) is None
    assert scripts.estate.machine("sec1").registry.find(SETUP_KEY) is None
    assert caught(scripts, "", machine="scp01")[1].startswith("Modules_ModuleNotFound,")


def test_a_console_of_its_own(scripts: Scripts) -> None:
    own = Scripts(estate_with("web01", console="{version: 5.00.9152.1000, folder: 'D:\\Console', import_seconds: 0}"))
    value = own.estate.machine("web01").registry.get(SETUP_KEY, "UI Installation Directory")
    assert value is not None
    assert value.data == "D:\\Console\\"
    text = "Import-Module D:\\Console\\bin\\ConfigurationManager.psd1\n(Get-PSDrive SITE).Root"
    script = text.replace("(Get", f"$null = {DRIVE.format('cas01')}\n(Get")
    assert own.run(script, machine="web01", delegated=True).stdout == "cas01\r\n"


def test_a_module_whose_files_are_missing(scripts: Scripts) -> None:
    kind, error_id, message = caught(Scripts(estate_with("cas01", console="{module: false}")), "")
    assert kind == "System.IO.FileNotFoundException"
    assert error_id == "Modules_ModuleNotFound,Microsoft.PowerShell.Commands.ImportModuleCommand"
    assert (
        message
        == f"The specified module '{MODULE}' was not loaded because no valid module file was found in any module directory."
    )


def test_a_module_that_is_too_old(scripts: Scripts) -> None:
    done = scripts.run(f"try {{ Import-Module '{MODULE}' -MinimumVersion '6.0' -ErrorAction Stop }} catch {{ \"$_\" }}")
    assert "with version '6.0' was not loaded because no valid module file was found" in done.stdout
    assert scripts.run(f"Import-Module '{MODULE}' -MinimumVersion '5.0.0.0'").stderr == ""


@pytest.mark.parametrize(("site", "module"), [("5.00.9128.1000", "5.2403.1000.1000"), ("5.00.9199.1003", "5.9199.1000.1000")])
def test_the_version_of_the_module(site: str, module: str) -> None:
    assert module_version(site) == module


def test_the_import_takes_time(scripts: Scripts) -> None:
    slow = Scripts(estate_with("cas01", console="{import_seconds: 90}"))
    _, output = slow.start(f"Import-Module '{MODULE}'\n'loaded'")
    slow.estate.clock.advance(85)
    assert not output.ended
    slow.estate.clock.advance(10)
    assert ended(output).stdout == "loaded\r\n"


def test_a_signal_during_the_import_stops_everything(scripts: Scripts) -> None:
    program, output = scripts.start(OPENING + "$null = New-CMSiteSystemServer scp01.corp.example")
    scripts.estate.clock.advance(5)
    program.signal(Signal.TERMINATE)
    scripts.estate.clock.advance(3600)
    assert output.ended
    assert scripts.role("scp01", "SMS Site System") is None


def test_cmdlets_exist_only_after_the_import(scripts: Scripts) -> None:
    done = scripts.run("Get-CMSiteSystemServer")
    assert "The term 'Get-CMSiteSystemServer' is not recognized as the name of a cmdlet" in done.unwrapped


def test_cmdlets_need_the_drive_of_a_site(scripts: Scripts) -> None:
    kind, error_id, message = caught(scripts, "Get-CMSiteSystemServer")
    assert kind == "System.InvalidOperationException"
    assert error_id.endswith("Microsoft.ConfigurationManagement.Cmdlets.HS.Commands.GetSiteSystemServerCommand")
    assert message.startswith(
        "This command cannot be run from the current drive. To run this command you must first connect to a"
    )


@pytest.mark.parametrize("root", ["cas01.corp.example", "CAS01"])
def test_a_drive_of_any_free_name(scripts: Scripts, root: str) -> None:
    done = scripts.run(
        f"Import-Module '{MODULE}'\n$drive = New-PSDrive -Name 'X_1' -PSProvider AdminUI.PS\\CMSite -Root {root}\n"
        '"$($drive.SiteCode) $($drive.SiteServer)"\nSet-Location X_1:\\\n'
        "@(Get-CMSiteSystemServer).Count\nSet-Location C:\\\nRemove-PSDrive -Name $drive.Name\n"
        "@(Get-PSDrive -PSProvider CMSite).Count\n"
    )
    assert (done.stdout, done.stderr) == (f"CAS {root}\r\n1\r\n0\r\n", "")


def test_a_name_that_is_in_use(scripts: Scripts) -> None:
    remembered = Scripts(estate_with("cas01", console="{remembered: [CAS, PR1]}"))
    kind, error_id, message = caught(remembered, "New-PSDrive -Name cas -PSProvider CMSite -Root cas01")
    assert kind == "System.Management.Automation.SessionStateException"
    assert error_id == "DriveAlreadyExists,Microsoft.PowerShell.Commands.NewPSDriveCommand"
    assert message == "A drive with the name 'cas' already exists."
    assert caught(remembered, "(Get-PSDrive -PSProvider CMSite).Name") == ["CAS"]
    assert caught(scripts, "New-PSDrive -Name HKLM -PSProvider CMSite -Root cas01")[2].endswith("'HKLM' already exists.")


def test_the_drive_of_the_location_is_in_use(scripts: Scripts) -> None:
    done = scripts.site_run('try { Remove-PSDrive -Name SITE } catch { "$_" }\nRemove-PSDrive -Name SITE -Force\nGet-CMAccount')
    assert done.stdout == "Cannot remove drive 'SITE' because it is in use.\r\n"
    assert "cannot be run from the current drive" in done.unwrapped


def test_a_console_of_another_version_than_the_site(scripts: Scripts) -> None:
    older = Scripts(estate_with("cas01", console="{version: 5.00.9128.1000}"))
    kind, error_id, _ = caught(older, DRIVE.format("cas01"))
    assert kind == "System.InvalidOperationException"
    assert error_id == "SiteVersionMismatch,Microsoft.PowerShell.Commands.NewPSDriveCommand"


def test_an_update_of_the_site_leaves_an_older_console(scripts: Scripts) -> None:
    sites = scripts.site.sites
    sites["CAS"] = replace(sites["CAS"], version="5.00.9152.1012")
    assert caught(scripts, f"$null = {DRIVE.format('cas01')}\n'works'") == ["works"]
    sites["CAS"] = replace(sites["CAS"], version="5.00.9158.1000", build=9158)
    assert caught(scripts, DRIVE.format("cas01"))[1].startswith("SiteVersionMismatch,")


@pytest.mark.parametrize("root", ["none.corp.example", "none"])
def test_a_server_that_does_not_exist(scripts: Scripts, root: str) -> None:
    kind, _, message = caught(scripts, DRIVE.format(root))
    assert kind == "Microsoft.ConfigurationManagement.ManagementProvider.SmsConnectionException"
    assert message == UNAVAILABLE


def test_a_server_that_does_not_answer(scripts: Scripts) -> None:
    scripts.estate.machine("pri1").alive = False
    assert caught(scripts, DRIVE.format("pri1"), delegated=True)[2] == UNAVAILABLE


def test_a_server_without_a_provider(scripts: Scripts) -> None:
    assert caught(scripts, DRIVE.format("scp01"), delegated=True)[2] == "Invalid namespace"


def test_a_provider_that_stops_to_answer(scripts: Scripts) -> None:
    text = f"$null = {DRIVE.format('pri1')}\nSet-Location SITE:\\\n$null = Get-CMAccount\n'connected'\n$x = $input\nGet-CMAccount"
    script = f"$ErrorActionPreference = 'Stop'\nImport-Module '{MODULE}'\n{text}"
    program, output = scripts.start(script, delegated=True)
    scripts.estate.clock.advance(600)
    scripts.estate.machine("pri1").alive = False
    program.stdin(b"", end=True)
    scripts.estate.clock.advance(600)
    done = ended(output)
    assert (done.code, done.stdout) == (1, "connected\r\n")
    assert UNAVAILABLE in done.unwrapped


def test_the_second_hop_needs_a_delegated_logon(scripts: Scripts) -> None:
    # The provider of ST1 is on sta03, the console on sta01.
    kind, error_id, message = caught(scripts, DRIVE.format("sta01"), machine="sta01")
    assert kind == "System.UnauthorizedAccessException"
    assert error_id == "System.UnauthorizedAccessException,Microsoft.PowerShell.Commands.NewPSDriveCommand"
    assert message == DENIED
    assert caught(scripts, f"$null = {DRIVE.format('sta01')}\n'works'", machine="sta01", delegated=True) == ["works"]


def test_a_server_that_may_delegate(scripts: Scripts) -> None:
    delegating = Scripts(estate_with("sta01", delegation="true"))
    assert caught(delegating, f"$null = {DRIVE.format('sta03')}\n'works'", machine="sta01") == ["works"]


def test_a_user_without_rights_in_the_site(scripts: Scripts) -> None:
    assert caught(scripts, DRIVE.format("cas01"), user="nobody")[2] == DENIED


def test_a_user_who_may_only_read(scripts: Scripts) -> None:
    done = scripts.site_run("@(Get-CMSiteSystemServer).Count\nNew-CMSiteSystemServer scp01.corp.example", user="reader")
    assert (done.code, done.stdout) == (1, "1\r\n")
    assert "StatusCode = 2147749891;" in done.stderr
    assert "has no permission to create instances of SMS_SCI_SysResUse" in done.unwrapped


def test_a_module_whose_signer_is_not_trusted(scripts: Scripts) -> None:
    strict = Scripts(estate_with("cas01", powershell="{execution_policy: AllSigned, enforced: true, publisher_trusted: false}"))
    _, output = strict.start_line(f"powershell -NoProfile -NonInteractive -Command \"Import-Module '{MODULE}'\"")
    strict.estate.clock.advance(600)
    done = ended(output)
    assert done.unwrapped.startswith(
        f"Import-Module : File {MODULE} is published by CN=Microsoft Corporation, O=Microsoft Corporation, L=Redmond, "
        "S=Washington, C=US and is not trusted on your system. Only run scripts from trusted publishers."
    )
    trusted = Scripts(estate_with("cas01", powershell="{execution_policy: AllSigned}"))
    _, output = trusted.start_line(f"powershell -NoProfile -Command \"Import-Module '{MODULE}'; 'loaded'\"")
    trusted.estate.clock.advance(600)
    assert ended(output).stdout == "loaded\r\n"
