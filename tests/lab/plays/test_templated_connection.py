"""An inventory that builds the connection of every host from one template, as many inventories do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, run_playbook
from tests.lab.plays.conftest import holders

CAS01, SCP01 = "cas01.corp.example", "scp01.corp.example"


@pytest.mark.core
def test_a_delegated_task_goes_to_the_host_that_it_is_delegated_to(
    estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path
) -> None:
    inventory = lab_inventory(estate)
    tree = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    hosts = {name: given for group in tree["all"]["children"].values() for name, given in group["hosts"].items() if given}
    addresses = {name: given.pop("ansible_host") for name, given in hosts.items()}
    tree["all"]["vars"] |= {
        "addresses": addresses,
        "ansible_host": "{{ addresses[inventory_hostname] }}",
        "passwords": {CAS01: "Lab-Admin-2026", SCP01: "Lab-Admin-2026"},
        "ansible_password": "{{ passwords[inventory_hostname] }}",
    }
    inventory.write_text(yaml.safe_dump(tree), encoding="utf-8")
    run = run_playbook(CHECKOUT / "playbooks" / "provision.yml", inventory, tmp_path)
    assert run.code == 0, run.output
    assert holders(estate) == [SCP01]
    thread = run.result("configmgr.scp.service_connection_point : Its thread runs on the server", "ok")
    assert thread["state"] == "running"
