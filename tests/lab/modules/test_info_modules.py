from __future__ import annotations

import pytest
import yaml

from lab.estate_file.reader import DEFAULT_FILE
from tests.lab.conftest import StartEstate
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


def test_the_providers_of_each_site_are_told(start_estate: StartEstate) -> None:
    estate = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    estate["hierarchies"][0]["sites"][0]["provider"] = ["cas01", "scp03"]
    play = Play(start_estate(yaml.safe_dump(estate)))
    for servers in (None, [], [SERVER]):
        result = play.run("hierarchy_info", servers=servers)
        assert {site["site_code"]: site["providers"] for site in result["sites"]} == {
            "CAS": ["cas01.corp.example", "scp03.corp.example"],
            "PR1": ["pri1.corp.example"],
            "PR2": ["pri2.corp.example"],
            "SE1": [],
        }
        assert result["top_level_site"]["providers"] == ["cas01.corp.example", "scp03.corp.example"]
    # The servers of the providers are only listed if they are given.
    assert result["site_systems"] == []


@pytest.mark.parametrize("machine", ["sta01", "sta02"])
def test_a_site_server_without_a_provider_names_the_host_that_has_it(play: Play, machine: str) -> None:
    for code in (None, "ST1"):
        said = play.refused("hierarchy_info", machine, site_code=code)
        assert said.startswith(f"The SMS Provider of ST1 is on sta03.corp.example, not on {machine}.corp.example: run there")
    assert "serves ST1 (its SMS Provider is on sta03.corp.example)" in play.refused("hierarchy_info", machine, site_code="XYZ")


def test_rows_under_a_netbios_name_are_of_the_server_whose_name_fits(start_estate: StartEstate) -> None:
    estate = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    estate["hierarchies"][0]["sites"][0]["site_systems"] = [{"server": "scp01"}]
    estate["hierarchies"][0]["as_found"] = {"roles": [{"site": "CAS", "server": "SCP01", "site_system": False}]}
    play = Play(start_estate(yaml.safe_dump(estate)))
    for servers in (None, [SERVER], ["SCP01"], []):
        result = play.run("hierarchy_info", servers=servers)
        found = [system for system in result["site_systems"] if system["server"].startswith("scp01")]
        assert [(system["server"], set(system["roles"]) >= {"SMS Dmp Connector", "SMS Site System"}) for system in found] == [
            (SERVER, True)
        ]


def test_of_two_rows_the_one_that_works_is_told(start_estate: StartEstate) -> None:
    estate = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    estate["hierarchies"][0]["as_found"] = {
        "roles": [{"site": "CAS", "server": SERVER}, {"site": "PR1", "server": "scp02.corp.example", "installed": False}]
    }
    play = Play(start_estate(yaml.safe_dump(estate)))
    play.estate.faults.order("install_never", target="scp02")
    result = play.run("service_connection_point_info")
    told = [(row["server"], row["installed"], row["state"]) for row in result["configured"]]
    assert told[0] == (SERVER, True, "started")
    assert told[1][:2] == ("scp02.corp.example", False)
    assert result["installed"] is False
    assert result["configured"][0]["last_started"] is not None


def test_two_rows_that_are_both_installed_are_installed(start_estate: StartEstate) -> None:
    estate = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    estate["hierarchies"][0]["as_found"] = {
        "roles": [{"site": "CAS", "server": SERVER}, {"site": "PR1", "server": "scp02.corp.example"}]
    }
    result = Play(start_estate(yaml.safe_dump(estate))).run("service_connection_point_info")
    assert [row["installed"] for row in result["configured"]] == [True, True]
    assert result["installed"] is True


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
