"""Updates, support, secrets, duties; status messages and problems of logs."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.unit.site.verify.support import WELL, check, flow, problem, report, spoiled, stage


def package(phase: str, state: str = "SOME_STATE", hangs: bool | None = False, advice: str | None = None) -> dict[str, Any]:
    return {
        "name": "Update X",
        "phase": phase,
        "state": state,
        "hangs": hangs,
        "advice": advice,
        "last_updated": "2026-11-22T09:00:00Z",
    }


@pytest.mark.parametrize(
    ("rows", "status", "words"),
    [
        ([package("installed")], "passed", "The site lists 1 update; nothing is in progress."),
        ([package("ready"), package("installed")], "passed", "Can be installed or downloaded: Update X."),
        ([package("downloading")], "passed", "In progress: Update X is SOME_STATE since 2026-11-22 09:00:00 UTC."),
        ([package("downloading", hangs=True, advice="Restart it.")], "failed", "Update X is SOME_STATE since"),
        ([package("failed")], "failed", "Update X is SOME_STATE since"),
        ([package("unknown", "state 99", None)], "warning", "Cannot tell: Update X is state 99"),
    ],
)
def test_updates(rows: list[dict[str, Any]], status: str, words: str) -> None:
    entry = check(spoiled("updates", packages=rows), "updates")
    assert entry["status"] == status
    assert words in entry["detail"]
    assert bool(entry["remedy"]) is (status != "passed")
    if rows[0]["advice"]:
        assert entry["remedy"] == "Restart it."


@pytest.mark.parametrize(
    ("days", "status"), [(492, "passed"), (60, "passed"), (59, "warning"), (0, "warning"), (-1, "failed"), (None, "warning")]
)
def test_support(days: int | None, status: str) -> None:
    support = {
        "version": "5.00.9152.1000",
        "name": "2609",
        "days_left": days,
        "ends": "2028-03-28",
        "warning": "Not in the table.",
    }
    assert check(spoiled("updates", support=support), "support_end")["status"] == status


@pytest.mark.parametrize(
    ("days", "status"), [(160, "passed"), (30, "passed"), (29, "warning"), (-1, "failed"), (None, "warning")]
)
def test_secrets(days: int | None, status: str) -> None:
    apps = [{"name": "Server app", "secret": {"expires_in_days": days}}]
    assert check(spoiled("cloud", applications=apps), "app_secrets_valid")["status"] == status


def test_no_secrets() -> None:
    for apps in ([], None, [{"name": "Client app", "secret": None}]):
        assert check(spoiled("cloud", applications=apps), "app_secrets_valid")["status"] == "skipped"


def test_duties() -> None:
    rows = [
        {"id": "proxy", "title": "T", "detail": "D", "how": "H", "done": False},
        {"id": "gateways", "title": "T", "detail": "Cannot tell: D", "how": "H", "done": None},
        {"id": "discovery", "title": "T", "detail": "D", "how": "", "done": True},
        # Separate checks report these.
        {"id": "role_running", "title": "T", "detail": "D", "how": "H", "done": False},
        {"id": "app_secrets_valid", "title": "T", "detail": "D", "how": "H", "done": False},
    ]
    found = {
        c["id"]: (c["status"], c["required"])
        for c in report(spoiled("role", duties=rows))["checks"]
        if c["id"].startswith("duty")
    }
    assert found == {"duty_proxy": ("failed", False), "duty_gateways": ("warning", False), "duty_discovery": ("passed", True)}


def message(number: int, subject: str | None = None, verdict: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "message_id": number,
        "component": "SMS_DMP_UPLOADER",
        "severity": "error",
        "time": "2026-11-22T09:00:00Z",
        "subject": subject,
        "verdict": verdict,
        "title": f"Title {number}" if subject else None,
        "words": ["word"],
        "remedy": "Mend it." if subject else None,
        **more,
    }


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([message(11410, "endpoints", "passed"), message(11412, "endpoints", "failed")], "passed"),
        ([message(11412, "endpoints", "failed"), message(11410, "endpoints", "passed")], "failed"),
        ([message(11411, "endpoints", "warning")], "warning"),
        ([], "skipped"),
    ],
)
def test_the_newest_report_of_the_endpoint_check_counts(rows: list[dict[str, Any]], status: str) -> None:
    entry = check(spoiled("status", messages=rows), "endpoints_reported")
    assert entry["status"] == status
    if status in ("failed", "warning"):
        assert entry["remedy"] == "Mend it."
        assert "(word)" in entry["detail"]


@pytest.mark.parametrize(
    ("log", "flow", "status"), [("distmgr", None, "warning"), ("distmgr", "replication", "failed"), ("hman", None, "failed")]
)
def test_a_problem_with_ordinary_content_does_not_fail_the_role(log: str, flow: str | None, status: str) -> None:
    row = {"id": "tls", "title": "T", "severity": "error", "status": "current", "cause": "C", "remedy": "R", "lines": []}
    found = spoiled("site_log", problems=[{**row, "log": rf"D:\SMS\Logs\{log}.log", "flow": flow}])
    entry = check(found, "problem_tls")
    assert (entry["status"], entry["required"]) == (status, status == "failed")


def test_the_log_of_the_endpoint_check_names_the_endpoints() -> None:
    found = spoiled("status", messages=[message(11412, "endpoints", "failed")])
    row = {"id": "timeout", "title": "T", "severity": "error", "status": "current", "cause": "C", "remedy": "R", "count": 1}
    worker = r"D:\SMS\Logs\EndpointConnectivityCheckWorker.log"
    found["log"]["result"]["problems"] = [
        {**row, "log": worker, "lines": [{"text": "Failed to reach endpoint go.microsoft.com: timeout"}]},
        {**row, "log": worker, "status": "over", "lines": [{"text": "an old line"}]},
        {**row, "log": r"D:\SMS\Logs\dmpdownloader.log", "lines": [{"text": "another log"}]},
    ]
    detail = check(found, "endpoints_reported")["detail"]
    assert detail.endswith("EndpointConnectivityCheckWorker.log: Failed to reach endpoint go.microsoft.com: timeout")
    assert "old" not in detail
    found["status"]["result"]["messages"][0]["verdict"] = "passed"
    assert "Worker" not in check(found, "endpoints_reported")["detail"]


def test_other_messages() -> None:
    rows = [
        message(9605, "upload", "failed"),
        message(9605, "upload", "failed"),
        message(4242),
        message(4242),
        message(1, severity="warning"),
    ]
    found = spoiled("status", messages=rows, more_messages=True)
    upload = check(found, "reported_upload")
    assert upload["status"] == "warning"
    assert "2 status messages, the last one 9605" in upload["detail"]
    others = check(found, "messages_quiet")
    assert others["status"] == "warning"
    assert "9605" not in others["detail"]
    assert "SMS_DMP_UPLOADER 4242 (error) 2 x, SMS_DMP_UPLOADER 1 (warning) 1 x" in others["detail"]
    assert "more messages than could be read" in others["detail"]
    assert check(WELL, "messages_quiet")["status"] == "passed"


@pytest.mark.parametrize(
    ("mode", "cloud", "status", "words"),
    [
        ("online", {}, "passed", "It is online. These need it: cloud management gateway CORPCMG, discovery"),
        (
            "offline",
            {},
            "warning",
            "It is offline, but these need one in online mode: cloud management gateway CORPCMG, discovery",
        ),
        ("offline", {"tenants": [], "gateways": None, "discovery": []}, "skipped", "no gateway"),
        (
            None,
            {"discovery": [], "tenants": []},
            "warning",
            "There is not exactly one, but these need one in online mode: cloud management gateway CORPCMG.",
        ),
    ],
)
def test_cloud_services_without_the_role(mode: str | None, cloud: dict[str, Any], status: str, words: str) -> None:
    found = spoiled("cloud", **cloud)
    for row in found["role"]["result"]["configured"]:
        row["mode"] = mode
    if mode is None:
        found["role"]["result"]["configured"] = []
    entry = check(found, "cloud_needs_role")
    assert entry["status"] == status
    assert words in entry["detail"]


def test_problems_of_logs() -> None:
    rows = [
        problem("tls"),
        problem("proxy_authentication", "warning"),
        problem("unrecognised"),
        problem("unrecognised"),
        problem("timeout", status="over"),
    ]
    found = {
        c["id"]: (c["status"], c["required"])
        for c in report(spoiled("log", problems=rows))["checks"]
        if c["id"].startswith("problem")
    }
    assert found == {
        "problem_tls": ("failed", True),
        "problem_proxy_authentication": ("warning", False),
        "problem_unrecognised": ("warning", False),
        "problem_unrecognised_2": ("warning", False),
    }
    entry = check(spoiled("log", problems=rows), "problem_tls")
    # What made the synchronisation fail is more than a warning, whatever its line says.
    broken = spoiled("log", problems=rows, download=flow("failed", stage("x", "2026-11-22T10:00:00.000Z")))
    assert check(broken, "problem_proxy_authentication")["status"] == "failed"
    assert check(broken, "problem_unrecognised")["status"] == "warning"
    assert entry["title"] == "About tls"
    assert entry["detail"].startswith(
        "Cause of tls. D:\\SMS\\Logs\\dmpdownloader.log, 2 times, last at 2026-11-22 10:00:03 UTC: WARNING: "
    )
    assert entry["remedy"] == "Mend tls."


def test_a_log_that_was_not_read() -> None:
    logs = [{"component": "SMS_DMP_UPLOADER", "path": None, "readable": False, "error": "Access is denied."}]
    entry = check(spoiled("log", logs=logs), "log_sms_dmp_uploader_read")
    assert (entry["status"], entry["detail"]) == ("warning", "Access is denied.")


@pytest.mark.parametrize("phase", ["downloading", "installing", "checking", "restart_pending", "enabled"])
def test_an_update_that_is_under_way(phase: str) -> None:
    detail = check(spoiled("updates", packages=[package("ready"), package(phase, "MOVING")]), "updates")["detail"]
    assert "Update X is MOVING" in detail
    assert "SOME_STATE" not in detail


@pytest.mark.parametrize(("phase", "named"), [("ready", True), ("available", True), ("installed", False), ("hidden", False)])
def test_an_update_that_can_be_installed(phase: str, named: bool) -> None:
    assert ("Update X" in check(spoiled("updates", packages=[package(phase)]), "updates")["detail"]) is named


def test_only_updates_that_failed_or_hang_are_named_each_advice_once() -> None:
    rows = [
        package("failed", "A_STATE", advice="Do it."),
        package("installing", "B_STATE", hangs=True, advice="Do it."),
        package("unknown", "C_STATE"),
        {**package("failed", "D_STATE"), "last_updated": None},
    ]
    entry = check(spoiled("updates", packages=rows), "updates")
    assert entry["remedy"] == "Do it."
    assert [state in entry["detail"] for state in ("A_STATE", "B_STATE", "C_STATE", "D_STATE")] == [True, True, False, True]
    assert entry["detail"].count("since") == 2
    assert entry["required"]
    no_advice = check(spoiled("updates", packages=[rows[3]]), "updates")
    assert "Updates and Servicing Status" in no_advice["remedy"]


def test_only_updates_of_an_unknown_state_are_named() -> None:
    detail = check(spoiled("updates", packages=[package("unknown", "C_STATE"), package("installed")]), "updates")["detail"]
    assert "C_STATE" in detail
    assert "SOME_STATE" not in detail


SUPPORT: dict[str, Any] = {"version": "x", "name": "2609", "days_left": 10, "ends": "2028-03-28", "warning": "Not in the table."}


@pytest.mark.parametrize(
    ("support", "told"),
    [
        ({**SUPPORT, "days_left": None}, "Not in the table."),
        ({**SUPPORT, "days_left": None, "warning": None}, "version"),
        ("odd", "version"),
        (None, "version"),
    ],
)
def test_a_version_whose_support_is_not_known(support: object, told: str) -> None:
    entry = check(spoiled("updates", support=support), "support_end")
    assert (entry["status"], entry["required"]) == ("warning", False)
    assert told in entry["detail"]


@pytest.mark.parametrize(("days", "told"), [(1, "1 day "), (59, "59 days ")])
def test_how_long_a_version_is_supported(days: int, told: str) -> None:
    detail = check(spoiled("updates", support={**SUPPORT, "days_left": days}), "support_end")["detail"]
    assert all(part in detail for part in ("2609", "2028-03-28", told))


@pytest.mark.parametrize(
    ("name", "days", "status"),
    [
        ("support_days", 10, "passed"),
        ("support_days", 11, "warning"),
        ("secret_days", 160, "passed"),
        ("secret_days", 161, "warning"),
    ],
)
def test_limits_in_days(name: str, days: int, status: str) -> None:
    found = spoiled("updates", support=SUPPORT)
    found["limits"] = {"support_days": 10, name: days}
    assert check(found, {"support_days": "support_end", "secret_days": "app_secrets_valid"}[name])["status"] == status


def app(name: str, days: object) -> dict[str, Any]:
    return {"name": name, "secret": {"expires_in_days": days}}


@pytest.mark.parametrize(
    ("apps", "status", "named"),
    [
        ([("over", -1), ("soon", 5), ("good", 99), ("open", None)], "failed", ["over", "soon in 5 days"]),
        ([("soon", 5), ("good", 99), ("open", None)], "warning", ["soon in 5 days"]),
        ([("good", 99), ("open", None), ("odd", "x")], "warning", ["open", "odd"]),
        ([("good", 99), ("best", 100)], "passed", ["good for 99 days", "best for 100 days"]),
        ([("today", 0)], "warning", ["today in 0 days"]),
        ([("last", 1)], "warning", ["last in 1 day"]),
    ],
)
def test_secrets_by_their_days(apps: list[tuple[str, object]], status: str, named: list[str]) -> None:
    entry = check(spoiled("cloud", applications=[app(*one) for one in apps]), "app_secrets_valid")
    assert entry["status"] == status
    assert all(name in entry["detail"] for name in named)
    told = {name.split()[0] for name in named}
    assert not [name for name, _days in apps if name not in told and name in entry["detail"]]


KB = {
    "kb": "KB39398030",
    "known_on": "2026-11",
    "rollup": "KB37864969",
    "rollup_installed": True,
    "cves": ["CVE-2026-47301"],
    "package": "2509 Hotfix (KB39398030)",
    "package_state": "DOWNLOAD_SUCCESS",
    "newer_packages": [],
}


@pytest.mark.parametrize(
    ("more", "status", "detail", "remedy"),
    [
        ({"state": "contained"}, "passed", "2509 contains the security updates up to KB39398030", ""),
        ({"state": "installed"}, "passed", "2509 Hotfix (KB39398030) is installed. KB39398030 is the newest security update", ""),
        (
            {"state": "not_installed"},
            "warning",
            "2509 Hotfix (KB39398030) is DOWNLOAD_SUCCESS. KB39398030 is the newest security update for 2509 that was known in "
            "2026-11. It fixes CVE-2026-47301.",
            "Install KB39398030: Administration > Updates and Servicing",
        ),
        (
            {"state": "restart_pending", "package_state": "INSTALL_PENDING_REBOOT"},
            "warning",
            "is INSTALL_PENDING_REBOOT.",
            "Install",
        ),
        (
            {"state": "not_installed", "rollup_installed": False},
            "warning",
            "is DOWNLOAD_SUCCESS",
            "Install KB37864969 first. Install KB",
        ),
        (
            {"state": "not_listed", "cves": []},
            "warning",
            "The site does not list KB39398030.",
            "service connection point synchronises",
        ),
        (
            {"state": "perhaps_contained", "newer_packages": ["KB4"]},
            "warning",
            "Cannot tell: KB39398030 is not installed, but a newer update is, which may contain it: KB4.",
            "learn.microsoft.com/intune/configmgr/hotfix",
        ),
    ],
)
def test_the_newest_security_update(more: dict[str, Any], status: str, detail: str, remedy: str) -> None:
    support = {"name": "2509", "state": "supported", "days_left": 100, "ends": "2027-05-12"}
    found = check(spoiled("updates", support=support, security_update={**KB, **more}), "security_update")
    assert (found["status"], found["required"]) == (status, status == "passed")
    assert detail in found["detail"]
    assert remedy in found["remedy"]
    assert bool(found["remedy"]) is (status != "passed")
    assert ("first" in found["remedy"]) is (more.get("rollup_installed") is False)
    assert ("CVE" in found["detail"]) is (more["state"] in ("not_installed", "restart_pending"))


@pytest.mark.parametrize(
    ("known", "support", "status", "words"),
    [
        (
            {"state": "not_known", "known_on": "2026-11"},
            {"name": "2309", "state": "ended"},
            "skipped",
            "2309, which is out of support",
        ),
        (
            {"state": "not_known", "known_on": "2026-11"},
            {"name": None, "state": "unknown"},
            "warning",
            "Cannot tell: the list of updates of 2026-11",
        ),
        ({"state": "not_known", "known_on": "2026-11"}, {"name": "2709", "state": "supported"}, "warning", "Cannot tell"),
        (None, {"name": "2609", "state": "supported"}, "warning", "Cannot tell"),
        ("odd", "odd", "warning", "Cannot tell"),
    ],
)
def test_a_version_without_a_known_security_update(known: Any, support: Any, status: str, words: str) -> None:
    found = check(spoiled("updates", support=support, security_update=known), "security_update")
    assert found["status"] == status
    assert words in found["detail"]


def test_how_to_renew_depends_on_the_age_of_what_ends() -> None:
    apps = [
        {"name": "Old app", "secret": {"expires_in_days": 5, "created": "2024-01-01T00:00:00Z"}},
        {"name": "Good app", "secret": {"expires_in_days": 500, "created": "2024-01-01T00:00:00Z"}},
    ]
    remedy = check(spoiled("cloud", applications=apps), "app_secrets_valid")["remedy"]
    assert "older than 800 days, which is true of Old app: create a new application" in remedy
    assert "Good app" not in remedy
    apps[0]["secret"] = {"expires_in_days": 5, "created": "2026-01-01T00:00:00Z"}
    assert "does not show their age" in check(spoiled("cloud", applications=apps), "app_secrets_valid")["remedy"]


@pytest.mark.parametrize(
    ("full", "delta", "needed"), [(True, False, True), (False, True, True), (False, False, False), (None, None, False)]
)
def test_discovery_needs_the_role_while_it_is_enabled(full: bool | None, delta: bool | None, needed: bool) -> None:
    row = {"cloud_service_id": 4711, "full_enabled": full, "delta_enabled": delta}
    detail = check(spoiled("cloud", discovery=[row]), "cloud_needs_role")["detail"]
    assert ("4711" in detail) is needed


def test_cloud_services_while_the_role_was_not_read() -> None:
    found = spoiled()
    found["role"]["result"] = {"msg": "no", "failed": True}
    entry = check(found, "cloud_needs_role")
    assert (entry["status"], entry["required"]) == ("warning", False)
    assert "CORPCMG" in entry["detail"]
    assert "role_checked" in entry["remedy"]


def test_cloud_services_of_a_role_in_an_unknown_mode() -> None:
    found = spoiled("role", configured=[{"server": "scp01.corp.example", "site_code": "CAS", "mode": None}])
    entry = check(found, "cloud_needs_role")
    assert entry["status"] == "warning"
    assert "unknown mode" in entry["detail"]
    assert "not exactly one" not in entry["detail"]


def test_a_duty_as_a_check() -> None:
    row = {"id": "proxy", "title": "The proxy", "detail": "Since 2026-11-22T09:00:00Z.", "how": "Do it."}
    for done, status in ((False, "failed"), (None, "warning"), (True, "passed")):
        entry = check(spoiled("role", duties=[{**row, "done": done}]), "duty_proxy")
        assert (entry["status"], entry["title"], entry["detail"]) == (status, "The proxy", "Since 2026-11-22 09:00:00 UTC.")
        assert entry["remedy"] == ("" if done else "Do it.")


@pytest.mark.parametrize("id", ["role_running", "no_update_in_progress", "app_secrets_valid"])
def test_duties_that_other_checks_tell(id: str) -> None:
    rows = [{"id": id, "title": "T", "detail": "D", "how": "H", "done": False}]
    assert not [entry for entry in report(spoiled("role", duties=rows))["checks"] if entry["id"] == f"duty_{id}"]


# Messages.


def test_a_report_of_the_endpoint_check_without_a_remedy() -> None:
    for verdict in ("failed", "warning"):
        rows = [message(11412, "endpoints", verdict, remedy=None)]
        assert "Show Messages" in check(spoiled("status", messages=rows), "endpoints_reported")["remedy"]


def test_since_when_no_report_came() -> None:
    found = spoiled("status", messages=[message(9605, "upload")])
    assert "2026-11-15 12:00:00 UTC" in check(found, "endpoints_reported")["detail"]
    found["status"]["result"]["since"] = None
    assert "None" not in check(found, "endpoints_reported")["detail"]


def test_reports_of_the_endpoint_check_are_no_other_messages() -> None:
    found = spoiled("status", messages=[message(11412, "endpoints", "failed")])
    assert check(found, "messages_quiet")["status"] == "passed"
    assert not [entry for entry in report(found)["checks"] if entry["id"].startswith("reported_")]


def test_messages_of_a_subject_are_one_check() -> None:
    rows = [message(9605, "update report", time="2026-11-22T10:00:00Z"), message(9606, "update report", remedy=None)]
    entry = check(spoiled("status", messages=rows), "reported_update_report")
    assert entry["remedy"] == "Mend it."
    assert all(part in entry["detail"] for part in ("9605", "2026-11-22 10:00:00 UTC", "Title 9605 (word)"))
    assert entry["title"].endswith("update report")
    rows[0]["remedy"] = None
    assert "Show Messages" in check(spoiled("status", messages=rows), "reported_update_report")["remedy"]


@pytest.mark.parametrize(("kinds", "further"), [(8, []), (9, ["1"]), (12, ["4"])])
def test_only_so_many_kinds_of_messages_are_listed(kinds: int, further: list[str]) -> None:
    found = spoiled("status", messages=[message(100 + number) for number in range(kinds)], more_messages=False)
    detail = check(found, "messages_quiet")["detail"]
    assert detail.count(" 1 x") == 8
    assert re.findall(r"\b\d\b", detail.rpartition(" 1 x")[2]) == further


def test_the_most_frequent_kind_of_message_comes_first_and_the_newest_is_told() -> None:
    rows = [message(1, words=["new", "", None]), message(2), message(2, words=["old"])]
    detail = check(spoiled("status", messages=rows), "messages_quiet")["detail"]
    assert detail.index("2 (error) 2 x") < detail.index("1 (error) 1 x")
    assert "(new)" in detail
    assert "old" not in detail
    assert "()" not in check(spoiled("status", messages=[message(1, words=None)]), "messages_quiet")["detail"]


# Problems of logs.


@pytest.mark.parametrize(
    ("id", "severity", "outcome", "serious"),
    [
        ("tls", "error", "completed", True),
        ("tls", "warning", "completed", False),
        ("tls", "warning", "failed", True),
        ("tls", "warning", "stalled", True),
        ("tls", "warning", "stopped", True),
        ("tls", "warning", "running", False),
        ("unrecognised", "error", "failed", False),
    ],
)
def test_how_serious_a_problem_is(id: str, severity: str, outcome: str, serious: bool) -> None:
    download = flow(outcome, stage("x", "2026-11-22T10:00:00.000Z"))
    entry = check(spoiled("log", problems=[problem(id, severity)], download=download), f"problem_{id}")
    assert (entry["status"], entry["required"]) == (("failed", True) if serious else ("warning", False))


def test_a_problem_of_which_little_is_known() -> None:
    bare = problem("tls", lines=[], count=None, last_time=None, remedy=None)
    entry = check(spoiled("log", problems=[bare], download="broken"), "problem_tls")
    assert "1 time," in entry["detail"]
    assert "None" not in entry["detail"]
    assert entry["remedy"]


@pytest.mark.parametrize(("length", "cut"), [(300, False), (301, True)])
def test_a_long_line_is_cut(length: int, cut: bool) -> None:
    entry = check(spoiled("log", problems=[problem("tls", lines=[{"text": "x" * length}, {"text": "other"}])]), "problem_tls")
    assert entry["detail"].endswith("x" * 300 + ("..." if cut else ""))


def test_problems_of_both_logs_and_of_one_name_are_told_apart() -> None:
    rows = [problem("tls"), problem("tls", cause="Another."), problem("tls", cause="Third.")]
    found = spoiled("log", problems=rows)
    assert "Another." in check(found, "problem_tls_2")["detail"]
    third = check(found, "problem_tls_3")
    assert (third["title"], third["status"], third["required"], third["remedy"]) == ("About tls", "failed", True, "Mend tls.")
    found["site_log"]["result"]["problems"] = [problem("smb")]
    assert check(found, "problem_smb")["part"] == "site_server"


def test_a_log_without_a_component_is_named_by_its_path() -> None:
    logs = [
        {"component": None, "path": r"D:\x.log", "readable": False, "error": "no"},
        {"component": "SMS_DMP_UPLOADER", "path": None, "readable": True, "error": None},
    ]
    entry = check(spoiled("log", logs=logs), "log_file_read")
    assert r"D:\x.log" in entry["title"]
    assert not [entry for entry in report(spoiled("log", logs=logs))["checks"] if entry["id"] == "log_sms_dmp_uploader_read"]
