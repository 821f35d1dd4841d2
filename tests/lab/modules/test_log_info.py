"""log_info over pywinrm and NTLM: failed and successful synchronisations of the lab."""

from __future__ import annotations

from typing import Any

import pytest

from lab.configmgr import logs, timing
from lab.configmgr.updates import AVAILABLE
from tests.lab.modules.conftest import Play

SERVER = "scp01.corp.example"
DOWNLOADER = "SMS_DMP_DOWNLOADER"
KEY = r"HKLM\SOFTWARE\Microsoft\SMS\COMPONENTS\SMS_DMP_DOWNLOADER"


@pytest.fixture
def installed(play: Play) -> Play:
    play.run("site_system", server=SERVER)
    play.run("service_connection_point", server=SERVER)
    play.settle(120)
    play.estate.request_log.clear()
    return play


def log_file(play: Play, machine: str = "scp01", file: str = "dmpdownloader.log") -> str:
    return f"{logs.log_folder(play.estate.machine(machine))}\\{file}"


def check_again(play: Play, lab_seconds: float = 60) -> None:
    """Request a check for updates with its registry values, and let it run."""
    with play.estate.lock:
        play.estate.machine("scp01").registry.set(KEY, "LastSyncedTime", 0)
    play.settle(lab_seconds)


def problem_ids(result: dict[str, Any], status: str = "current") -> list[str]:
    return [found["id"] for found in result["problems"] if found["status"] == status]


def test_a_sound_synchronisation(installed: Play) -> None:
    result = installed.run("log_info", "scp01")
    assert result["changed"] is False
    assert result["download"]["outcome"] == "completed"
    assert result["download"]["stage"] == "manifest_handed_over"
    assert result["download"]["last_success"] == result["download"]["time"]
    assert [stage["stage"] for stage in result["download"]["stages"]][-2:] == ["manifest_verified", "manifest_handed_over"]
    assert [message["number"] for message in result["state_messages"]] == [0, 1, 2, 3, 4]
    assert all(message["sent"] and message["package"] is None for message in result["state_messages"])
    assert result["problems"] == []
    assert result["counts"]["unread"] == result["counts"]["incomplete"] == 0
    assert result["logs"] == [
        {
            "component": DOWNLOADER,
            "path": log_file(installed),
            "readable": True,
            "error": None,
            "rolled_error": None,
            "files": [
                {
                    "path": log_file(installed),
                    "bytes": result["logs"][0]["files"][0]["bytes"],
                    "cut": False,
                    "encoding": "utf-8",
                    "unreadable_characters": 0,
                }
            ],
        }
    ]
    # The lab's bias is -60: with the wrong sign, times would be two hours off.
    assert result["timeline"][-1]["time"] <= result["server_time"]
    assert result["since"] < result["timeline"][0]["time"]
    assert installed.estate.request_log.totals()["cim"] <= 11


def test_what_the_site_made_of_it(installed: Play) -> None:
    result = installed.run("log_info", "cas01", components=["sms_hierarchy_manager", "SMS_DISTRIBUTION_MANAGER"])
    assert result["manifest"]["outcome"] == "completed"
    assert result["manifest"]["stage"] == "manifest_accepted"
    assert result["problems"] == []
    assert [log["component"] for log in result["logs"]] == ["SMS_HIERARCHY_MANAGER", "SMS_DISTRIBUTION_MANAGER"]


@pytest.mark.parametrize(
    ("cause", "problem"),
    [
        ("untrusted", "untrusted_certificate"),
        ("tls", "tls"),
        ("proxy", "proxy_authentication"),
        ("name_resolution", "name_resolution"),
        ("refused", "connection_refused"),
        ("timeout", "timeout"),
        ("lost", "connection_lost"),
    ],
)
def test_a_broken_synchronisation_has_its_own_cause(installed: Play, cause: str, problem: str) -> None:
    installed.estate.faults.order("failing_download", target="scp01", cause=cause, count=1)
    check_again(installed)
    result = installed.run("log_info", "scp01")
    assert result["download"]["outcome"] == "failed"
    assert result["download"]["stage"] == "manifest_download"
    assert problem_ids(result) == [problem]
    found = result["problems"][0]
    assert found["cause"]
    assert found["remedy"]
    assert found["related"] >= 1
    # A later successful check shows that the problem is over.
    check_again(installed)
    result = installed.run("log_info", "scp01")
    assert result["download"]["outcome"] == "completed"
    assert (problem_ids(result), problem_ids(result, "over")) == ([], [problem])


def test_a_stopped_thread(installed: Play) -> None:
    installed.run("component", "scp01", state="stopped")
    result = installed.run("log_info", "scp01")
    assert problem_ids(result) == ["thread_stopped"]
    assert result["threads"][0]["component"] == DOWNLOADER
    assert result["threads"][0]["running"] is False
    assert "configmgr.scp.component" in result["problems"][0]["remedy"]
    installed.run("component", "scp01", state="started")
    assert problem_ids(installed.run("log_info", "scp01")) == []


def test_a_share_that_the_site_can_not_read(installed: Play) -> None:
    installed.estate.faults.order("share_unreadable", target="CAS", count=1)
    with installed.estate.lock:
        package = next(found for found in installed.hierarchy().state.updates.values())
        package.state, package.download_wanted = AVAILABLE, True
    check_again(installed, timing.DOWNLOAD + 120)
    result = installed.run("log_info", "cas01", components=["SMS_HIERARCHY_MANAGER"])
    assert problem_ids(result) == ["share_unreadable"]
    assert result["content"]["outcome"] == "failed"
    there = installed.run("log_info", "scp01")
    assert [found["outcome"] for found in there["packages"]] == ["completed"]
    assert there["packages"][0]["package"] == package.guid.lower()


def test_the_rolled_file_is_read_where_the_range_needs_it(installed: Play) -> None:
    path = log_file(installed)
    machine = installed.estate.machine("scp01")
    with installed.estate.lock:
        whole = machine.files.read(path) or b""
        half = whole.index(b"\r\n", len(whole) // 2) + 2
        machine.files.write(f"{path[:-1]}_", whole[:half])
        machine.files.write(path, whole[half:])
    result = installed.run("log_info", "scp01")
    assert [part["path"] for part in result["logs"][0]["files"]] == [f"{path[:-1]}_", path]
    assert result["download"]["outcome"] == "completed"
    assert [message["number"] for message in result["state_messages"]] == [0, 1, 2, 3, 4]


def test_only_the_end_of_a_large_file_travels(installed: Play) -> None:
    path = log_file(installed)
    machine = installed.estate.machine("scp01")
    with installed.estate.lock:
        machine.files.write(path, b"padding without fields\r\n" * 200_000 + (machine.files.read(path) or b""))
    installed.estate.request_log.clear()
    result = installed.run("log_info", "scp01", max_bytes=16384)
    assert result["logs"][0]["files"][0]["bytes"] == 16384
    assert result["logs"][0]["files"][0]["cut"] is True
    assert result["download"]["outcome"] == "completed"
    assert sum(record.bytes_out for record in installed.estate.request_log.records()) < 120_000


def test_hostile_lines_are_text(installed: Play) -> None:
    path = log_file(installed)
    machine = installed.estate.machine("scp01")
    now = machine.clock.now()
    evil = "ERROR: \x1b[2J<script>alert(1)</script>\u202e\x07" + "A" * 1_000_000
    with installed.estate.lock:
        machine.files.append(path, logs.native_line(evil, DOWNLOADER, now).encode())
        machine.files.append(path, b"\xff\xfe\x00garbage \x9d without an end")
    result = installed.run("log_info", "scp01", max_bytes=2_000_000)
    found = next(problem for problem in result["problems"] if problem["id"] == "unrecognised")
    text = found["lines"][0]["text"]
    assert text.startswith("ERROR: \\x1b[2J<script>alert(1)</script>\\u202e\\x07AAA")
    assert text.endswith("more characters]")
    assert len(text) < 1100
    assert result["counts"]["unread"] == 1
    assert result["unread"][0]["log"] == path
    assert result["download"]["outcome"] == "completed"


def test_a_log_by_its_path(installed: Play) -> None:
    machine = installed.estate.machine("scp01")
    end = "$$<Configuration Manager Setup><11-22-2026 10:00:00.000-60><thread=5 (0x5)>\r\n"
    text = f"INFO: Setup downloader setupdl.exe: STARTED  {end}"
    with installed.estate.lock:
        machine.files.write(r"C:\ConfigMgrSetup.log", text.encode("utf-16"))
    result = installed.run("log_info", "scp01", paths=[r"C:\ConfigMgrSetup.log"])
    assert len(result["logs"]) == 1
    assert result["logs"][0]["component"] is None
    assert result["logs"][0]["files"][0]["encoding"] == "utf-16-le"
    assert result["counts"]["records"] == 1
    assert result["newest_time"] == "2026-11-22T09:00:00.000Z"


def test_a_log_beside_that_of_a_component(play: Play) -> None:
    play.estate.faults.order("failing_endpoint", target="scp01", host="go.microsoft.com")
    play.run("site_system", server=SERVER)
    play.run("service_connection_point", server=SERVER)
    play.settle(120)
    found = play.run("log_info", "scp01", names=["EndpointConnectivityCheckWorker"])
    assert [log["path"].rpartition("\\")[2] for log in found["logs"]] == [
        "dmpdownloader.log",
        "EndpointConnectivityCheckWorker.log",
    ]
    texts = [line["text"] for problem in found["problems"] for line in problem["lines"] if "endpoint" in line["text"]]
    assert texts[0] == "ERROR: Failed to reach endpoint go.microsoft.com: timeout"


def test_one_log_of_two_can_not_be_read(installed: Play) -> None:
    result = installed.run("log_info", "scp01", components=[DOWNLOADER, "SMS_NONE"], paths=[r"C:\nowhere.log"])
    assert [log["readable"] for log in result["logs"]] == [True, False, False]
    assert "SMS_NONE" in result["logs"][1]["error"]
    assert r"there is no file C:\nowhere.log" in result["logs"][2]["error"]


def test_nothing_can_be_read(installed: Play) -> None:
    assert "has no log file for SMS_DMP_DOWNLOADER" in installed.refused("log_info", "scp02")
    with installed.estate.lock:
        machine = installed.estate.machine("scp01")
        machine.files.unreadable[log_file(installed)] = None
    assert "cannot be opened" in installed.refused("log_info", "scp01")


def test_a_server_without_curl_prints_the_whole_log(play: Play) -> None:
    machine = play.estate.machine("scp04")
    with play.estate.lock:
        machine.files.write(r"C:\x.log", b"x" * 10_000)
    (log,) = play.run("log_info", "scp04", paths=[r"C:\x.log"], max_bytes=4096)["logs"]
    assert log["readable"] is True
    assert [(part["bytes"], part["cut"]) for part in log["files"]] == [(4096, True)]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"components": ["A\\B"]}, "is not a component"),
        ({"components": []}, "from 1 to 20 logs"),
        ({"components": [], "names": ["sitecomp"]}, "give at least one component"),
        ({"names": ["a/b"]}, "is not the name of a log"),
        ({"paths": [r"\\server\share\x.log"]}, "is not a path of a local file"),
        ({"paths": [r"C:\logs\*.log"]}, "is not a path of a local file"),
        ({"paths": ['C:\\a".log']}, "is not a path of a local file"),
        ({"paths": [r"C:\a\..\b.log"]}, "is not a path of a local file"),
        ({"hours": 0}, "hours: 0 is out of range"),
        ({"max_bytes": 100_000_000}, "max_bytes: 100000000 is out of range"),
        ({"bias_minutes": 841}, "bias_minutes: 841 is out of range"),
    ],
)
def test_bad_wishes_are_refused_before_anything_is_sent(play: Play, given: dict[str, Any], words: str) -> None:
    assert words in play.refused("log_info", "scp01", **given)
    assert play.estate.request_log.records() == ()
