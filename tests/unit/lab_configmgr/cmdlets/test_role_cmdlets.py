"""Get-, Add-, Set- and Remove-CMServiceConnectionPoint on an emulated site."""

from __future__ import annotations

import pytest

from lab.cim.errors import Wbem
from tests.unit.lab_configmgr.cmdlets.conftest import Scripts

ROLE = "SMS Dmp Connector"
NO_OBJECT = "No object corresponds to the specified parameters."
NO_PROMPT = "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available."


@pytest.fixture
def placed(scripts: Scripts) -> Scripts:
    """The role on scp01, online, with a setting that no cmdlet knows."""
    scripts.estate.install("scp01")
    scripts.estate.clock.advance(600)
    return scripts


def test_the_role_is_added_to_a_site_system_and_installed(scripts: Scripts) -> None:
    done = scripts.site_run(
        "$r = [Console]::In.ReadToEnd() | ConvertFrom-Json\n"
        "$null = New-CMSiteSystemServer -SiteSystemServerName $r.server -SiteCode 'CAS' -Confirm:$false\n"
        "$row = Add-CMServiceConnectionPoint -SiteSystemServerName $r.server -SiteCode 'CAS' -Mode Offline -Confirm:$false\n"
        "@{ role = $row.RoleName; path = $row.NetworkOSPath } | ConvertTo-Json -Compress\n",
        {"server": "scp01.corp.example"},
    )
    assert (done.code, done.stderr) == (0, "")
    assert done.answer == {"role": ROLE, "path": "\\\\scp01.corp.example"}
    row = scripts.role("scp01")
    assert row is not None
    assert (row.prop_value("OfflineMode"), row.changed_by) == (1, "CORP\\admin")
    assert scripts.estate.messages(1015, "SMS_DMP_DOWNLOADER")
    assert scripts.estate.one.effective_mode("scp01.corp.example") == "offline"
    assert scripts.site.violations == []
    assert scripts.runs[-1].commands == ("New-CMSiteSystemServer", "Add-CMServiceConnectionPoint")


def test_the_site_system_may_come_through_the_pipeline(scripts: Scripts) -> None:
    done = scripts.site_run(
        "$null = New-CMSiteSystemServer -SiteSystemServerName scp01.corp.example\n"
        "$null = Get-CMSiteSystemServer scp01.corp.example | Add-CMServiceConnectionPoint -Mode Online\n"
    )
    assert (done.code, done.stderr) == (0, "")
    assert scripts.role("scp01") is not None


def test_the_role_needs_a_site_system(scripts: Scripts) -> None:
    done = scripts.site_run("Add-CMServiceConnectionPoint -SiteSystemServerName scp01.corp.example -Mode Online")
    assert done.code == 1
    assert NO_OBJECT in done.unwrapped
    assert "ItemNotFoundException" in done.stderr


def test_a_second_role_on_a_server_is_refused_by_the_provider(placed: Scripts) -> None:
    done = placed.site_run(
        "try { Add-CMServiceConnectionPoint scp01.corp.example -Mode Online }\n"
        "catch { $_.Exception.Message; $_.ErrorDetails.Message }"
    )
    lines = done.stdout.splitlines()
    assert lines[:3] == ["The SMS Provider reported an error.", "ConfigMgr Error Object:", "instance of SMS_ExtendedStatus"]
    assert f"\tStatusCode = {Wbem.ALREADY_EXISTS};" in lines


def test_mode_has_no_default(placed: Scripts) -> None:
    done = placed.site_run("Add-CMServiceConnectionPoint scp01.corp.example")
    assert "one or more missing mandatory parameters: Mode." in done.unwrapped


def test_the_mode_is_changed_and_the_rest_of_the_row_is_kept(placed: Scripts) -> None:
    before = placed.role("scp01")
    done = placed.site_run(
        "$row = Set-CMServiceConnectionPoint -SiteSystemServerName SCP01.corp.example -SiteCode CAS -Mode Offline -PassThru\n"
        "foreach ($p in $row.Props) { if ($p.PropertyName -eq 'OfflineMode') { $p.Value } }"
    )
    assert (done.stdout, done.stderr) == ("1\r\n", "")
    after = placed.role("scp01")
    assert before is not None
    assert after is not None
    assert {prop.name for prop in after.props or ()} == {prop.name for prop in before.props or ()}
    assert placed.site.violations == []


def test_without_passthru_nothing_comes_back(placed: Scripts) -> None:
    done = placed.site_run("$row = Set-CMServiceConnectionPoint scp01.corp.example -Mode Offline\n$null -eq $row")
    assert done.stdout == "True\r\n"


def test_a_row_is_found_by_wildcards_only_where_the_reference_says_so(placed: Scripts) -> None:
    done = placed.site_run("(Get-CMServiceConnectionPoint -SiteSystemServerName 'scp*').NetworkOSPath")
    assert done.stdout == "\\\\scp01.corp.example\r\n"
    assert NO_OBJECT in placed.site_run("Set-CMServiceConnectionPoint 'scp*' -Mode Offline").unwrapped
    assert placed.site_run("Set-CMServiceConnectionPoint 'scp*' -Mode Offline -ForceWildcardHandling").code == 0
    assert placed.site_run("Get-CMServiceConnectionPoint 'scp*' -DisableWildcardHandling").stdout == ""
    both = placed.site_run("Get-CMServiceConnectionPoint 'scp*' -DisableWildcardHandling -ForceWildcardHandling")
    assert "cannot be used together" in both.stderr


def test_rows_of_other_sites_are_seen_with_allsite(scripts: Scripts) -> None:
    scripts.estate.install("scp02", "PR1")
    text = "@(Get-CMServiceConnectionPoint {}).Count"
    assert scripts.site_run(text.format("")).stdout == "0\r\n"
    assert scripts.site_run(text.format("-AllSite")).stdout == "1\r\n"
    assert scripts.site_run(text.format("-SiteCode PR1")).stdout == "1\r\n"


def test_a_role_is_found_by_its_site_system(placed: Scripts) -> None:
    done = placed.site_run("(Get-CMSiteSystemServer scp01.corp.example | Get-CMServiceConnectionPoint).RoleName")
    assert done.stdout == f"{ROLE}\r\n"


def test_the_role_is_removed_only_with_force(placed: Scripts) -> None:
    for how in ("", "-Confirm:$false"):
        done = placed.site_run(f"Remove-CMServiceConnectionPoint -SiteSystemServerName scp01.corp.example {how}")
        assert done.code == 1
        assert NO_PROMPT in done.unwrapped
    assert placed.role("scp01") is not None
    assert placed.site_run("Get-CMServiceConnectionPoint | Remove-CMServiceConnectionPoint -Force").code == 0
    assert placed.role("scp01") is None


def test_what_if_changes_nothing(placed: Scripts) -> None:
    done = placed.site_run("Remove-CMServiceConnectionPoint scp01.corp.example -Force -WhatIf")
    assert (
        done.stdout == 'What if: Performing the operation "Remove-CMServiceConnectionPoint" on target "scp01.corp.example".\r\n'
    )
    assert placed.role("scp01") is not None


def test_a_confirmation_cannot_be_given(placed: Scripts) -> None:
    done = placed.site_run("Set-CMServiceConnectionPoint scp01.corp.example -Mode Offline -Confirm")
    assert NO_PROMPT in done.unwrapped


def test_a_fault_after_a_write_that_took_effect(scripts: Scripts) -> None:
    scripts.estate.faults.order("provider_error", operation="after_create", class_name="SMS_SCI_SysResUse", count=1)
    done = scripts.site_run("New-CMSiteSystemServer -SiteSystemServerName scp01.corp.example")
    assert done.code == 1
    assert "StatusCode = 2147749889;" in done.stderr
    assert scripts.role("scp01", "SMS Site System") is not None
