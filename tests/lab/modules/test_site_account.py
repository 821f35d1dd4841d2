from __future__ import annotations

from tests.lab.modules.conftest import READER, Play

NAME = r"CORP\scpinstall"
PASSWORD = "Lab-Install-2026"


def test_an_account_is_added_once(play: Play) -> None:
    result = play.run("site_account", name=NAME, password=PASSWORD)
    assert result["changed"] is True
    assert PASSWORD not in str(result)
    assert play.run("site_account", name=NAME.lower(), password="another")["changed"] is False


def test_a_password_is_set_anew_only_when_asked(play: Play) -> None:
    play.run("site_account", name=NAME, password=PASSWORD)
    again = play.run("site_account", name=NAME, password="N3w-one", update_password="always")
    assert again["changed"] is True
    assert again["diff"]["after"]["account"]["password"] == "set again"
    assert "N3w-one" not in str(again)


def test_a_new_account_needs_its_password(play: Play) -> None:
    assert "Give its password to add it" in play.refused("site_account", name=NAME)
    assert play.writes() == []


def test_a_percent_sign_is_refused_before_anything_is_sent(play: Play) -> None:
    message = play.refused("site_account", name=NAME, password="a%b")
    assert "percent sign" in message
    assert "a%b" not in message
    assert play.estate.request_log.records() == ()


def test_absence_and_use(play: Play) -> None:
    assert play.run("site_account", name=NAME, state="absent")["changed"] is False
    play.run("site_account", name=NAME, password=PASSWORD)
    play.run("site_system", server="scp01.corp.example", installation_account=NAME)
    assert "still used by scp01.corp.example" in play.refused("site_account", name=NAME, state="absent")
    play.run("site_system", server="scp01.corp.example", installation_account="")
    assert play.run("site_account", name=NAME, state="absent", check=True)["changed"] is True
    assert play.run("site_account", name=NAME, state="absent")["changed"] is True
    assert play.run("site_account", name=NAME, state="absent")["changed"] is False


def test_a_removal_says_which_uses_nobody_looked_at(play: Play) -> None:
    play.run("site_account", name=NAME, password=PASSWORD)
    assert play.warnings == []
    for check in (True, False):
        play.warnings.clear()
        result = play.run("site_account", name=NAME, state="absent", check=check)
        assert "network access" in result["not_looked_at"]
        assert len(play.warnings) == 1
        assert all(use in play.warnings[0] for use in result["not_looked_at"])
    assert "not_looked_at" not in play.run("site_account", name=NAME, state="absent")


def test_the_diff_tells_a_new_password_from_one_that_stays(play: Play) -> None:
    added = play.run("site_account", name=NAME, password=PASSWORD)["diff"]
    assert (added["before"]["account"], added["after"]["account"]["password"]) == (None, "set")
    renewed = play.run("site_account", name=NAME, password=PASSWORD, update_password="always")["diff"]
    assert [renewed[side]["account"]["password"] for side in ("before", "after")] == ["unchanged", "set again"]


def test_check_mode_writes_nothing(play: Play) -> None:
    assert play.run("site_account", name=NAME, password=PASSWORD, check=True)["changed"] is True
    assert play.writes() == []


def test_a_reader_may_not_write(play: Play) -> None:
    assert "may modify the site" in play.refused("site_account", name=NAME, password=PASSWORD, user=READER)


def test_the_request_log_of_the_lab_holds_no_password(play: Play) -> None:
    play.run("site_account", name=NAME, password=PASSWORD)
    assert PASSWORD not in str(play.estate.request_log.records())
