from __future__ import annotations

from ansible_collections.configmgr.scp.plugins.module_utils.site import updates
from ansible_collections.configmgr.scp.plugins.module_utils.tables import table


def test_the_table_is_whole() -> None:
    states = table("update_states")["states"]
    assert len(states) == 40
    assert len({row["number"] for row in states}) == len({row["name"] for row in states}) == 40


def test_known_and_unknown_states() -> None:
    assert updates.state_name(196612) == "INSTALL_SUCCESS"
    assert updates.state_name(327682) == "APPLICABILITY_SUCCESS"
    assert updates.state_name(123) == "state 123"


def test_finished_failed_and_downloading_packages_are_not_being_installed() -> None:
    installing = {updates.state_name(number) for number in updates.installing_states()}
    assert "INSTALL_IN_PROGRESS" in installing
    assert "INSTALL_UPGRADEDATABASE" in installing
    assert not installing & {"INSTALL_SUCCESS", "INSTALL_FAILED", "DOWNLOAD_IN_PROGRESS", "APPLICABILITY_SUCCESS", "ENABLED"}
