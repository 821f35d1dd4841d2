# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a site has the newest security update that ``data/security_updates.yml`` knows for its version. Pure.

The console does not list an update that a newer installed one supersedes (memdocs, updates): it may be missing and yet contained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import RESTART_PENDING, Package, has_number

INSTALLED, CONTAINED, NOT_INSTALLED, NOT_LISTED = "installed", "contained", "not_installed", "not_listed"
PERHAPS_CONTAINED, NOT_KNOWN = "perhaps_contained", "not_known"
_INSTALLED_PHASE = "installed"


@dataclass(frozen=True)
class SecurityUpdate:
    """The newest security update that is known for a version, and what the site lists about it.

    :param state: ``installed``; ``contained`` in the release of the version; ``restart_pending``; ``not_installed``, but listed;
        ``not_listed``; ``perhaps_contained`` in a newer installed update; or ``not_known``: the table has no row for the version.
    :param kb: its number; None if there is none.
    :param rollup: the update that must be installed first; None if none.
    :param rollup_installed: whether the site lists that as installed; None without one.
    :param cves: the vulnerabilities that it fixes, as far as they have numbers.
    :param known_on: year and month in which the table was read.
    :param package: name of its package at the site, and the name of that package's state.
    :param newer: names of installed packages for this version that were released later.
    """

    state: str
    known_on: str
    kb: str | None = None
    rollup: str | None = None
    rollup_installed: bool | None = None
    cves: tuple[str, ...] = ()
    package: str | None = None
    package_state: str | None = None
    newer: tuple[str, ...] = field(default_factory=tuple)

    def as_data(self) -> dict[str, Any]:
        return {
            "state": self.state,
            "known_on": self.known_on,
            "kb": self.kb,
            "rollup": self.rollup,
            "rollup_installed": self.rollup_installed,
            "cves": list(self.cves),
            "package": self.package,
            "package_state": self.package_state,
            "newer_packages": list(self.newer),
        }


def security_update(name: str | None, packages: Sequence[Package]) -> SecurityUpdate:
    """The judgement for a version.

    :param name: of the version, such as ``2609``; None when it is not known.
    :param packages: everything that the site lists.
    """
    rows: list[Mapping[str, Any]] = table("security_updates")["versions"]
    row = next((row for row in rows if row["version"] == name), None)
    if row is None:
        return SecurityUpdate(NOT_KNOWN, max(row["read"] for row in rows))
    known_on, kb = row["read"], row.get("security")
    if kb is None:
        return SecurityUpdate(CONTAINED, known_on, kb=row["contained"])
    rollup = row.get("rollup")
    listed = [package for package in packages if has_number(package.name, kb)]
    # The same update may be listed twice, because Microsoft published it again.
    package = next((found for found in listed if found.phase == _INSTALLED_PHASE), listed[0] if listed else None)
    newer = tuple(found.name for found in packages if _is_newer(found, row["version"], row["month"]))
    return SecurityUpdate(
        state=_state(package, newer),
        known_on=known_on,
        kb=kb,
        rollup=rollup,
        rollup_installed=None
        if rollup is None
        else any(has_number(found.name, rollup) and found.phase == _INSTALLED_PHASE for found in packages),
        cves=tuple(row["cves"]),
        package=package.name if package else None,
        package_state=package.state if package else None,
        newer=newer,
    )


def _state(package: Package | None, newer: Sequence[str]) -> str:
    if package is not None and package.phase == _INSTALLED_PHASE:
        return INSTALLED
    if newer:
        return PERHAPS_CONTAINED
    if package is None:
        return NOT_LISTED
    return RESTART_PENDING if package.phase == RESTART_PENDING else NOT_INSTALLED


def _is_newer(package: Package, name: str, month: str) -> bool:
    """Whether it is installed, is for this version, and was released after this month."""
    if package.phase != _INSTALLED_PHASE or package.released is None:
        return False
    return package.version.startswith(f"{versions.build_of(name)}.") and package.released >= month_after(month)


def month_after(month: str) -> datetime:
    """The first moment after a month such as ``2026-12``, UTC."""
    year, number = (int(part) for part in month.split("-"))
    return datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
