"""Which parts of the modules' results the report contains, and which checks run."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.report import verdict
from tests.unit.site.verify.support import CAS01, SCP01, WELL, check, offline, problem, report, spoiled


@pytest.mark.parametrize(
    ("blocked", "failed", "warning", "expected"),
    [(True, 1, 0, "failed"), (False, 1, 0, "warning"), (False, 0, 1, "warning"), (False, 0, 0, "passed")],
)
def test_the_verdict(blocked: bool, failed: int, warning: int, expected: str) -> None:
    assert verdict(blocked, {"failed": failed, "warning": warning, "passed": 9, "skipped": 9}) == expected


def test_what_the_report_carries_on() -> None:
    found = report(spoiled("hierarchy", site_systems=[{"server": SCP01}]))
    result = {name: WELL[name]["result"] for name in WELL}
    assert found["schema"] == 1
    assert found["sites"] == result["hierarchy"]["sites"]
    assert found["site_systems"] == [{"server": SCP01}]
    assert found["service_connection_points"] == result["hierarchy"]["service_connection_points"]
    assert found["components"] == result["role"]["components"]
    assert found["support"] == result["updates"]["support"]
    assert found["packages"] == result["updates"]["packages"]
    assert found["messages"] == result["status"]["messages"]
    assert found["last_contact"] == "2026-11-22T10:00:18+00:00"


def test_no_ids_of_applications_are_carried_on() -> None:
    row = {"name": "A", "tenant": "T", "type": "web", "imported": True, "secret": None, "client_id": "11-22", "more": 1}
    assert report(spoiled("cloud", applications=[row]))["applications"] == [
        {"name": "A", "tenant": "T", "type": "web", "imported": True, "secret": None}
    ]


def test_what_is_carried_on_of_a_log() -> None:
    found = spoiled("log", more="x", timeline_left_out=3)
    log = report(found)["log"]
    assert (log["host"], log["timeline_left_out"], log["content"]) == (SCP01, 3, None)
    assert log["download"] == found["log"]["result"]["download"]
    assert "more" not in log
    assert set(log) == {
        *("host", "server_time", "since", "logs", "download", "packages", "manifest", "content", "replication"),
        *("installation", "state_messages", "problems", "timeline", "timeline_left_out", "counts"),
    }
    found["log"]["result"] = {"failed": True, "msg": "no"}
    assert report(found)["log"] is None


def test_a_report_of_nothing() -> None:
    found = report({})
    names = ("site_time", "site_code", "server", "mode", "last_contact", "support", "log", "site_log")
    assert {found[name] for name in names} == {None}
    assert [found[name] for name in ("sites", "packages", "applications", "messages")] == [[], [], [], []]
    [only] = found["checks"]
    assert (only["status"], only["required"], only["host"], only["part"]) == ("failed", True, "", "site")


def test_who_has_no_answer_is_named_by_the_host_that_was_asked() -> None:
    [only] = report({"hierarchy": {"host": CAS01, "result": {"skipped": True}}})["checks"]
    assert only["host"] == CAS01
    [only] = report({"role": {"host": CAS01, "result": {"skipped": True}}})["checks"]
    assert only["host"] == CAS01
    assert ET.fromstring(report(WELL)["junit"]).attrib["name"].endswith(" CAS")
    unread = report({"hierarchy": {"host": CAS01, "result": {}}})["junit"]
    assert ET.fromstring(unread).attrib["name"].endswith(f" {CAS01}")


def test_the_contact_of_an_offline_role_is_the_last_import() -> None:
    assert report(offline(spoiled()))["last_contact"] == "2026-11-22T10:01:00+00:00"


def test_times_without_fractions() -> None:
    found = spoiled("updates", site_time="2026-11-22T12:00:00.500Z")
    assert report(found)["site_time"] == "2026-11-22T12:00:00+00:00"
    assert datetime.fromisoformat(report(found)["generated"]) == datetime(2026, 11, 22, 12, tzinfo=UTC)


# Which checks run.

JUDGES = {
    "hierarchy": [],
    "status": ["server_healthy", "endpoints_reported", "messages_quiet"],
    "updates": ["updates", "support_end", "security_update"],
    "cloud": ["app_secrets_valid", "cloud_needs_role"],
    "thread": ["thread_running"],
    "log": ["synchronisation", "downloads"],
    "site_log": ["manifest_accepted"],
    "role": ["role_configured", "site_server_pair", "role_installed", "components_healthy", "duty_proxy", "last_contact"],
}


@pytest.mark.parametrize("name", list(JUDGES))
def test_a_module_without_an_answer_is_judged_by_nobody(name: str) -> None:
    found = spoiled()
    found[name]["result"] = {"failed": True, "msg": "no right"}
    whole, rest = report(WELL)["checks"], report(found)["checks"]
    gone = [entry["id"] for entry in whole if entry["id"] not in {one["id"] for one in rest}]
    assert sorted(gone) == sorted(JUDGES[name])
    assert [entry["id"] for entry in rest if entry["id"].endswith("_checked")] == [f"{name}_checked"]


def test_the_order_of_the_checks() -> None:
    assert [entry["id"] for entry in report(WELL)["checks"]] == [
        "role_configured",
        "site_server_pair",
        "role_installed",
        "components_healthy",
        *JUDGES["status"],
        *JUDGES["updates"],
        *JUDGES["cloud"],
        "duty_proxy",
        "thread_running",
        "last_contact",
        *JUDGES["log"],
        *JUDGES["site_log"],
    ]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [(["log"], True), (["last"], True), (["site_log"], True), (["log", "last", "site_log"], True), ([], False)],
)
def test_the_last_contact_is_judged_by_any_of_three_answers(answers: list[str], asked: bool) -> None:
    found = spoiled()
    for name in {"log", "last", "site_log"} - set(answers):
        found[name]["result"] = {"skipped": True}
    entries = [entry for entry in report(found)["checks"] if entry["id"] == "last_contact"]
    assert len(entries) == asked
    assert {(entry["part"], entry["host"]) for entry in entries} <= {("server", SCP01)}


def test_a_server_that_is_missing_has_no_last_contact() -> None:
    found = spoiled()
    found["missing"] = {"server": {"server": SCP01, "detail": "D.", "remedy": "R."}}
    assert not [entry for entry in report(found)["checks"] if entry["id"] == "last_contact"]
    found["missing"] = {"site_server": {"server": CAS01, "detail": "D.", "remedy": "R."}}
    assert [entry for entry in report(found)["checks"] if entry["id"] == "last_contact"]
    missing = check(found, "site_server_checked")
    assert (missing["part"], missing["host"], missing["status"], missing["remedy"]) == ("site_server", CAS01, "failed", "R.")


def test_the_host_of_the_last_contact_without_a_log() -> None:
    found = spoiled()
    del found["log"]
    assert check(found, "last_contact")["host"] == SCP01


@pytest.mark.parametrize(("name", "lost"), [("thread", True), ("log", False), ("role", False)])
def test_only_a_role_server_that_is_lost_may_be_replaced(name: str, lost: bool) -> None:
    found: dict[str, Any] = spoiled()
    found[name]["result"] = {"unreachable": True, "msg": "no route"}
    assert ("configmgr.scp.move" in check(found, f"{name}_checked")["remedy"]) is lost


def test_every_text_of_a_check_is_bounded_and_harmless() -> None:
    evil = "\x1b" + "x" * 5000
    entry = check(spoiled("log", problems=[problem("tls", title=evil, cause=evil, remedy=evil)]), "problem_tls")
    assert all("\x1b" not in entry[name] for name in ("title", "detail", "remedy"))
    assert [entry[name].count("x") // 100 for name in ("title", "detail", "remedy")] == [3, 20, 20]
