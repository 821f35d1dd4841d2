"""Configured, installed, running, healthy; last contact, synchronisation and downloads."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify import contact_checks
from tests.unit.site.verify.support import SCP01, WELL, check, flow, gathered, offline, report, spoiled, stage

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
    # A component that remained on another server says nothing about this role.
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
        # While a check is requested, the registry shows none; the log does.
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


def test_a_download_that_only_the_site_knows_of() -> None:
    row = {"package": "abc", "outcome": "failed", "title": "Payload being downloaded"}
    found = spoiled("site_log", packages=[row])
    assert check(found, "downloads")["status"] == "failed"
    # The log of the role's server says more about the same update.
    found["log"]["result"]["packages"] = [{**row, "outcome": "running"}]
    assert check(found, "downloads")["status"] == "passed"


def test_the_role_s_own_components_are_counted() -> None:
    other = {"component": "SMS_DMP_DOWNLOADER", "server": "OLD.corp.example", "state": "started", "status": "ok"}
    own = [{**other, "server": "SCP01"}, {**other, "server": "SCP01", "component": "SMS_DMP_UPLOADER"}]
    found = spoiled("role", components=[other, *own])
    assert "2 components" in check(found, "role_installed")["detail"]
    assert "2 components" in check(found, "components_healthy")["detail"]
    assert check(spoiled("role", components=[other]), "components_healthy")["status"] == "skipped"


def test_a_downloader_that_is_not_started_is_told_with_its_state() -> None:
    rows = [
        {"component": "SMS_DMP_UPLOADER", "server": "SCP01", "state": "paused"},
        {"component": "sms_dmp_downloader", "server": "SCP01", "state": "stopped"},
    ]
    entry = check(spoiled("role", installed=False, components=rows), "role_installed")
    assert "is stopped" in entry["detail"]
    assert (entry["status"], entry["required"]) == ("failed", True)


def test_every_component_that_is_ill_is_named_the_critical_ones_first() -> None:
    rows = [
        {"component": name, "server": "SCP01", "state": "started", "status": status}
        for name, status in (("A", "warning"), ("B", "critical"), ("C", "ok"), ("D", "status 7"))
    ]
    detail = check(spoiled("role", components=rows), "components_healthy")["detail"]
    assert detail.index("B is critical (started)") < detail.index("A is warning")
    assert "C is" not in detail
    assert "A is warning" in check(spoiled("role", components=[rows[0], rows[2]]), "components_healthy")["detail"]
    assert "D is status 7" in check(spoiled("role", components=[rows[2], rows[3]]), "components_healthy")["detail"]


@pytest.mark.parametrize(("count", "told"), [(1, "1 role is"), (2, "2 roles are")])
def test_roles_that_are_well_are_counted(count: int, told: str) -> None:
    roles = [{"role": f"R{number}", "status": "ok"} for number in range(count)]
    assert told in check(spoiled("status", roles=roles), "server_healthy")["detail"]


def test_only_roles_that_are_ill_are_named() -> None:
    roles = [{"role": "A", "status": "ok"}, {"role": "B", "status": "warning"}, {"role": "C", "status": "critical"}]
    detail = check(spoiled("status", roles=roles), "server_healthy")["detail"]
    assert detail == "B is warning, C is critical."


def test_a_row_at_another_site_when_the_top_level_site_is_not_known() -> None:
    found = spoiled("role", configured=[{**ROW, "site_code": "PR1"}])
    found["hierarchy"]["result"] = {"msg": "no", "failed": True}
    assert check(found, "role_configured")["status"] == "passed"
    assert check(found, "site_server_pair")["status"] == "skipped"


def test_the_remedy_of_a_row_at_another_site_names_both_sites() -> None:
    remedy = check(spoiled("role", configured=[{**ROW, "site_code": "PR1"}]), "role_configured")["remedy"]
    assert "site PR1 (scp_server: scp01.corp.example)" in remedy
    assert "site CAS" in remedy


def test_a_thread_of_which_nothing_is_known() -> None:
    assert "unknown" in check(spoiled("thread", state="unknown"), "thread_running")["detail"]
    assert check(spoiled("thread", state="stopped"), "thread_running")["required"]


# Times.


@pytest.mark.parametrize(("hours", "status"), [(2.0, "passed"), (1.99, "failed")])
def test_the_last_synchronisation_at_its_limit(hours: float, status: str) -> None:
    found = spoiled("last", previous_synchronisation="2026-11-22T10:00:00Z")
    found["log"]["result"]["download"] = flow("completed")
    found["limits"] = {"contact_hours": hours}
    assert check(found, "last_contact")["status"] == status


@pytest.mark.parametrize(("days", "status"), [(2.0, "passed"), (1.99, "warning")])
def test_the_last_import_at_its_limit(days: float, status: str) -> None:
    found = offline(spoiled("site_log", manifest=flow("completed", success="2026-11-20T12:00:00.000Z")))
    found["log"]["result"]["download"] = flow("completed")
    found["limits"] = {"import_days": days}
    assert check(found, "last_contact")["status"] == status


def test_a_server_without_a_clock_is_judged_by_nobody() -> None:
    found = spoiled("log", server_time=None)
    for name in ("updates", "status"):
        found[name]["result"]["site_time"] = None
    entry = check(found, "last_contact")
    assert (entry["status"], entry["required"]) == ("warning", False)
    assert "clock" in entry["detail"]


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ({"msg": "It is stopped.", "failed": False}, True),
        ({"msg": "It is stopped.", "asked": False}, False),
        ({"msg": "It is stopped.", "skipped": True}, False),
    ],
)
def test_what_the_module_said_is_told_when_it_failed(result: dict[str, Any], told: bool) -> None:
    found = spoiled("log", download=flow(None))
    found["last"]["result"] = result
    assert ("It is stopped." in check(found, "last_contact")["detail"]) is told


@pytest.mark.parametrize(
    ("site_log", "updates", "status"),
    [("2026-11-22T12:00:00Z", None, "passed"), (None, "2026-11-22T12:00:00Z", "passed"), (None, None, "warning")],
)
def test_whose_clock_an_import_is_judged_by(site_log: str | None, updates: str | None, status: str) -> None:
    found = offline(spoiled("site_log", manifest=flow("completed", success="2026-11-20T10:00:00.000Z"), server_time=site_log))
    found["updates"]["result"]["site_time"] = updates
    found["status"]["result"]["site_time"] = None
    found["log"]["result"]["download"] = flow("completed")
    assert check(found, "last_contact")["status"] == status


def test_the_site_servers_own_clock_comes_before_the_providers() -> None:
    found = offline(spoiled("site_log", manifest=flow("completed", success="2026-11-20T10:00:00.000Z")))
    found["site_log"]["result"]["server_time"] = "2026-11-20T11:00:00Z"
    found["log"]["result"]["download"] = flow("completed")
    assert "1 hour ago" in check(found, "last_contact")["detail"]


def test_an_import_is_not_known_without_the_site_servers_log() -> None:
    found = offline(spoiled())
    found["site_log"]["result"] = {"msg": "no", "failed": True}
    detail = check(found, "last_contact")["detail"]
    assert "hman.log" not in detail
    assert check(offline(spoiled("site_log", manifest=flow(None))), "last_contact")["detail"] != detail


@pytest.mark.parametrize(
    ("accepted", "own"),
    [
        ("09:54:59", False),
        ("09:55:00", True),
        ("10:00:00", True),
        ("11:00:00", True),
        ("11:00:01", False),
    ],
)
def test_a_list_that_the_role_fetched_itself_is_no_import(accepted: str, own: bool) -> None:
    found = offline(spoiled("site_log", manifest=flow("completed", success=f"2026-11-22T{accepted}.000Z")))
    found["log"]["result"]["download"] = flow("completed", success="2026-11-22T10:00:00.000Z")
    assert check(found, "last_contact")["status"] == ("warning" if own else "passed")


@pytest.mark.parametrize(
    ("handed", "accepted", "now", "status"),
    [
        ("10:00:00", "09:00:00", "11:00:00", "passed"),
        ("10:00:00", "09:00:00", "11:00:01", "warning"),
        ("10:00:00", "10:00:00", "12:00:00", "passed"),
        ("10:00:00", "09:00:00", None, "passed"),
        (None, "09:00:00", "12:00:00", "passed"),
    ],
)
def test_how_long_the_site_may_take(handed: str | None, accepted: str, now: str | None, status: str) -> None:
    def time(text: str | None) -> str | None:
        return None if text is None else f"2026-11-22T{text}.000Z"

    found = spoiled("log", download=flow("completed", success=time(handed)))
    found["site_log"]["result"].update(manifest=flow("completed", success=time(accepted)), server_time=time(now))
    assert check(found, "manifest_accepted")["status"] == status


def test_what_the_site_took_in_without_its_log() -> None:
    found = spoiled()
    found["site_log"]["result"] = {"skipped": True}
    assert not [entry for entry in report(found)["checks"] if entry["id"] == "manifest_accepted"]
    assert contact_checks.handed_over(gathered(found)).status is Status.SKIPPED


def test_a_flow_that_is_none_is_as_if_it_was_not_read() -> None:
    assert check(spoiled("log", download="broken"), "synchronisation")["status"] == "warning"


def test_a_synchronisation_without_a_stage_or_time() -> None:
    entry = check(spoiled("log", download={"outcome": "odd"}), "synchronisation")
    assert entry["status"] == "failed"
    assert "odd" in entry["detail"]
    entry = check(spoiled("log", download={"outcome": "completed"}), "synchronisation")
    assert "None" not in entry["detail"]


def test_downloads_that_failed_are_named_and_no_others() -> None:
    rows: list[dict[str, Any]] = [
        {"package": "abc", "outcome": "failed", "title": "Payload"},
        {"package": None, "outcome": "stopped", "title": "Verify"},
        {"package": "def", "outcome": "completed", "title": "Done"},
    ]
    entry = check(spoiled("log", packages=rows), "downloads")
    assert "abc failed at: Payload" in entry["detail"]
    assert "stopped at: Verify" in entry["detail"]
    assert "None" not in entry["detail"]
    assert "def" not in entry["detail"]
    assert "None" not in check(spoiled("log", packages=[{**rows[2], "package": None}]), "downloads")["detail"]
