"""Which ansible-core, Python and Debian are supported is stated once, in tests/tools/matrix.py; every other place agrees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.tools import matrix

ROOT = Path(__file__).resolve().parents[3]

CORES = list(matrix.CORES)
CORE_RANGE = f"ansible-core {CORES[0]} to {CORES[-1]}"
# What a checkout runs on, and what tests and pages describe as tested.
OWN = matrix.CORES[matrix.OWN_CORE]
OWN_RANGE = f"Python {OWN[0]} to {OWN[-1]}"


def text(name: str) -> str:
    """A file with its lines joined, because sentences continue over line ends."""
    return " ".join((ROOT / name).read_text(encoding="utf-8").replace("\n# ", "\n").split())


def minors(pythons: tuple[str, ...]) -> list[int]:
    return [int(python.partition(".")[2]) for python in pythons]


@pytest.mark.parametrize("name", ["README.md", "docs/limits.md", "docs/development.md"])
def test_pages(name: str) -> None:
    said = text(name)
    assert CORE_RANGE in said
    assert OWN_RANGE in said
    assert "Debian 12 and 13" in said
    ranges = set(re.findall(r"ansible-core (\d\.\d+) (?:to|and|or) (\d\.\d+)", said))
    assert ranges <= {(CORES[0], CORES[-1])}


def test_the_page_names_the_pythons_of_each_core() -> None:
    said = text("README.md")
    for first, second in (CORES[:2], CORES[2:]):
        assert matrix.CORES[first] == matrix.CORES[second]
        pythons = matrix.CORES[first]
        assert f"{first} and {second}: Python {pythons[0]} to {pythons[-1]}" in said


@pytest.mark.parametrize("name", ["Makefile", ".ci/run", "README.md", "docs/development.md"])
def test_what_a_checkout_needs(name: str) -> None:
    assert re.search(rf"[Nn]eed(s|ed):? {OWN_RANGE}", text(name))


def test_the_environment_takes_these_pythons_and_no_others() -> None:
    said = text("tests/tools/venv.sh")
    least, most = minors(OWN)[0], minors(OWN)[-1]
    assert f"(3, {least}) <= sys.version_info[:2] <= (3, $newest)" in said
    assert f"newest=${{PYTHON_NEWEST:-{most}}}" in said
    assert f"for candidate in python3 {' '.join(f'python{python}' for python in OWN)}; do" in said


def test_ansible_is_told() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert runtime["requires_ansible"] == f">={CORES[0]}.0"
    for path in ROOT.glob("roles/*/meta/main.yml"):
        role = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert role["galaxy_info"]["min_ansible_version"] == CORES[0], path


def test_each_core_has_its_requirements() -> None:
    pinned = {}
    for path in ROOT.glob("requirements-core-*.txt"):
        pinned[path.stem.rpartition("-")[2]] = re.findall(r"^ansible-core==(\d+\.\d+)\.\d+$", path.read_text(), re.MULTILINE)
    assert pinned == {core: [core] for core in CORES}
    own = re.findall(r"^ansible-core==(\d+\.\d+)\.", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert own == [matrix.OWN_CORE]


def test_what_all_cores_are_tried_with_is_what_a_controller_needs() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[a-z].*==.*$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))

    wanted = pins("requirements.txt") | pins("requirements-dev.txt")
    assert pins("requirements-core.txt") <= wanted
    assert {pin for pin in pins("requirements.txt") if not pin.startswith(("ansible-core", "resolvelib"))} <= pins(
        "requirements-core.txt"
    )


def test_the_oldest_python_is_the_one_that_is_checked_for() -> None:
    said = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    oldest = OWN[0]
    assert f'requires-python = ">={oldest}"' in said
    assert f'python_version = "{oldest}"' in said
    assert f'target-version = "py{oldest.replace(".", "")}"' in said


def test_the_example_of_an_execution_environment_takes_this_version() -> None:
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    example = (ROOT / "docs" / "examples" / "execution-environment.yml").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "execution_environment.md").read_text(encoding="utf-8")
    for said in (example, page):
        assert set(re.findall(r"configmgr-scp-([\d.]+)\.tar\.gz", said)) == {version}
    core = yaml.safe_load(example)["dependencies"]["ansible_core"]["package_pip"]
    least, below = re.fullmatch(r"ansible-core>=(\d\.\d+),<(\d\.\d+)", core).groups()  # type: ignore[union-attr]
    assert least in CORES
    assert int(below.partition(".")[2]) == int(CORES[-1].partition(".")[2]) + 1


def test_the_readme_installs_a_supported_core() -> None:
    least, below = re.findall(r'pip install "ansible-core>=(\d\.\d+),<(\d\.\d+)"', text("README.md"))[0]
    assert least == CORES[0]
    assert int(below.partition(".")[2]) == int(CORES[-1].partition(".")[2]) + 1


def test_kerberos_can_be_installed_as_the_readme_says() -> None:
    """The execution environment compiles the same extras with the same packages that the README lists."""
    readme = text("README.md")
    for line in (ROOT / "meta" / "ee-bindep.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            assert line.split()[0] in readme, line
    extras = re.findall(r"^(\w+\[kerberos\])", (ROOT / "meta" / "ee-requirements.txt").read_text(), re.MULTILINE)
    assert extras == ["pywinrm[kerberos]", "pypsrp[kerberos]"]
    assert all(f'"{extra}"' in readme for extra in extras)
