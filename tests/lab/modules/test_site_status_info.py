"""site_status_info over pywinrm and NTLM: what the site reports about the role's endpoint check and its components."""

from __future__ import annotations

import pytest

from lab.configmgr import status
from tests.lab.modules.conftest import READER, Play

MODULE = "site_status_info"
SERVER = "scp01.corp.example"


@pytest.fixture
def installed(play: Play) -> Play:
    play.run("site_system", server=SERVER)
    play.run("service_connection_point", server=SERVER)
    play.settle(120)
    return play


def report(play: Play, component: str, number: int, severity: int, *words: str) -> None:
    with play.estate.lock:
        play.hierarchy().state.status.report("CAS", "SCP01.corp.example", component, number, *words, severity=severity)


def restart_connector(play: Play) -> None:
    play.run("component", "scp01", name="SMS_SERVICE_CONNECTOR", state="restarted")
    play.settle(60)


def test_a_sound_role(installed: Play) -> None:
    installed.estate.request_log.clear()
    result = installed.run(MODULE, user=READER, site_code="CAS")
    assert result["changed"] is False
    assert (result["site_code"], result["server"], result["more_messages"]) == ("CAS", SERVER, False)
    assert result["since"] < result["site_time"]
    assert [role["status"] for role in result["roles"]] == ["ok", "ok"]
    assert [(m["message_id"], m["verdict"], m["severity"]) for m in result["messages"]] == [(11410, "passed", "information")]
    assert installed.estate.request_log.totals()["cim"] <= 7


def test_endpoints_that_are_not_reached(installed: Play) -> None:
    installed.estate.faults.order("failing_endpoint", target="scp01", host="go.microsoft.com")
    restart_connector(installed)
    result = installed.run(MODULE)
    newest = result["messages"][0]
    assert newest["message_id"] == 11488
    assert newest["words"] == ["go.microsoft.com"]
    assert newest["verdict"] == "failed"
    assert "configmgr.scp.endpoint_check" in newest["remedy"]
    states = {s["component"]: s["status"] for s in installed.run("service_connection_point_info")["components"]}
    assert states["SMS_SERVICE_CONNECTOR"] == "critical"
    assert states["SMS_DMP_DOWNLOADER"] == "ok"


def test_warnings_and_errors_of_the_roles_components_only(installed: Play) -> None:
    report(installed, "SMS_DMP_UPLOADER", 9605, status.ERROR, "https://x")
    report(installed, "SMS_DMP_UPLOADER", 4242, status.WARNING, "\x1b[2J<b>\u202e" + "A" * 5000)
    report(installed, "SMS_DMP_UPLOADER", 4243, status.INFORMATION)
    report(installed, "SMS_HIERARCHY_MANAGER", 4244, status.ERROR)
    result = installed.run(MODULE)
    assert [message["message_id"] for message in result["messages"]] == [4242, 9605, 11410]
    unknown = result["messages"][0]
    assert (unknown["title"], unknown["verdict"], unknown["severity"]) == (None, None, "warning")
    # WS-Management itself replaces control characters with question marks.
    assert unknown["words"][0].startswith("?[2J<b>\\u202eAAA")
    assert len(unknown["words"][0]) < 600


def test_only_the_newest_of_very_many_are_told_apart(installed: Play) -> None:
    with installed.estate.lock:
        for _ in range(2100):
            installed.hierarchy().state.status.report(
                "CAS", "SCP01.corp.example", "SMS_DMP_UPLOADER", 4242, "x", severity=status.ERROR
            )
    result = installed.run(MODULE)
    assert result["more_messages"] is True
    assert len(result["messages"]) == 2000


def test_without_a_role(play: Play) -> None:
    result = play.run(MODULE)
    assert (result["server"], result["roles"], result["messages"]) == (None, [], [])


@pytest.mark.parametrize("hours", [0, 9000])
def test_a_range_that_is_none(play: Play, hours: int) -> None:
    assert "hours:" in play.refused(MODULE, hours=hours)
    assert play.estate.request_log.records() == ()
