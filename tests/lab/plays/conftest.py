"""The collection's playbooks on the default estate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, Run, run_playbook
from tests.lab.conftest import StartEstate

PlayBook = Callable[..., Run]


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    """The default estate, slow enough that a stopped thread does not start by itself between two reads of its state."""
    return start_estate(pace=30)


@pytest.fixture
def provision(estate: Estate, lab_inventory: Callable[..., Path], tmp_path: Path) -> PlayBook:
    """Runs playbooks/provision.yml: ``provision(*arguments, **variables of all hosts)``."""

    def run(*arguments: str, **variables: Any) -> Run:
        inventory = lab_inventory(estate, **variables)
        return run_playbook(CHECKOUT / "playbooks" / "provision.yml", inventory, tmp_path, *arguments)

    return run


def holders(estate: Estate, hierarchy: str = "one") -> list[str]:
    """Servers of the hierarchy's service connection point rows."""
    return sorted(row.server for row in estate.hierarchy(hierarchy).state.control.roles("SMS Dmp Connector"))
