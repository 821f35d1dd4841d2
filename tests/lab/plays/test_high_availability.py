"""playbooks/high_availability.yml: the role is moved from the site server before a passive one is added."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.plays.conftest import holders
from tests.lab.plays.scenarios import WriteInventory, play, words, writes
from tests.lab.plays.several import play_each, refusal

CAS01, SCP02 = "cas01.corp.example", "scp02.corp.example"
# The planned passive server: a server of the estate whose computer account is an administrator of the candidates.
PASSIVE = {"ha_passive_server": "sta01.corp.example"}
PASSIVE_ARGUMENTS = [f"{name}={value}" for name, value in PASSIVE.items()]


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    """The role is on the site server, where setup installs it."""
    return start_estate(with_role("cas01", site_systems=[{"server": "scp03"}]), pace=30)


@pytest.mark.long
def test_the_role_leaves_the_site_server(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    run = play("high_availability", estate, lab_inventory, tmp_path, f"scp_to={SCP02}", *PASSIVE_ARGUMENTS)
    assert run.code == 0, run.output
    assert holders(estate) == [SCP02]
    assert estate.violations == []
    said = words(run)
    for part in (
        "Move the content library to a remote share",
        "local administrator of the present one, and both must be in the same domain",
        "sysadmin on the site's SQL Server",
        "Full Control of the container System Management",
    ):
        assert part in said
    assert "is already a site system" not in said
    # Again with a passive server that already has a role, in another spelling.
    has_role = ["scp_to=SCP02.corp.example", "ha_passive_server=SCP03.corp.example.", r"ha_passive_account=CORP\STA01$"]
    again = play("high_availability", estate, lab_inventory, tmp_path, *has_role)
    assert again.code == 0, again.output
    assert again.recap(CAS01)["changed"] == 0
    assert "scp03.corp.example is already a site system (SMS Site System)" in words(again)


IN_THE_WAY = {
    "site_server": ({"scp_to": CAS01, **PASSIVE}, "must be on another server"),
    "passive_one": ({"scp_to": "sta01.corp.example", **PASSIVE}, "must be on another server"),
    "site_server_in_capitals": ({"scp_to": "CAS01.corp.example.", **PASSIVE}, "cas01.corp.example is one of the site servers"),
    "passive_in_capitals": (
        {"scp_to": "sta01.corp.example", "ha_passive_server": "STA01.Corp.Example."},
        "sta01.corp.example is one of the site servers",
    ),
    "unnamed": ({"scp_to": SCP02}, "ha_passive_server is not set: set it to the site server that will be added."),
    "short": ({"scp_to": SCP02, "ha_passive_server": "sta01"}, "ha_passive_server is sta01: set it to"),
    "short_server": ({"scp_to": "cas01", **PASSIVE}, "scp_to (or service_connection_point_server) is cas01: set it to"),
    "address": ({"scp_to": SCP02, "ha_passive_server": "127.0.0.9"}, "ha_passive_server is 127.0.0.9: set it to"),
    "misspelt": ({"scp_to": SCP02, "ha_passive_servr": "sta01.corp.example"}, "Did you mean ha_passive_server?"),
    "no_host": ({"scp_to": "scp09.corp.example", **PASSIVE}, "scp09.corp.example is not a host of the inventory."),
    "no_rights": ({"scp_to": SCP02, "ha_passive_server": "pri2.corp.example"}, "PRI2$"),
}


def test_what_is_in_the_way_is_said_before_anything_is_written(
    estate: Estate, lab_inventory: WriteInventory, tmp_path: Path
) -> None:
    wishes = {wish: given for wish, (given, _) in IN_THE_WAY.items()}
    run = play_each("high_availability", estate, lab_inventory, tmp_path, wishes)
    assert run.code == 2, run.output
    for wish, (_, sentence) in IN_THE_WAY.items():
        assert sentence in refusal(run, wish), wish
        assert sentence in words(run), wish
    assert writes(estate) == []
    assert holders(estate) == [CAS01]
