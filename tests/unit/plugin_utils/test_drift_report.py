"""What a run in check mode would change: the data and the JUnit XML."""

from __future__ import annotations

import json
from typing import Any

import junitparser
import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.drift_report import Change, difference, drift, drift_junit

CAS01, STA03 = "cas01.corp.example", "sta03.corp.example"
WELL = {"ok": 9, "failures": 0, "unreachable": 0, "changed": 0}
FAILED = {**WELL, "failures": 1}
DEAD = {**WELL, "unreachable": 1}
CHANGE = Change(CAS01, "scp : Configure the role", "configmgr.scp.service_connection_point", "-a\n+b")


@pytest.mark.parametrize(
    ("diff", "lines"),
    [
        (None, ""),
        ({}, ""),
        ([{"before": {"mode": "offline"}, "after": {"mode": "online"}}], '-  "mode": "offline"\n+  "mode": "online"'),
        ({"before": "one\ntwo\n", "after": "one\nthree\n", "before_header": "old", "after_header": "new"}, "-two\n+three"),
        ({"before": None, "after": "a"}, "+a"),
        ([{"prepared": "as the module says"}], "as the module says"),
        ([{"before": "a", "after": "b", "prepared": "and this"}], "-a\n+b\nand this"),
        (["no mapping"], ""),
    ],
)
def test_the_difference_of_a_task(diff: Any, lines: str) -> None:
    found = difference({"changed": True, "diff": diff})
    assert lines in found
    assert bool(found) is bool(lines)


def test_the_names_of_both_sides() -> None:
    diff = {"before": "one", "after": "two", "before_header": "old file", "after_header": "new file"}
    assert difference({"changed": True, "diff": diff}).splitlines()[:2] == ["--- old file", "+++ new file"]
    assert difference({"changed": True, "diff": {"before": "a", "after": "b"}}).splitlines()[:2] == ["--- before", "+++ after"]


def test_the_differences_of_a_loop_are_those_of_its_changed_items() -> None:
    def item(after: str, changed: bool = True) -> dict[str, Any]:
        return {"changed": changed, "diff": {"before": "", "after": after}}

    found = difference({"changed": True, "results": [item("first"), item("same", False), item("last")]})
    assert "+first" in found
    assert "+last" in found
    assert "same" not in found


def test_a_difference_is_bounded_and_moves_no_cursor() -> None:
    found = difference({"changed": True, "diff": {"prepared": "\x1b[2J" + "x" * 100_000}})
    assert found.startswith("\\x1b[2J")
    assert len(found) < 20_100


@pytest.mark.parametrize(
    ("changes", "stats", "changed", "complete", "incomplete"),
    [
        ([], {CAS01: WELL}, False, True, []),
        ([CHANGE], {CAS01: WELL}, True, True, []),
        ([CHANGE], {CAS01: WELL, STA03: DEAD}, True, False, [STA03]),
        ([], {CAS01: FAILED}, False, False, [CAS01]),
        # No host at all: nothing was checked.
        ([], {}, False, False, []),
    ],
)
def test_the_data(
    changes: list[Change], stats: dict[str, dict[str, int]], changed: bool, complete: bool, incomplete: list[str]
) -> None:
    found = drift(changes, stats, check_mode=True)
    assert (found["schema"], found["check_mode"], found["changed"], found["complete"]) == (1, True, changed, complete)
    assert (found["hosts"], found["incomplete_hosts"]) == (sorted(stats), incomplete)
    assert json.loads(json.dumps(found)) == found
    assert [set(change) for change in found["changes"]] == [{"host", "task", "module", "difference"}] * len(changes)


def cases(changes: list[Change], stats: dict[str, dict[str, int]], check_mode: bool = True) -> dict[str, junitparser.TestCase]:
    suites = junitparser.JUnitXml.fromstring(drift_junit(changes, stats, check_mode, "drift"))
    assert isinstance(suites, junitparser.JUnitXml)
    return {str(case.name): case for suite in suites for case in suite}


def test_each_change_is_a_failure_with_its_difference() -> None:
    found = cases([CHANGE], {CAS01: WELL})
    assert list(found) == [f"checked on {CAS01}", f"scp : Configure the role on {CAS01}"]
    [failure] = found[f"scp : Configure the role on {CAS01}"].result
    assert (failure.message, failure.type) == (f"This task would change {CAS01}.", "changed")
    assert failure.text == f"This task would change {CAS01}.\n-a\n+b"
    assert found[f"checked on {CAS01}"].system_out == "1 task differs from the desired state."


def test_what_was_really_changed_is_not_said_to_be_planned() -> None:
    [failure] = cases([CHANGE], {CAS01: WELL}, check_mode=False)[f"scp : Configure the role on {CAS01}"].result
    assert failure.message == f"This task changed {CAS01}."


def test_a_run_without_changes_has_a_case_that_passed() -> None:
    [case] = cases([], {CAS01: WELL}).values()
    assert case.is_passed
    assert case.system_out == "Everything is as requested."


@pytest.mark.parametrize("counts", [FAILED, DEAD])
def test_a_host_that_was_not_checked_completely_is_a_failure(counts: dict[str, int]) -> None:
    [failure] = cases([], {CAS01: counts})[f"checked on {CAS01}"].result
    assert "could not reach it" in failure.message
    assert failure.text == failure.message
