"""playbooks/remove.yml: removes the role, wherever it is or from one server; and a site with two providers in one play."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, run_playbook
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.plays.conftest import holders
from tests.lab.plays.scenarios import WriteInventory, play, words, writes
from tests.lab.plays.several import play_each, refusal
from tests.lab.plays.shown import not_shown

CAS01, SCP01, SCP02 = "cas01.corp.example", "scp01.corp.example", "scp02.corp.example"
FAST = {"ansible_winrm_connection_timeout": 3, "ansible_winrm_operation_timeout_sec": 2, "ansible_winrm_read_timeout_sec": 3}


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    return start_estate(with_role("scp01"), pace=30)


@pytest.mark.core
def test_it_is_foretold_done_and_done_once(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    def remove(*arguments: str) -> tuple[str, int]:
        run = play("remove", estate, lab_inventory, tmp_path, *arguments)
        assert run.code == 0, run.output
        outputs.append(run.output)
        return words(run), run.recap(CAS01)["changed"]

    outputs: list[str] = []
    both = ("scp_server=SCP01", "scp_remove_site_system=true")
    said, foretold = remove(*both, "--check", "--diff")
    assert writes(estate) == []
    assert f"would be removed from {SCP01} (site CAS, online)" in said
    assert f"{SCP01} would no longer be a site system of site CAS" in said
    assert "cloud management gateway CORPCMG" in said
    said, done = remove(*both)
    assert done == foretold == 2
    assert holders(estate) == []
    assert f"was removed from {SCP01}" in said
    assert not_shown("remove.md", outputs[-1]) == []
    assert not any(row.server.startswith("scp01") for row in estate.hierarchy("one").state.control.roles("SMS Site System"))
    said, again = remove()
    assert again == 0
    assert "The hierarchy has no service connection point. Nothing was removed." in said


def test_what_can_not_be_is_one_sentence_and_another_server_keeps_the_role(
    estate: Estate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    run = play_each(
        "remove",
        estate,
        lab_inventory,
        tmp_path,
        {
            "empty": {"scp_server": ""},
            "no_server": {"scp_remove_site_system": True},
            "elsewhere": {"scp_server": SCP02},
        },
    )
    assert "scp_server is empty" in refusal(run, "empty")
    assert "scp_remove_site_system (or remove_site_system) needs scp_server" in refusal(run, "no_server")
    assert run.recap("elsewhere")["failed"] == 0
    assert f"The hierarchy still has the role on {SCP01}." in words(run)
    assert f"-e scp_server={SCP01}" in words(run)
    assert holders(estate) == [SCP01]


def test_a_dead_server_is_not_waited_for_and_keeps_its_site_system(
    estate: Estate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    estate.faults.order("dead_machine", target="scp01")
    arguments = (f"scp_server={SCP01}", "scp_remove_site_system=true")
    run = play("remove", estate, lab_inventory, tmp_path, *arguments, **FAST)
    assert run.code == 0, run.output
    assert holders(estate) == []
    assert f"{SCP01} does not respond, so the run does not wait for it." in words(run)
    assert f"The site system {SCP01} was kept for now" in words(run)


def test_of_two_providers_of_a_site_one_does_the_work(
    start_estate: StartEstate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    text = yaml.safe_load(with_role("scp02", hierarchy="two"))
    site = next(found for found in text["hierarchies"] if found["name"] == "two")["sites"][0]
    site["provider"] = ["sta03", "sta01"]
    estate = start_estate(yaml.safe_dump(text), pace=30)
    inventory = lab_inventory(estate, service_connection_point_server=SCP02, service_connection_point_mode="offline")
    run = run_playbook(
        CHECKOUT / "playbooks" / "provision.yml",
        inventory,
        tmp_path,
        "-e",
        "scp_provider=sta03.corp.example,sta01.corp.example",
    )
    assert run.code == 0, run.output
    assert run.recap("sta03.corp.example")["changed"] > 0
    assert run.recap("sta01.corp.example")["changed"] == 0
    assert "sta03.corp.example also has an SMS Provider of site ST1 and does the work." in words(run)
    assert holders(estate, "two") == [SCP02]
