"""Get-, New-, Set- and Remove-CMAccount, Get- and Set-CMHierarchySetting on an emulated site."""

from __future__ import annotations

import pytest

from lab.configmgr import secrets
from lab.configmgr.database import ControlRow
from tests.unit.lab_configmgr.cmdlets.conftest import Scripts

SECRET = "Pa$$ w0rd\"'<&>`üß"
READ = "$r = [Console]::In.ReadToEnd() | ConvertFrom-Json\n$p = ConvertTo-SecureString -String $r.secret -AsPlainText -Force\n"
NEW = READ + "$null = New-CMAccount -UserName $r.user -Password $p -SiteCode CAS -Confirm:$false\n"
VALUES = {"user": "CORP\\svc", "secret": SECRET}


def account(scripts: Scripts, user: str = "CORP\\svc") -> ControlRow | None:
    return next((row for row in scripts.site.control.of_class("SMS_SCI_Reserved") if row.text("UserName") == user), None)


def test_an_account_is_added_with_its_password(scripts: Scripts) -> None:
    done = scripts.site_run(NEW, VALUES)
    assert (done.code, done.stdout, done.stderr) == (0, "", "")
    row = account(scripts)
    assert row is not None
    assert secrets.matches(row.text("Reserved2"), SECRET, "CAS")


def test_no_secret_is_shown_or_recorded(scripts: Scripts) -> None:
    done = scripts.site_run(NEW + "Get-CMAccount | ConvertTo-Json -Compress -Depth 5\n", VALUES)
    row = account(scripts)
    assert row is not None
    assert done.answer["UserName"] == "CORP\\svc"
    for hidden in (SECRET, row.text("Reserved2"), "Reserved2"):
        assert hidden not in done.stdout + done.stderr + repr(scripts.runs)


def test_the_password_is_changed(scripts: Scripts) -> None:
    scripts.site_run(NEW, VALUES)
    done = scripts.site_run(READ + "Set-CMAccount -UserName $r.user -Password $p", {**VALUES, "secret": "New-1"})
    assert (done.code, done.stderr) == (0, "")
    row = account(scripts)
    assert row is not None
    assert secrets.matches(row.text("Reserved2"), "New-1", "CAS")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("New-CMAccount -UserName 'CORP\\svc'", "one or more missing mandatory parameters: Password."),
        ("New-CMAccount -UserName 'CORP\\svc' -Password 'text'", 'to type "System.Security.SecureString".'),
        ("New-CMAccount -UserName 'svc' -Password $p", "UserName must be a domain and a user name"),
        ("Set-CMAccount -UserName 'CORP\\none' -Password $p", "No object corresponds to the specified parameters."),
        ("Remove-CMAccount -UserName 'CORP\\none' -Force", "No object corresponds to the specified parameters."),
        ("Remove-CMAccount -UserName 'CORP\\none' -SiteCode CAS", "matches parameter name 'SiteCode'"),
        ("Get-CMSiteSystemServer cas01* | Set-CMAccount -Password $p", "No object corresponds to the specified parameters."),
    ],
)
def test_what_is_refused(scripts: Scripts, text: str, message: str) -> None:
    done = scripts.site_run(READ + text, VALUES)
    assert done.code == 1
    assert message in done.unwrapped
    assert account(scripts) is None


def test_a_password_with_a_percent_sign_is_refused(scripts: Scripts) -> None:
    done = scripts.site_run(NEW, {**VALUES, "secret": "a%b"})
    assert "contains %" in done.stderr
    assert account(scripts) is None


def test_accounts_are_found_by_wildcards_and_removed(scripts: Scripts) -> None:
    scripts.site_run(NEW, VALUES)
    scripts.site_run(NEW, {**VALUES, "user": "CORP\\svc2"})
    assert scripts.site_run("(Get-CMAccount 'corp\\svc?').UserName").stdout == "CORP\\svc2\r\n"
    assert scripts.site_run("Get-CMAccount 'CORP\\svc' | Remove-CMAccount -Force").code == 0
    assert (account(scripts), account(scripts, "CORP\\svc2") is not None) == (None, True)
    assert "NonInteractive" in scripts.site_run("Remove-CMAccount -UserName 'CORP\\svc2'").stderr
    assert scripts.site_run("Remove-CMAccount -UserName 'CORP\\s*' -Force").code == 0
    assert account(scripts, "CORP\\svc2") is None


def test_an_account_in_use_is_kept(scripts: Scripts) -> None:
    scripts.site_run(NEW + "$null = New-CMSiteSystemServer scp01.corp.example -AccountName $r.user", VALUES)
    done = scripts.site_run("Remove-CMAccount -UserName 'CORP\\svc' -Force")
    assert "is in use by the site system" in done.unwrapped


def level(scripts: Scripts) -> object:
    (row,) = [row for row in scripts.site.control.of_class("SMS_SCI_SCProperty") if row.text("PropertyName") == "TelemetryLevel"]
    return row.values["Value"]


@pytest.mark.parametrize(("name", "number"), [("Basic", 1), ("enhanced", 2), ("Full", 3)])
def test_the_usage_level(scripts: Scripts, name: str, number: int) -> None:
    done = scripts.site_run(f"Set-CMHierarchySetting -TelemetryLevel {name} -Confirm:$false")
    assert (done.code, done.stdout, done.stderr) == (0, "", "")
    assert level(scripts) == number


def test_the_alias_of_the_usage_level_and_the_site_definition(scripts: Scripts) -> None:
    done = scripts.site_run(
        "(Set-CMHierarchySetting -DiagnosticLevel Full -PassThru).SiteCode\n(Get-CMHierarchySetting -SiteCode PR1).SiteName"
    )
    assert done.stdout == "CAS\r\nPrimary one\r\n"
    assert level(scripts) == 3


def test_other_settings_of_the_hierarchy_are_not_part_of_the_lab(scripts: Scripts) -> None:
    done = scripts.site_run("Set-CMHierarchySetting -TelemetryLevel Full -UseFallbackSite $true")
    assert done.code == 254
    assert "Set-CMHierarchySetting -UseFallbackSite" in done.stderr
    assert level(scripts) == 2
    assert "Basic, Enhanced, Full" in scripts.site_run("Set-CMHierarchySetting -TelemetryLevel Off").stderr
