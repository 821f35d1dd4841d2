# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Which update is meant: a version such as 2609, a package GUID, a name, or the latest one of a kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import updates, versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import Package

LATEST = "latest"
VERSION, HOTFIX, ANY = "version", "hotfix", "any"
KINDS = (VERSION, HOTFIX, ANY)

_GUID = re.compile(r"\{?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\}?", re.IGNORECASE | re.ASCII)
_VERSION_NAME = re.compile(r"\d{4}", re.ASCII)
_ARTICLE = re.compile(r"KB\s?(\d{5,10})", re.IGNORECASE | re.ASCII)
_LISTED = 20


@dataclass(frozen=True)
class Choice:
    """The outcome of a choice: a package, or why there is none.

    :param installed: the site already has what was asked for, although it lists no such package: it was installed from media, or
        there is nothing newer.
    :param refusal: a sentence; empty unless the choice is not possible.
    :param missing: no package of the site is the one that was asked for; a later synchronisation may add it.
    """

    package: Package | None = None
    installed: bool = False
    refusal: str = ""
    missing: bool = False


def choose(packages: Sequence[Package], update: str, kind: str, site_version: str) -> Choice:
    """The package that the options name.

    :param update: ``latest``, a GUID with or without braces, a version such as ``2609``, a number of an article such as
        ``KB37864969``, or the complete name of the package.
    :param kind: one of KINDS, which only ``latest`` uses.
    :param site_version: version of the top-level site, such as ``5.00.9152.1000``.
    """
    asked = update.strip()
    if asked.lower() == LATEST:
        return _latest(packages, kind, site_version)
    found, what = _named(packages, asked)
    if len(found) == 1:
        return Choice(found[0])
    if found:
        listed = "; ".join(f"{package.name} ({package.guid})" for package in found)
        return Choice(
            refusal=f"update: several packages of the site match {asked[:60]!r}: {listed}. Give the GUID of one of them."
        )
    if _VERSION_NAME.fullmatch(asked) and _is_of(site_version, asked):
        return Choice(installed=True)
    listed = ", ".join(package.name for package in packages[:_LISTED]) or "none"
    return Choice(missing=True, refusal=f"The site lists no update {what}. Updates that it lists: {listed}.")


def _named(packages: Iterable[Package], asked: str) -> tuple[list[Package], str]:
    """The packages that match, and what was asked for as text."""
    guid = _GUID.fullmatch(asked)
    if guid:
        return [
            package for package in packages if package.guid.strip("{}").lower() == guid[1].lower()
        ], f"with the GUID {guid[1]}"
    if _VERSION_NAME.fullmatch(asked):
        found = [package for package in packages if not package.is_hotfix and _is_version(package, asked)]
        return _shown_first(found), f"to version {asked}"
    article = _ARTICLE.fullmatch(asked)
    if article:
        word = re.compile(rf"(?<!\d){article[1]}(?!\d)", re.ASCII)
        return [package for package in packages if word.search(package.name)], f"of the article KB{article[1]}"
    named = [package for package in packages if package.name.strip().casefold() == asked.casefold()]
    return _shown_first(named), f"with the name {asked[:60]!r}"


def _shown_first(found: list[Package]) -> list[Package]:
    """Without packages that do not apply, if others do: a version may be listed in editions for different sites."""
    shown = [package for package in found if package.standing != updates.HIDDEN]
    return shown or found


def _is_version(package: Package, name: str) -> bool:
    """Whether a package installs this version: by its build, or by its name when the version is not in the tables."""
    if versions.build_of(name):
        return _is_of(package.version, name)
    return re.search(rf"(?<!\d){name}(?!\d)", package.name) is not None


def _is_of(version: str, name: str) -> bool:
    build = versions.build_of(name)
    return bool(build) and (numbers(version)[:3] == numbers(build))


def _latest(packages: Iterable[Package], kind: str, site_version: str) -> Choice:
    """The highest version that applies. Packages that do not apply or whose applicability is not known are left out."""
    possible = [package for package in packages if package.stage != updates.APPLICABILITY or package.standing == updates.DONE]
    wanted = [package for package in possible if kind == ANY or package.is_hotfix is (kind == HOTFIX)]
    # max returns the first of several; packages are listed by release, the newest first.
    newest = max(wanted, key=lambda package: numbers(package.version), default=None)
    if newest is None or (not is_newer(newest, site_version) and newest.stage != updates.INSTALLATION):
        return Choice(installed=True)
    return Choice(newest)


def is_newer(package: Package, site_version: str) -> bool:
    """Whether a package installs a version that the site does not have; a hotfix does not change the version of a site."""
    have, new = numbers(site_version), numbers(package.version)
    return not have or not new or new > have


def numbers(version: str) -> tuple[int, ...]:
    """``5.00.9152.1000`` as numbers, for comparison; empty when it is not a version."""
    parts = version.strip().split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() and part.isascii() for part in parts) else ()
