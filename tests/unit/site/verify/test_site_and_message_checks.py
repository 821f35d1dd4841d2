"""Updates, support, secrets, duties; status messages and problems of logs."""

from __future__ import annotations

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
        # These are told by checks of their own.
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
    # What broke the synchronisation is no mere warning, whatever its line says.
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
