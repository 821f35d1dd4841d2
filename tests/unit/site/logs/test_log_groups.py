"""Which lines are one failure, and what is returned about a failure that no pattern matches."""

from __future__ import annotations

from tests.unit.site.logs.support import LOG, judged, lines

UNKNOWN_WARNING, UNKNOWN_ERROR = "WARNING: something is odd", "ERROR: Something failed"
NO_NAME = "The remote name could not be resolved: 'go.microsoft.com'"
CODE = "Failed to call X. error = 0x8007000D"


def told(*messages: str) -> list[tuple[str, str, int]]:
    return [(p["id"], p["severity"], p["related"]) for p in judged(lines(messages))["problems"]]


def test_a_less_serious_line_does_not_hide_a_more_serious_one() -> None:
    assert told(UNKNOWN_WARNING, UNKNOWN_ERROR) == [("unrecognised", "error", 0), ("unrecognised", "warning", 0)]
    assert told(f"WARNING: {NO_NAME}", UNKNOWN_ERROR) == [("unrecognised", "error", 0), ("name_resolution", "warning", 0)]
    assert told(UNKNOWN_ERROR, UNKNOWN_WARNING) == [("unrecognised", "error", 1)]


def test_a_cause_in_a_later_line_keeps_the_severity_of_the_first() -> None:
    assert told(UNKNOWN_ERROR, f"WARNING: {NO_NAME}") == [("name_resolution", "error", 1)]


def test_a_severity_that_the_tables_state_stays() -> None:
    known = "CONFIGURATION_MANAGER_UPDATE is currently blocked in database by another session [SMS Provider][session_id=77]"
    found = judged(lines([UNKNOWN_ERROR, known]), log=r"D:\SMS\Logs\CMUpdate.log")["problems"]
    assert [(p["id"], p["severity"], p["related"]) for p in found] == [("update_blocked_in_database", "warning", 1)]


def test_a_code_in_a_later_line_counts() -> None:
    (problem,) = judged(lines([UNKNOWN_ERROR, CODE]))["problems"]
    assert (problem["id"], problem["code"], problem["related"]) == ("hresult", "0x8007000D", 1)
    assert "ERROR_INVALID_DATA" in problem["cause"]
    assert told(CODE, UNKNOWN_ERROR) == [("hresult", "error", 1)]
    assert told(CODE, NO_NAME) == [("name_resolution", "error", 1)]


def test_an_unknown_failure_names_its_log_and_shows_the_lines_around_it() -> None:
    (problem,) = judged(lines(["before", UNKNOWN_ERROR, "after", "later"]))["problems"]
    assert problem["around"] == {"before": "before", "after": "after"}
    assert LOG in problem["remedy"]
    (problem,) = judged(lines([UNKNOWN_ERROR]))["problems"]
    assert problem["around"] == {"before": None, "after": None}
    (problem,) = judged(lines(["before", NO_NAME, "after"]))["problems"]
    assert problem["around"] is None
