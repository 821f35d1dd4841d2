from __future__ import annotations

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from lab.configmgr import logs
from lab.configmgr.components.downloader import KEY
from tests.lab.modules.conftest import READER, Play

MODULE = "site_update_check"
SERVER = "scp01.corp.example"


@pytest.fixture
def installed(play: Play) -> Play:
    play.run("site_system", server=SERVER)
    play.run("service_connection_point", server=SERVER)
    # The first check, which the thread does by itself at every start.
    play.settle(120)
    play.estate.request_log.clear()
    play.progress.clear()
    return play


def checks(play: Play) -> int:
    return play.hierarchy().component_managers["CAS"].downloaders[SERVER].checks


def value(play: Play, name: str) -> object:
    found = play.estate.machine("scp01").registry.get(KEY, name)
    return None if found is None else found.data


def test_a_check_is_made_and_proved(installed: Play) -> None:
    before = checks(installed)
    synced = value(installed, "LastSyncedTime")
    result = installed.run(MODULE, "scp01", mode="online")
    assert checks(installed) == before + 1
    assert (result["changed"], result["asked"]) == (True, True)
    assert result["last_synchronisation"] > result["previous_synchronisation"]
    assert result["evidence"][0]["source"] == "registry"
    assert result["last_synchronisation"].replace("T", " ").replace("Z", " UTC") in result["evidence"][0]["text"]
    assert isinstance(synced, int)
    assert value(installed, "LastSyncedTime") != synced
    assert installed.writes() == ["SetDWORDValue", "SetDWORDValue"]


def manifests(play: Play) -> int:
    """How often hierarchy manager has processed a manifest."""
    server = play.estate.machine("cas01")
    content = server.files.read(f"{logs.log_folder(server)}\\hman.log") or b""
    return content.count(b"Processing Configuration Manager Update manifest file")


def test_the_site_takes_the_manifest_in(installed: Play) -> None:
    before = manifests(installed)
    installed.run(MODULE, "scp01", mode="online")
    installed.settle(90)
    assert manifests(installed) == before + 1


def test_without_waiting_nothing_is_claimed(installed: Play) -> None:
    result = installed.run(MODULE, "scp01", mode="online", wait=False)
    assert (result["changed"], result["last_synchronisation"], result["evidence"]) == (True, None, [])
    assert installed.estate.request_log.totals()["cim"] == 4


def test_check_mode_asks_for_nothing_and_tells_the_last_one(installed: Play) -> None:
    before = checks(installed)
    result = installed.run(MODULE, "scp01", mode="online", check=True)
    assert (result["changed"], result["asked"]) == (True, False)
    assert result["previous_synchronisation"]
    assert installed.writes() == []
    installed.settle(60)
    assert checks(installed) == before
    assert installed.estate.request_log.totals()["cim"] == 2


def test_an_offline_one_is_refused_before_anything_is_sent(installed: Play) -> None:
    assert "is offline" in installed.refused(MODULE, "scp01", mode="offline")
    assert installed.estate.request_log.records() == ()


def test_a_stopped_downloader_is_refused(installed: Play) -> None:
    installed.run("component", "scp01", state="stopped")
    installed.estate.request_log.clear()
    message = installed.refused(MODULE, "scp01", mode="online")
    assert "is stopped" in message
    assert "configmgr.scp.component" in message
    assert installed.writes() == []


def test_a_server_without_the_role_is_told_so(play: Play) -> None:
    assert "no thread SMS_DMP_DOWNLOADER" in play.refused(MODULE, "scp02", mode="online")


def test_a_check_that_does_not_come_ends_at_the_limit(play: Play) -> None:
    # Configured online, but the thread read offline at its start: it never checks.
    play.run("site_system", server=SERVER)
    play.run("service_connection_point", server=SERVER, mode="offline")
    message = play.refused(MODULE, "scp01", mode="online", wait_timeout=1)
    assert "did not finish one within 1 s; the thread is running" in message
    assert any("to check for updates" in line for line in play.progress)


def test_a_reader_may_not_ask(installed: Play) -> None:
    message = installed.refused(MODULE, "scp01", mode="online", user=READER)
    assert "local administrator" in message


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("kind", ["drop_after", "garbage"])
def test_a_lost_answer_after_the_last_write_is_no_failure(installed: Play, kind: str, at: int) -> None:
    before = checks(installed)
    installed.estate.faults.order(kind, machine="scp01", action="SetDWORDValue", at=at, count=1)
    if at == 1:
        # Nothing was requested yet: the registry value is unchanged.
        with pytest.raises(CimError):
            installed.run(MODULE, "scp01", mode="online")
        assert checks(installed) == before
    installed.run(MODULE, "scp01", mode="online")
    assert checks(installed) == before + 1
