from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.preflight_report import whole

HOST = "scp01.corp.example"


def check(id: str, status: str, required: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "title": f"About {id}",
        "status": status,
        "detail": f"Found {id}.",
        "remedy": "",
        "required": required,
        **more,
    }


def part(*checks: dict[str, Any], name: str = "server", host: str = HOST) -> dict[str, Any]:
    return {"part": name, "host": host, "result": {"changed": False, "checks": list(checks)}}


PARTS = [
    part(check("good", "passed"), check("bad", "failed", remedy="Mend it."), check("left", "skipped")),
    part(
        check("doubt", "warning", remedy="Look."),
        check("advice", "failed", required=False, remedy="Better."),
        name="ports",
        host="cas01",
    ),
]


def test_one_list_of_all_parts() -> None:
    found = whole(PARTS)
    assert [(entry["part"], entry["host"], entry["id"]) for entry in found["checks"]] == [
        ("server", HOST, "good"),
        ("server", HOST, "bad"),
        ("server", HOST, "left"),
        ("ports", "cas01", "doubt"),
        ("ports", "cas01", "advice"),
    ]
    assert found["counts"] == {"passed": 1, "warning": 1, "failed": 2, "skipped": 1}
    assert found["blocked"] is True
    assert whole([])["blocked"] is False


@pytest.mark.parametrize(("fail_on", "expected"), [("failed", ["bad"]), ("warning", ["bad", "doubt", "advice"]), ("none", [])])
def test_what_ends_the_run(fail_on: str, expected: list[str]) -> None:
    failures = whole(PARTS, fail_on)["failures"]
    assert [line.split(": ")[1].split(" ")[0] for line in failures] == expected


def test_a_failure_says_where_what_and_what_to_do() -> None:
    assert whole(PARTS)["failures"] == [f"{HOST}: bad (About bad): Found bad. Mend it."]


def test_another_word_is_refused() -> None:
    with pytest.raises(ValueError, match="choose from failed, warning, none"):
        whole(PARTS, "always")


def test_the_table_shows_the_worst_first_and_what_passed_in_short() -> None:
    lines = whole(PARTS)["table"]
    assert [line.split()[0] for line in lines] == ["FAILED", "WARNING", "ADVICE", "SKIPPED", "PASSED"]
    assert lines[0].endswith("bad: Found bad. -> Mend it.")
    assert lines[2].endswith("advice: Found advice. -> Better.")
    assert lines[-1].endswith("good")


def test_checks_that_say_the_same_share_a_line() -> None:
    same: dict[str, Any] = {"detail": "Not tried.", "remedy": ""}
    lines = whole([part(check("one", "skipped", **same), check("good", "passed"), check("two", "skipped", **same))])["table"]
    assert [" ".join(line.split()) for line in lines] == [f"SKIPPED {HOST} one, two: Not tried.", f"PASSED {HOST} good"]


@pytest.mark.parametrize(
    ("result", "words"),
    [
        ({"unreachable": True, "msg": "No connection."}, "could not be reached: No connection."),
        ({"failed": False, "msg": "features: unknown."}, "features: unknown."),
        ({}, "no checks and no message"),
    ],
)
def test_a_part_that_was_lost_is_a_failed_check(result: dict[str, Any], words: str) -> None:
    found = whole([part(check("good", "passed")), {"part": "endpoints", "host": HOST, "result": result}])
    lost = found["checks"][-1]
    assert (lost["id"], lost["status"], lost["required"]) == ("endpoints_checked", "failed", True)
    assert words in lost["detail"]
    assert lost["remedy"]
    assert found["blocked"] is True


def test_a_part_that_was_left_out_says_why() -> None:
    found = whole([{"part": "database", "host": HOST, "status": "skipped", "detail": "On the server itself."}])
    assert found["checks"][0]["status"] == "skipped"
    assert found["checks"][0]["detail"] == "On the server itself."


def cases(parts: list[dict[str, Any]], fail_on: str = "failed") -> ET.Element:
    return ET.fromstring(whole(parts, fail_on, "preflight of scp01")["junit"])


def test_junit_has_a_suite_for_each_part_and_host_with_its_counts() -> None:
    suites = list(cases(PARTS))
    assert [(s.get("name"), s.get("tests"), s.get("failures"), s.get("skipped"), s.get("errors")) for s in suites] == [
        (f"server on {HOST}", "3", "1", "1", "0"),
        ("ports on cas01", "2", "0", "0", "0"),
    ]
    failure = suites[0].find("testcase[@name='bad on scp01.corp.example']/failure")
    assert failure is not None
    assert (failure.get("message"), failure.text) == ("Found bad.", "About bad: Found bad.\nMend it.")
    assert suites[1].find("testcase[@name='doubt on cas01']/failure") is None
    assert "warning: About doubt." in str(suites[1].findtext("testcase[@name='doubt on cas01']/system-out"))


def test_a_warning_that_ends_the_run_is_a_failure_in_junit() -> None:
    assert cases(PARTS, "warning").find(".//testcase[@name='doubt on cas01']/failure") is not None


def test_texts_of_servers_can_not_break_the_xml() -> None:
    hostile = '</failure><x a="\x00\x1b[31m\ud800">&\ufffe\n]]>'
    root = cases([part(check("bad", "failed", detail=hostile, remedy=hostile))])
    failure = root.find(".//failure")
    assert failure is not None
    assert "</failure><x a=" in str(failure.get("message"))
    assert root.find(".//x") is None
    whole([part(check("bad", "failed", detail=hostile))])["junit"].encode("utf-8")


def test_a_very_long_text_is_cut() -> None:
    found = whole([part(check("bad", "failed", detail="x" * 100_000))])
    assert len(found["checks"][0]["detail"]) == 2000


@pytest.mark.parametrize(
    ("part", "status", "remedy"),
    [
        ({"status": "failed", "detail": "D", "remedy": "R"}, "failed", "R"),
        ({"status": "skipped", "detail": "D", "remedy": None}, "skipped", ""),
        ({"status": "warning", "detail": "D"}, "warning", ""),
    ],
)
def test_a_part_that_was_not_carried_out(part: dict[str, Any], status: str, remedy: str) -> None:
    [found] = whole([{"part": "database", "host": HOST, **part}])["checks"]
    assert (found["id"], found["part"], found["host"], found["status"], found["detail"], found["remedy"]) == (
        *("database_checked", "database", HOST, status, "D", remedy),
    )


@pytest.mark.parametrize("checks", [None, "text", {}])
def test_checks_that_are_no_list_are_a_failure_of_the_module(checks: object) -> None:
    [found] = whole([{"part": "server", "host": HOST, "result": {"checks": checks, "msg": "odd"}}])["checks"]
    assert (found["id"], found["status"]) == ("server_checked", "failed")
    [found] = whole([{"part": "server", "host": HOST, "result": None}])["checks"]
    assert found["id"] == "server_checked"


def test_a_result_comes_before_a_status() -> None:
    found = whole([{**part(check("good", "passed")), "status": "failed", "detail": "x"}])["checks"]
    assert [entry["id"] for entry in found] == ["good"]


def test_a_check_of_a_module_is_required_unless_it_says_otherwise() -> None:
    bare = {"id": "a", "title": "A", "status": "failed", "detail": "D"}
    [found] = whole([part(bare)])["checks"]
    assert (found["required"], found["remedy"]) == (True, "")
    assert whole([part({**bare, "required": False})])["blocked"] is False


def test_defaults_of_a_report() -> None:
    found = whole([part(check("bad", "failed"), check("doubt", "warning"))])
    assert found["stopped_by"] == ["bad"]
    assert ET.fromstring(found["junit"]).get("name") == "preflight"
    accepted = whole([part(check("other_roles", "failed"))], accept=["other_roles"])
    assert accepted["checks"][0]["status"] == "skipped"
    with pytest.raises(ValueError, match=r"accept: .*accept: "):
        whole([], accept=["x", "y"])
