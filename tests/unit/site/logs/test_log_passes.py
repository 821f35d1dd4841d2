"""Passes through a flow, the order of reported events, and which lines belong to one failure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.bounded import keep
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.flow import MOST_PAST
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Judge
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import parse
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.report import report
from tests.unit.site.logs.support import BEGIN, BROKEN, CHECK, GUID, HMAN, LOG, OTHER, PAYLOAD, judged, lines

STOP = "SMS_EXECUTIVE signalled SMS_DMP_DOWNLOADER to stop.~"
START = "SMS_EXECUTIVE started SMS_DMP_DOWNLOADER as thread ID 1 (0x1).~"
TIMEOUT = "ERROR: The operation has timed out"
NO_NAME = "The remote name could not be resolved: 'go.microsoft.com'"
GENERAL = "ERROR: Something failed"
DAY = timedelta(days=1)


def test_what_is_kept_is_bounded() -> None:
    memory: dict[str, int] = {}
    keep(memory, "a", 1, 2)
    keep(memory, "b", 2, 2)
    keep(memory, "a", 3, 2)
    assert memory == {"a": 3, "b": 2}
    keep(memory, "c", 4, 2)
    assert memory == {"c": 4}


@pytest.mark.parametrize("halt", [TIMEOUT, STOP])
def test_a_pass_that_goes_on_after_a_failure_or_a_stop_is_running(halt: str) -> None:
    assert judged(lines([*CHECK[:5], halt]))["download"]["outcome"] in ("failed", "stopped")
    assert judged(lines([*CHECK[:5], halt, CHECK[5]]))["download"]["outcome"] == "running"


def test_a_failure_is_named_before_a_stop() -> None:
    assert judged(lines([*CHECK[:5], TIMEOUT, STOP]))["download"]["outcome"] == "failed"


def test_what_other_logs_tell_does_not_hinder_a_pass() -> None:
    judge = Judge()
    judge.read({LOG: parse(lines(CHECK[:5])), HMAN: parse(lines([TIMEOUT, STOP], BEGIN + timedelta(minutes=1)))})
    assert report(judge, None)["download"]["outcome"] == "running"


def test_an_earlier_stage_seen_again_does_not_set_a_pass_back() -> None:
    found = judged(lines([*CHECK[:6], CHECK[4]]))["download"]
    assert (found["stage"], found["title"], found["time"]) == (
        "manifest_download",
        "Manifest being downloaded",
        "2026-03-02T10:00:06.000Z",
    )


def test_the_first_stage_seen_again_begins_a_new_pass() -> None:
    found = judged(lines([*CHECK[:6], CHECK[0]]))["download"]
    assert (found["stage"], found["started"], len(found["stages"])) == ("check_started", "2026-03-02T10:00:06.000Z", 1)
    # Its state message is a second line of the same beginning.
    found = judged(lines(CHECK[:2]))["download"]
    assert (found["started"], found["time"]) == ("2026-03-02T10:00:00.000Z", "2026-03-02T10:00:01.000Z")


@pytest.mark.parametrize(("minutes", "outcome"), [(60, "running"), (61, "stalled")])
def test_patience_ends_an_hour_after_the_last_stage(minutes: int, outcome: str) -> None:
    assert judged(lines(CHECK[:1]), now=BEGIN + timedelta(minutes=minutes))["download"]["outcome"] == outcome


def test_a_stalled_check_says_where_it_stands() -> None:
    (problem,) = judged(lines(CHECK[:5]), now=BEGIN + timedelta(hours=2))["problems"]
    assert (problem["status"], problem["count"], problem["related"], problem["severity"]) == ("current", 1, 0, "warning")
    assert (problem["first_time"], problem["last_time"]) == ("2026-03-02T10:00:04.000Z", "2026-03-02T10:00:04.000Z")
    assert [line["text"] for line in problem["lines"]] == ["Check for updates: Address of the manifest requested"]


def test_a_package_that_is_downloaded_again_has_a_new_pass() -> None:
    found = judged(lines(PAYLOAD), lines(PAYLOAD[:2], BEGIN + DAY), now=BEGIN + DAY)["packages"]
    assert [(p["package"], p["outcome"], p["started"]) for p in found] == [(GUID, "running", "2026-03-03T10:00:00.000Z")]


def test_the_package_that_was_begun_last_stands_last() -> None:
    other = [line.replace(GUID, OTHER) for line in PAYLOAD]
    found = judged(lines([*PAYLOAD, *other, *PAYLOAD[1:3]]))["packages"]
    assert [p["package"] for p in found] == [OTHER, GUID]


def test_a_problem_has_the_package_that_was_named_for_it_last() -> None:
    found = judged(lines([TIMEOUT, f"{TIMEOUT} for {GUID}", TIMEOUT], step=600))["problems"]
    assert [(problem["count"], problem["package"]) for problem in found] == [(3, GUID)]


def test_a_package_is_the_one_that_its_thread_named_last() -> None:
    one = [PAYLOAD[1], PAYLOAD[2], PAYLOAD[3]]
    two = [line.replace(GUID, OTHER) for line in one[:2]]
    judge = Judge()
    judge.read({LOG: parse(lines([one[0]], thread=1) + lines(two, thread=2) + lines(one[1:], thread=1))})
    assert [(p["package"], p["stage"]) for p in report(judge, None)["packages"]] == [
        (GUID, "payload_extract"),
        (OTHER, "payload_download"),
    ]


def test_a_problem_is_over_only_with_a_complete_pass_of_its_own_flow() -> None:
    share = [rf"Get update package {GUID}, \\scp01.corp.example\EasySetupPayLoad\{GUID}~", "Failed to calculate hash~"]
    judge = Judge()
    judge.read({HMAN: parse(lines(share)), LOG: parse(lines(CHECK, BEGIN + DAY))})
    found = report(judge, None)
    assert [(problem["id"], problem["status"]) for problem in found["problems"]] == [("share_unreadable", "current")]
    # A check that ends the problems of its own log says nothing about another log.
    judge = Judge()
    judge.read({HMAN: parse(lines([NO_NAME])), LOG: parse(lines(CHECK, BEGIN + DAY))})
    assert [problem["status"] for problem in report(judge, None)["problems"]] == ["current"]


def test_current_problems_come_first_then_errors_then_the_latest() -> None:
    old = lines([NO_NAME])
    new = lines([GENERAL, "WARNING: The operation has timed out", "ERROR: nobody knows"], BEGIN + 2 * DAY, step=600)
    found = judged(old, lines(CHECK, BEGIN + DAY), new, now=BEGIN + 2 * DAY)
    assert [(p["status"], p["severity"], p["lines"][0]["text"]) for p in found["problems"]] == [
        ("current", "error", "ERROR: nobody knows"),
        ("current", "error", GENERAL),
        ("current", "warning", "WARNING: The operation has timed out"),
        ("over", "error", NO_NAME),
    ]


def test_the_timeline_tells_stages_threads_and_problems_in_their_order() -> None:
    found = judged(lines([START, CHECK[0], CHECK[1], BROKEN[6], BROKEN[7], STOP]))
    assert [(event["kind"], event["id"], event["title"]) for event in found["timeline"]] == [
        ("thread", "SMS_DMP_DOWNLOADER", "SMS_DMP_DOWNLOADER started"),
        ("stage", "check_started", "A check for updates began"),
        ("state_message", "0", "State message 0 (START_PROCESS)"),
        ("problem", "timeout", found["problems"][1]["title"]),
        ("thread", "SMS_DMP_DOWNLOADER", "SMS_DMP_DOWNLOADER was asked to stop"),
    ]
    assert found["timeline_left_out"] == 0


def test_of_too_many_threads_those_that_are_known_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge.MOST_THREADS", 1)
    found = judged(lines([START, START.replace("DMP_DOWNLOADER", "OTHER"), STOP]))["threads"]
    assert [(thread["component"], thread["running"]) for thread in found] == [("SMS_DMP_DOWNLOADER", False)]


def test_one_failure_is_one_event_of_the_timeline() -> None:
    found = judged(lines([NO_NAME, GENERAL, GENERAL]))
    assert [event["kind"] for event in found["timeline"]] == ["problem"]
    assert (found["problems"][0]["count"], found["problems"][0]["related"]) == (1, 2)


def test_only_what_is_in_the_range_is_told() -> None:
    written = lines([START, CHECK[0], CHECK[1], TIMEOUT])
    found = judged(written, since=BEGIN + DAY, now=BEGIN + DAY)
    assert (found["timeline"], found["state_messages"], found["problems"]) == ([], [], [])
    assert (found["counts"]["in_range"], found["counts"]["errors"]) == (0, 0)
    # The flow and the threads are nevertheless the same.
    assert (found["download"]["outcome"], found["threads"][0]["running"]) == ("failed", True)
    assert judged(written, since=BEGIN + timedelta(seconds=3))["counts"]["in_range"] == 1


def test_a_line_without_a_time_stands_where_it_was_written() -> None:
    judge = Judge()
    untimed = "$$<X><no time at all><thread=1 (0x1)>"
    early = [*lines([CHECK[0]]), f"all is well {untimed}", *lines(["x"], BEGIN + timedelta(minutes=2))]
    judge.read(
        {LOG: parse(early), HMAN: parse([f"ERROR: no time yet {untimed}", *lines([GENERAL], BEGIN + timedelta(minutes=1))])}
    )
    found = report(judge, None)
    assert [event["text"] for event in found["timeline"]] == ["ERROR: no time yet", CHECK[0], GENERAL]
    assert found["counts"] == {
        "records": 5,
        "in_range": 5,
        "incomplete": 2,
        "unread": 0,
        "without_time": 2,
        "errors": 2,
        "warnings": 0,
    }
    assert (found["oldest_time"], found["newest_time"]) == ("2026-03-02T10:00:00.000Z", "2026-03-02T10:02:00.000Z")


def test_a_log_that_runs_backwards_for_a_moment() -> None:
    found = judged(lines(["a"], BEGIN + timedelta(minutes=2)), lines(["b"]), lines(["c"], BEGIN + timedelta(minutes=1)))
    assert (found["oldest_time"], found["newest_time"]) == ("2026-03-02T10:00:00.000Z", "2026-03-02T10:02:00.000Z")


def test_incomplete_records_and_warnings_are_counted() -> None:
    found = judged(["<![LOG[cut off", *lines([BROKEN[6]])])
    assert (found["counts"]["incomplete"], found["counts"]["unread"]) == (1, 0)
    assert (found["counts"]["warnings"], found["counts"]["errors"], found["counts"]["without_time"]) == (1, 0, 1)


@pytest.mark.parametrize(("seconds", "count", "related"), [(120, 1, 1), (121, 1, 0)])
def test_lines_of_one_failure_are_two_minutes_apart_at_most(seconds: int, count: int, related: int) -> None:
    found = judged(lines([NO_NAME, GENERAL], step=seconds))["problems"]
    first = next(problem for problem in found if problem["id"] == "name_resolution")
    assert (first["count"], first["related"], len(found)) == (count, related, 2 - related)
    follow = judged(lines([NO_NAME, BROKEN[7]], step=seconds))["problems"]
    assert (follow[0]["related"], len(follow)) == (related, 1)


@pytest.mark.parametrize(("between", "problems"), [(9, 1), (10, 2)])
def test_without_times_they_are_ten_lines_apart_at_most(between: int, problems: int) -> None:
    assert len(judged([NO_NAME, *["all is well"] * between, "2 (0x2)  " + GENERAL])["problems"]) == 2
    assert len(judged([NO_NAME, *["all is well"] * between, GENERAL])["problems"]) == problems


def test_a_special_line_takes_over_the_general_one_before_it() -> None:
    (problem,) = judged(lines([GENERAL, NO_NAME, GENERAL]))["problems"]
    assert (problem["id"], problem["count"], problem["related"]) == ("name_resolution", 1, 2)
    assert [line["text"] for line in problem["lines"]] == [GENERAL, NO_NAME, GENERAL]
    # An earlier one with the same text is a separate failure, with its own line.
    found = judged(lines([GENERAL]), lines([GENERAL, NO_NAME], BEGIN + DAY), now=BEGIN + DAY)["problems"]
    assert {p["id"]: (p["count"], p["related"], [line["time"] for line in p["lines"]]) for p in found} == {
        "name_resolution": (1, 1, ["2026-03-03T10:00:00.000Z", "2026-03-03T10:00:01.000Z"]),
        "unrecognised": (1, 0, ["2026-03-02T10:00:00.000Z"]),
    }


def test_two_special_lines_are_two_problems() -> None:
    found = judged(lines([NO_NAME, TIMEOUT]))["problems"]
    assert sorted((problem["id"], problem["count"], problem["related"]) for problem in found) == [
        ("name_resolution", 1, 0),
        ("timeout", 1, 0),
    ]


def test_of_a_problem_the_first_three_lines_are_kept() -> None:
    (problem,) = judged(lines([f"ERROR: box {number} is on fire" for number in range(5)], step=600))["problems"]
    assert [line["text"] for line in problem["lines"]] == [f"ERROR: box {number} is on fire" for number in range(3)]
    assert (problem["count"], problem["first_time"], problem["last_time"]) == (
        5,
        "2026-03-02T10:00:00.000Z",
        "2026-03-02T10:40:00.000Z",
    )


def test_a_state_message_is_sent_when_its_own_number_was_dropped() -> None:
    generating, dropped = CHECK[1], CHECK[2]
    assert [m["sent"] for m in judged(lines([generating, dropped.replace("0~", "4~")]))["state_messages"]] == [False]
    other = judged(lines([generating], thread=1), lines([dropped], thread=2))["state_messages"]
    assert [m["sent"] for m in other] == [False]
    package = judged(lines([f"Generating state message: 12 for package {GUID}~~"]))["state_messages"]
    assert package == [
        {
            "time": "2026-03-02T10:00:00.000Z",
            "local_time": "2026-03-02T11:00:00.000",
            "number": 12,
            "name": "progress",
            "package": GUID,
            "sent": False,
        }
    ]


def test_the_passes_before_the_last_one_are_kept() -> None:
    written = [
        lines(CHECK, BEGIN),
        lines(BROKEN, BEGIN + DAY),
        lines([*CHECK[:5], STOP], BEGIN + 2 * DAY),
        lines(CHECK[:5], BEGIN + 3 * DAY),
        lines(CHECK[:5], BEGIN + 4 * DAY),
    ]
    found = judged(*written, now=BEGIN + 4 * DAY + timedelta(minutes=5))["download"]
    assert [one["outcome"] for one in found["history"]] == ["completed", "failed", "stopped", "unfinished", "running"]
    assert [one["started"] for one in found["history"]] == [f"2026-03-0{day}T10:00:00.000Z" for day in range(2, 7)]
    last = found["history"][-1]
    assert {name: last[name] for name in ("started", "time", "stage", "title", "outcome")} == {
        name: found[name] for name in ("started", "time", "stage", "title", "outcome")
    }
    # The range does not limit them: they were read anyway.
    assert judged(*written, since=BEGIN + 4 * DAY)["download"]["history"][0] == found["history"][0]


def test_the_start_of_a_thread_alone_is_no_pass() -> None:
    start = "EasySetupDownload thread is starting..."
    found = judged(
        lines([start]), lines([start], BEGIN + DAY), lines([start, *CHECK], BEGIN + 2 * DAY), lines([start], BEGIN + 3 * DAY)
    )
    assert [one["outcome"] for one in found["download"]["history"]] == ["completed"]
    assert judged([])["download"]["history"] == []


def test_no_more_passes_are_kept_than_a_picture_needs() -> None:
    written = [lines(CHECK, BEGIN + number * DAY) for number in range(MOST_PAST + 5)]
    history = judged(*written)["download"]["history"]
    assert len(history) == MOST_PAST + 1
    assert history[0]["started"] == "2026-03-06T10:00:00.000Z"
