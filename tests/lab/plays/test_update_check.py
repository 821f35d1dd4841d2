"""The modules about updates and usage data as playbooks use them: the documented examples, on two hosts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from lab.configmgr.database import UpdatePackage
from lab.estate_file.reader import DEFAULT_FILE
from lab.running.estate import Estate
from tests.lab.ansible_runs import run_playbook
from tests.lab.conftest import StartEstate

CAS01 = "cas01.corp.example"
PLAY = """
- name: Look and check
  hosts: cas01.corp.example
  gather_facts: false
  tasks:
    - name: Where the role is, and its mode
      configmgr.scp.service_connection_point_info:
      register: scp

    - name: Check for updates now
      configmgr.scp.site_update_check:
        mode: "{{ scp.configured[0].mode }}"
      delegate_to: "{{ scp.configured[0].server }}"

    - name: Look at the updates
      configmgr.scp.site_update_info:
        site_code: CAS
      register: updates

    - name: The version is known, and what is ill is named
      ansible.builtin.assert:
        that:
          - updates.support.name == "2609" and updates.support.days_left is not none
          - updates.failed_packages == ["Failed"]
          - updates.hanging_packages | map(attribute="name") == ["Hung"]
          - updates.unknown_packages == ["Odd"]

    - name: No more than the least
      configmgr.scp.usage_data:
        level: basic
        site_code: CAS
"""


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    """The default estate with the role on scp01 from the start, and three packages with problems."""
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    started = start_estate(text.replace("  - name: one\n", "  - name: one\n    service_connection_point: {server: scp01}\n"))
    state = started.hierarchies[0].state
    now = state.clock.now()
    for number, (name, package) in enumerate({"Failed": 327679, "Hung": 196611, "Odd": 999999}.items()):
        guid = f"00000000-0000-0000-0000-{number:012d}"
        ago = now - timedelta(hours=5)
        state.updates[guid] = UpdatePackage(guid, name, "5.00.9152.1020", package, update_type=2, released=ago, updated=ago)
    return started


@pytest.mark.core
def test_the_documented_examples(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> None:
    playbook = tmp_path / "play.yml"
    playbook.write_text(PLAY, encoding="utf-8")
    run = run_playbook(playbook, lab_inventory(estate), tmp_path, "--diff")
    assert run.code == 0, run.output
    assert run.recap(CAS01)["changed"] == 2
    check = run.result("Check for updates now", "ok", CAS01)
    assert check["asked"] is True
    assert check["last_synchronisation"] in run.output
    packages = run.result("Look at the updates", "ok")["packages"]
    assert {package["name"]: package["state"] for package in packages}["Configuration Manager 2609"] == "INSTALL_SUCCESS"
    # "failed" as the name of a return value was converted to true or false, with a warning.
    assert "converted to bool" not in run.output
    assert run.result("No more than the least", "ok")["level"] == "basic"
    assert re.search(r"^\+ *\"?level\"?: \"?basic", run.output, re.MULTILINE), run.output
