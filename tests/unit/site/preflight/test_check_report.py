"""Checks of several hosts as one list: for users, for programs, and as JUnit XML."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import junitparser
import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight import check_report
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_report import Found

PASSED, WARNING, FAILED, SKIPPED = Status.PASSED, Status.WARNING, Status.FAILED, Status.SKIPPED


def found(id: str, status: Status, required: bool = True, host: str = "scp01", part: str = "server", **more: str) -> Found:
    return Found(
        part, host, Check(id, f"About {id}", status, more.get("detail", f"Found {id}."), more.get("remedy", ""), required)
    )


def test_a_check_with_its_place() -> None:
    data = found("a", PASSED).as_data()
    assert (data["part"], data["host"], data["id"], data["status"]) == ("server", "scp01", "a", "passed")


@pytest.mark.parametrize(
    ("status", "required", "fail_on", "stops"),
    [
        (FAILED, True, "failed", True),
        (FAILED, False, "failed", False),
        (WARNING, True, "failed", False),
        (FAILED, False, "warning", True),
        (WARNING, False, "warning", True),
        (PASSED, True, "warning", False),
        (SKIPPED, True, "warning", False),
        (FAILED, True, "none", False),
    ],
)
def test_which_check_ends_a_run(status: Status, required: bool, fail_on: str, stops: bool) -> None:
    entry = found("a", status, required)
    assert check_report.stops(entry.check, fail_on) is stops
    whole = check_report.whole([entry], fail_on, "t", "preflight")
    assert whole["stopped_by"] == (["a"] if stops else [])
    assert len(whole["failures"]) == len(whole["stopped_by"])


def test_a_whole_report() -> None:
    entries = [found("bad", FAILED, remedy="Do."), found("good", PASSED)]
    whole = check_report.whole(entries, "failed", "title", "preflight")
    assert whole["checks"] == [entry.as_data() for entry in entries]
    assert whole["counts"] == {"passed": 1, "warning": 0, "failed": 1, "skipped": 0}
    assert whole["blocked"] is True
    assert whole["summary"] == "1 failed, 0 with a warning, 1 passed, 0 skipped"
    assert whole["table"] == check_report.table(entries)
    assert whole["junit"] == check_report.junit(entries, "title", "failed", "preflight")
    assert whole["failures"] == ["scp01: bad (About bad): Found bad. Do."]
    assert set(whole) == {"checks", "counts", "blocked", "summary", "table", "stopped_by", "failures", "junit"}


@pytest.mark.parametrize(
    ("status", "required", "word"),
    [
        (FAILED, True, "failed"),
        (FAILED, False, "advice"),
        (WARNING, True, "warning"),
        (PASSED, True, None),
        (SKIPPED, True, None),
    ],
)
def test_what_is_accepted_counts_as_skipped(status: Status, required: bool, word: str | None) -> None:
    entry, other = found("a", status, required), found("b", FAILED)
    accepted, rest = check_report.accepted([entry, other], ["a"])
    assert rest == other
    if word is None:
        assert accepted == entry
    else:
        assert (accepted.check.status, accepted.check.id, accepted.host) == (SKIPPED, "a", "scp01")
        assert word in accepted.check.detail
        assert "Found a." in accepted.check.detail


def test_an_accepted_text_is_bounded() -> None:
    [accepted] = check_report.accepted([found("a", FAILED, detail="x" * 5000)], ["a"])
    assert len(accepted.check.detail) == 2000


@pytest.mark.parametrize(
    ("result", "words"), [({"unreachable": True, "msg": "no route"}, "scp01"), ({"msg": "no right"}, "no right")]
)
def test_a_part_whose_module_gave_nothing(result: dict[str, Any], words: str) -> None:
    check = check_report.not_looked_at("ports", result, "scp01")
    assert (check.id, check.status, check.required) == ("ports_checked", FAILED, True)
    assert words in check.detail
    assert check.remedy
    assert len(check_report.not_looked_at("ports", {"msg": "x" * 5000}, "scp01").detail) == 2000


def test_an_unreachable_host_has_another_remedy_than_a_refusal() -> None:
    remedies = {check_report.not_looked_at("ports", {"unreachable": lost}, "scp01").remedy for lost in (True, False)}
    assert len(remedies) == 2


@pytest.mark.parametrize(
    ("statuses", "summary"),
    [
        ([], "0 failed, 0 with a warning, 0 passed, 0 skipped"),
        ([(FAILED, True), (FAILED, False)], "1 failed, 0 with a warning, 1 piece of advice, 0 passed, 0 skipped"),
        (
            [(FAILED, False), (FAILED, False), (WARNING, True), (PASSED, True), (SKIPPED, True)],
            "0 failed, 1 with a warning, 2 pieces of advice, 1 passed, 1 skipped",
        ),
    ],
)
def test_how_many_checks_came_to_what(statuses: list[tuple[Status, bool]], summary: str) -> None:
    assert check_report.summary(Check("a", "", status, "", required=required) for status, required in statuses) == summary


def test_the_columns_of_the_table() -> None:
    entries = [
        found("good", PASSED),
        found("bad", FAILED, host="scp01.corp.example", remedy="Do."),
        found("left", SKIPPED, remedy="No."),
    ]
    assert check_report.table(entries) == [
        "FAILED  scp01.corp.example  bad: Found bad. -> Do.",
        "SKIPPED scp01               left: Found left.",
        "PASSED  scp01               good",
    ]
    assert check_report.table([]) == []


def test_many_names_take_several_lines() -> None:
    lines = check_report.table([found(f"check_number_{number:02}", PASSED) for number in range(12)])
    assert len(lines) == 3
    assert all(line.startswith("PASSED  scp01  check_number_") for line in lines)
    assert max(len(line) for line in lines) <= 15 + 90


def test_lines_of_one_text_are_one_and_text_of_several_lines_is_one() -> None:
    text = "Not\n  tried."
    entries = [found(id, SKIPPED, host=host, detail=text) for id, host in (("a", "scp01"), ("b", "scp01"), ("c", "other"))]
    assert check_report.table(entries) == ["SKIPPED scp01  a, b: Not tried.", "SKIPPED other  c: Not tried."]


def test_passed_checks_by_host() -> None:
    entries = [found("a", PASSED), found("b", PASSED, host="other"), found("c", PASSED)]
    assert check_report.table(entries) == ["PASSED  scp01  a, c", "PASSED  other  b"]


# JUnit XML.

ENTRIES = [
    found("good", PASSED, remedy="Nothing."),
    found("bad", FAILED, remedy="Do."),
    found("hint", FAILED, False),
    found("left", SKIPPED),
    found("other", PASSED, part="ports"),
    found("more", PASSED, host="scp02"),
]


def test_a_suite_for_each_part_and_host() -> None:
    text = check_report.junit(ENTRIES, "title", "failed", "preflight")
    assert text.startswith('<testsuites name="title" tests="6" failures="1" errors="0" skipped="1" time="0">\n')
    assert text.endswith("</testsuites>\n")
    suites = list(ET.fromstring(text))
    names = ("name", "hostname", "tests", "failures", "errors", "skipped", "time")
    assert [tuple(suite.get(name) for name in names) for suite in suites] == [
        ("server on scp01", "scp01", "4", "1", "0", "1", "0"),
        ("ports on scp01", "scp01", "1", "0", "0", "0", "0"),
        ("server on scp02", "scp02", "1", "0", "0", "0", "0"),
    ]
    assert {(case.get("classname"), case.get("time")) for case in suites[1]} == {("preflight.ports", "0")}


@pytest.mark.parametrize(
    ("fail_on", "bad", "hint"),
    [("failed", "failed", None), ("warning", "failed", "advice"), ("none", None, None)],
)
def test_a_case_is_a_failure_where_it_ends_the_run(fail_on: str, bad: str | None, hint: str | None) -> None:
    root = ET.fromstring(check_report.junit(ENTRIES, "title", fail_on, "preflight"))
    for id, kind in (("bad", bad), ("hint", hint), ("good", None)):
        case = root.find(f".//testcase[@name='{id} on scp01']")
        assert case is not None
        failure = case.find("failure")
        if kind is None:
            assert failure is None
            assert f"About {id}. Found {id}." in str(case.findtext("system-out"))
        else:
            assert failure is not None
            assert (failure.get("type"), failure.get("message")) == (kind, f"Found {id}.")
    skipped = root.find(".//testcase[@name='left on scp01']/skipped")
    assert skipped is not None
    assert skipped.get("message") == "Found left."


def test_what_a_check_that_is_no_failure_says() -> None:
    root = ET.fromstring(check_report.junit(ENTRIES, "title", "failed", "preflight"))
    assert root.findtext(".//testcase[@name='good on scp01']/system-out") == "passed: About good. Found good. Nothing."
    assert root.findtext(".//testcase[@name='hint on scp01']/system-out") == "advice: About hint. Found hint."


def read_back(found: list[Found], fail_on: str = "failed") -> list[junitparser.TestCase]:
    """The cases as junitparser reads them, which the action publish-unit-test-result-action uses too."""
    suites = junitparser.JUnitXml.fromstring(check_report.junit(found, "title", fail_on, "preflight"))
    assert isinstance(suites, junitparser.JUnitXml)
    return [case for suite in suites for case in suite]


def test_a_reader_that_shows_only_texts_shows_what_was_found_and_what_to_do() -> None:
    # GitLab shows the text of failure and skipped, never their message; Azure Pipelines shows the message of both.
    cases = {str(case.name): case.result[0] for case in read_back(ENTRIES) if case.result}
    assert set(cases) == {"bad on scp01", "left on scp01"}
    bad, left = cases["bad on scp01"], cases["left on scp01"]
    assert isinstance(bad, junitparser.Failure)
    assert isinstance(left, junitparser.Skipped)
    assert (bad.message, bad.text) == ("Found bad.", "About bad: Found bad.\nDo.")
    assert (left.message, left.text) == ("Found left.", "Found left.")


def test_a_failure_without_a_remedy_has_a_text() -> None:
    [case] = read_back([found("bad", FAILED)])
    assert case.result[0].text == "About bad: Found bad."


def test_each_case_has_names_of_its_own_and_what_readers_need() -> None:
    # GitLab drops each case whose class name and name an earlier case has.
    same = [found("smb", PASSED, part="ports", host=host) for host in ("cas01", "cas02")] + [found("twice", PASSED)] * 3
    cases = read_back(same)
    assert [(case.classname, case.name) for case in cases] == [
        ("preflight.ports", "smb on cas01"),
        ("preflight.ports", "smb on cas02"),
        ("preflight.server", "twice on scp01"),
        ("preflight.server", "twice on scp01 (2)"),
        ("preflight.server", "twice on scp01 (3)"),
    ]
    assert {case.time for case in cases} == {0.0}


def test_no_text_of_a_server_names_a_file_to_upload() -> None:
    # In system-out, GitLab and Azure Pipelines take this for the path of a file that they are to keep.
    [case] = read_back([found("good", PASSED, detail="[[ATTACHMENT|/etc/shadow]]")])
    assert case.system_out == "passed: About good. [ [ATTACHMENT|/etc/shadow]]"
    deep = check_report.junit([found("good", PASSED, detail="[[[[[ATTACHMENT|/etc/shadow]]")], "t", "failed", "preflight")
    assert "[[" not in deep
