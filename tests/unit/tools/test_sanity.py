"""The pure parts of the sanity runner."""

from __future__ import annotations

import fnmatch
from pathlib import Path

import pytest
import yaml

from tests.tools import sanity

ROOT = Path(__file__).resolve().parents[3]


def test_a_pattern_leaves_out_a_file_and_all_below_a_directory() -> None:
    names = ["README.md", "lab/cim/mof.py", "plugins/modules/cim.py", ".ci/run", "plugins/x.pyc", "labels/a"]
    assert sanity.shipped(names, [".*", "lab", "*.pyc"]) == ["README.md", "labels/a", "plugins/modules/cim.py"]


def test_the_collection_ships_its_plugins_and_not_the_lab() -> None:
    ignore = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["build_ignore"]
    names = [
        "plugins/modules/cim.py",
        "roles/x/tasks/main.yml",
        "tests/config.yml",
        "lab/clock.py",
        "tests/unit/test_x.py",
        "Makefile",
    ]
    assert sanity.shipped(names, ignore) == ["plugins/modules/cim.py", "roles/x/tasks/main.yml", "tests/config.yml"]
    for generated in (".venv", ".venv-2.18", ".cache", "build", "collections", ".mypy_cache"):
        assert any(fnmatch.fnmatch(generated, pattern) for pattern in ignore), generated


@pytest.mark.parametrize("source", ["packages = dict(\n    pip='24.2',\n)", '{"pip": "24.2"}'])
def test_version_of_pip(source: str) -> None:
    assert sanity.pip_version(source) == "24.2"


def test_unknown_form_of_the_version_of_pip() -> None:
    with pytest.raises(sanity.SanityError, match="adapt pip_version"):
        sanity.pip_version("pip = newest()")


def test_skipped_tests_are_found_once() -> None:
    warning = 'WARNING: Skipping sanity test "import" on Python 3.11 because it could not be found.\n'
    assert sanity.skipped_tests('Running sanity test "pep8"\n' + warning * 2) == ["import"]
