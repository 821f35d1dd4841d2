from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from tests.unit.site.support import scp_row, site_system_row

SERVER = "scp01.corp.example"


def test_properties_are_found_by_name_and_case() -> None:
    row = site_system_row(SERVER, FDMOperation=Setting(0), UseProxy=Setting(1))
    assert rows.setting(row, "UseProxy") == Setting(1)
    assert rows.setting(row, "useproxy") is None


@pytest.mark.parametrize(("value", "mode"), [(0, "online"), (1, "offline"), (2, None)])
def test_mode_is_the_value_of_offline_mode(value: int, mode: str | None) -> None:
    other_zero = rows.with_settings(scp_row(SERVER, mode=value), {"Another": Setting(0)})
    assert rows.mode_of(other_zero) == mode


def test_mode_of_a_row_without_the_property_is_not_known() -> None:
    assert rows.mode_of(site_system_row(SERVER)) is None


def test_changing_the_mode_keeps_the_texts_of_the_property() -> None:
    row = rows.with_settings(scp_row(SERVER), {"OfflineMode": Setting(0, "x", "y")})
    assert rows.setting(rows.with_mode(row, "offline"), "OfflineMode") == Setting(1, "x", "y")


def test_server_comes_from_the_nal_path_else_from_the_network_path() -> None:
    row = scp_row(SERVER)
    assert rows.server_of(row.with_values({"NetworkOSPath": ""})) == SERVER
    assert rows.server_of(row.with_values({"NALPath": None})) == SERVER
    assert rows.server_of(row.with_values({"NALPath": None, "NetworkOSPath": None})) == ""


@pytest.mark.parametrize(
    ("remote", "server"),
    [(SERVER, SERVER), ("SCP01.Corp.Example.", SERVER), ("other.corp.example", "scp01"), ("scp01", "scp01"), ("", "scp01")],
)
def test_a_row_under_a_netbios_name_tells_the_fqdn_where_it_has_it(remote: str, server: str) -> None:
    row = rows.with_settings(scp_row("SCP01"), {"Server Remote Name": Setting(0, remote, "")})
    assert rows.server_of(row) == server
    assert rows.is_on(row, SERVER)
    assert rows.is_on(row, "scp01")
    assert not rows.is_on(row, "scp02.corp.example")


def test_an_fqdn_of_the_nal_path_is_not_replaced() -> None:
    assert rows.server_of(rows.with_settings(scp_row(SERVER), {"Server Remote Name": Setting(0, "x.other", "")})) == SERVER


def test_settings_as_data() -> None:
    assert rows.settings_as_data(scp_row(SERVER)) == {"OfflineMode": {"Value": 0, "Value1": "", "Value2": ""}}
