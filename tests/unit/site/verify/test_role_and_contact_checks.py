"""Configured, installed, running, healthy; last contact, synchronisation and downloads."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.site.verify.support import SCP01, WELL, check, flow, offline, spoiled, stage

ROW = {"server": SCP01, "site_code": "CAS", "mode": "online"}


@pytest.mark.parametrize(
    ("rows", "status", "words"),
    [
        ([ROW], "passed", "scp01.corp.example, site CAS, online."),
        ([], "failed", "No site of the hierarchy has it."),
        ([ROW, {**ROW, "server": "scp02.corp.example"}], "failed", "more than one: "),
        ([{**ROW, "site_code": "PR1"}], "failed", "belongs to site PR1, but the top-level site is CAS"),
        ([{**ROW, "mode": None}], "warning", "Cannot tell: the row of scp01.corp.example has no known mode"),
    ],
)
def test_configured(rows: list[dict[str, Any]], status: str, words: str) -> None:
    entry = check(spoiled("role", configured=rows), "role_configured")
    assert entry["status"] == status
    assert words in entry["detail"]


def test_of_two_it_says_which_one_works() -> None:
    second = {**ROW, "server": "scp02.corp.example"}
    rows = [
        {"component": "SMS_DMP_DOWNLOADER", "server": "SCP01", "state": "started", "last_heartbeat": "2026-11-22T11:59:00Z"},
        {"component": "SMS_DMP_DOWNLOADER", "server": "SCP02.corp.example", "state": "stopped", "last_heartbeat": None},
    ]
    entry = check(spoiled("role", configured=[ROW, second], components=rows), "role_configured")
    assert (
        "On scp01.corp.example SMS_DMP_DOWNLOADER is started, and its last heartbeat was at 2026-11-22 11:59:00 UTC"
        in entry["detail"]
    )
    assert "On scp02.corp.example SMS_DMP_DOWNLOADER is stopped, so that one does not work." in entry["detail"]
    entry = check(spoiled("role", configured=[ROW, second], components=[]), "role_configured")
    assert entry["detail"].count("site CAS lists no SMS_DMP_DOWNLOADER") == 2


@pytest.mark.parametrize("row", [[], [{**ROW, "site_code": "PR1"}]])
def test_remedies_name_the_host_where_the_playbook_runs(row: list[dict[str, Any]]) -> None:
    remedy = check(spoiled("role", configured=row), "role_configured")["remedy"]
    assert "SMS Provider" in remedy or "service_connection_point_server" in remedy
    assert "provision on the server" not in remedy


@pytest.mark.parametrize(
    ("servers", "status", "words"),
    [
        (["cas01.corp.example"], "passed", "one site server"),
        (["cas01.corp.example", "cas02.corp.example"], "passed", "The pair of site CAS is cas01"),
        (["cas01.corp.example", "SCP01"], "failed", "active/passive pair"),
    ],
)
def test_the_role_on_one_of_a_pair(servers: list[str], status: str, words: str) -> None:
    entry = check(spoiled("hierarchy", site_servers=servers), "site_server_pair")
    assert (entry["status"], entry["required"] or status == "passed") == (status, True)
    assert words in entry["detail"]
    if status == "failed":
        assert "configmgr.scp.move" in entry["remedy"]


def test_a_pair_is_judged_where_the_site_servers_are_known() -> None:
    assert check(spoiled("role", configured=[{**ROW, "site_code": "PR1"}]), "site_server_pair")["status"] == "skipped"
    assert check(spoiled("role", configured=[]), "site_server_pair")["status"] == "skipped"


def test_installed() -> None:
    assert check(WELL, "role_installed")["status"] == "passed"
    entry = check(spoiled("role", installed=False, components=[]), "role_installed")
    assert entry["status"] == "failed"
    assert "is not listed by the site" in entry["detail"]
    assert check(spoiled("role", configured=[]), "role_installed")["status"] == "skipped"


@pytest.mark.parametrize(
    ("health", "status"),
    [("ok", "passed"), ("warning", "warning"), ("critical", "failed"), ("status 7", "warning"), ("unknown", "warning")],
)
def test_components(health: str, status: str) -> None:
    row = {"component": "SMS_SERVICE_CONNECTOR", "server": "SCP01", "state": "started", "status": health}
    # A component that was left behind on another server says nothing of this role.
    other = {**row, "server": "OLD.corp.example", "status": "critical"}
    entry = check(spoiled("role", components=[row, other]), "components_healthy")
    assert entry["status"] == status
    assert "OLD" not in entry["detail"]


def test_server_health() -> None:
    ill = [{"role": "SMS Dmp Connector", "status": "critical", "down_since": "2026-11-22T08:00:00Z"}]
    entry = check(spoiled("status", roles=ill), "server_healthy")
    assert (entry["status"], entry["detail"]) == ("warning", "SMS Dmp Connector is critical, down since 2026-11-22 08:00:00 UTC.")
    assert check(spoiled("status", roles=[]), "server_healthy")["status"] == "skipped"


@pytest.mark.parametrize(("state", "status"), [("running", "passed"), ("stopped", "failed"), ("stopping", "failed")])
def test_thread(state: str, status: str) -> None:
    assert check(spoiled("thread", state=state), "thread_running")["status"] == status


@pytest.mark.parametrize(
    ("recorded", "logged", "status", "words"),
    [
        ("2026-11-22T10:00:18Z", None, "passed", "1 hour ago, at 2026-11-22 10:00:18 UTC"),
        ("2026-11-21T11:00:00Z", None, "passed", "25 hours ago"),
        ("2026-11-21T10:59:59Z", None, "failed", "It should make one every 24 hours."),
        # While a check is asked for the registry shows none; the log does.
        (None, "2026-11-22T11:59:00.000Z", "passed", "1 minute ago"),
        ("2026-11-20T10:00:00Z", "2026-11-22T11:59:00.000Z", "passed", "1 minute ago"),
        (None, None, "warning", "Cannot tell: neither the registry nor the log"),
        ("2026-11-22T12:00:30Z", None, "passed", "30 seconds in the future"),
    ],
)
def test_last_contact_online(recorded: str | None, logged: str | None, status: str, words: str) -> None:
    found = spoiled("last", previous_synchronisation=recorded)
    found["log"]["result"]["download"] = flow("completed", success=logged)
    entry = check(found, "last_contact")
    assert entry["status"] == status
    assert words in entry["detail"]


def test_last_contact_of_a_stopped_thread_says_what_the_module_said() -> None:
    found = spoiled()
    found["last"]["result"] = {"msg": "SMS_DMP_DOWNLOADER is stopped.", "failed": False}
    found["log"]["result"]["download"] = flow(None)
    assert "SMS_DMP_DOWNLOADER is stopped." in check(found, "last_contact")["detail"]


@pytest.mark.parametrize(
    ("accepted", "status", "words"),
    [
        ("2026-11-20T10:00:00.000Z", "passed", "2 days ago"),
        ("2026-10-01T10:00:00.000Z", "warning", "52 days ago"),
        (None, "warning", "Cannot tell: the part of hman.log that was read"),
    ],
)
def test_last_contact_offline(accepted: str | None, status: str, words: str) -> None:
    found = offline(spoiled("site_log", manifest=flow("completed", success=accepted)))
    entry = check(found, "last_contact")
    assert entry["status"] == status
    assert words in entry["detail"]
    assert check(found, "synchronisation")["status"] == "skipped"
    assert check(found, "endpoints_reported")["status"] == "skipped"


def test_an_import_is_not_what_the_role_fetched_itself_before_it_was_offline() -> None:
    found = offline(spoiled("site_log", manifest=flow("completed", success="2026-11-22T10:01:00.000Z")))
    entry = check(found, "last_contact")
    assert entry["status"] == "warning"
    assert "none was imported since" in entry["detail"]
    assert "configmgr.scp.offline_updates" in entry["remedy"]


@pytest.mark.parametrize(("hours", "words"), [(25, "within 25 hours"), (1.5, "within 1.5 hours")])
def test_the_title_says_what_is_allowed(hours: float, words: str) -> None:
    found = spoiled()
    found["limits"] = {"contact_hours": hours}
    entry = check(found, "last_contact")
    assert entry["title"].endswith(words)
    assert entry["status"] == ("passed" if hours == 25 else "failed")


@pytest.mark.parametrize(
    ("outcome", "status", "words"),
    [
        ("completed", "passed", "Stage reached: Stage x"),
        ("running", "passed", "One is under way."),
        ("failed", "failed", "It failed."),
        ("stopped", "failed", "Its thread was stopped."),
        ("stalled", "failed", "It makes no progress."),
        (None, "warning", "shows none"),
    ],
)
def test_synchronisation(outcome: str | None, status: str, words: str) -> None:
    entry = check(spoiled("log", download=flow(outcome, stage("x", "2026-11-22T10:00:00.000Z"))), "synchronisation")
    assert entry["status"] == status
    assert words in entry["detail"]


@pytest.mark.parametrize(
    ("handed", "accepted", "status"),
    [
        ("2026-11-22T10:00:18.000Z", "2026-11-22T10:01:00.000Z", "passed"),
        ("2026-11-22T11:30:00.000Z", "2026-11-21T10:01:00.000Z", "passed"),
        ("2026-11-22T10:00:18.000Z", "2026-11-21T10:01:00.000Z", "warning"),
        ("2026-11-22T10:00:18.000Z", None, "warning"),
        (None, None, "skipped"),
    ],
)
def test_what_the_site_made_of_it(handed: str | None, accepted: str | None, status: str) -> None:
    found = spoiled("log", download=flow("completed", success=handed))
    found["site_log"]["result"]["manifest"] = flow("completed", success=accepted)
    assert check(found, "manifest_accepted")["status"] == status


@pytest.mark.parametrize(
    ("outcome", "status"), [("completed", "passed"), ("running", "passed"), ("failed", "failed"), ("stalled", "failed")]
)
def test_downloads(outcome: str, status: str) -> None:
    rows = [{"package": "abc", "outcome": outcome, "title": "Payload being downloaded"}]
    entry = check(spoiled("log", packages=rows), "downloads")
    assert entry["status"] == status
    assert "abc" in entry["detail"]
