# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a release depends on, as read from a checkout and from the programs that examine it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.tools import archive

# The environment of galaxy-importer; `make release-check` creates it.
IMPORTER = ".venv-release"
# Longest quotation of what a program reported.
MOST_LINES = 15
_VERSION_ADDED = re.compile(r"version_added: ['\"]?(\d+\.\d+\.\d+)")


@dataclass(frozen=True)
class Facts:
    """A checkout: the content of its files, what git says, and what each program found (an empty text when it found nothing)."""

    galaxy: Mapping[str, Any]
    runtime: Mapping[str, Any]
    project_version: str
    released: Mapping[str, Mapping[str, Any]]
    fragments: Sequence[str]
    change_log: str
    files: frozenset[str]
    uncommitted: Sequence[str]
    # Files that name a version of this collection, and the versions in them.
    named_versions: Mapping[str, frozenset[str]]
    # Plugins and roles by the newest version that they say they were added or extended in.
    added: Mapping[str, str]
    skipped_rules: Sequence[str]
    tags: frozenset[str]
    found: Mapping[str, str] = field(default_factory=dict)


def read(root: Path) -> Facts:
    """The facts that the files and git tell; no program examines the checkout.

    :raises archive.ArchiveError: ``root`` is not a work tree of git.
    """
    galaxy = _yaml(root / "galaxy.yml")
    changes = _yaml(root / "changelogs/changelog.yaml")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = archive.known_files(root)
    return Facts(
        galaxy=galaxy,
        runtime=_yaml(root / "meta/runtime.yml"),
        project_version=project["version"],
        released=changes.get("releases") or {},
        fragments=sorted(path.name for path in (root / "changelogs/fragments").glob("*.y*ml")),
        change_log=_text(root / "CHANGELOG.rst"),
        files=frozenset(known),
        uncommitted=_lines(root, "git", "status", "--porcelain"),
        named_versions=_named(root, f"{galaxy.get('namespace')}-{galaxy.get('name')}", known),
        added=_added(root, known),
        skipped_rules=_yaml(root / ".ansible-lint").get("skip_list") or [],
        tags=frozenset(_lines(root, "git", "tag", "--list")),
    )


def examine(root: Path) -> dict[str, str]:
    """What each program finds in the checkout: its report by the name of the program, or an empty text."""
    tools = Path(sys.executable).parent
    docs = (
        "lint-collection-docs",
        "--plugin-docs",
        "--validate-collection-refs",
        "dependent",
        "--disallow-unknown-collection-refs",
    )
    found = {
        "antsibull-changelog lint": _found(root, tools / "antsibull-changelog", "lint"),
        "antsibull-docs lint-collection-docs": _found(root, tools / "antsibull-docs", *docs, "."),
        "ansible-lint": _found(root, tools / "ansible-lint", "--offline"),
    }
    with tempfile.TemporaryDirectory(prefix="scp-release-") as folder:
        try:
            built = archive.build(root, archive.known_files(root), Path(folder))
        except archive.ArchiveError as error:
            return {**found, "the archive": str(error)}
        found["the archive"] = archive.installation(built, Path(folder, "installed"))
        importer = root / IMPORTER / "bin/python"
        if not importer.exists():
            return {**found, "galaxy-importer": f"{IMPORTER} does not exist. Run make release-check, which creates it."}
        # It starts ansible-lint and ansible-doc of its own environment, in a folder of its own.
        path = f"{importer.parent}{os.pathsep}{os.environ['PATH']}"
        found["galaxy-importer"] = _found(Path(folder), importer, "-m", "galaxy_importer.main", built, PATH=path)
    return found


def _found(folder: Path, *command: object, **environment: str) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "ANSIBLE_NOCOLOR": "1", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.returncode:
        return ""
    lines = (done.stdout + done.stderr).strip().splitlines()[-MOST_LINES:]
    return "\n".join(lines) or f"exit status {done.returncode}"


def _named(root: Path, archive_name: str, known: Sequence[str]) -> dict[str, frozenset[str]]:
    """The versions in names of the archive, such as configmgr-scp-1.0.0.tar.gz, by file. Tests use other versions on purpose."""
    pattern = re.compile(rf"{re.escape(archive_name)}-(\d+\.\d+\.\d+)\.tar\.gz")
    found = {}
    for name in known:
        if name.startswith(("docs/", "meta/")) or name == "README.md":
            versions = frozenset(pattern.findall((root / name).read_bytes().decode("utf-8", "replace")))
            if versions:
                found[name] = versions
    return found


def _added(root: Path, known: Sequence[str]) -> dict[str, str]:
    found = {}
    for name in known:
        if name.startswith("plugins/") or name.endswith("meta/argument_specs.yml"):
            versions = _VERSION_ADDED.findall((root / name).read_bytes().decode("utf-8", "replace"))
            if versions:
                found[name] = max(versions, key=number)
    return found


def number(version: str) -> tuple[int, ...]:
    """A version as numbers that can be compared; a suffix such as ``-dev1`` does not count."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _yaml(path: Path) -> dict[str, Any]:
    found = yaml.safe_load(_text(path)) or {}
    return found if isinstance(found, dict) else {}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _lines(root: Path, *command: str) -> list[str]:
    done = subprocess.run(command, cwd=root, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()
