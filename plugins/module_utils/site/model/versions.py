# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Versions of Configuration Manager: builds and names, and which rows of a table apply to a site."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table

_NAME = re.compile(r"\d{2}(0[1-9]|1[0-2])", re.ASCII)
_BUILD = re.compile(r"5\.00?\.(\d{4,5})(?:\.\d{1,5}){0,2}", re.ASCII)


class BadVersion(ValueError):
    """The text is not a version of Configuration Manager; the message says what is allowed."""


class Standing(Enum):
    """Whether the version is in the tables."""

    KNOWN = "known"
    NEWER = "newer than the tables"
    OLDER = "older than the tables"
    BETWEEN = "not in the tables"


@dataclass(frozen=True)
class SiteVersion:
    """One version of a site.

    :param text: as it was given, such as ``5.00.9152.1000``.
    :param name: the known version whose requirements are used, such as ``2609``: the version itself, or the nearest older one.
    :param standing: whether it is in the tables; if not, the requirements are only a hint.
    """

    text: str
    name: str
    standing: Standing

    @property
    def known(self) -> bool:
        return self.standing is Standing.KNOWN

    def at_least(self, name: str) -> bool:
        """Whether the version is this one or a later one."""
        return int(self.name) >= int(name)

    def row(self, rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        """Of rows in ascending order of ``since``, the one that applies to this version: the last one reached.

        None before the first, and after the last version (``until``) of the last one reached.
        """
        reached = [row for row in rows if self.at_least(str(row["since"]))]
        if not reached or int(self.name) > int(reached[-1].get("until", self.name)):
            return None
        return reached[-1]

    def __str__(self) -> str:
        return self.name if self.known else self.text


def find(text: str, option: str = "site_version") -> SiteVersion:
    """The version for a name (``2609``) or a site's version number (``5.00.9152.1000``).

    :raises BadVersion: the text is neither.
    """
    given = text.strip()
    names = [str(row["name"]) for row in table("site_versions")["versions"]]
    builds = [int(row["build"]) for row in table("site_versions")["versions"]]
    build = _BUILD.fullmatch(given)
    if build:
        return _placed(given, int(build[1]), builds, names)
    if not _NAME.fullmatch(given):
        raise BadVersion(
            f"{option}: {given[:40]!r} is not a version; give the site's version such as 5.00.9152.1000, or its name such as "
            "2609."
        )
    placed = _placed(given, int(given), [int(name) for name in names], names)
    if placed.standing is Standing.BETWEEN:
        raise BadVersion(f"{option}: there is no version {given}; the versions are {', '.join(names)}.")
    return placed


def _placed(text: str, number: int, numbers: list[int], names: list[str]) -> SiteVersion:
    if number in numbers:
        return SiteVersion(text, names[numbers.index(number)], Standing.KNOWN)
    if number < numbers[0]:
        return SiteVersion(text, names[0], Standing.OLDER)
    below = max(index for index, known in enumerate(numbers) if known < number)
    return SiteVersion(text, names[below], Standing.NEWER if number > numbers[-1] else Standing.BETWEEN)


def build_of(name: str) -> str:
    """The beginning of the version number for a name: ``5.00.9152`` for ``2609``; empty for anything else."""
    row = next((row for row in table("site_versions")["versions"] if str(row["name"]) == name.strip()), None)
    return f"5.00.{row['build']}" if row else ""
