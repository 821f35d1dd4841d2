# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a release still lacks, one sentence each with what to do. Pure: from the facts of a checkout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tests.tools.release.facts import Facts, number

# Galaxy accepts at most so many; each begins with a letter and has lower case letters and digits.
MOST_TAGS = 20
_TAG = re.compile(r"[a-z][a-z0-9]*")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
# Galaxy rejects an archive without a repository; users look for the others.
ADDRESSES = ("repository", "documentation", "homepage", "issues")
TEXTS = ("namespace", "name", "readme", "description", "authors", "license")
FILES = ("README.md", "LICENSE", "CHANGELOG.rst", "changelogs/changelog.yaml", "meta/runtime.yml")
# So many names are listed.
NAMED = 5


def lacking(facts: Facts) -> list[str]:
    """The sentences; none when everything is there."""
    return [*_version(facts), *_changes(facts), *_metadata(facts), *_files(facts), *_programs(facts)]


def _version(facts: Facts) -> Iterator[str]:
    version = str(facts.galaxy.get("version") or "")
    if not _VERSION.fullmatch(version):
        yield f"galaxy.yml: the version {version!r} is not a release such as 1.2.3. Set version."
        return
    if facts.project_version != version:
        yield f"pyproject.toml: the version is {facts.project_version}, and {version} in galaxy.yml. Set both to the same."
    later = {name: added for name, added in facts.added.items() if number(added) > number(version)}
    if later:
        newest = max(later.values(), key=number)
        where = _some(sorted(later))
        yield f"galaxy.yml: the version is {version}, but version_added is {newest} in {where}. Set version to {newest} or later."
    wrong = sorted(name for name, versions in facts.named_versions.items() if versions != {version})
    if wrong:
        yield f"{_some(wrong)}: another version than {version} is in the name of the archive. Change it to {version}."
    if version in facts.tags or f"v{version}" in facts.tags:
        yield f"git: the tag of {version} exists already. A published version cannot be replaced; set a later one in galaxy.yml."


def _changes(facts: Facts) -> Iterator[str]:
    version = str(facts.galaxy.get("version") or "")
    if facts.fragments:
        yield (
            f"changelogs/fragments: {_counted(facts.fragments, 'fragment')} in no release ({_some(list(facts.fragments))}). "
            "Set a new version, then run .venv/bin/antsibull-changelog release."
        )
    if version not in facts.released:
        yield f"changelogs/changelog.yaml: it has no release {version}. Run .venv/bin/antsibull-changelog release."
    elif not re.search(rf"^v{re.escape(version)}\n=", facts.change_log, re.MULTILINE):
        yield f"CHANGELOG.rst: it has no section v{version}. Run .venv/bin/antsibull-changelog generate."
    elif "release_summary" not in (facts.released[version].get("changes") or {}):
        yield f"changelogs/changelog.yaml: the release {version} has no release_summary. Add a fragment with it before."


def _metadata(facts: Facts) -> Iterator[str]:
    for key in TEXTS:
        if not facts.galaxy.get(key):
            yield f"galaxy.yml: {key} is missing."
    for key in ADDRESSES:
        address = str(facts.galaxy.get(key) or "")
        if not address.startswith("https://"):
            yield f"galaxy.yml: {key} is missing. Set it to the public address, which begins with https://."
    tags = facts.galaxy.get("tags") or []
    if not tags or len(tags) > MOST_TAGS:
        yield f"galaxy.yml: there are {len(tags)} tags. Galaxy requires at least 1 and accepts {MOST_TAGS}."
    wrong = [str(tag) for tag in tags if not _TAG.fullmatch(str(tag))]
    if wrong:
        yield f"galaxy.yml: Galaxy accepts only tags of lower case letters and digits, and not {_some(wrong)}."
    if not facts.runtime.get("requires_ansible"):
        yield "meta/runtime.yml: requires_ansible is missing. Set it to the supported versions, such as >=2.18.0."
    galaxy_rules = sorted(rule for rule in facts.skipped_rules if rule.startswith("galaxy"))
    if galaxy_rules:
        yield f".ansible-lint: the rule {_some(galaxy_rules)} is skipped. Remove it from skip_list."


def _files(facts: Facts) -> Iterator[str]:
    missing = [name for name in FILES if name not in facts.files]
    if missing:
        yield f"git: {_some(missing)} {'is' if len(missing) == 1 else 'are'} missing or not tracked."
    if facts.uncommitted:
        names = [line[3:] for line in facts.uncommitted]
        yield f"git: {_counted(names, 'file')} not committed ({_some(names)}). Commit or delete what is named."


def _programs(facts: Facts) -> Iterator[str]:
    for program, report in facts.found.items():
        if report:
            indented = "\n".join(f"    {line}" for line in report.splitlines())
            yield f"{program}: it reports an error.\n{indented}"


def _counted(names: Sequence[str], noun: str) -> str:
    return f"1 {noun} is" if len(names) == 1 else f"{len(names)} {noun}s are"


def _some(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
