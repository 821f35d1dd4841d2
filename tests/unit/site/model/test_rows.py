from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.rows import Setting
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import Value
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
    assert rows.server_of(row.with_values({"NALPath": None, "NetworkOSPath": rf"\\{SERVER}\share$"})) == SERVER
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
    for remote in ("x.other", "scp01"):
        assert rows.server_of(rows.with_settings(scp_row(SERVER), {"Server Remote Name": Setting(0, remote, "")})) == SERVER


def test_settings_as_data() -> None:
    assert rows.settings_as_data(scp_row(SERVER)) == {"OfflineMode": {"Value": 0, "Value1": "", "Value2": ""}}


def test_a_row_that_says_nothing_is_of_nobody() -> None:
    bare = scp_row(SERVER).with_values(dict.fromkeys(("RoleName", "SiteCode", "NALPath", "NetworkOSPath", "Props")))
    assert (rows.role_of(bare), rows.site_of(bare), rows.server_of(bare)) == ("", "", "")
    assert (rows.short_name(bare), rows.mode_of(bare), rows.settings_as_data(bare)) == (None, None, {})
    assert rows.mode_of(rows.with_mode(bare, "offline")) == "offline"
    assert rows.setting(rows.with_mode(bare, "offline"), "OfflineMode") == Setting(1, "", "")


@pytest.mark.parametrize(("server", "short"), [(SERVER, None), ("scp01", "SCP01"), ("ScP01", "SCP01")])
def test_the_netbios_name_of_a_row(server: str, short: str | None) -> None:
    assert rows.short_name(scp_row(server)) == short


def test_site_codes_compare_in_upper_case() -> None:
    assert rows.site_of(scp_row(SERVER).with_values({"SiteCode": "cas"})) == "CAS"


def test_fields_that_are_null_are_zero_and_empty() -> None:
    null: dict[str, Value] = {"PropertyName": "P", "Value": None, "Value1": None, "Value2": None}
    full: dict[str, Value] = {"PropertyName": "Q", "Value": 3, "Value1": "a", "Value2": "b"}
    row = scp_row(SERVER).with_values({"Props": [null, full]})
    assert rows.settings_as_data(row) == {
        "P": {"Value": 0, "Value1": "", "Value2": ""},
        "Q": {"Value": 3, "Value1": "a", "Value2": "b"},
    }
    assert (rows.setting(row, "P"), rows.setting(row, "Q")) == (Setting(0, "", ""), Setting(3, "a", "b"))


def test_a_setting_is_replaced_in_its_place_and_a_new_one_comes_last() -> None:
    row = scp_row(SERVER).with_values({"Props": [{"PropertyName": name, "Value": 1} for name in ("A", "B", "C")]})
    changed = rows.with_settings(row, {"B": Setting(5, "x"), "D": Setting(6)})
    assert [(prop["PropertyName"], prop["Value"]) for prop in changed["Props"]] == [("A", 1), ("B", 5), ("C", 1), ("D", 6)]
    assert rows.settings_as_data(row)["B"]["Value"] == 1


def test_a_new_row_is_what_the_documentation_shows() -> None:
    path = r'["Display=\\scp01.corp.example\"]MSWNET:["SMS_SITE=CAS"]\\scp01.corp.example' + "\\"
    data = scp_row(SERVER, mode=1).as_data()
    assert data.pop("Props") == [{"PropertyName": "OfflineMode", "Value": 1, "Value1": "", "Value2": ""}]
    assert data == {
        "FileType": 2,
        "ItemName": f"{path},SMS Dmp Connector",
        "ItemType": "System Resource Usage",
        "SiteCode": "CAS",
        "NALPath": path,
        "NALType": "Windows NT Server",
        "NetworkOSPath": r"\\scp01.corp.example",
        "RoleName": "SMS Dmp Connector",
    }


@pytest.mark.parametrize("path", [r"\\SCP01", None])
def test_the_row_of_the_role_takes_both_paths_of_its_site_system(path: str | None) -> None:
    system = rows.with_settings(site_system_row("SCP01"), {rows.REMOTE_NAME: Setting(0, SERVER, "")})
    row = rows.service_connection_point_row("CAS", system.with_values({"NetworkOSPath": path}), "offline")
    assert row["NALPath"] == system["NALPath"]
    assert row["NetworkOSPath"] == (path or rf"\\{SERVER}")
    assert rows.setting(row, rows.REMOTE_NAME) == Setting(0, SERVER, "")
    assert rows.setting(row, rows.MODE_PROPERTY) == Setting(1, "", "")
