"""Injected failures of the downloader, as its log and the site server's log show them."""

from __future__ import annotations

from typing import Any

import pytest

from lab.configmgr import timing
from lab.configmgr.components.downloads import FAILURES
from lab.configmgr.updates import AVAILABLE, READY_TO_INSTALL

KEY = r"HKLM\SOFTWARE\Microsoft\SMS\COMPONENTS\SMS_DMP_DOWNLOADER"


@pytest.fixture
def online(estate: Any) -> Any:
    estate.install("scp01")
    estate.clock.advance(600)
    return estate


@pytest.mark.parametrize("cause", sorted(FAILURES))
def test_a_check_fails_and_the_next_one_succeeds(online: Any, cause: str) -> None:
    online.faults.order("failing_download", target="scp01", cause=cause, count=1)
    machine = online.machine("scp01")
    before = online.log("scp01", "dmpdownloader.log")
    hman = online.log("cas01", "hman.log").count("Update manifest file")
    machine.registry.set(KEY, "LastSyncedTime", 0)
    online.clock.advance(120)
    added = online.log("scp01", "dmpdownloader.log")[len(before) :]
    assert f"WARNING: Failed to download easy setup payload with exception: {FAILURES[cause]}" in added
    assert "WARNING: Retry in the next polling cycle" in added
    assert "moved to the connector outbox" not in added
    assert machine.registry.get(KEY, "LastSyncedTime").data == 0
    assert online.log("cas01", "hman.log").count("Update manifest file") == hman
    online.clock.advance(timing.CHECK_INTERVAL)
    assert "moved to the connector outbox" in online.log("scp01", "dmpdownloader.log")[len(before) :]
    assert machine.registry.get(KEY, "LastSyncedTime").data > 0


@pytest.mark.parametrize("readable", [True, False])
def test_the_site_fetches_an_update_unless_it_may_not(online: Any, readable: bool) -> None:
    package = next(iter(online.one.state.updates.values()))
    package.state, package.download_wanted = AVAILABLE, True
    if not readable:
        online.faults.order("share_unreadable", target="CAS")
    online.machine("scp01").registry.set(KEY, "LastSyncedTime", 0)
    online.clock.advance(timing.DOWNLOAD + 300)
    log = online.log("cas01", "hman.log")
    assert f"Get update package {package.guid.lower()}, \\\\scp01.corp.example\\EasySetupPayLoad\\" in log
    assert ("Failed to calculate hash" in log) is not readable
    assert (package.state == READY_TO_INSTALL) is readable
