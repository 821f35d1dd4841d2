"""Each guide has the same parts, and its commands are those that tests run."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise
from pathlib import Path

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.all_duties import DUTY_IDS
from tools.docsite import contents

ROOT = Path(__file__).resolve().parents[2]
GUIDES = contents.chapters((ROOT / "README.md").read_text(encoding="utf-8"))["Guides"]
PARTS = ["Before you begin", "Commands", "What happens", "Check it", "If it fails"]
# Options of ansible-playbook itself.
OPTIONS = {"-i", "-e", "--check", "--diff", "--ask-vault-pass", "--tags"}
RUNS = {
    path.name: path.read_text(encoding="utf-8")
    for path in (ROOT / "tests" / "lab" / "plays").iterdir()
    if path.suffix in (".py", ".yml")
}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands(page: str) -> list[list[str]]:
    """The words of each command with a dollar sign; a line that ends with a backslash continues."""
    joined = page.replace("\\\n", " ")
    return [shlex.split(line, comments=True) for line in re.findall(r"^ *\$ (.*)$", joined, re.MULTILINE)]


PLAYS = [
    pytest.param(words, id=f"{Path(page).stem}: {' '.join(words[1:])}")
    for page in GUIDES
    for words in commands(text(page))
    if words[0] == "ansible-playbook"
]


@pytest.mark.parametrize("page", GUIDES)
def test_a_guide_has_its_parts_in_order(page: str) -> None:
    headings = re.findall(r"^## (.*)$", text(page), re.MULTILINE)
    assert [heading for heading in headings if heading in PARTS] == PARTS


@pytest.mark.parametrize("page", GUIDES)
def test_a_guide_says_for_whom_it_is_and_where_messages_are(page: str) -> None:
    said = text(page)
    assert re.match(r"# .*\n\nFor an administrator who", said)
    _, _, fails = said.partition("## If it fails\n")
    assert "troubleshooting.md" in fails.split("\n## ")[0]


@pytest.mark.parametrize("words", PLAYS)
def test_a_command_is_one_that_tests_run(words: list[str]) -> None:
    """Its playbook exists, and a file of tests runs that playbook with these variables."""
    playbook = next(word for word in words if word.startswith("configmgr.scp.")).removeprefix("configmgr.scp.")
    assert (ROOT / "playbooks" / f"{playbook}.yml").is_file()
    assert {word for word in words if word.startswith("-")} <= OPTIONS
    given = [word for before, word in pairwise(words) if before == "-e"]
    names = {word.partition("=")[0] for word in given if not word.startswith("@")}
    tests = [
        said
        for said in RUNS.values()
        if f"{playbook}.yml" in said or f'"{playbook}"' in said or f"configmgr.scp.{playbook}" in said
    ]
    assert tests
    assert not {name for name in names if not any(name in said for said in tests)}


def test_the_concepts_list_each_duty_in_order() -> None:
    assert re.findall(r"^\| `(\w+)` \| (?:always|with one|after)", text("docs/concepts.md"), re.MULTILINE) == list(DUTY_IDS)
