"""playbooks/expand.yml: removed from the stand-alone primary before, on the central administration site after."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.estates import with_role
from tests.lab.plays.conftest import holders
from tests.lab.plays.scenarios import WriteInventory, play, words, writes
from tests.lab.plays.several import play_each, refusal

CAS01, STA03 = "cas01.corp.example", "sta03.corp.example"
TWO = "scp_provider=sms_provider_two"


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    """Hierarchy two is the stand-alone primary before its expansion, hierarchy one is a hierarchy after an expansion."""
    others = [{"server": "scp02", "roles": ["SMS Endpoint Protection Site Role"]}]
    return start_estate(with_role("scp02", "offline", others, "two"), pace=30)


def test_before_the_role_is_removed_and_the_rest_listed(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    run = play("expand", estate, lab_inventory, tmp_path, TWO, "expand_phase=before")
    assert run.code == 0, run.output
    assert holders(estate, "two") == []
    said = words(run)
    for part in (
        "scp02.corp.example, offline. Keep both values in the inventory",
        "Remove the Endpoint Protection point.",
        "Remove the passive site server.",
        "Only one primary can be expanded",
    ):
        assert part in said
    assert play("expand", estate, lab_inventory, tmp_path, TWO, "expand_phase=before").recap(STA03)["changed"] == 0


def test_before_the_role_is_removed_from_wherever_it_is(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    """Also if the inventory names another server, as after a move."""
    other = "service_connection_point_server=scp01.corp.example"
    planned = play("expand", estate, lab_inventory, tmp_path, TWO, "expand_phase=before", other, "--check")
    assert planned.code == 0, planned.output
    assert "Nothing was written. The run would do this:" in words(planned)
    assert holders(estate, "two") == ["scp02.corp.example"]
    elsewhere = play("expand", estate, lab_inventory, tmp_path, TWO, "expand_phase=before", "scp_server=scp01.corp.example")
    assert elsewhere.code == 2, elsewhere.output
    sentence = "still has a service connection point, on scp02.corp.example. Do not set up the central administration site yet."
    assert f"{sentence} Run this again without scp_server" in words(elsewhere)
    run = play("expand", estate, lab_inventory, tmp_path, TWO, "expand_phase=before", other)
    assert run.code == 0, run.output
    assert holders(estate, "two") == []


def test_after_the_role_is_installed_and_the_rest_listed(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    run = play("expand", estate, lab_inventory, tmp_path, "expand_phase=after")
    assert run.code == 0, run.output
    assert holders(estate) == ["scp01.corp.example"]
    said = words(run)
    for part in ("Set up the Azure services again", "Entra applications"):
        assert part in said
    assert play("expand", estate, lab_inventory, tmp_path, "expand_phase=after").recap(CAS01)["changed"] == 0


# By phase and site: the stand-alone primary is hierarchy two's.
WRONG = {
    "after_on_the_primary": (STA03, {"expand_phase": "after"}, "about a central administration site with a primary below it"),
    "before_on_the_central": (CAS01, {"expand_phase": "before"}, "about a stand-alone primary"),
    "no_phase": (STA03, {}, "Set expand_phase: before"),
}


def test_the_wrong_phase_is_refused_and_nothing_is_written(estate: Estate, lab_inventory: WriteInventory, tmp_path: Path) -> None:
    wishes = {wish: given for wish, (_, given, _) in WRONG.items()}
    providers = {wish: host for wish, (host, _, _) in WRONG.items()}
    run = play_each("expand", estate, lab_inventory, tmp_path, wishes, providers=providers)
    assert run.code == 2, run.output
    for wish, (_, _, sentence) in WRONG.items():
        assert sentence in refusal(run, wish), wish
        assert sentence in words(run), wish
    assert writes(estate) == []
