"""The scenarios of molecule: each on its own addresses, which it reads from the environment."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.tools import scenarios

ROOT = Path(__file__).resolve().parents[3]
BASE = re.compile(r"--extra-vars=lab_address_base=\$\{(\w+):-(127\.\d+\.\d+)\}")


def base(name: str) -> tuple[str, str]:
    """The variable and the default of a scenario's address base."""
    found = BASE.search((ROOT / "molecule" / name / "molecule.yml").read_text(encoding="utf-8"))
    assert found is not None, name
    return found[1], found[2]


@pytest.mark.parametrize("name", scenarios.scenarios())
def test_a_scenario_takes_its_addresses_from_its_own_variable(name: str) -> None:
    assert base(name)[0] == scenarios.variable(name)


def test_no_two_scenarios_have_the_same_addresses() -> None:
    bases = [base(name)[1] for name in scenarios.scenarios()]
    assert len(bases) >= 5
    assert len(set(bases)) == len(bases)


def test_what_only_root_can_run_is_a_scenario() -> None:
    assert set(scenarios.ONLY_ROOT) <= set(scenarios.scenarios())


def test_the_shared_file_gives_each_scenario_a_folder() -> None:
    shared = yaml.safe_load((ROOT / "molecule" / "shared" / "vars" / "lab.yml").read_text(encoding="utf-8"))
    assert "MOLECULE_SCENARIO_NAME" in shared["lab_state"]
