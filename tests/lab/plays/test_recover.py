"""playbooks/recover.yml: the role after the recovery of its site."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.plays.conftest import holders
from tests.lab.plays.scenarios import WriteInventory, play, words, writes

CAS01, SCP01, SCP02 = "cas01.corp.example", "scp01.corp.example", "scp02.corp.example"
ACCOUNTS = [{"name": r"CORP\scpinstall", "password": "Lab-Install-2026"}]
FAST = {"ansible_winrm_connection_timeout": 3, "ansible_winrm_operation_timeout_sec": 2, "ansible_winrm_read_timeout_sec": 3}
LISTED = "ConfigMgrPostRecoveryActions.html"


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    return start_estate(with_role("scp01"), pace=30)


@pytest.mark.long
@pytest.mark.core
def test_passwords_are_entered_again_the_role_is_where_it_was_and_the_rest_is_listed(
    estate: Estate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    first = play("recover", estate, lab_inventory, tmp_path, service_connection_point_accounts=ACCOUNTS)
    assert first.code == 0, first.output
    assert holders(estate) == [SCP01]
    # The site does not have the account yet: it is added. In a second run its password is entered again, which is the purpose.
    assert first.recap(CAS01)["changed"] == 1
    again = play("recover", estate, lab_inventory, tmp_path, service_connection_point_accounts=ACCOUNTS)
    assert again.recap(CAS01)["changed"] == 1
    said = words(first)
    for part in (LISTED, "Renew the secret", "To do, if it was not done: Delete every subscription"):
        assert part in said
    # Reported once, and as an instruction. The only account of the site was entered in this run.
    assert said.count("external notifications") == 1
    assert "The passwords of the site" not in said.partition("Read the remaining manual tasks")[2]
    assert "Lab-Install-2026" not in first.output
    # Now the site has an account, and its password is missing: it is requested before anything is changed.
    count = len(writes(estate))
    asked = play("recover", estate, lab_inventory, tmp_path)
    assert asked.code == 2
    assert r"(CORP\scpinstall), and no passwords are given" in words(asked)
    assert len(writes(estate)) == count
    # The advice of the message works.
    done = play("recover", estate, lab_inventory, tmp_path, "recover_enter_passwords=false")
    assert done.code == 0, done.output
    assert done.recap(CAS01)["changed"] == 0
    assert LISTED in words(done)


def test_a_role_whose_server_did_not_come_back_goes_to_another(
    estate: Estate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    estate.faults.order("dead_machine", target="scp01")
    # The server of the inventory is the dead one.
    first = play("recover", estate, lab_inventory, tmp_path, service_connection_point_accounts=ACCOUNTS, **FAST)
    assert first.code == 2
    assert holders(estate) == [SCP01]
    said = words(first)
    for part in (
        f"The role was not moved to {SCP01}",
        LISTED,
        "The passwords were entered",
        "configmgr.scp.recover -e scp_to=",
    ):
        assert part in said
    run = play("recover", estate, lab_inventory, tmp_path, f"scp_to={SCP02}", "recover_enter_passwords=false", **FAST)
    assert run.code == 0, run.output
    assert holders(estate) == [SCP02]
    assert "The site still lists SMS_DMP_DOWNLOADER on scp01.corp.example" in words(run)
    assert estate.violations == []


def test_a_server_that_may_not_have_the_role_ends_with_the_list(
    estate: Estate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    run = play("recover", estate, lab_inventory, tmp_path, "scp_to=scp04.corp.example")
    assert run.code == 2
    assert holders(estate) == [SCP01]
    assert LISTED in words(run)
    assert "Preflight of scp04.corp.example" in words(run).partition(LISTED)[2]


def test_check_mode_writes_nothing(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    run = play("recover", estate, lab_inventory, tmp_path, f"scp_to={SCP02}", "--check")
    assert run.code == 0, run.output
    assert writes(estate) == []
    assert holders(estate) == [SCP01]


def test_no_server_is_one_sentence_before_anything(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    run = play("recover", estate, lab_inventory, tmp_path, '{"service_connection_point_server": null, "x": "="}')
    assert run.code == 2
    assert "No server is specified. Set scp_to" in words(run)
    assert [record for record in estate.request_log.records() if record.kind == "cim"] == []
