"""ansible-playbook is killed in the middle of a mode change and of a move, and run again.

A sample: tests/lab/modules/test_cut_off.py cuts off after every single request.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, command, environment
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.plays.conftest import holders
from tests.lab.plays.scenarios import WriteInventory, play, writes

CAS01, SCP01, SCP02 = "cas01.corp.example", "scp01.corp.example", "scp02.corp.example"
OFFLINE = "service_connection_point_mode=offline"
PATIENCE_SECONDS = 60.0


def descendants(process: int) -> list[int]:
    """A process and all processes that it started: workers of Ansible are in separate sessions."""
    parents: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found = [process]
    for known in found:
        found += parents.get(known, [])
    return found


def kill_after(estate: Estate, playbook: str, inventory: Path, folder: Path, arguments: list[str], wanted: list[str]) -> None:
    """Run a playbook until the lab has processed these writes; then kill it completely."""
    line = command(CHECKOUT / "playbooks" / f"{playbook}.yml", inventory, arguments)
    with subprocess.Popen(
        line, env=environment(folder), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while writes(estate)[: len(wanted)] != wanted:
            assert running.poll() is None, f"{playbook} ended before it was killed; writes: {writes(estate)}"
            assert time.monotonic() < give_up, f"{playbook} did not get as far as {wanted}; writes: {writes(estate)}"
            time.sleep(0.005)
        for process in descendants(running.pid):
            os.kill(process, signal.SIGKILL)


@pytest.mark.long
@pytest.mark.parametrize("wanted", [["SetStringValue"], ["SetStringValue", "Put"], ["SetStringValue", "Put", "SetStringValue"]])
def test_a_killed_mode_change_is_finished_by_the_next_run(
    start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path, wanted: list[str]
) -> None:
    # Slow: a stopped thread starts by itself after half a minute, and the next run must be faster.
    estate = start_estate(with_role("scp01"), pace=10)
    inventory = lab_inventory(estate, service_connection_point_preflight=False)
    kill_after(estate, "provision", inventory, tmp_path, ["-e", OFFLINE], wanted)
    run = play("provision", estate, lab_inventory, tmp_path, OFFLINE)
    assert run.code == 0, run.output
    assert estate.hierarchy("one").effective_mode(SCP01) == "offline"
    assert estate.violations == []
    assert play("provision", estate, lab_inventory, tmp_path, OFFLINE).recap(CAS01)["changed"] == 0


@pytest.mark.long
@pytest.mark.parametrize(
    ("wanted", "mode"),
    [
        (["Delete"], OFFLINE),
        (["Delete", "Create"], OFFLINE),
        # The next run requests another mode while the site is still installing the role.
        (["Delete", "Create"], "service_connection_point_mode=online"),
    ],
)
def test_a_killed_move_is_finished_by_the_next_run_with_the_same_duties(
    start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path, wanted: list[str], mode: str
) -> None:
    estate = start_estate(with_role("scp01", "offline", [{"server": "scp02"}]), pace=30)
    inventory = lab_inventory(estate, move_preflight=False)
    kill_after(estate, "move", inventory, tmp_path, ["-e", f"scp_to={SCP02}", "-e", mode], wanted)
    assert holders(estate) == ([] if wanted == ["Delete"] else [SCP02])
    run = play("move", estate, lab_inventory, tmp_path, f"scp_to={SCP02}", OFFLINE)
    assert run.code == 0, run.output
    assert holders(estate) == [SCP02]
    assert estate.hierarchy("one").effective_mode(SCP02) == "offline"
    assert estate.hierarchy("one").effective_mode(SCP01) == ""
    assert estate.violations == []
    again = play("move", estate, lab_inventory, tmp_path, f"scp_to={SCP02}", OFFLINE)
    assert again.recap(CAS01)["changed"] == 0
    duties = [found.outcome("configmgr.scp.move : See what is left to do by hand")["result"]["duties"] for found in (run, again)]
    # The site installs the role's other threads after the downloader.
    soon = {duty["id"] for duty in duties[0] if "is still being installed" in duty["detail"]}
    assert soon <= {"discovery"}
    assert [duty for duty in duties[0] if duty["id"] not in soon] == [duty for duty in duties[1] if duty["id"] not in soon]
    assert "app_secrets_renewed" in [duty["id"] for duty in duties[0] if not duty["done"]]
