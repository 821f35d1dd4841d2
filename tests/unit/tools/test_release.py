"""What a release lacks, from the facts of good and bad checkouts, and how these facts are read."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.tools.release import __main__ as command
from tests.tools.release.facts import Facts, read
from tests.tools.release.lacking import FILES, lacking

GALAXY = {
    "namespace": "configmgr",
    "name": "scp",
    "version": "1.1.0",
    "readme": "README.md",
    "description": "About.",
    "authors": ["somebody"],
    "license": ["GPL-3.0-or-later"],
    "tags": ["windows"],
    "repository": "https://git.example/scp",
    "documentation": "https://docs.example/scp",
    "homepage": "https://example/scp",
    "issues": "https://git.example/scp/issues",
}
READY = Facts(
    galaxy=GALAXY,
    runtime={"requires_ansible": ">=2.18.0"},
    project_version="1.1.0",
    released={"1.0.0": {}, "1.1.0": {"changes": {"release_summary": "What is new."}}},
    fragments=[],
    change_log="Notes\n=====\n\nv1.1.0\n======\n\nv1.0.0\n======\n",
    files=frozenset(FILES),
    uncommitted=[],
    named_versions={"docs/pipelines.md": frozenset({"1.1.0"})},
    added={"plugins/callback/drift.py": "1.1.0"},
    skipped_rules=[],
    tags=frozenset({"v1.0.0"}),
    found={"ansible-lint": "", "the archive": "", "galaxy-importer": ""},
)


def test_a_checkout_that_can_be_released() -> None:
    assert lacking(READY) == []


def galaxy(**changes: Any) -> Facts:
    return replace(READY, galaxy={key: value for key, value in {**GALAXY, **changes}.items() if value is not None})


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (replace(READY, project_version="1.0.0"), "pyproject.toml: the version is 1.0.0, and 1.1.0 in galaxy.yml"),
        (
            replace(READY, added={"roles/x/meta/argument_specs.yml": "1.2.0", "plugins/a.py": "1.10.0"}),
            "Set version to 1.10.0 or",
        ),
        (replace(READY, named_versions={"README.md": frozenset({"1.0.0"})}), "README.md: another version than 1.1.0"),
        (replace(READY, tags=frozenset({"v1.1.0"})), "the tag of 1.1.0 exists already"),
        (replace(READY, tags=frozenset({"1.1.0"})), "the tag of 1.1.0 exists already"),
        (replace(READY, fragments=["a.yml"]), "1 fragment is in no release (a.yml)"),
        (
            replace(READY, fragments=[f"{n}.yml" for n in range(7)]),
            "7 fragments are in no release (0.yml, 1.yml, 2.yml, 3.yml, 4.yml and 2",
        ),
        (replace(READY, released={"1.0.0": {}}), "changelogs/changelog.yaml: it has no release 1.1.0"),
        (replace(READY, released={"1.1.0": {}}), "the release 1.1.0 has no release_summary"),
        (replace(READY, change_log="v1.0.0\n======\n"), "CHANGELOG.rst: it has no section v1.1.0"),
        *[(galaxy(**{key: None}), f"galaxy.yml: {key} is missing") for key in ("readme", "description", "authors", "license")],
        *[
            (galaxy(**{key: None}), f"galaxy.yml: {key} is missing. Set it")
            for key in ("repository", "homepage", "documentation", "issues")
        ],
        (galaxy(repository="git@git.example:scp"), "galaxy.yml: repository is missing"),
        (galaxy(tags=[f"tag{n}" for n in range(21)]), "there are 21 tags. Galaxy requires at least 1 and accepts 20"),
        (galaxy(tags=[]), "there are 0 tags"),
        (galaxy(tags=["windows", "config-mgr", "SCCM"]), "and not config-mgr, SCCM"),
        (replace(READY, runtime={}), "requires_ansible is missing"),
        (replace(READY, skipped_rules=["galaxy[no-repository]"]), "the rule galaxy[no-repository] is skipped"),
        (replace(READY, files=frozenset(FILES) - {"LICENSE"}), "git: LICENSE is missing or not tracked"),
        (replace(READY, uncommitted=["?? plugins/draft.py"]), "git: 1 file is not committed (plugins/draft.py)"),
        (replace(READY, uncommitted=[" M a", "?? b"]), "git: 2 files are not committed (a, b)"),
        (
            replace(READY, found={"ansible-lint": "name[missing]\nfailed"}),
            "ansible-lint: it reports an error.\n    name[missing]\n    failed",
        ),
    ],
)
def test_each_thing_that_is_missing_is_one_sentence(facts: Facts, words: str) -> None:
    [sentence] = lacking(facts)
    assert words in sentence


@pytest.mark.parametrize("version", ["1.1.0-dev0", "", None, "1.1"])
def test_a_version_that_is_no_release(version: str | None) -> None:
    assert "is not a release such as 1.2.3" in lacking(galaxy(version=version))[0]


TREE: Mapping[str, str] = {
    "galaxy.yml": "namespace: configmgr\nname: scp\nversion: 1.0.0\ntags: [windows]\n",
    "pyproject.toml": '[project]\nname = "x"\nversion = "1.0.0"\n',
    "meta/runtime.yml": "requires_ansible: '>=2.18.0'\n",
    "changelogs/changelog.yaml": "releases:\n  1.0.0:\n    changes: {release_summary: First.}\n",
    "changelogs/fragments/.keep": "",
    "changelogs/fragments/new.yml": "trivial: [x]\n",
    "CHANGELOG.rst": "v1.0.0\n======\n",
    ".ansible-lint": "skip_list: [galaxy[no-repository]]\n".replace("galaxy[no-repository]", "'galaxy[no-repository]'"),
    "plugins/modules/a.py": "version_added: 1.0.0\n  version_added: '1.1.0'\n",
    "docs/use.md": "install configmgr-scp-0.9.0.tar.gz\n",
    "tests/test_a.py": "configmgr-scp-0.1.0.tar.gz\n",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "All"], ["tag", "v0.9.0"]):
        subprocess.run([*git, *words], cwd=tmp_path, check=True)
    (tmp_path / "draft.txt").write_text("", encoding="utf-8")
    return tmp_path


def test_the_facts_of_a_checkout(checkout: Path) -> None:
    facts = read(checkout)
    assert (facts.galaxy["version"], facts.project_version, list(facts.released)) == ("1.0.0", "1.0.0", ["1.0.0"])
    assert (facts.fragments, facts.uncommitted, facts.tags) == (["new.yml"], ["?? draft.txt"], frozenset({"v0.9.0"}))
    assert facts.named_versions == {"docs/use.md": frozenset({"0.9.0"})}
    assert facts.added == {"plugins/modules/a.py": "1.1.0"}
    assert facts.skipped_rules == ["galaxy[no-repository]"]
    assert "CHANGELOG.rst" in facts.files


def test_the_command_lists_what_is_missing(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "examine", lambda _: {"ansible-lint": ""})
    assert command.main(checkout) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "- git: 1 file is not committed (draft.txt). Commit or delete what is named." in lines
    assert lines[-1].startswith("release-check: configmgr.scp 1.0.0 cannot be released yet; ")
    assert int(lines[-1].split("; ")[1].split()[0]) == sum(line.startswith("- ") for line in lines)


def test_the_command_says_that_nothing_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(command, "read", lambda _: READY)
    monkeypatch.setattr(command, "examine", lambda _: {"ansible-lint": ""})
    assert command.main(Path()) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "release-check: configmgr.scp 1.1.0 can be released."
