from __future__ import annotations

import pytest

from tests.lab.modules.conftest import READER, Play

MODULE = "usage_data"


def stored(play: Play) -> tuple[object, object]:
    row = play.hierarchy().state.control.of_class("SMS_SCI_SCProperty")[0]
    return row.values["Value"], row.values["Value1"]


def test_reading_changes_nothing(play: Play) -> None:
    result = play.run(MODULE, user=READER)
    assert (result["changed"], result["level"], result["level_number"]) == (False, "enhanced", 2)
    assert "diff" not in result
    assert play.writes() == []


def test_reading_a_named_site_is_one_request(play: Play) -> None:
    play.run(MODULE, site_code="CAS")
    assert play.estate.request_log.totals()["cim"] == 1


@pytest.mark.parametrize("level", ["basic", "full"])
def test_setting_is_proved_and_idempotent(play: Play, level: str) -> None:
    result = play.run(MODULE, level=level)
    assert (result["changed"], result["level"], result["previous_level"]) == (True, level, "enhanced")
    assert result["diff"] == {"before": {"level": "enhanced"}, "after": {"level": level}}
    assert play.writes() == ["Put"]
    again = play.run(MODULE, level=level)
    assert (again["changed"], again["level"]) == (False, level)
    assert play.writes() == ["Put"]


def test_check_mode_shows_the_change_and_writes_nothing(play: Play) -> None:
    result = play.run(MODULE, level="basic", check=True)
    assert (result["changed"], result["level"], result["previous_level"]) == (True, "basic", "enhanced")
    assert play.writes() == []
    assert stored(play)[0] == 2


def test_everything_else_on_the_row_stays(play: Play) -> None:
    state = play.hierarchy().state
    state.store(state.control.of_class("SMS_SCI_SCProperty")[0].with_values(Value1="kept"))
    play.run(MODULE, level="basic")
    assert stored(play) == (1, "kept")


def test_a_level_that_is_not_known_is_shown_as_a_number(play: Play) -> None:
    state = play.hierarchy().state
    state.store(state.control.of_class("SMS_SCI_SCProperty")[0].with_values(Value=9))
    result = play.run(MODULE)
    assert (result["level"], result["level_number"]) == (None, 9)
    assert play.run(MODULE, level="basic")["diff"]["before"] == {"level": "level 9"}


def test_a_reader_may_not_set_it(play: Play) -> None:
    assert "may modify the site" in play.refused(MODULE, level="basic", user=READER)
    assert stored(play)[0] == 2


def test_a_child_site_is_told_where_the_level_stands(play: Play) -> None:
    assert "is set at site CAS" in play.refused(MODULE, "pri1", level="basic")
    assert play.writes() == []


@pytest.mark.parametrize("kind", ["drop_after", "garbage"])
def test_a_lost_answer_after_the_write_is_read_again(play: Play, kind: str) -> None:
    play.estate.faults.order(kind, machine="cas01", action="Put", count=1)
    assert play.run(MODULE, level="basic")["changed"] is True
    assert stored(play)[0] == 1


def test_the_words_of_a_site_that_refuses(play: Play) -> None:
    play.estate.faults.order("provider_error", target="CAS", operation="put", count=1, message="The database is full.")
    assert "The database is full." in play.refused(MODULE, level="basic")
    assert stored(play)[0] == 2


def test_an_unknown_site_and_a_host_without_provider(play: Play) -> None:
    assert "There is no site XXX" in play.refused(MODULE, site_code="XXX")
    assert "has no SMS Provider" in play.refused(MODULE, "scp01")
