"""The complete report: its parts, what was not checked, what ends a run, what is accepted."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import BadInput, gathered_from
from tests.unit.site.verify.support import CAS01, SCP01, WELL, check, problem, report, spoiled


def ids(found: dict[str, Any], status: str) -> list[str]:
    return [c["id"] for c in report(found)["checks"] if c["status"] == status]


def test_all_is_well() -> None:
    found = report(WELL)
    assert found["verdict"] == "passed"
    assert found["failures"] == []
    assert (found["site_code"], found["server"], found["mode"]) == ("CAS", SCP01, "online")
    assert ids(WELL, "skipped") == ["downloads"]
    assert {(c["part"], c["host"]) for c in found["checks"]} == {("site", CAS01), ("server", SCP01), ("site_server", CAS01)}
    # It is data: what cannot be written as JSON would not reach the page.
    assert json.loads(json.dumps(found)) == found


def test_only_what_fails_and_is_required_makes_it_fail() -> None:
    advice = spoiled("role", duties=[{"id": "proxy", "title": "T", "detail": "D", "how": "H", "done": False}])
    assert report(advice)["verdict"] == "warning"
    assert report(advice)["failures"] == []
    assert len(report(advice, fail_on="warning")["failures"]) == 1
    stopped = spoiled("thread", state="stopped")
    assert report(stopped)["verdict"] == "failed"
    assert report(stopped)["failures"] == [
        f"{SCP01}: thread_running (The thread SMS_DMP_DOWNLOADER runs on the server): It is stopped on {SCP01}, so nothing is "
        "synchronised. Start it with configmgr.scp.component (name: SMS_DMP_DOWNLOADER, state: started) on that server."
    ]
    assert report(stopped, fail_on="none")["failures"] == []


def test_what_is_accepted_is_told_and_ends_no_run() -> None:
    found = report(spoiled("thread", state="stopped"), accept=["thread_running", "support_end"])
    entry = next(c for c in found["checks"] if c["id"] == "thread_running")
    assert entry["status"] == "skipped"
    assert entry["detail"].startswith("Accepted, although the result is failed: It is stopped")
    # A correct one remains passed.
    assert next(c for c in found["checks"] if c["id"] == "support_end")["status"] == "passed"
    assert found["failures"] == []
    with pytest.raises(BadInput, match=r"accept: no check is called 'thread_runing'\. Did you mean thread_running\?"):
        report(WELL, accept=["thread_runing"])


def test_a_host_that_is_not_reached_is_one_failed_check() -> None:
    found = spoiled()
    found["thread"]["result"] = {"unreachable": True, "msg": "no route"}
    found["last"]["result"] = {"skipped": True}
    found["log"]["result"] = {"skipped": True}
    entry = check(found, "thread_checked")
    assert (entry["status"], entry["part"], entry["host"]) == ("failed", "server", SCP01)
    assert "could not be reached: no route" in entry["detail"]
    assert check(found, "last_contact")["status"] == "warning"
    assert not [c for c in report(found)["checks"] if c["id"] in ("log_checked", "last_checked", "synchronisation")]


@pytest.mark.parametrize("name", ["hierarchy", "role", "status", "updates", "cloud", "thread", "log", "site_log"])
def test_a_module_that_fails_is_a_failed_check_even_when_the_play_hides_it(name: str) -> None:
    found = spoiled()
    found[name]["result"] = {"failed": False, "failed_when_result": False, "msg": "Access is denied.", "logs": []}
    entry = check(found, f"{name}_checked")
    assert (entry["status"], entry["detail"]) == ("failed", "Access is denied.")
    assert report(found)["blocked"]


def test_a_dead_server_names_the_ways_to_another_one() -> None:
    found = spoiled()
    found["thread"]["result"] = {"unreachable": True, "msg": "no route"}
    remedy = check(found, "thread_checked")["remedy"]
    assert "configmgr.scp.move" in remedy
    assert "configmgr.scp.recover" in remedy
    found["thread"]["result"] = {"msg": "Access is denied."}
    assert "configmgr.scp.move" not in check(found, "thread_checked")["remedy"]
    # The server answers, so the site's data about it is still used.
    assert check(found, "role_installed")["status"] == "passed"


def test_what_rests_on_a_stopped_thread_is_told_and_not_judged() -> None:
    entry = check(spoiled("thread", state="stopped"), "synchronisation")
    assert entry["status"] == "skipped"
    assert entry["detail"].startswith("Not judged, because thread_running failed: It is stopped on scp01.corp.example")
    assert "What was found here: Stage reached: " in entry["detail"]


def test_a_server_outside_the_inventory() -> None:
    found = spoiled()
    found["missing"] = {"server": {"server": SCP01, "detail": "It is no host.", "remedy": "Set scp_hosts."}}
    for name in ("thread", "last", "log"):
        del found[name]
    entry = check(found, "server_checked")
    assert (entry["status"], entry["host"]) == ("failed", SCP01)
    assert (entry["detail"], entry["remedy"]) == ("It is no host. So it could not be checked.", "Set scp_hosts.")


def test_nothing_at_all() -> None:
    found = report({})
    assert found["verdict"] == "failed"
    assert [c["id"] for c in found["checks"]] == ["site_checked"]


def test_junit() -> None:
    root = ET.fromstring(report(spoiled("thread", state="stopped"))["junit"])
    assert root.get("name") == "service connection point of CAS"
    failed = [case for case in root.iter("testcase") if case.find("failure") is not None]
    assert [(case.get("classname"), case.get("name")) for case in failed] == [("verify.server", f"thread_running on {SCP01}")]


def test_texts_of_servers_harm_nobody() -> None:
    evil = "\x1b[2J<script>alert(1)</script>\u202e{{ 7 * 7 }}" + "A" * 100_000
    found = report(spoiled("log", problems=[problem("tls", cause=evil, title=evil)]))
    entry = next(c for c in found["checks"] if c["id"] == "problem_tls")
    assert entry["detail"].startswith("\\x1b[2J<script>alert(1)</script>\\u202e{{ 7 * 7 }}AAA")
    assert len(entry["detail"]) < 2100
    assert len(entry["title"]) < 350
    assert "\x1b" not in "".join(found["table"]) + "".join(found["failures"]) + found["junit"]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"hierarchie": {}}, "hierarchie: unknown; choose from"),
        ({"role": []}, "role: give a dictionary"),
        ({"role": {"host": "x", "result": "no"}}, "role: give a dictionary"),
        (
            {"limits": {"contact_hours": "many"}},
            "limits: contact_hours is 'many'; give hours from 0 to 100000",
        ),
        ({"limits": {"contact_hours": -1}}, "limits: contact_hours is -1; give hours from 0 to 100000"),
        ({"limits": {"hours": 1}}, "limits:"),
    ],
)
def test_bad_input_is_named(found: dict[str, Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        gathered_from(found)


def test_times_of_the_report() -> None:
    found = report(WELL)
    assert found["generated"] == datetime(2026, 11, 22, 12, tzinfo=UTC).isoformat()
    assert found["site_time"] == "2026-11-22T12:00:00+00:00"
