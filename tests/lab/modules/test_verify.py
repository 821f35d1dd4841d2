"""The report on a role with problems, each with its own cause and remedy: modules over NTLM, checked as in the role verify."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from lab.configmgr import timing
from lab.configmgr.updates import AVAILABLE
from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.modules.conftest import Play
from tests.lab.verification import report_of

KEY = r"HKLM\SOFTWARE\Microsoft\SMS\COMPONENTS\SMS_DMP_DOWNLOADER"


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    return start_estate(with_role("scp01"))


@pytest.fixture
def sound(play: Play) -> Play:
    play.settle(120)
    return play


def checks(play: Play) -> dict[str, dict[str, Any]]:
    """The report's checks by name."""
    return {check["id"]: check for check in report_of(play)["checks"]}


def check_again(play: Play, lab_seconds: float = 60) -> None:
    with play.estate.lock:
        play.estate.machine("scp01").registry.set(KEY, "LastSyncedTime", 0)
    play.settle(lab_seconds)


def required(found: dict[str, dict[str, Any]]) -> list[str]:
    return sorted(id for id, check in found.items() if check["status"] == "failed" and check["required"])


def test_a_sound_role(sound: Play) -> None:
    found = checks(sound)
    assert required(found) == []
    assert {found[id]["status"] for id in ("role_configured", "role_installed", "thread_running", "last_contact")} == {"passed"}
    assert {found[id]["status"] for id in ("synchronisation", "manifest_accepted", "endpoints_reported")} == {"passed"}


def test_a_server_without_curl_is_as_sound_and_as_complete(start_estate: StartEstate) -> None:
    estate = yaml.safe_load(with_role("scp01"))
    next(machine for machine in estate["machines"] if machine["name"] == "scp01")["os"] = "2016"
    play = Play(start_estate(yaml.safe_dump(estate)))
    play.settle(120)
    found = checks(play)
    assert required(found) == []
    assert {found[id]["status"] for id in ("thread_running", "last_contact", "synchronisation", "manifest_accepted")} == {
        "passed"
    }


@pytest.mark.parametrize(
    ("cause", "problem", "remedy"),
    [
        ("untrusted", "problem_untrusted_certificate", "root"),
        ("tls", "problem_tls", "cipher suites"),
        ("proxy", "problem_proxy_authentication", "proxy"),
        ("name_resolution", "problem_name_resolution", "so that the server resolves the name"),
    ],
)
def test_a_broken_synchronisation(sound: Play, cause: str, problem: str, remedy: str) -> None:
    sound.estate.faults.order("failing_download", target="scp01", cause=cause, count=1)
    check_again(sound)
    found = checks(sound)
    assert required(found) == [problem, "synchronisation"]
    assert found[problem]["detail"]
    assert remedy in found[problem]["remedy"]
    # The next one succeeds: no current problem remains.
    check_again(sound)
    assert required(checks(sound)) == []


def test_a_stopped_thread(start_estate: StartEstate) -> None:
    # Slow enough that the thread does not start by itself meanwhile.
    play = Play(start_estate(with_role("scp01"), pace=30))
    play.run("component", "scp01", state="stopped")
    found = checks(play)
    assert {"thread_running", "role_installed"} <= set(required(found))
    assert "was asked to stop" in found["problem_thread_stopped"]["detail"] or found["problem_thread_stopped"]["remedy"]
    assert "configmgr.scp.component" in found["thread_running"]["remedy"]


def test_a_share_that_the_site_can_not_read(sound: Play) -> None:
    sound.estate.faults.order("share_unreadable", target="CAS", count=1)
    with sound.estate.lock:
        package = next(iter(sound.hierarchy().state.updates.values()))
        package.state, package.download_wanted = AVAILABLE, True
    check_again(sound, timing.DOWNLOAD + 120)
    found = checks(sound)
    assert "problem_share_unreadable" in required(found)
    assert found["problem_share_unreadable"]["part"] == "site_server"
    assert "share" in found["problem_share_unreadable"]["remedy"].lower()


def test_endpoints_that_are_not_reached(sound: Play) -> None:
    sound.estate.faults.order("failing_endpoint", target="scp01", host="download.microsoft.com")
    sound.run("component", "scp01", name="SMS_SERVICE_CONNECTOR", state="restarted")
    sound.settle(60)
    found = checks(sound)
    assert required(found) == ["components_healthy", "endpoints_reported"]
    assert "download.microsoft.com" in found["endpoints_reported"]["detail"]


def test_an_offline_role(start_estate: StartEstate) -> None:
    play = Play(start_estate(with_role("scp01", mode="offline")))
    play.settle(30)
    found = checks(play)
    assert required(found) == []
    assert found["last_contact"]["status"] == "warning"
    assert {found[id]["status"] for id in ("synchronisation", "endpoints_reported")} == {"skipped"}
