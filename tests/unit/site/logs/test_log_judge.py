"""Flows, problems and the report, from lines as a service connection point writes them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Judge
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.problems import MOST_GROUPS
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import parse
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.report import report
from tests.unit.site.logs.support import BEGIN, BROKEN, CHECK, GUID, HMAN, LOG, OTHER, PAYLOAD, judged, lines


def test_a_complete_check() -> None:
    found = judged(lines(CHECK))
    assert found["download"]["outcome"] == "completed"
    assert found["download"]["started"] == "2026-03-02T10:00:00.000Z"
    assert found["download"]["last_success"] == "2026-03-02T10:00:08.000Z"
    assert [s["stage"] for s in found["download"]["stages"]] == [
        "check_started",
        "branch",
        "manifest_address",
        "manifest_download",
        "manifest_verified",
        "manifest_handed_over",
    ]
    assert [(m["number"], m["name"], m["package"], m["sent"]) for m in found["state_messages"]] == [
        (0, "START_PROCESS", None, True),
        (4, "MANIFEST_DOWNLOADED", None, True),
    ]
    assert found["timeline"][0]["local_time"] == "2026-03-02T11:00:00.000"
    assert found["problems"] == []
    assert found["manifest"]["outcome"] is None


def test_a_failed_check_names_the_cause_and_keeps_its_company() -> None:
    found = judged(lines(BROKEN))
    assert (found["download"]["outcome"], found["download"]["stage"]) == ("failed", "manifest_download")
    (problem,) = found["problems"]
    assert (problem["id"], problem["status"], problem["count"], problem["related"]) == ("timeout", "current", 1, 1)
    assert problem["severity"] == "warning"
    assert len(problem["lines"]) == 2
    assert found["counts"]["warnings"] == 1


def test_a_later_complete_check_ends_a_problem_and_a_check_that_ran_already_does_not() -> None:
    day = timedelta(days=1)
    found = judged(lines(BROKEN), lines(CHECK, BEGIN + day), now=BEGIN + day)
    assert [problem["status"] for problem in found["problems"]] == ["over"]
    # A failure during a check that nevertheless ends is not over at the end of that check.
    admin = "ERROR: Failed to download Admin UI content payload with exception: The operation has timed out"
    found = judged(lines([*CHECK[:5], admin, *CHECK[5:]]))
    assert found["download"]["outcome"] == "completed"
    assert [problem["status"] for problem in found["problems"]] == ["current"]


def test_a_problem_that_comes_again_is_one_problem() -> None:
    day = timedelta(days=1)
    found = judged(lines(BROKEN), lines(BROKEN, BEGIN + day), now=BEGIN + day)
    (problem,) = found["problems"]
    assert (problem["count"], problem["first_time"][:10], problem["last_time"][:10]) == (2, "2026-03-02", "2026-03-03")


def test_the_first_specific_line_names_what_general_lines_tell_too() -> None:
    general = "ERROR: Something failed"
    specific = "The remote name could not be resolved: 'go.microsoft.com'"
    code = "Failed to call X. error = Error -2146233079"
    for order in ([general, specific, code], [specific, general, code], [code, general, specific]):
        (problem,) = judged(lines(order))["problems"]
        assert problem["id"] == "name_resolution"
        assert problem["count"] + problem["related"] >= 2
    # On another thread, or much later, it is a separate event.
    assert len(judged(lines([specific]), lines([general], thread=8))["problems"]) == 2
    assert len(judged(lines([specific, general], step=600))["problems"]) == 2


def test_unrecognised_failures_are_shown_as_they_are_and_grouped_by_their_words() -> None:
    found = judged(lines([f"ERROR: box {number} is on fire" for number in range(3)], step=600))
    (problem,) = found["problems"]
    assert (problem["id"], problem["count"]) == ("unrecognised", 3)
    assert problem["lines"][0]["text"] == "ERROR: box 0 is on fire"


def test_more_problems_than_anyone_reads_are_counted() -> None:
    words = [f"ERROR: failed in {chr(97 + a)}{chr(97 + b)}" for a in range(20) for b in range(20)]
    found = judged(lines(words, step=600))
    assert len(found["problems"]) == MOST_GROUPS
    assert found["problems_left_out"] == 400 - MOST_GROUPS


def test_a_check_that_stands_still() -> None:
    written = lines(CHECK[:5])
    assert judged(written)["download"]["outcome"] == "running"
    found = judged(written, now=BEGIN + timedelta(hours=2))
    assert found["download"]["outcome"] == "stalled"
    assert [problem["id"] for problem in found["problems"]] == ["stalled"]
    assert judged(written, now=None)["download"]["outcome"] == "running"


def test_a_thread_that_only_started_waits_for_its_interval() -> None:
    found = judged(lines(["EasySetupDownload thread is starting..."]), now=BEGIN + timedelta(days=9))
    assert (found["download"]["outcome"], found["problems"]) == ("running", [])


def test_a_thread_that_was_stopped() -> None:
    stop, start = (
        "SMS_EXECUTIVE signalled SMS_DMP_DOWNLOADER to stop.~",
        "SMS_EXECUTIVE started SMS_DMP_DOWNLOADER as thread ID 1 (0x1).~",
    )
    found = judged(lines([*CHECK[:5], stop]))
    assert found["download"]["outcome"] == "stopped"
    assert [problem["id"] for problem in found["problems"]] == ["thread_stopped"]
    assert found["threads"] == [
        {"component": "SMS_DMP_DOWNLOADER", "running": False, "time": "2026-03-02T10:00:05.000Z", "log": LOG}
    ]
    assert judged(lines([*CHECK[:5], stop, start]))["problems"] == []


def test_a_pass_whose_beginning_was_cut_off() -> None:
    found = judged(lines(CHECK[3:]))
    assert (found["download"]["outcome"], found["download"]["started"]) == ("completed", None)
    # The next check, also without its first line, is nevertheless a new pass.
    day = timedelta(days=1)
    found = judged(lines(CHECK), lines(CHECK[3:6], BEGIN + day), now=BEGIN + day)
    assert (found["download"]["outcome"], found["download"]["stage"]) == ("running", "manifest_download")


def test_each_package_has_a_pass_of_its_own() -> None:
    found = judged(lines([*PAYLOAD, PAYLOAD[0], f"EasySetupDownloadSinglePackage downloading {OTHER.upper()}. ~~", PAYLOAD[2]]))
    assert [(p["package"], p["outcome"], p["stage"]) for p in found["packages"]] == [
        (GUID, "completed", "payload_done"),
        (OTHER, "running", "payload_download"),
    ]
    assert found["packages"][0]["stages"][0]["stage"] == "update_found"


def test_a_failure_belongs_to_the_package_that_is_under_way() -> None:
    found = judged(lines([*PAYLOAD[:3], "ERROR: The operation has timed out"]))
    assert [(p["package"], p["outcome"]) for p in found["packages"]] == [(GUID, "failed")]
    assert found["problems"][0]["package"] == GUID


def test_the_range() -> None:
    day = timedelta(days=1)
    written = (lines(BROKEN), lines(CHECK, BEGIN + day))
    found = judged(*written, now=BEGIN + day, since=BEGIN + day - timedelta(hours=1))
    assert found["problems"] == []
    assert found["timeline"][0]["time"].startswith("2026-03-03")
    assert (found["counts"]["records"], found["counts"]["in_range"]) == (18, 10)
    assert (found["oldest_time"][:10], found["newest_time"][:10]) == ("2026-03-02", "2026-03-03")


def test_times_without_a_zone() -> None:
    line = CHECK[0] + " $$<X><03-02-2026 10:00:00.000><thread=1 (0x1)>"
    unknown = judged([line], since=BEGIN)
    assert unknown["timeline"][0] | {} == {
        "time": None,
        "local_time": "2026-03-02T10:00:00.000",
        "kind": "stage",
        "id": "check_started",
        "title": "A check for updates began",
        "log": LOG,
        "component": "X",
        "text": "Hasn't synced recently.",
    }
    assert unknown["counts"]["without_time"] == 1
    assert judged([line], bias_minutes=-60)["timeline"][0]["time"] == "2026-03-02T09:00:00.000Z"


def test_the_timeline_is_bounded_and_has_the_latest() -> None:
    found = judged(lines(CHECK), most_events=2)
    assert [event["id"] for event in found["timeline"]] == ["manifest_handed_over", "4"]
    assert found["timeline_left_out"] == 6
    assert judged(lines(CHECK), most_events=0)["timeline"] == []


def test_logs_are_read_together_in_the_order_of_time() -> None:
    judge = Judge()
    accepted = [
        r"Extracting file D:\x\ConfigMgr.Update.Manifest.CAB to D:\y~",
        "Processing Configuration Manager Update manifest file~",
    ]
    judge.read({HMAN: parse(lines(accepted, BEGIN + timedelta(seconds=20))), LOG: parse(lines(CHECK))})
    found = report(judge, None)
    assert [event["log"] for event in found["timeline"]] == [LOG] * 8 + [HMAN] * 2
    assert found["manifest"]["outcome"] == "completed"


def test_the_share_that_can_not_be_read() -> None:
    found = judged(
        lines([rf"Get update package {GUID}, \\scp01.corp.example\EasySetupPayLoad\{GUID}~", "Failed to calculate hash~"]),
        log=HMAN,
    )
    assert (found["content"]["outcome"], found["problems"][0]["id"]) == ("failed", "share_unreadable")


def test_what_is_no_record_is_counted_and_shown() -> None:
    found = judged([f"free text {number}" for number in range(30)])
    assert found["counts"]["unread"] == 30
    assert len(found["unread"]) == 20
    assert found["unread"][0] == {"log": LOG, "text": "free text 0"}


def test_hostile_text_stays_text_and_stays_short() -> None:
    evil = "ERROR: <script>\x1b[31m\x9b\u202e\ud800" + "x" * 1_000_000
    found = judged([evil, *lines([evil])])
    text = json.dumps(found, ensure_ascii=False)
    assert len(text) < 20_000
    assert not any(sign in text for sign in "\x1b\x9b\u202e\ud800")
    text.encode()
    assert "<script>" in text


@pytest.mark.parametrize("count", [5_000])
def test_many_packages_and_threads_do_not_pile_up(count: int) -> None:
    written = [
        line
        for number in range(count)
        for line in lines([f"EasySetupDownloadSinglePackage downloading {number:08x}{GUID[8:]}.", "ERROR: failed"], thread=number)
    ]
    found = judged(written)
    assert len(found["packages"]) <= 200
    assert len(found["problems"]) <= MOST_GROUPS
