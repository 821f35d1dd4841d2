"""The example inventory: complete with its vault, and used by the README unchanged."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "inventories" / "example"
# The example for a controller has a vault of its own.
OTHERS = [page for page in ROOT.glob("docs/**/*.yml") if "awx" not in page.parts]
PAGES = [*EXAMPLE.rglob("*.yml"), *OTHERS, *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md")]


def commands() -> list[str]:
    """The commands of the README that begin with a dollar sign."""
    return re.findall(r"^\$ (.*)$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_vault_has_every_variable_that_examples_take_from_one() -> None:
    vault = yaml.safe_load((EXAMPLE / "vault.example.txt").read_text(encoding="utf-8"))
    used = {name for page in PAGES for name in re.findall(r"\bvault_\w+", page.read_text(encoding="utf-8"))}
    assert "vault_ansible_password" in used
    assert used <= set(vault)
    assert set(vault) <= used


def test_variables_of_hosts_are_of_hosts_of_the_inventory() -> None:
    groups = yaml.safe_load((EXAMPLE / "hosts.yml").read_text(encoding="utf-8"))["windows"]["children"]
    hosts = {name for group in groups.values() for name in group["hosts"]}
    assert {path.stem for path in EXAMPLE.glob("host_vars/*.yml")} <= hosts


def test_the_readme_makes_the_vault_before_it_asks_for_its_password() -> None:
    words = [shlex.split(line, comments=True) for line in commands()]
    copied = next(line for line in words if line[:2] == ["cp", "-r"])
    assert copied[2].endswith("/configmgr/scp/inventories/example")
    assert copied[3:] == ["my-inventory"]
    made = next(line for line in words if line[0] == "cp" and line[1].startswith("my-inventory/"))
    assert (EXAMPLE / made[1].removeprefix("my-inventory/")).is_file()
    assert (EXAMPLE / made[2].removeprefix("my-inventory/")).parent.is_dir()
    encrypted = words.index(["ansible-vault", "encrypt", made[2]])
    asking = [place for place, line in enumerate(words) if "--ask-vault-pass" in line]
    assert asking
    assert all(place > encrypted and words[place][1:3] == ["-i", "my-inventory"] for place in asking)
