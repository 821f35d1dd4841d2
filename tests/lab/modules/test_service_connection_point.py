from __future__ import annotations

from typing import Any

import pytest

from tests.lab.modules.conftest import CONSOLE, READER, Play

MODULE = "service_connection_point"
SCP01, SCP02 = "scp01.corp.example", "scp02.corp.example"


def site_system(play: Play, server: str, machine: str = "cas01", **more: Any) -> None:
    play.run("site_system", machine, server=server, **more)


def installed(play: Play, server: str = SCP01, machine: str = "cas01") -> None:
    site_system(play, server, machine)
    play.run(MODULE, machine, server=server)


def test_it_is_installed_followed_and_proved(play: Play) -> None:
    site_system(play, SCP01)
    result = play.run(MODULE, server="SCP01.Corp.Example", mode="online")
    assert result["changed"] is True
    assert (result["server"], result["site_code"], result["mode"]) == (SCP01, "CAS", "online")
    assert result["installed"] is True
    assert result["restart_required"] is False
    sources = [piece["source"] for piece in result["evidence"]]
    assert sources[0] == "component summarizer"
    assert any(piece.get("message_id") == 1015 for piece in result["evidence"])
    assert result["diff"]["before"] == {"service_connection_point": None}
    assert any("to install the role on scp01.corp.example" in line for line in play.progress)
    assert play.run("component", "scp01")["state"] == "running"
    assert play.hierarchy().violations == []


def test_a_second_run_changes_nothing_and_takes_three_requests(play: Play) -> None:
    installed(play)
    play.estate.request_log.clear()
    result = play.run(MODULE, server=SCP01, site_code="CAS", mode="online")
    assert result["changed"] is False
    assert result["installed"] is True
    assert "diff" not in result
    assert play.estate.request_log.totals()["cim"] == 3
    assert play.writes() == []


def test_the_site_code_costs_one_request_when_left_out(play: Play) -> None:
    installed(play)
    play.estate.request_log.clear()
    play.run(MODULE, server=SCP01)
    assert play.estate.request_log.totals()["cim"] == 4


def test_check_mode_says_what_it_would_do_and_writes_nothing(play: Play) -> None:
    site_system(play, SCP01)
    play.estate.request_log.clear()
    result = play.run(MODULE, server=SCP01, check=True)
    assert result["changed"] is True
    assert result["diff"]["after"]["service_connection_point"]["server"] == SCP01
    assert result["installed"] is None
    assert play.writes() == []
    assert play.holders() == []


def test_a_changed_mode_asks_for_a_restart_and_loses_no_property(play: Play) -> None:
    installed(play)
    result = play.run(MODULE, server=SCP01, mode="offline")
    assert result["changed"] is True
    assert result["mode"] == "offline"
    assert result["restart_required"] is True
    assert "SMS_DMP_DOWNLOADER on scp01.corp.example" in result["restart_reason"]
    assert result["evidence"][0]["message_id"] == 3306
    assert play.hierarchy().violations == []
    assert play.run(MODULE, server=SCP01, mode="offline")["changed"] is False
    # If it is left out, the mode is kept.
    assert play.run(MODULE, server=SCP01)["mode"] == "offline"


def test_absence_is_followed_until_the_server_has_let_go(play: Play) -> None:
    installed(play)
    result = play.run(MODULE, state="absent")
    assert result["changed"] is True
    assert result["server"] is None
    assert result["installed"] is False
    assert play.holders() == []
    assert "no thread SMS_DMP_DOWNLOADER" in play.refused("component", "scp01")
    assert play.run(MODULE, state="absent")["changed"] is False


def test_absence_from_a_server_that_does_not_have_it(play: Play) -> None:
    installed(play)
    assert play.run(MODULE, state="absent", server=SCP02)["changed"] is False
    assert play.holders() == [SCP01]


def test_the_stand_alone_primary_of_the_second_hierarchy(play: Play) -> None:
    installed(play, SCP02, "sta03")
    assert play.holders("ST1") == [SCP02]
    assert play.holders("CAS") == []


@pytest.mark.parametrize("machine", ["pri1", "pri2"])
def test_a_child_site_is_refused_and_the_right_one_named(play: Play, machine: str) -> None:
    message = play.refused(MODULE, machine, server=SCP01)
    assert "top-level site CAS (central administration site, cas01.corp.example)" in message
    assert play.writes() == []


def test_a_holder_elsewhere_is_named(play: Play) -> None:
    installed(play)
    site_system(play, SCP02)
    play.estate.request_log.clear()
    message = play.refused(MODULE, server=SCP02)
    assert "scp01.corp.example (site CAS)" in message
    assert play.writes() == []


@pytest.mark.parametrize("server", ["sta01.corp.example", "sta02.corp.example"])
def test_a_site_server_pair_is_refused(play: Play, server: str) -> None:
    message = play.refused(MODULE, "sta03", server=server)
    assert "active/passive pair of site ST1 (sta01.corp.example, sta02.corp.example)" in message
    assert play.writes() == []


def test_no_such_site_names_those_that_are_served(play: Play) -> None:
    message = play.refused(MODULE, server=SCP01, site_code="XYZ")
    assert "no site XYZ" in message
    assert "serves CAS" in message


def test_a_child_site_code_on_the_top_level_provider_is_refused(play: Play) -> None:
    message = play.refused(MODULE, server=SCP01, site_code="PR1")
    assert "PR1" in message
    assert play.writes() == []


def test_a_host_without_a_provider_is_told_where_to_run(play: Play) -> None:
    assert "has no SMS Provider" in play.refused(MODULE, "scp01", server=SCP01)


def test_a_server_that_is_no_site_system_is_refused(play: Play) -> None:
    assert "not a site system server of site CAS" in play.refused(MODULE, server=SCP01)
    assert play.writes() == []


def test_no_right_to_write_is_said_and_nothing_is_written(play: Play) -> None:
    site_system(play, SCP01)
    message = play.refused(MODULE, server=SCP01, user=READER)
    assert "security role that may modify the site" in message
    assert "0x80338105 ERROR_WSMAN_WMI_PROVIDER_ACCESS_DENIED" in message
    assert play.holders() == []


def test_an_update_that_is_being_installed_stops_it(play: Play) -> None:
    site_system(play, SCP01)
    package = next(iter(play.hierarchy().state.updates.values()))
    package.state = 0x00030001
    play.estate.request_log.clear()
    message = play.refused(MODULE, server=SCP01)
    assert "Configuration Manager 2609 (INSTALL_IN_PROGRESS)" in message
    assert play.writes() == []
    assert play.run(MODULE, server=SCP01, allow_during_update=True)["changed"] is True


def test_a_failed_installation_is_quoted_with_the_log_to_open(play: Play) -> None:
    play.estate.faults.order("install_failure", target="scp01", reason="The network path was not found.")
    site_system(play, SCP01)
    message = play.refused(MODULE, server=SCP01)
    assert "failed to install the role on scp01.corp.example" in message
    assert "The network path was not found." in message
    assert "sitecomp.log on cas01.corp.example" in message


def test_a_server_without_rights_fails_with_the_site_s_own_words(play: Play) -> None:
    site_system(play, "scp05.corp.example")
    message = play.refused(MODULE, server="scp05.corp.example")
    assert "failed to install the role on scp05.corp.example" in message
    assert "sitecomp.log" in message


def test_an_installation_that_never_ends_runs_into_the_limit(play: Play) -> None:
    play.estate.faults.order("install_never", target="scp01")
    site_system(play, SCP01)
    message = play.refused(MODULE, server=SCP01, wait_timeout=2)
    assert "did not install the role on scp01.corp.example within 2 s" in message
    assert "Run this again to continue waiting" in message


def test_a_run_that_did_not_wait_is_finished_by_the_next(play: Play) -> None:
    site_system(play, SCP01)
    first = play.run(MODULE, server=SCP01, wait=False)
    assert first["changed"] is True
    assert first["installed"] is None
    second = play.run(MODULE, server=SCP01)
    assert second["changed"] is False
    assert second["installed"] is True


def test_a_second_controller_makes_the_own_row_be_taken_back(play: Play) -> None:
    site_system(play, SCP01)
    site_system(play, SCP02)
    play.estate.faults.order("second_controller", target="CAS", server="scp02")
    message = play.refused(MODULE, server=SCP01)
    assert "scp02.corp.example (site CAS)" in message
    assert "was removed again" in message
    assert play.holders() == [SCP02]


@pytest.mark.parametrize("kind", ["drop_after", "garbage", "truncate"])
def test_a_lost_answer_after_the_write_is_read_again(play: Play, kind: str) -> None:
    site_system(play, SCP01)
    play.estate.faults.order(kind, machine="cas01", action="Create", count=1)
    result = play.run(MODULE, server=SCP01)
    assert result["changed"] is True
    assert result["installed"] is True
    assert play.holders() == [SCP01]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"server": "10.0.0.1"}, "is an IP address"),
        ({"server": "a'b.corp.example"}, "is not a DNS name"),
        ({"server": SCP01, "site_code": "LONG"}, "is not a site code"),
    ],
)
def test_bad_input_is_refused_before_anything_is_sent(play: Play, given: dict[str, str], words: str) -> None:
    assert words in play.refused(MODULE, **given)
    assert play.estate.request_log.records() == ()


def test_a_short_name_means_the_one_server_that_has_it(play: Play) -> None:
    refused = play.refused(MODULE, server="scp01")
    assert "'scp01' is a short name, and no site system of the hierarchy has this name" in refused
    site_system(play, SCP01)
    result = play.run(MODULE, server="SCP01")
    assert (result["changed"], result["server"]) == (True, SCP01)
    assert play.run(MODULE, server="scp01.corp.example.")["changed"] is False
    assert play.run(MODULE, server="scp01", state="absent")["changed"] is True
    assert play.holders() == []


def test_an_account_of_the_console_only_may_not_log_on(play: Play) -> None:
    from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError

    with pytest.raises(CimError, match="denied"):
        play.run(MODULE, server=SCP01, user=CONSOLE)
