"""No check passes while a check on which it depends has failed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_report import Found
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import Answer, Gathered
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.grounds import RESTS_ON, with_grounds

PASSED, WARNING, FAILED, SKIPPED = Status.PASSED, Status.WARNING, Status.FAILED, Status.SKIPPED
GONE = Gathered(thread=Answer("scp01", {"unreachable": True}))
LIVING = ["role_configured", "thread_checked", "thread_running"]


def statuses(checks: dict[str, Status], found: Gathered = GONE) -> dict[str, Status]:
    entries = [Found("site", "cas01", Check(id, "", status, f"About {id}.")) for id, status in checks.items()]
    return {entry.check.id: entry.check.status for entry in with_grounds(entries, found)}


@pytest.mark.parametrize(("id", "ground"), [(id, ground) for id, grounds in RESTS_ON.items() for ground in grounds])
def test_what_rests_on_a_failed_check_is_not_judged(id: str, ground: str) -> None:
    assert statuses({id: PASSED, ground: FAILED}) == {id: SKIPPED, ground: FAILED}


@pytest.mark.parametrize(
    ("id", "count"),
    [
        ("role_installed", 3),
        ("components_healthy", 4),
        ("server_healthy", 3),
        ("endpoints_reported", 4),
        ("messages_quiet", 4),
        ("last_contact", 3),
        ("synchronisation", 3),
        ("manifest_accepted", 3),
        ("downloads", 3),
        ("updates", 3),
        ("cloud_needs_role", 3),
        ("duty_discovery", 4),
        ("duty_gateways", 4),
    ],
)
def test_what_each_check_rests_on(id: str, count: int) -> None:
    assert list(RESTS_ON[id]) == [*LIVING, "role_installed"][:count]


@pytest.mark.parametrize("status", [PASSED, WARNING, SKIPPED])
def test_a_ground_that_did_not_fail_holds(status: Status) -> None:
    assert statuses({"thread_running": status, "synchronisation": PASSED})["synchronisation"] is PASSED


@pytest.mark.parametrize("status", [WARNING, FAILED, SKIPPED])
def test_only_what_passed_is_taken_back(status: Status) -> None:
    assert statuses({"thread_running": FAILED, "synchronisation": status})["synchronisation"] is status


def test_what_rests_on_nothing_stays() -> None:
    assert statuses({"thread_running": FAILED, "support_end": PASSED})["support_end"] is PASSED


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ({"thread": {"unreachable": True}}, SKIPPED),
        ({"log": {"unreachable": True}}, SKIPPED),
        ({"last": {"unreachable": True}}, SKIPPED),
        ({"thread": {"failed": True}}, PASSED),
        ({"status": {"unreachable": True}}, PASSED),
    ],
)
def test_a_module_that_failed_says_nothing_of_a_server_that_answers(found: dict[str, Any], status: Status) -> None:
    answers: dict[str, Any] = {name: Answer("scp01", result) for name, result in found.items()}
    gathered = replace(Gathered(), **answers)
    assert statuses({"thread_checked": FAILED, "role_installed": PASSED}, gathered)["role_installed"] is status


def test_the_first_ground_is_told_with_what_was_found() -> None:
    entries = [
        Found("site", "cas01", Check(id, f"Title of {id}", status, f"About {id}."))
        for id, status in (("role_installed", FAILED), ("thread_running", FAILED), ("messages_quiet", PASSED))
    ]
    entry = with_grounds(entries, GONE)[-1]
    assert (entry.part, entry.host, entry.check.title) == ("site", "cas01", "Title of messages_quiet")
    detail = entry.check.detail
    assert "thread_running" in detail
    assert "role_installed" not in detail
    assert detail.index("About thread_running.") < detail.index("About messages_quiet.")
