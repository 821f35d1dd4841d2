"""The hooks of .pre-commit-config.yaml are all the parts of `make lint`, and download nothing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[3]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def repositories() -> list[dict[str, Any]]:
    settings = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    return list(settings["repos"])


def test_hooks_are_the_parts_of_make_lint() -> None:
    found = re.search(r"^LINT_PARTS := (.*)$", MAKEFILE, re.MULTILINE)
    assert found is not None
    parts = found.group(1).split()
    entries = [hook["entry"] for repository in repositories() for hook in repository["hooks"]]
    assert sorted(entries) == sorted(f"make {part}" for part in parts)
    assert [part for part in parts if not re.search(rf"^{part}: venv$", MAKEFILE, re.MULTILINE)] == []


def test_nothing_is_fetched() -> None:
    assert [repository["repo"] for repository in repositories()] == ["local"]
    assert {hook["language"] for repository in repositories() for hook in repository["hooks"]} == {"system"}


def test_a_hook_runs_for_files_that_are_there() -> None:
    files = [
        path.relative_to(ROOT).as_posix() for folder in ("plugins", "changelogs", "roles") for path in (ROOT / folder).rglob("*")
    ]
    for repository in repositories():
        for hook in repository["hooks"]:
            assert any(re.search(hook["files"], file) for file in files), hook["id"]
