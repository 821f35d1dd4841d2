"""The message about the result of a run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool import verdict
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import Request
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.running import Run
from ansible_collections.configmgr.scp.plugins.module_utils.windows.folders import File
from tests.unit.site.servicing.connection_tool.machine import NOW
from tests.unit.site.servicing.connection_tool.test_traces import HARMLESS

PLAIN = Request("connect", r"D:\USB", r"D:\Packs", ())
THROUGH = Request("connect", r"D:\USB", r"D:\Packs", (), proxy="proxy:8080")
FULL = {"id": "tool_disk_full", "title": "The drive is full", "cause": "Why.", "remedy": "Do."}
UNKNOWN = {"id": "unrecognised", "title": "Something", "cause": "Nobody knows.", "remedy": "Read."}
INVALID = "INFO: begins\nERROR: The usage data is not valid."


def failure(run: Run, request: Request = PLAIN, *problems: dict[str, str]) -> str:
    return verdict.failure(request, run, problems, "web01")


@pytest.mark.parametrize(
    ("action", "proof"), [("prepare", ".cab"), ("connect", "Manifest.ENC"), ("import", "state message 4"), ("export", ".csv")]
)
def test_a_failure_names_command_host_and_proof(action: str, proof: str) -> None:
    told = failure(Run(0, "", "x", ""), Request(action, "", "", ()))
    assert f"ServiceConnectionTool.exe -{action} on web01" in told
    assert proof in told


def test_a_complaint_about_usage_data_through_a_proxy_names_the_proxy() -> None:
    assert "proxy:8080" in failure(Run(0, "", "", INVALID), THROUGH, FULL)
    assert "offline_updates_proxy" in failure(Run(0, "", "", INVALID), THROUGH)
    plain = failure(Run(0, "", "", INVALID))
    assert "proxy" not in plain
    assert "ERROR: The usage data is not valid." in plain


def test_the_first_problem_that_is_known_is_told() -> None:
    told = failure(Run(0, "", "", "ERROR: x"), PLAIN, UNKNOWN, FULL, {**FULL, "title": "Another"})
    assert "The drive is full. Why. Do." in told
    assert "Another" not in told
    assert "Nobody knows" not in failure(Run(0, "", "", "ERROR: x"), PLAIN, UNKNOWN)


def test_a_time_limit_comes_before_everything_else() -> None:
    told = failure(Run(None, "time", "", INVALID), THROUGH, FULL)
    assert "run_timeout (offline_updates_run_timeout" in told
    assert "drive" not in told


@pytest.mark.parametrize(
    ("run", "told"),
    [
        (Run(3, "", "", ""), "nothing"),
        (Run(-1073741819, "", "", ""), "0xC0000005"),
        (Run(None, "output", "", ""), "stopped"),
        (Run(0, "", "\x1b[2J bad", ""), "\\x1b"),
        (Run(0, "", "said last", "logged last"), "said last."),
        (Run(0, "", "", "logged last."), "logged last."),
    ],
)
def test_what_else_is_told(run: Run, told: str) -> None:
    assert told in failure(run)


@pytest.mark.parametrize("code", [3, 0, None])
def test_an_exit_code_that_proves_nothing_is_not_told(code: int | None) -> None:
    assert "0x" not in failure(Run(code, "", "words", ""))


@pytest.mark.parametrize(("action", "advised"), [("connect", True), ("import", True), ("prepare", False), ("export", False)])
def test_who_carries_packs_is_advised_after_the_last_words(action: str, advised: bool) -> None:
    _before, _words, advice = failure(Run(0, "", "words", ""), Request(action, "", "", ())).partition("words.")
    assert bool(advice) is advised


@pytest.mark.parametrize(("seconds", "of_run"), [(0, True), (10, True), (-5, True), (-5.1, False)])
def test_a_file_of_the_run(seconds: float, of_run: bool) -> None:
    assert verdict.is_of_run(File("x", 1, NOW + timedelta(seconds=seconds)), NOW) is of_run


def test_a_file_without_a_time_counts_as_of_the_run() -> None:
    assert verdict.is_of_run(File("x", 1, None), NOW)


@pytest.mark.parametrize(
    ("action", "output", "count"), [("connect", HARMLESS, 1), ("prepare", HARMLESS, 0), ("connect", "all is well", 0)]
)
def test_a_success_with_a_warning(action: str, output: str, count: int) -> None:
    assert len(verdict.warnings(Request(action, "", "", ()), Run(-532462766, "", output, ""))) == count
