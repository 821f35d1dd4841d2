"""Which lines belong to a flow, to which of its passes, and which pass a failure stops."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Judge
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import parse
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.report import report
from tests.unit.site.logs.support import BEGIN, CHECK, GUID, HMAN, LOG, OTHER, PAYLOAD, judged, lines

DISTMGR, SENDER, SCHEDULE, CMUPDATE = (rf"D:\SMS\Logs\{name}.log" for name in ("distmgr", "sender", "schedule", "CMUpdate"))
DAY = timedelta(days=1)
SIGNED = (
    r"File 'E:\CM\EasySetupPayload\{name}.cab' is signed and trusted.",
    "Got fwdlink and recreating the httprequest/response~~",
)
FAILED = "ERROR: Something failed"


def meta(state: int, guid: str = GUID) -> str:
    return f'outerxml is <ConfigurationManagerUpdateContent Guid="{guid}" State="{state}" ReportTime="2026-03-02T10:00:00" />~~'


def stored(state: int, guid: str = GUID) -> str:
    return f"Updated CMUpdatePackage state to {state} (PackageGuid={guid.upper()})"


def together(logs: dict[str, Iterable[str]], minutes: float = 5) -> dict[str, Any]:
    judge = Judge()
    judge.read({log: parse(written) for log, written in logs.items()})
    return report(judge, BEGIN + timedelta(minutes=minutes))


def packages(found: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["package"], each["outcome"], each["stage"]) for each in found["packages"]]


@pytest.mark.parametrize("line", [SIGNED[0].replace("{name}", GUID), SIGNED[1], "Signing root cert's thumbprint: cdd4~~"])
def test_lines_about_other_files_do_not_open_a_check(line: str) -> None:
    assert judged(lines([line]))["download"]["outcome"] is None
    for before in (CHECK, (*CHECK, *PAYLOAD[:3])):
        found = judged(lines([*before, line]), now=BEGIN + timedelta(hours=20))
        assert (found["download"]["outcome"], found["download"]["time"]) == ("completed", "2026-03-02T10:00:08.000Z")


def test_a_forwarded_address_belongs_to_the_check_that_is_under_way() -> None:
    found = judged(lines([*CHECK[:6], SIGNED[1]]))["download"]
    assert (found["outcome"], found["stage"]) == ("running", "manifest_download")
    # On another thread it is about something else.
    assert judged(lines(CHECK[:6]), lines([SIGNED[1]], thread=9))["download"]["stage"] == "manifest_download"


def test_content_of_the_console_is_no_part_of_a_check() -> None:
    address = "Redirected to URL https://download.example/adminuicontent/ConfigMgr.AdminUIContent.cab~~"
    error = "ERROR: Failed to download Admin UI content payload with exception: The operation has timed out~~"
    found = judged(lines([*CHECK[:6], address, SIGNED[1], error]))
    assert (found["download"]["outcome"], found["download"]["stage"]) == ("running", "manifest_download")
    assert [problem["id"] for problem in found["problems"]] == ["timeout"]


def test_the_payload_that_a_failure_names_is_the_check_unless_a_download_is_under_way() -> None:
    admin = "Failed to call AdminUIContentDownload. error = Error -2146233079~"
    failure = "WARNING: Failed to download easy setup payload with exception: The operation has timed out"
    assert judged(lines([*CHECK[:6], admin, failure]))["download"]["outcome"] == "failed"
    found = judged(lines([*CHECK, *PAYLOAD[:3], failure]))
    assert (found["download"]["outcome"], packages(found)) == ("completed", [(GUID, "failed", "payload_download")])


@pytest.mark.parametrize(("state", "outcome"), [(262145, "running"), (262146, "completed"), (327679, "failed")])
@pytest.mark.parametrize("line", [meta, stored])
def test_the_number_of_a_state_is_enough(state: int, outcome: str, line: Any) -> None:
    found = judged(lines([line(state)]), log=LOG if line is meta else HMAN)
    assert [(each["package"], each["outcome"]) for each in found["packages"]] == [(GUID, outcome)]
    assert [problem["code"] for problem in found["problems"]] == (["DOWNLOAD_FAILED"] if state == 327679 else [])
    assert next(event["kind"] for event in found["timeline"]) == "package_state"


def test_a_download_is_one_pass_from_found_to_done() -> None:
    whole = [PAYLOAD[0], PAYLOAD[1], meta(262145), PAYLOAD[2], f"Generating state message: 10 for package {GUID}~~", meta(262145)]
    found = judged(lines(whole))
    assert packages(found) == [(GUID, "running", "payload_extract")]
    assert found["packages"][0]["started"] == "2026-03-02T10:00:00.000Z"
    done = [*whole, *PAYLOAD[3:5], meta(262146), f"Generating state message: 12 for package {GUID}~~", PAYLOAD[5]]
    found = judged(lines(done), now=BEGIN + DAY)
    assert packages(found) == [(GUID, "completed", "payload_done")]
    assert found["packages"][0]["started"] == "2026-03-02T10:00:00.000Z"
    assert found["problems"] == []


def test_meta_data_written_at_the_beginning_is_not_the_end() -> None:
    begun = [*PAYLOAD[:2], meta(262145), f"Successfully write the update meta into outbox for package {GUID}~~"]
    assert packages(judged(lines(begun))) == [(GUID, "running", "payload_download")]


def test_the_site_repeats_later_what_the_downloader_has_reported() -> None:
    late = lines([stored(262145)], BEGIN + timedelta(minutes=3))
    found = together({LOG: lines([*PAYLOAD[:2], meta(262146)]), HMAN: late})
    assert packages(found) == [(GUID, "completed", "payload_done")]
    # A new attempt that fails after that is a new pass.
    found = together({LOG: lines([*PAYLOAD[:2], meta(262146)]), HMAN: lines([stored(327679)], BEGIN + timedelta(minutes=3))})
    assert packages(found) == [(GUID, "failed", "payload_download")]


def test_a_failure_stops_the_pass_of_its_own_subject_only() -> None:
    both = lines([*PAYLOAD[:3]], thread=1) + lines(CHECK[:5], BEGIN + timedelta(seconds=10), thread=2)
    found = judged([*both, *lines([FAILED], BEGIN + timedelta(seconds=20), thread=2)])
    assert (found["download"]["outcome"], packages(found)) == ("failed", [(GUID, "running", "payload_download")])
    found = judged([*both, *lines([FAILED], BEGIN + timedelta(seconds=20), thread=1)])
    assert (found["download"]["outcome"], packages(found)) == ("running", [(GUID, "failed", "payload_download")])
    found = judged([*both, *lines([FAILED], BEGIN + timedelta(seconds=20), thread=3)])
    assert (found["download"]["outcome"], packages(found)) == ("running", [(GUID, "running", "payload_download")])


def test_a_failed_download_is_over_when_that_download_succeeds() -> None:
    broken = lines([*PAYLOAD[:3], "ERROR: The operation has timed out"])
    other = [line.replace(GUID, OTHER) for line in PAYLOAD]
    for later, status in ((CHECK, "current"), (other, "current"), (PAYLOAD, "over")):
        assert [p["status"] for p in judged(broken, lines(later, BEGIN + DAY), now=BEGIN + DAY)["problems"]] == [status]


def test_a_notification_is_not_the_arrival_of_the_manifest() -> None:
    taken_in = (
        r"Extracting file E:\CM\inboxes\hman.box\CFD\ConfigMgr.Update.Manifest.CAB to E:\CM\CMUStaging\~",
        r"Processing Configuration Manager Update manifest file E:\CM\CMUStaging\manifest.xml",
        rf"Validate CMU file E:\CM\inboxes\hman.box\CFD\{GUID}.CMU with no intune subscription.",
    )
    assert judged(lines(taken_in), log=HMAN)["manifest"]["outcome"] == "completed"
    assert judged(lines(taken_in[2:]), log=HMAN)["manifest"]["outcome"] is None


def test_content_goes_from_the_request_to_the_report() -> None:
    request = ("INFO: 2.ESC file was found. Easy setup package needs to be updated.", rf"Get  Update Pack {GUID}, \\s\x\{GUID}")
    told = "(SiteCode=CAS, SubStageID=0xb0001, IsComplete={}, Progress=100, Applicable=1)"
    reported = f"Successfully reported ConfigMgr update status {told}"
    assert judged(lines(request), log=HMAN)["content"]["outcome"] == "running"
    assert judged(lines([*request, reported.format(2)]), log=HMAN)["content"]["outcome"] == "completed"
    found = judged(lines([*request, reported.format(4)]), log=HMAN)
    assert (found["content"]["outcome"], [(p["id"], p["flow"]) for p in found["problems"]]) == (
        "failed",
        [("update_step_failed", "content")],
    )
    # A download says nothing about it.
    assert judged(lines([stored(262146)]), log=HMAN)["content"]["outcome"] is None
    # What resolves a share that cannot be read is on this path.
    broken = lines([*request, "Failed to calculate hash~"])
    found = judged(broken, lines([*request, reported.format(2)], BEGIN + DAY), now=BEGIN + DAY, log=HMAN)
    assert [(p["id"], p["status"]) for p in found["problems"]] == [("share_unreadable", "over")]


NAMED = "Info: Updated package CAS10001 and SMS_DISTRIBUTION_MANAGER will replicate the content to all the site servers"


def distributed(id: str) -> list[str]:
    return [
        f"Found package properties updated notification for package '{id}'",
        rf"Created minijob to send compressed copy of package {id} to site PR1.  Transfer root = C:\SMSPKG\{id}.PCK.1",
        f"Successfully created/updated the package {id}",
    ]


def test_an_ordinary_package_is_no_update() -> None:
    assert judged(lines(distributed("CAS10077")), log=DISTMGR)["replication"]["outcome"] is None
    later = BEGIN + timedelta(minutes=1)
    begun = ["INFO: 2.ESC file was found. Easy setup package needs to be updated.", NAMED]
    found = together({HMAN: lines(begun), DISTMGR: lines(distributed("CAS10077"), later)})
    assert (found["replication"]["outcome"], found["replication"]["stage"]) == ("running", "package_created")
    found = together({HMAN: lines(begun), DISTMGR: lines(distributed("CAS10001"), later)})
    assert (found["replication"]["outcome"], found["replication"]["stage"]) == ("completed", "processed")


def test_a_package_that_distmgr_shows_as_an_update() -> None:
    snapshot = rf"Taking package snapshot for package CAS10001 from source \\scp01.corp.example\EasySetupPayLoad\{GUID}"
    found = judged(lines([snapshot, *distributed("CAS10001")[1:]]), log=DISTMGR)
    assert (found["replication"]["outcome"], found["replication"]["stage"]) == ("completed", "processed")


def test_sending_counts_on_the_thread_that_sends_an_update() -> None:
    sent = [r"~Sending Started [C:\SMSPKG\CAS10001.DLT.5.6]", "~Sending completed successfully"]
    other = [r"~Sending Started [C:\SMSPKG\CAS10077.DLT.5.6]", "~Sending completed successfully"]
    minute = BEGIN + timedelta(minutes=1)
    for written, stage in ((sent, "sent"), (other, "package_created")):
        found = together({HMAN: lines([NAMED]), SENDER: lines(written, minute)})
        assert found["replication"]["stage"] == stage


def test_warnings_that_are_ignored_do_not_end_an_installation() -> None:
    written = [
        "Checking if the CMU Staging folder already has the content extracted.",
        "Preparing prereq check for site server [srv]...~",
        "Continue configuration manager update as it is configured to ignore prereq warnings.",
    ]
    found = judged(lines(written), log=CMUPDATE)["installation"]
    assert (found["outcome"], found["stage"]) == ("running", "continued")


def test_the_log_of_a_record_is_known_by_its_component_where_the_file_has_another_name() -> None:
    found = judged(lines(CHECK), log=r"C:\temp\ticket 4711.txt")
    assert (found["download"]["outcome"], found["problems"]) == ("completed", [])


def test_a_record_of_an_unknown_log_is_compared_with_all_problems() -> None:
    written = ["Failed to calculate hash $$<X><03-02-2026 10:00:00.000-60><thread=1 (0x1)>"]
    assert [p["id"] for p in judged(written, log="notes.txt")["problems"]] == ["share_unreadable"]


BLOCKED = "CONFIGURATION_MANAGER_UPDATE is currently blocked in database by another session [SMS Provider][session_id=77]"
NOT_ARRIVED = "The contents for the package CAS10001 hasn't arrived from site CS1 yet, will retry later."


def test_work_that_waits_has_not_failed() -> None:
    found = judged(lines(["Running prereq checking against Server [srv] ...~", BLOCKED]), log=CMUPDATE)
    assert found["installation"]["outcome"] == "running"
    assert [problem["id"] for problem in found["problems"]] == ["update_blocked_in_database"]
    easy = "Info: package 'CAS10001' is set to replicate to site servers only."
    found = judged(lines([easy, NOT_ARRIVED]), log=DISTMGR)
    assert found["replication"]["outcome"] == "running"
    assert [problem["id"] for problem in found["problems"]] == ["content_not_arrived"]


def test_hman_ends_a_run_that_is_only_a_check() -> None:
    begun: dict[str, Iterable[str]] = {CMUPDATE: lines(["Running prereq checking against Server [srv] ...~"])}
    ended = {HMAN: lines(["Prereq check passed. Setup will not continue since it is prereq only."], BEGIN + timedelta(minutes=1))}
    assert together(begun)["installation"]["outcome"] == "running"
    found = together({**begun, **ended})["installation"]
    assert (found["outcome"], found["stage"]) == ("completed", "check_only")
