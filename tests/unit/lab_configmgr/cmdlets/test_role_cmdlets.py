"""Get-, Add-, Set- and Remove-CMServiceConnectionPoint on an emulated site."""

from __future__ import annotations

from tests.unit.lab_configmgr.cmdlets.conftest import Scripts


def test_the_role_is_added_to_a_site_system(scripts: Scripts) -> None:
    done = scripts.site_run(
        "$r = [Console]::In.ReadToEnd() | ConvertFrom-Json\n"
        "$null = New-CMSiteSystemServer -SiteSystemServerName $r.server -SiteCode 'CAS' -Confirm:$false\n"
        "$row = Add-CMServiceConnectionPoint -SiteSystemServerName $r.server -SiteCode 'CAS' -Mode Offline -Confirm:$false\n"
        "@{ role = $row.RoleName; path = $row.NetworkOSPath } | ConvertTo-Json -Compress\n",
        {"server": "scp01.corp.example"},
    )
    assert (done.code, done.stderr) == (0, "")
    assert done.answer == {"role": "SMS Dmp Connector", "path": "\\\\scp01.corp.example"}
    row = scripts.role("scp01")
    assert row is not None
    assert row.prop_value("OfflineMode") == 1
