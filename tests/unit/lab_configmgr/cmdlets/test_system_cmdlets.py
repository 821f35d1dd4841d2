"""Get-, New-, Set- and Remove-CMSiteSystemServer on an emulated site."""

from __future__ import annotations

import pytest

from lab.configmgr.database import EmbeddedProperty
from tests.unit.lab_configmgr.cmdlets.conftest import Scripts

SYSTEM = "SMS Site System"
ACCOUNT = (
    "$null = New-CMAccount -UserName 'CORP\\installer' -Password (ConvertTo-SecureString 'Lab-Install-1' -AsPlainText -Force)\n"
)
NEW = "$null = New-CMSiteSystemServer -SiteSystemServerName scp01.corp.example -SiteCode CAS {}\n"
SET = "Set-CMSiteSystemServer -SiteSystemServerName scp01.corp.example -SiteCode CAS {}\n"


def prop(scripts: Scripts, name: str) -> EmbeddedProperty | None:
    row = scripts.role("scp01", SYSTEM)
    assert row is not None
    return row.prop(name)


def texts(scripts: Scripts, *names: str) -> dict[str, tuple[int | None, str | None, str | None]]:
    found = {name: prop(scripts, name) for name in names}
    return {name: (entry.value, entry.value1, entry.value2) for name, entry in found.items() if entry is not None}


def test_a_server_becomes_a_site_system(scripts: Scripts) -> None:
    done = scripts.site_run(NEW.format("-PublicFqdn scp01.example.com -FdmOperation $true -UseSiteServerAccount"))
    assert (done.code, done.stderr) == (0, "")
    assert texts(scripts, "Server Remote Name", "Server Remote Public Name", "FDMOperation", "UseMachineAccount", "UseProxy") == {
        "Server Remote Name": (0, "scp01.corp.example", ""),
        "Server Remote Public Name": (0, "scp01.example.com", ""),
        "FDMOperation": (1, "", ""),
        "UseMachineAccount": (1, "", ""),
        "UseProxy": (0, "", ""),
    }


def test_the_site_of_the_drive_is_the_default(scripts: Scripts) -> None:
    assert scripts.site_run("$null = New-CMSiteSystemServer scp01.corp.example").code == 0
    row = scripts.role("scp01", SYSTEM)
    assert row is not None
    assert row.site_code == "CAS"


def test_the_installation_account_must_be_an_account_of_the_site(scripts: Scripts) -> None:
    done = scripts.site_run(NEW.format("-AccountName 'CORP\\installer'"))
    assert "No object corresponds to the specified parameters." in done.unwrapped
    assert scripts.site_run(ACCOUNT + NEW.format("-AccountName 'CORP\\installer'")).code == 0
    assert texts(scripts, "UseMachineAccount", "UserName") == {
        "UseMachineAccount": (0, "", ""),
        "UserName": (0, "", "CORP\\installer"),
    }
    assert scripts.site_run(SET.format("-UseSiteServerAccount")).code == 0
    assert texts(scripts, "UseMachineAccount", "UserName") == {"UseMachineAccount": (1, "", ""), "UserName": (0, "", "")}


PROXY = ("UseProxy", "ProxyName", "ProxyServerPort", "AnonymousProxyAccess", "ProxyUserName")


def test_proxy_settings_that_are_left_out_are_reset(scripts: Scripts) -> None:
    complete = (
        "-EnableProxy $true -ProxyServerName proxy01 -ProxyServerPort 8080 -ProxyAccessAccount (Get-CMAccount 'CORP\\installer')"
    )
    assert scripts.site_run(ACCOUNT + NEW.format(complete)).code == 0
    assert texts(scripts, *PROXY) == {
        "UseProxy": (1, "", ""),
        "ProxyName": (0, "", "proxy01"),
        "ProxyServerPort": (8080, "", ""),
        "AnonymousProxyAccess": (0, "", ""),
        "ProxyUserName": (0, "", "CORP\\installer"),
    }
    assert scripts.site_run(SET.format("-FdmOperation $true")).code == 0
    assert texts(scripts, "ProxyServerPort") == {"ProxyServerPort": (8080, "", "")}
    assert scripts.site_run(SET.format("-EnableProxy $true -ProxyServerName proxy02 -ProxyAccessAccount $null")).code == 0
    assert texts(scripts, *PROXY) == {
        "UseProxy": (1, "", ""),
        "ProxyName": (0, "", "proxy02"),
        "ProxyServerPort": (80, "", ""),
        "AnonymousProxyAccess": (1, "", ""),
        "ProxyUserName": (0, "", ""),
    }
    assert scripts.site_run(SET.format("-EnableProxy $false")).code == 0
    assert texts(scripts, "UseProxy", "ProxyName") == {"UseProxy": (0, "", ""), "ProxyName": (0, "", "")}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ("-PublicFqdn scp01", "The public FQDN scp01 is not valid."),
        ("-AccountName a -UseSiteServerAccount", "cannot be used together"),
        ("-ProxyServerName proxy01", "The proxy parameters need EnableProxy."),
        ("-EnableProxy $false -ProxyServerName proxy01", "need EnableProxy to be true"),
        ("-EnableProxy $true", "The proxy server name '' is not valid."),
        ("-EnableProxy $true -ProxyServerName 'a b'", "The proxy server name 'a b' is not valid."),
        ("-EnableProxy $true -ProxyServerName p -ProxyServerPort 0", "The proxy server port 0 is not from 1 to 65535."),
        ("-EnableProxy $true -ProxyServerName p -ProxyAccessAccount 'CORP\\a'", "Cannot bind parameter 'ProxyAccessAccount'."),
        ("-EnableProxy $true -ProxyServerName p -ProxyAccessAccount (Get-CMSiteSystemServer cas01*)", "must be an account"),
        ("-EnableProxy 'true'", "Cannot process argument transformation on parameter 'EnableProxy'."),
        ("-ProxyPort 80", "A parameter cannot be found that matches parameter name 'ProxyPort'."),
    ],
)
def test_settings_that_are_refused(scripts: Scripts, parameters: str, message: str) -> None:
    scripts.site_run(NEW.format(""))
    before = scripts.role("scp01", SYSTEM)
    done = scripts.site_run(SET.format(parameters))
    assert done.code == 1
    assert message in done.unwrapped
    assert scripts.role("scp01", SYSTEM) == before


@pytest.mark.parametrize("name", ["scp01", "127.0.0.1", "scp01.corp.example."])
def test_a_server_needs_its_full_name(scripts: Scripts, name: str) -> None:
    done = scripts.site_run(f"New-CMSiteSystemServer -SiteSystemServerName {name}")
    assert "is not a valid FQDN" in done.unwrapped


def test_site_systems_by_name_and_site(scripts: Scripts) -> None:
    assert (
        scripts.site_run("(Get-CMSiteSystemServer -SiteSystemServerName 'c*').NetworkOSPath").stdout
        == "\\\\cas01.corp.example\r\n"
    )
    assert scripts.site_run("@(Get-CMSiteSystemServer -SiteCode PR1).Count").stdout == "1\r\n"
    assert scripts.site_run("@(Get-CMSiteSystemServer -AllSite).Count").stdout == "3\r\n"


def test_a_site_system_with_a_role_cannot_be_removed(scripts: Scripts) -> None:
    scripts.estate.install("scp01")
    done = scripts.site_run("Remove-CMSiteSystemServer -SiteSystemServerName scp01.corp.example -Force")
    assert "still has the roles" in done.unwrapped
    assert scripts.role("scp01", SYSTEM) is not None


def test_a_site_system_without_roles_is_removed(scripts: Scripts) -> None:
    done = scripts.site_run(NEW.format("") + "Get-CMSiteSystemServer scp01.corp.example | Remove-CMSiteSystemServer -Force")
    assert (done.code, done.stderr) == (0, "")
    assert scripts.role("scp01", SYSTEM) is None


def test_settings_of_other_tools_are_kept(scripts: Scripts) -> None:
    row = scripts.role("cas01", SYSTEM)
    done = scripts.site_run("Set-CMSiteSystemServer -SiteSystemServerName cas01.corp.example -PublicFqdn cas01.example.com")
    assert done.code == 0
    after = scripts.role("cas01", SYSTEM)
    assert row is not None
    assert after is not None
    assert {name.name for name in row.props or ()} <= {name.name for name in after.props or ()}
    assert scripts.site.violations == []
