"""States that exist before the first run: following the advice of each refusal exactly leads to the requested state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.task import Result, TaskFailure
from lab.estate_file.reader import DEFAULT_FILE
from tests.lab.conftest import StartEstate
from tests.lab.modules.conftest import Play

MODULE = "service_connection_point"
SCP01, SCP02, PRI1, CAS01 = "scp01.corp.example", "scp02.corp.example", "pri1.corp.example", "cas01.corp.example"
AT_CHILD = {"site": "PR1", "server": PRI1}
OF_GONE_SITE = {"site": "OLD", "site_gone": True, "server": SCP02}
MOST_STEPS = 3

Found = Callable[..., Play]


@pytest.fixture
def found(start_estate: StartEstate) -> Found:
    """Start the default estate with rows that exist before the first run, and with site systems at the top-level site."""

    def start(*roles: Mapping[str, Any], hierarchy: str = "one", systems: tuple[str, ...] = (), **top: Any) -> Play:
        estate = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
        chosen = next(one for one in estate["hierarchies"] if one["name"] == hierarchy)
        chosen["as_found"] = {"roles": [dict(role) for role in roles]}
        chosen["sites"][0].update(top)
        chosen["sites"][0]["site_systems"] = [{"server": server} for server in systems]
        return Play(start_estate(yaml.safe_dump(estate)))

    return start


def attempt(play: Play, machine: str, **wish: Any) -> Result | TaskFailure:
    try:
        return play.run(MODULE, machine, **wish)
    except TaskFailure as failure:
        return failure


def advised(play: Play, failure: TaskFailure) -> None:
    """Do what the refusal says, on the host that it names, and check that the message says the same."""
    ways = failure.result["way_out"]
    assert ways, failure.message
    for way in ways:
        assert way["command"] in failure.message
        assert way["command"].startswith(f"ansible-playbook -i INVENTORY {way['playbook']} -e scp_provider={way['host']}")
        play.run(way["module"].rpartition(".")[2], way["host"].partition(".")[0], **way["options"])


def followed(play: Play, machine: str, **wish: Any) -> Result:
    """The requested state, after following the advice of each refusal."""
    for _step in range(MOST_STEPS):
        outcome = attempt(play, machine, **wish)
        if not isinstance(outcome, TaskFailure):
            return outcome
        advised(play, outcome)
    raise AssertionError(f"still refused after {MOST_STEPS} steps: {outcome}")


@pytest.mark.parametrize("wish", [{"server": SCP01}, {"server": SCP01, "move": True, "mode": "online"}], ids=["install", "move"])
@pytest.mark.parametrize(
    "roles",
    [
        pytest.param([AT_CHILD], id="at a child site"),
        pytest.param([OF_GONE_SITE], id="of a site that is gone"),
        pytest.param([{"site": "CAS", "server": SCP02}, AT_CHILD], id="two, one at a child site"),
        pytest.param([{"site": "CAS", "server": SCP01}, {"site": "PR1", "server": SCP01}], id="one server, two sites"),
        pytest.param([{"site": "CAS", "server": SCP01}, OF_GONE_SITE], id="two, one of a gone site"),
        pytest.param([{"site": "CAS", "server": SCP02}], id="elsewhere"),
    ],
)
def test_each_refusal_leads_to_the_role_on_the_server(found: Found, roles: list[dict[str, Any]], wish: dict[str, Any]) -> None:
    play = found(*roles, systems=("scp01",))
    result = followed(play, "cas01", **wish)
    assert (result["server"], result["site_code"]) == (SCP01, "CAS")
    assert play.holders() == [SCP01]


def test_a_site_system_of_a_gone_site_becomes_one_of_this_site(found: Found) -> None:
    play = found(OF_GONE_SITE)
    play.run(MODULE, state="absent", server=SCP02)
    result = followed(play, "cas01", server=SCP02)
    assert (result["server"], result["site_code"]) == (SCP02, "CAS")
    systems = play.hierarchy().state.control.roles("SMS Site System", SCP02)
    assert [row.site_code for row in systems] == ["CAS"]


def test_the_site_system_of_a_gone_site_is_named_when_the_server_is_to_be_one(found: Found) -> None:
    play = found({**OF_GONE_SITE, "role": "SMS Site System"})
    said = play.refused("site_system", server=SCP02)
    assert "site OLD, which is no longer a site of this hierarchy" in said
    assert "-e scp_remove_site_system=true" in said
    assert "child" not in play.refused("site_system", "pri1", server=SCP02)
    assert play.run("site_system", server=SCP02, state="absent")["changed"] is True
    assert play.run("site_system", server=SCP02)["created"] is True


def test_a_role_at_a_child_site_is_removed_there_and_the_message_names_all_that_is_needed(found: Found) -> None:
    play = found(AT_CHILD, systems=("scp01",))
    for wish in ({"state": "absent"}, {"state": "absent", "server": PRI1}, {"server": SCP01}):
        said = play.refused(MODULE, **wish)
        assert "belongs to site PR1" in said
        assert f"configmgr.scp.remove -e scp_provider={PRI1} -e scp_server={PRI1}" in said
    # At the child site the same way out is given; it does not refer to the top-level site and back.
    here = play.refused(MODULE, "pri1", server=SCP01)
    assert f"configmgr.scp.remove -e scp_provider={PRI1} -e scp_server={PRI1}" in here
    assert play.run(MODULE, "pri1", state="absent", server=PRI1)["changed"] is True
    assert play.holders() == []
    there = attempt(play, "pri1", server=SCP01)
    assert isinstance(there, TaskFailure)
    advised(play, there)
    assert play.holders() == [SCP01]


def test_of_two_rows_the_refusal_says_which_one_works(found: Found) -> None:
    play = found({"site": "CAS", "server": SCP01}, {"site": "PR1", "server": SCP02, "installed": False})
    play.estate.faults.order("install_never", target="scp02")
    for wish in ({"state": "absent"}, {"server": SCP01}, {"server": SCP02, "move": True, "mode": "online"}):
        said = play.refused(MODULE, **wish)
        assert "The hierarchy has 2 service connection points" in said
        assert f"On {SCP01} SMS_DMP_DOWNLOADER is started" in said
        assert said.endswith("so that one does not work.")


def test_an_absence_says_where_the_role_still_is(found: Found) -> None:
    play = found({"site": "CAS", "server": SCP02}, systems=("scp01",))
    for check in (True, False):
        play.warnings.clear()
        result = play.run(MODULE, state="absent", server=SCP01, check=check)
        assert result["changed"] is False
        (there,) = result["elsewhere"]
        assert (there["server"], there["site_code"], there["provider"]) == (SCP02, "CAS", CAS01)
        assert there["command"].endswith(f"configmgr.scp.remove -e scp_provider={CAS01} -e scp_server={SCP02}")
        assert play.warnings == [result["msg"]]
        assert f"still has one on {SCP02} (site CAS)" in result["msg"]
    assert play.run(MODULE, state="absent")["elsewhere"] == []
    assert play.holders() == []


def test_one_server_with_rows_of_two_sites_is_left_by_each_site(found: Found) -> None:
    play = found({"site": "CAS", "server": SCP01}, {"site": "PR1", "server": SCP01})
    first = play.run(MODULE, "pri1", state="absent", server=SCP01)
    assert first["changed"] is True
    assert [(there["server"], there["site_code"]) for there in first["elsewhere"]] == [(SCP01, "CAS")]
    second = play.run(MODULE, "cas01", state="absent", server=SCP01)
    assert (second["changed"], second["elsewhere"]) == (True, [])
    assert play.holders() == []


@pytest.mark.parametrize("server", ["scp01", SCP01])
def test_two_names_of_one_server_are_one_server(found: Found, server: str) -> None:
    play = found({"site": "CAS", "server": "SCP01"}, {"site": "CAS", "server": SCP01})
    assert play.run(MODULE, state="absent", server=server)["changed"] is True
    assert play.holders() == []
    again = play.run(MODULE, state="absent", server=server)
    assert (again["changed"], again["installed"]) == (False, False)


@pytest.mark.parametrize("remote_name", [SCP01, "none"])
def test_a_role_under_a_netbios_name_is_that_servers(found: Found, remote_name: str) -> None:
    play = found({"site": "CAS", "server": "SCP01", "remote_name": remote_name}, systems=("scp02",))
    assert play.run(MODULE, server=SCP01)["changed"] is False
    assert play.run("site_system", server=SCP01)["changed"] is False
    info = play.run("service_connection_point_info")
    assert info["installed"] is True
    assert info["configured"][0]["server"] == (SCP01 if remote_name == SCP01 else "scp01")
    moved = play.run(MODULE, server=SCP02, mode="online", move=True, move_from=SCP01)
    assert (moved["server"], moved["changed"]) == (SCP02, True)
    assert play.holders() == [SCP02]


def test_the_mode_of_a_row_under_a_netbios_name_can_be_reached(found: Found) -> None:
    """The SMS Provider requires full names in writes, so such a row is created again."""
    play = found({"site": "CAS", "server": "SCP01"})
    result = followed(play, "cas01", server=SCP01, mode="offline")
    assert (result["server"], result["mode"]) == (SCP01, "offline")


def test_a_short_name_that_two_servers_have_is_asked_back(found: Found) -> None:
    play = found(
        {"site": "CAS", "server": SCP01},
        {"site": "CAS", "server": "scp01.other.example", "server_gone": True, "role": "SMS Site System"},
    )
    said = play.refused(MODULE, server="scp01")
    assert "it can mean scp01.corp.example or scp01.other.example" in said


@pytest.mark.parametrize("server", ["sta01", "sta02"])
def test_a_role_on_a_server_of_a_pair_stays_with_a_warning_and_a_way_out(found: Found, server: str) -> None:
    play = found({"site": "ST1", "server": f"{server}.corp.example"}, hierarchy="two", systems=("scp03",))
    result = play.run(MODULE, "sta03", server=f"{server}.corp.example")
    assert result["changed"] is False
    (problem,) = result["problems"]
    assert play.warnings == [problem]
    assert "active/passive pair of site ST1" in problem
    assert f"configmgr.scp.move -e scp_provider=sta03.corp.example -e scp_from={server}.corp.example -e scp_to=SERVER" in problem
    assert play.run(MODULE, "sta03", server="scp03.corp.example", mode="online", move=True)["changed"] is True
    play.warnings.clear()
    assert play.run(MODULE, "sta03", server="scp03.corp.example")["problems"] == []
    assert play.warnings == []


def test_a_dead_server_gives_one_verdict_whether_it_is_named_or_not(found: Found) -> None:
    play = found({"site": "CAS", "server": SCP01})
    play.estate.faults.order("dead_machine", target="scp01")
    first = play.run(MODULE, state="absent", server=SCP01)
    assert first["changed"] is True
    assert play.holders() == []
    assert any("failed to remove the role on scp01.corp.example" in warning for warning in play.warnings)
    verdicts = [play.run(MODULE, state="absent", **more) for more in ({"server": SCP01}, {}, {"server": SCP01, "check": True})]
    for result in (first, *verdicts):
        assert result["installed"] is True
        assert [one["server"] for one in result["left_behind"]] == [SCP01]
    assert [result["changed"] for result in verdicts] == [False, False, False]


def test_a_server_that_is_gone_is_not_waited_for(found: Found) -> None:
    play = found({"site": "CAS", "server": SCP01})
    play.estate.faults.order("dead_machine", target="scp01")
    play.progress.clear()
    result = play.run(MODULE, state="absent", server=SCP01, old_server_gone=True)
    assert result["changed"] is True
    assert play.progress == []
    assert [one["server"] for one in result["left_behind"]] == [SCP01]


def test_cloud_services_that_lose_the_role_are_named_before(found: Found) -> None:
    play = found({"site": "CAS", "server": SCP01})
    affected = ["cloud management gateway CORPCMG", "connection to the tenant Corp Example"]
    for wish in ({"server": SCP01, "mode": "offline"}, {"state": "absent"}):
        play.warnings.clear()
        foretold = play.run(MODULE, check=True, **wish)["cloud_services_affected"]
        assert [name for name in foretold if name in affected] == affected
        assert any("discovery" in name for name in foretold)
        assert len(play.warnings) == 1
        assert "CORPCMG" in play.warnings[0]
    play.run(MODULE, server=SCP01, mode="offline")
    play.warnings.clear()
    assert play.run(MODULE, state="absent")["cloud_services_affected"] == []
    assert play.warnings == []


def test_check_mode_foretells_the_restart_and_a_move_its_change_of_mode(found: Found) -> None:
    play = found({"site": "CAS", "server": SCP01, "mode": "offline"}, systems=("scp02",))
    foretold = play.run(MODULE, server=SCP01, mode="online", mode_change="report", check=True)
    assert (foretold["changed"], foretold["restart_required"]) == (True, True)
    assert "would change to online" in foretold["restart_reason"]
    assert "SMS_DMP_DOWNLOADER on scp01.corp.example has to be stopped and started" in foretold["diff"]["prepared"]
    steps = play.run(MODULE, server=SCP02, mode="online", move=True, check=True)["steps"]
    assert steps[2].startswith("The mode changes with the move, from offline to online")
    assert not any(
        "mode changes" in step for step in play.run(MODULE, server=SCP02, mode="offline", move=True, check=True)["steps"]
    )


def test_check_mode_foretells_a_role_on_a_server_that_the_play_makes_a_site_system_first(found: Found) -> None:
    play = found()
    foretold = play.run(MODULE, server=SCP01, mode="offline", expect_site_system=True, check=True)
    assert (foretold["changed"], foretold["server"], foretold["mode"]) == (True, SCP01, "offline")
    assert foretold["diff"]["after"]["service_connection_point"]["mode"] == "offline"
    # The real run would be rejected without it.
    assert "not a site system server" in play.refused(MODULE, server=SCP01, expect_site_system=True)


def test_an_update_in_an_unknown_state_is_told_before_a_change(start_estate: StartEstate) -> None:
    estate = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    estate["hierarchies"][0]["updates"][0]["state"] = 196630
    play = Play(start_estate(yaml.safe_dump(estate)))
    play.run("site_system", server=SCP01)
    play.warnings.clear()
    play.run(MODULE, server=SCP01)
    assert len(play.warnings) == 1
    assert "Configuration Manager 2609 (state 196630)" in play.warnings[0]
