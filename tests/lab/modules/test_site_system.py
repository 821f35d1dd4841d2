from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.modules import site_system
from lab.configmgr.database import ControlRow
from lab.configmgr.hierarchy import role_row
from lab.estate_file.reader import DEFAULT_FILE
from tests.lab.conftest import StartEstate
from tests.lab.modules.conftest import READER, Play

SERVER = "scp01.corp.example"
ACCOUNT = r"CORP\scpinstall"
PASSWORD = "Lab-Install-2026"


def test_a_server_becomes_a_site_system_once(play: Play) -> None:
    result = play.run("site_system", server=SERVER)
    assert result["changed"] is True
    assert result["settings"]["proxy"]["enabled"] is False
    play.estate.request_log.clear()
    again = play.run("site_system", server=SERVER, site_code="CAS")
    assert again["changed"] is False
    assert "diff" not in again
    assert play.estate.request_log.totals()["cim"] == 1


def test_every_setting_reaches_the_site_and_stays(play: Play) -> None:
    play.run("site_account", name=ACCOUNT, password=PASSWORD)
    wish: dict[str, Any] = {
        "public_fqdn": "scp01.example.net",
        "installation_account": ACCOUNT,
        "site_server_initiates": True,
        "proxy": {"server": "proxy.corp.example", "port": 8080, "account": ACCOUNT},
    }
    result = play.run("site_system", server=SERVER, **wish)
    assert result["settings"] == {**wish, "proxy": {"enabled": True, **wish["proxy"]}}
    assert play.run("site_system", server=SERVER, **wish)["changed"] is False
    # Settings that are left out are kept.
    partly = play.run("site_system", server=SERVER, public_fqdn="")
    assert partly["changed"] is True
    assert partly["settings"]["installation_account"] == ACCOUNT
    assert play.hierarchy().violations == []


def test_an_account_that_the_site_does_not_know_is_refused_before_writing(play: Play) -> None:
    message = play.refused("site_system", server=SERVER, installation_account=r"CORP\nobody")
    assert r"CORP\nobody is not among the accounts of site CAS" in message
    assert play.writes() == []


def test_accounts_of_the_same_play_count_as_listed_in_check_mode_only(play: Play) -> None:
    wish: dict[str, Any] = {"server": SERVER, "installation_account": ACCOUNT, "expect_accounts": [ACCOUNT.upper()]}
    assert play.run("site_system", check=True, **wish)["changed"] is True
    assert "is not among the accounts" in play.refused("site_system", **wish)
    assert "is not an account name" in play.refused("site_system", server=SERVER, expect_accounts=["nobody"])


def test_a_proxy_that_is_off_is_not_forgotten(play: Play) -> None:
    play.run("site_account", name=ACCOUNT, password=PASSWORD)
    stored = {"server": "proxy.corp.example", "port": 8080, "account": ACCOUNT}
    result = play.run("site_system", server=SERVER, proxy={"enabled": False, **stored})
    assert result["settings"]["proxy"] == {"enabled": False, **stored}
    # The site allows the removal of an account that is not in use; after that, the proxy cannot be enabled with it.
    assert play.run("site_account", name=ACCOUNT, state="absent")["changed"] is True
    assert "is not among the accounts" in play.refused("site_system", server=SERVER, proxy={"enabled": True})
    assert play.run("site_system", server=SERVER, proxy={"enabled": False, "account": ""})["changed"] is True
    assert play.run("site_system", server=SERVER, proxy={"enabled": True})["settings"]["proxy"]["account"] is None


@pytest.mark.parametrize("wish", [{}, {"state": "absent"}])
def test_no_site_system_changes_while_an_update_is_being_installed(start_estate: StartEstate, wish: dict[str, Any]) -> None:
    estate = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    estate["hierarchies"][0]["updates"][0]["state"] = 196609
    estate["hierarchies"][0]["sites"][0]["site_systems"] = [{"server": "scp02"}]
    play = Play(start_estate(yaml.safe_dump(estate)))
    server = "scp02.corp.example" if wish else SERVER
    for check in (True, False):
        said = play.refused("site_system", server=server, check=check, **wish)
        assert "is installing an update: Configuration Manager 2609 (INSTALL_IN_PROGRESS)" in said
        assert "allow_during_update: true" in said
    assert play.writes() == []
    # A task that changes nothing is not delayed.
    assert play.run("site_system", server="scp02.corp.example")["changed"] is False
    assert play.run("site_system", server=server, allow_during_update=True, **wish)["changed"] is True


def test_check_mode_and_diff(play: Play) -> None:
    result = play.run("site_system", server=SERVER, check=True)
    assert result["changed"] is True
    assert result["diff"]["before"] == {"site_system": None}
    assert result["diff"]["after"]["site_system"]["server"] == SERVER
    assert play.writes() == []


def test_absence(play: Play) -> None:
    assert play.run("site_system", server=SERVER, state="absent")["changed"] is False
    play.run("site_system", server=SERVER)
    assert play.run("site_system", server=SERVER, state="absent", check=True)["changed"] is True
    result = play.run("site_system", server=SERVER, state="absent")
    assert result["changed"] is True
    assert result["settings"] is None
    assert play.run("site_system", server=SERVER, state="absent")["changed"] is False


@pytest.fixture
def kept(play: Play) -> ControlRow:
    """A site system that has only the site's own component server."""
    play.run("site_system", server=SERVER)
    row = role_row(SERVER, "CAS", "SMS Component Server")
    play.estate.hierarchy("one").state.store(row)
    return row


def test_the_component_server_is_waited_for(play: Play, kept: ControlRow, monkeypatch: pytest.MonkeyPatch) -> None:
    control = play.estate.hierarchy("one").state.control
    monkeypatch.setattr(play, "pause", lambda _seconds: control.delete(kept))
    assert play.run("site_system", server=SERVER, state="absent", check=True)["changed"] is True
    assert play.run("site_system", server=SERVER, state="absent")["changed"] is True
    assert any("site CAS to remove its component server from scp01.corp.example" in line for line in play.progress)


def test_a_component_server_that_stays_is_told(play: Play, kept: ControlRow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_system, "COMPONENT_SERVER_LIMIT_SECONDS", 0.1)
    message = play.refused("site_system", server=SERVER, state="absent")
    assert "Site CAS has not removed its role SMS Component Server from scp01.corp.example within 0 s." in message
    assert play.writes()[-1] == "Create"


@pytest.mark.parametrize(("server", "role"), [("cas01.corp.example", "SMS Provider"), ("cas01.corp.example", "SMS Site Server")])
def test_a_site_system_with_other_roles_stays(play: Play, server: str, role: str) -> None:
    assert role in play.refused("site_system", server=server, state="absent")
    assert play.writes() == []


def test_a_server_of_another_site_is_refused(play: Play) -> None:
    assert "is already a site system server of site PR1" in play.refused("site_system", server="pri1.corp.example")


def test_a_reader_may_not_write(play: Play) -> None:
    assert "may modify the site" in play.refused("site_system", server=SERVER, user=READER)
    assert play.run("site_system", server=SERVER)["changed"] is True


def test_the_own_words_of_a_failing_provider_are_quoted(play: Play) -> None:
    play.estate.faults.order("provider_error", target="CAS", message="The database is full.", operation="create")
    message = play.refused("site_system", server=SERVER)
    assert "The database is full." in message
    assert "smsprov.log" in message
