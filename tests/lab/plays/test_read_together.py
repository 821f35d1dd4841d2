"""The module read_together: several modules at the same time, each on its host and with the settings of that host."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.running.estate import Estate
from tests.lab.ansible_runs import Run, run_playbook
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.plays.conftest import holders

CAS01, SCP01, SCP08 = "cas01.corp.example", "scp01.corp.example", "scp08.corp.example"
NAME = {"query": "select Name from Win32_ComputerSystem"}
COMPONENT = {"name": "SMS_EXECUTIVE"}


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    """The role is on scp01, online."""
    return start_estate(with_role("scp01"), pace=30)


def part(name: str, module: str, host: str | None = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "module": module, **({"host": host} if host else {}), **more}


@pytest.mark.core
def test_each_part_has_the_result_of_its_module(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> None:
    """One run: parts on several hosts, with settings of the inventory, the play and a template, and parts that fail."""
    inventory = lab_inventory(estate)
    tree = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    hosts = tree["all"]["children"]["candidates"]["hosts"]
    # The template has another value on each host; the password of the local account is that of its host.
    address = hosts["scp02.corp.example"].pop("ansible_host")
    hosts["scp02.corp.example"] |= {"where": address, "ansible_host": "{{ where }}"}
    hosts["scp03.corp.example"] |= {"ansible_password": "wrong"}
    hosts["scp04.corp.example"] |= {"ansible_become": True, "ansible_become_method": "runas"}
    hosts["scp05.corp.example"] |= {"ansible_connection": "ssh"}
    inventory.write_text(yaml.safe_dump(tree), encoding="utf-8")
    parts = [
        part("here", "cim", arguments=NAME),
        part("role", "service_connection_point_info", arguments={"site_code": "CAS"}),
        part("absent", "service_connection_point", arguments={"state": "absent", "site_code": "CAS"}),
        part("thread", "component", SCP01, arguments=COMPONENT),
        part("second", "cim", SCP01, arguments=NAME),
        part("template", "cim", "scp02.corp.example", arguments=NAME),
        part("local", "cim", SCP08, arguments=NAME),
        part("refused", "cim", "scp03.corp.example", arguments=NAME),
        part("refused too", "component", "scp03.corp.example", arguments=COMPONENT),
        part("become", "cim", "scp04.corp.example", arguments=NAME),
        part("ssh", "cim", "scp05.corp.example", arguments=NAME),
        part("unknown", "cim", "nowhere.corp.example", arguments=NAME),
        part("option", "cim", arguments={"query": 1, "odd": 2}),
        part("not wanted", "cim", "nowhere.corp.example", when=False),
        part("defaults", "usage_data"),
    ]
    run = played(parts, inventory, tmp_path, module_defaults={"group/configmgr.scp.site": {"site_code": "XYZ"}})
    assert run.code == 0, run.output
    found = run.result("together", "ok")["found"]
    assert list(found) == [one["name"] for one in parts]
    names = {name: found[name]["instances"][0]["Name"] for name in ("here", "second", "template", "local")}
    assert {name: value.lower() for name, value in names.items()} == {
        "here": "cas01",
        "second": "scp01",
        "template": "scp02",
        "local": "scp08",
    }
    assert found["role"]["configured"][0]["server"] == SCP01
    assert (found["thread"]["state"], found["thread"]["failed"], found["thread"]["changed"]) == ("running", False, False)
    # In check mode: it says what would be done, and nothing is.
    assert found["absent"]["changed"] is True
    assert holders(estate) == [SCP01]
    assert found["refused"]["unreachable"] is True
    assert "were rejected" in found["refused"]["msg"]
    assert found["refused too"]["msg"] == found["refused"]["msg"]
    assert found["become"]["failed"] is True
    assert "become has no effect" in found["become"]["msg"]
    assert "the connection of the host is ssh" in found["ssh"]["msg"]
    assert "nowhere.corp.example is not a host of the inventory" in found["unknown"]["msg"]
    assert "Unsupported options: odd" in found["option"]["msg"]
    assert found["not wanted"]["skipped"] is True
    assert "There is no site XYZ" in found["defaults"]["msg"]
    # One attempt only with the wrong password: a request without a token or with the first one, and the proof.
    assert len(estate.request_log.records(machine=machine_of(estate, "scp03"))) == 2
    assert "Lab-Admin-2026" not in run.output


def test_variables_of_the_play_apply_to_every_host(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> None:
    inventory = lab_inventory(estate)
    tree = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    tree["all"]["vars"]["ansible_password"] = "wrong"
    inventory.write_text(yaml.safe_dump(tree), encoding="utf-8")
    parts = [part("here", "cim", arguments=NAME), part("there", "cim", SCP01, arguments=NAME)]
    run = played(parts, inventory, tmp_path, vars={"secret": "Lab-Admin-2026", "ansible_password": "{{ secret }}"})
    found = run.result("together", "ok")["found"]
    assert [found[name]["failed"] for name in ("here", "there")] == [False, False], run.output


def test_what_cannot_be_run_is_refused(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> None:
    for parts, words in (
        ([part("a", "controller_files")], "a names the module controller_files"),
        ([part("a", "../cim")], "a names the module ../cim"),
        ([part("a", "read_together")], "a names the module read_together"),
        ([part("a", "cim", arguments=NAME)] * 2, "each name may be used once only"),
    ):
        run = played(parts, lab_inventory(estate), tmp_path)
        assert words in run.result("together", "failed")["msg"]
    assert estate.request_log.records() == ()


def played(parts: list[dict[str, Any]], inventory: Path, folder: Path, **keywords: Any) -> Run:
    task = {"name": "together", "configmgr.scp.read_together": {"parts": parts}}
    playbook = folder / "play.yml"
    playbook.write_text(json.dumps([{"hosts": CAS01, "gather_facts": False, "tasks": [task], **keywords}]), encoding="utf-8")
    return run_playbook(playbook, inventory, folder)


def machine_of(estate: Estate, name: str) -> str:
    return next(record.machine for record in estate.request_log.records() if record.machine.startswith(name))
