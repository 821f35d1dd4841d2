"""The action group of the modules that take site_code, as plays use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.running.estate import Estate
from tests.lab.ansible_runs import run_playbook

TAKING: dict[str, dict[str, Any]] = {
    "hierarchy_info": {},
    "service_connection_point_info": {},
    "site_account_info": {},
    "site_system_info": {},
    "usage_data": {},
}
OTHERS: dict[str, dict[str, Any]] = {
    "cim": {"query": "select Name from Win32_ComputerSystem"},
    "component": {"name": "SMS_EXECUTIVE"},
}


@pytest.mark.core
def test_a_play_names_the_site_code_once(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> None:
    """A code that no site has shows that it is passed on; the modules without the option do not get it."""
    tasks = [{"name": name, f"configmgr.scp.{name}": given} for name, given in {**TAKING, **OTHERS}.items()]
    own = {"name": "own", "configmgr.scp.usage_data": {"site_code": "CAS"}}
    play = {
        "hosts": "cas01.corp.example",
        "gather_facts": False,
        "ignore_errors": True,
        "module_defaults": {"group/configmgr.scp.site": {"site_code": "XYZ"}},
        "tasks": [*tasks, own],
    }
    playbook = tmp_path / "play.yml"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    run = run_playbook(playbook, lab_inventory(estate), tmp_path)
    results = {item["task"]: item for item in run.outcomes}
    for name in TAKING:
        assert "There is no site XYZ" in results[name]["result"]["msg"], run.output
    assert {name: results[name]["status"] for name in [*OTHERS, "own"]} == dict.fromkeys([*OTHERS, "own"], "ok"), run.output
