"""Threads of SMS_EXECUTIVE and the mode that the downloader reads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lab.configmgr import timing
from lab.configmgr.database import EmbeddedProperty
from lab.configmgr.executive import next_move

DOWNLOADER = "SMS_DMP_DOWNLOADER"
HOST = "scp02"
FQDN = "scp02.corp.example"


@pytest.mark.parametrize(
    ("state", "requested", "move"),
    [
        ("Running", "Stop", "Stopping"),
        ("Running", "stop", "Stopping"),
        ("Stopped", "Start", "Starting"),
        ("Running", "Start", None),
        ("Stopped", "Stop", None),
        ("Running", "None", None),
        ("Running", "Restart", None),
    ],
)
def test_moves(state: str, requested: str, move: str | None) -> None:
    assert next_move(state, requested) == move


def test_stop_and_start_go_through_their_states(estate: Any) -> None:
    seen = []
    assert estate.thread(HOST, DOWNLOADER) == "Running"
    estate.ask(HOST, DOWNLOADER, "Stop")
    for _ in range(8):
        estate.clock.advance(1)
        seen.append(estate.thread(HOST, DOWNLOADER))
    assert seen == ["Running"] + 4 * ["Stopping"] + 3 * ["Stopped"]
    assert estate.thread(HOST, DOWNLOADER, "Requested Operation") == "None"
    assert estate.two.state.status.state_of("ST1", FQDN, DOWNLOADER).state == 0
    estate.ask(HOST, DOWNLOADER, "Start")
    assert estate.thread(HOST, DOWNLOADER, "Requested Operation") == "Start"
    estate.clock.advance(timing.THREAD_POLL)
    assert estate.thread(HOST, DOWNLOADER) == "Starting"
    estate.clock.advance(timing.THREAD_START)
    assert estate.thread(HOST, DOWNLOADER) == "Running"
    assert estate.thread(HOST, DOWNLOADER, "Requested Operation") == "None"


def test_a_request_on_the_way_is_answered_after_arrival(estate: Any) -> None:
    estate.ask(HOST, DOWNLOADER, "Stop")
    estate.clock.advance(timing.THREAD_POLL + 1)
    estate.ask(HOST, DOWNLOADER, "Start")
    estate.clock.advance(timing.THREAD_STOP + timing.THREAD_POLL + timing.THREAD_START)
    assert estate.thread(HOST, DOWNLOADER) == "Running"
    assert estate.thread(HOST, DOWNLOADER, "Requested Operation") == "None"


def test_a_stopped_thread_returns_by_itself(estate: Any) -> None:
    estate.ask(HOST, DOWNLOADER, "Stop")
    estate.clock.advance(timing.THREAD_RETURN)
    assert estate.thread(HOST, DOWNLOADER) == "Stopped"
    estate.clock.advance(30)
    assert estate.thread(HOST, DOWNLOADER) == "Running"


def test_other_words_change_nothing_and_other_values_too(estate: Any) -> None:
    estate.ask(HOST, DOWNLOADER, "Pause")
    estate.clock.advance(10)
    assert estate.thread(HOST, DOWNLOADER) == "Running"


def test_the_service_stops_and_starts_every_thread(estate: Any) -> None:
    service = estate.machine(HOST).services["SMS_EXECUTIVE"]
    service.state = "Stopped"
    service.on_stop()
    assert estate.thread(HOST, DOWNLOADER) == estate.thread(HOST, "SMS_DMP_UPLOADER") == "Stopped"
    estate.clock.advance(2 * timing.THREAD_RETURN)
    assert estate.thread(HOST, DOWNLOADER) == "Stopped"
    service.state = "Running"
    service.on_start()
    estate.clock.advance(timing.THREAD_START)
    assert estate.thread(HOST, DOWNLOADER) == "Running"


def test_a_stuck_thread_stays_until_the_order_is_taken_back(estate: Any) -> None:
    order = estate.faults.order("stuck_thread", target=HOST, component=DOWNLOADER)
    estate.ask(HOST, DOWNLOADER, "Stop")
    estate.ask(HOST, "SMS_DMP_UPLOADER", "Stop")
    estate.clock.advance(900)
    assert estate.thread(HOST, DOWNLOADER) == "Stopping"
    assert estate.thread(HOST, "SMS_DMP_UPLOADER") == "Running"
    estate.faults.cancel(order)
    estate.clock.advance(20)
    assert estate.thread(HOST, DOWNLOADER) == "Stopped"


def test_a_crashing_thread_ends_soon_and_is_critical(estate: Any) -> None:
    estate.faults.order("thread_crash", target=HOST, component=DOWNLOADER)
    estate.ask(HOST, DOWNLOADER, "Stop")
    estate.clock.advance(10)
    estate.ask(HOST, DOWNLOADER, "Start")
    estate.clock.advance(10)
    assert estate.thread(HOST, DOWNLOADER) == "Stopped"
    entry = estate.two.state.status.state_of("ST1", FQDN, DOWNLOADER)
    assert (entry.state, entry.status) == (0, 2)


def set_mode(estate: Any, value: int) -> None:
    state = estate.two.state
    row = state.control.roles("SMS Dmp Connector")[0]
    props = tuple(replace(p, value=value) if p.name == "OfflineMode" else p for p in row.props)
    state.write(replace(row, props=props), "CORP\\admin")


def test_the_mode_counts_from_the_next_start_after_the_site_processed_it(estate: Any) -> None:
    assert estate.two.effective_mode(FQDN) == "offline"
    set_mode(estate, 0)
    estate.clock.advance(60)
    assert estate.two.effective_mode(FQDN) == "offline"
    estate.ask(HOST, DOWNLOADER, "Stop")
    estate.clock.advance(10)
    assert estate.two.effective_mode(FQDN) == ""
    estate.ask(HOST, DOWNLOADER, "Start")
    estate.clock.advance(10)
    assert estate.two.effective_mode(FQDN) == "online"


def test_a_start_before_the_site_processed_the_change_keeps_the_old_mode(estate: Any) -> None:
    estate.ask(HOST, DOWNLOADER, "Stop")
    estate.clock.advance(10)
    estate.ask(HOST, DOWNLOADER, "Start")
    estate.clock.advance(timing.THREAD_POLL)
    set_mode(estate, 0)
    estate.clock.advance(timing.THREAD_START)
    assert estate.two.effective_mode(FQDN) == "offline"
    estate.clock.advance(60)
    assert estate.two.effective_mode(FQDN) == "offline"


def test_the_name_of_the_mode_counts_with_case(estate: Any) -> None:
    state = estate.two.state
    row = state.control.roles("SMS Dmp Connector")[0]
    state.write(replace(row, props=(EmbeddedProperty("offlinemode", 1),)), "CORP\\admin")
    estate.clock.advance(30)
    estate.ask(HOST, DOWNLOADER, "Stop")
    estate.clock.advance(10)
    estate.ask(HOST, DOWNLOADER, "Start")
    estate.clock.advance(10)
    assert estate.two.effective_mode(FQDN) == "online"
    assert any("OfflineMode" in v.text for v in estate.two.violations)


def test_a_payload_that_was_asked_for_comes_with_the_next_check(estate: Any, cas: Any) -> None:
    package = estate.one.state.updates["7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11"]
    package.state = 327682
    row = cas.all("SMS_CM_UpdatePackages")[0]
    assert cas.invoke("SMS_CM_UpdatePackages", "SetPackageToBeDownloaded", row) == {"ReturnValue": 0}
    queued = cas.invoke("SMS_CM_UpdatePackages", "PackageExistsInToBeDownloadedList", row)
    assert queued == {"PackageExists": True, "ReturnValue": 0}
    estate.install("scp01")
    estate.clock.advance(300)
    assert package.state == 262145
    estate.clock.advance(timing.DOWNLOAD)
    assert (package.state, package.download_wanted) == (262146, False)
    assert f"finishes downloading {package.guid.lower()}" in estate.log("scp01", "dmpdownloader.log")


def test_a_check_runs_through_its_lines_online_only(estate: Any) -> None:
    assert "offline mode" in estate.log(HOST, "dmpdownloader.log")
    assert "Hasn't synced recently." not in estate.log(HOST, "dmpdownloader.log")
    set_mode(estate, 0)
    estate.clock.advance(30)
    estate.ask(HOST, DOWNLOADER, "Stop")
    estate.clock.advance(10)
    estate.ask(HOST, DOWNLOADER, "Start")
    estate.clock.advance(90)
    log = estate.log(HOST, "dmpdownloader.log")
    assert "Successfully Dropped the state message 4~~" in log
    assert "Manifest.cab was successfully moved to the connector outbox~~" in log
    assert "Processing Configuration Manager Update manifest file" in estate.log("sta01", "hman.log")
    key = r"HKLM\SOFTWARE\Microsoft\SMS\COMPONENTS\SMS_DMP_DOWNLOADER"
    registry = estate.machine(HOST).registry
    synced = registry.get(key, "LastSyncedTime").data
    assert synced > 1_700_000_000
    estate.clock.advance(100)
    registry.set(key, "LastSyncedTime", 0)
    estate.clock.advance(60)
    assert registry.get(key, "LastSyncedTime").data > synced
    assert log.count("EasySetupDownload thread is starting...") == 2
