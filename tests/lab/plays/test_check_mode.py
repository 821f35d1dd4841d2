"""Check mode predicts what the run does: the same changed tasks, the same end, and no request that writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.estate_file.reader import DEFAULT_FILE
from lab.running.estate import Estate
from tests.lab.ansible_runs import Run
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.plays.conftest import holders
from tests.lab.plays.scenarios import WriteInventory, play, words, writes
from tests.lab.plays.shown import not_shown

SCP05, SCP01 = "scp05.corp.example", "scp01.corp.example"
ROLE = "configmgr.scp.service_connection_point : "
PLACED = ROLE + "Configure the service connection point"
MODE = [ROLE + "Stop the thread", ROLE + "Write the mode and wait until the site has processed it", ROLE + "Start the thread"]
ACCOUNTS = ROLE + "Add the accounts to the site"
SYSTEM = ROLE + "Make the server a site system"
PASSWORD = "Lab-Install-2026"


def changed(run: Run) -> list[str]:
    """Tasks that changed something, or would, in their order; a loop counts once."""
    return list(dict.fromkeys(item["task"] for item in run.outcomes if item["result"].get("changed")))


class Foretold:
    """Runs provision in check mode and then for real, with the same variables."""

    def __init__(self, estate: Estate, inventory: WriteInventory, folder: Path) -> None:
        self.estate, self.inventory, self.folder = estate, inventory, folder

    def both(self, **wish: Any) -> tuple[Run, Run]:
        given = json.dumps({f"service_connection_point_{name}": value for name, value in wish.items()})
        before = self.estate.hierarchy("one").state.control.roles()
        self.estate.request_log.clear()
        told = play("provision", self.estate, self.inventory, self.folder, "--check", "--diff", "-e", given)
        assert told.code == 0, told.output
        self._reported(told)
        assert writes(self.estate) == []
        assert self.estate.hierarchy("one").state.control.roles() == before
        done = play("provision", self.estate, self.inventory, self.folder, "--diff", "-e", given)
        assert done.code == 0, done.output
        return told, done

    def _reported(self, told: Run) -> None:
        """The callback drift wrote the same tasks, with their differences and without a password."""
        text = (self.folder / "drift/drift.json").read_text(encoding="utf-8")
        found = json.loads(text)
        tasks = [change["task"] for change in found["changes"]]
        assert tasks == changed(told)
        assert (found["check_mode"], found["complete"], found["changed"]) == (True, True, bool(tasks))
        assert all("+++ after" in change["difference"] for change in found["changes"])
        assert PASSWORD not in text + (self.folder / "drift/drift.xml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _reports_drift(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSIBLE_CALLBACKS_ENABLED", "configmgr.scp.drift")
    monkeypatch.setenv("SCP_DRIFT_DIR", str(tmp_path / "drift"))


@pytest.fixture
def foretold(start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path) -> Foretold:
    described = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    return Foretold(start_estate(yaml.safe_dump(described, allow_unicode=True), pace=30), lab_inventory, tmp_path)


@pytest.mark.long
@pytest.mark.core
def test_from_a_fresh_site_to_none_again(foretold: Foretold) -> None:
    """With accounts that the play adds, one for the proxy and one for the installation."""
    accounts = [{"name": rf"CORP\{name}", "password": PASSWORD} for name in ("scpinstall", "scpproxy")]
    wish = {
        "server": SCP05,
        "mode": "online",
        "accounts": accounts,
        "installation_account": r"CORP\scpinstall",
        "proxy": {"server": "proxy01.corp.example", "port": 8080, "account": r"CORP\scpproxy"},
    }
    told, done = foretold.both(**wish)
    assert changed(told) == changed(done) == [ACCOUNTS, SYSTEM, PLACED]
    assert f"would be on {SCP05}, site CAS, online" in words(told)
    assert f"Service connection point: {SCP05}, site CAS, online" in words(done)
    assert not_shown("provision.md", told.output, 0) == not_shown("provision.md", done.output, 1) == []
    # Nothing remains to be changed.
    told, done = foretold.both(**wish)
    assert changed(told) == changed(done) == []
    # Another mode: in check mode one task reports all three changes.
    told, done = foretold.both(**{**wish, "mode": "offline"})
    assert changed(told) == [PLACED]
    assert changed(done) == MODE
    assert f"{SCP05}, site CAS, would be offline" in words(told)
    assert "would be stopped before the mode is written, and started when the site has processed it" in words(told)
    assert not_shown("mode.md", told.output, 0) == not_shown("mode.md", done.output, 1) == []
    assert foretold.estate.hierarchy("one").effective_mode(SCP05) == "offline"
    told, done = foretold.both(state="absent", server=SCP05)
    assert changed(told) == changed(done) == [PLACED]
    assert f"The hierarchy would have no service connection point on {SCP05}" in words(told)
    assert holders(foretold.estate) == []


def test_a_mode_that_is_only_written_is_foretold_with_the_restart_that_it_needs(
    start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    foretold = Foretold(start_estate(with_role("scp01"), pace=30), lab_inventory, tmp_path)
    told, done = foretold.both(mode="offline", restart="none")
    assert changed(told) == changed(done) == [PLACED]
    assert f"{SCP01}, site CAS, would be offline" in words(told)
    for run in (told, done):
        result = run.result(ROLE + "Save the result for later plays", "ok")["ansible_facts"]["service_connection_point_result"]
        assert (result["mode"], result["restart_required"]) == ("offline", True), run.output
    assert holders(foretold.estate) == [SCP01]
