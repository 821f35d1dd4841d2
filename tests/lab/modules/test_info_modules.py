from __future__ import annotations

from tests.lab.modules.conftest import READER, Play

SERVER = "scp01.corp.example"


def test_hierarchy_from_the_top_and_from_a_child(play: Play) -> None:
    for machine in ("cas01", "pri1"):
        result = play.run("hierarchy_info", machine)
        assert [site["site_code"] for site in result["sites"]] == ["CAS", "PR1", "PR2", "SE1"]
        assert result["top_level_site"]["site_code"] == "CAS"
        assert {"server": "pri1.corp.example", "site_code": "PR1"}.items() <= result["site_systems"][1].items()
        assert result["service_connection_points"] == []
    assert result["site_code"] == "PR1"


def test_the_second_hierarchy_is_another_one(play: Play) -> None:
    result = play.run("hierarchy_info", "sta03")
    assert [site["site_code"] for site in result["sites"]] == ["ST1"]
    assert result["top_level_site"]["type"] == "primary"


def test_the_role_shows_once_it_is_there(play: Play) -> None:
    before = play.run("service_connection_point_info")
    assert (before["configured"], before["installed"]) == ([], False)
    play.run("site_system", server=SERVER)
    play.run("service_connection_point", server=SERVER, mode="offline")
    after = play.run("service_connection_point_info", user=READER)
    assert after["installed"] is True
    assert after["configured"][0]["mode"] == "offline"
    assert after["configured"][0]["properties"]["OfflineMode"]["Value"] == 1
    assert "SMS_DMP_DOWNLOADER" in [component["component"] for component in after["components"]]
    hierarchy = play.run("hierarchy_info", user=READER)
    assert hierarchy["service_connection_points"] == [{"server": SERVER, "site_code": "CAS", "mode": "offline"}]


def test_configured_but_not_yet_installed(play: Play) -> None:
    play.run("site_system", server=SERVER)
    play.estate.faults.order("install_never", target="scp01")
    play.run("service_connection_point", server=SERVER, wait=False)
    result = play.run("service_connection_point_info")
    assert len(result["configured"]) == 1
    assert result["installed"] is False
