# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Until when a site's version is supported, by ``data/site_versions.yml``. What is not in the table is reported, not guessed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions

SUPPORTED, ENDED, UNKNOWN = "supported", "ended", "unknown"
_REMEDY = (
    "Use a newer release of this collection, or check the version on Microsoft's updates page: "
    "https://learn.microsoft.com/intune/configmgr/core/servers/manage/updates"
)


@dataclass(frozen=True)
class Support:
    """The support of one version.

    :param version: the site's own version, such as ``5.00.9152.1000``.
    :param name: such as ``2609``; None when the version is not in the table.
    :param released: the day of the early update ring, from which the support is counted.
    :param available: the day of the general availability; None where no source was read.
    :param ends: the last day of support.
    :param days_left: days from the site's date to the last day of support; negative once support has ended.
    :param baseline: whether new sites may be installed from its media; None when the version is not in the table.
    :param warning: why the end or the days are unknown; empty when they are known.
    """

    version: str
    name: str | None = None
    released: date | None = None
    available: date | None = None
    ends: date | None = None
    days_left: int | None = None
    baseline: bool | None = None
    warning: str = ""

    @property
    def state(self) -> str:
        """``supported``, ``ended`` or ``unknown``."""
        if self.days_left is None:
            return UNKNOWN
        return ENDED if self.days_left < 0 else SUPPORTED

    def as_data(self) -> dict[str, Any]:
        return {
            "version": self.version,
            "name": self.name,
            "released": self.released.isoformat() if self.released else None,
            "available": self.available.isoformat() if self.available else None,
            "baseline": self.baseline,
            "state": self.state,
            "ends": self.ends.isoformat() if self.ends else None,
            "days_left": self.days_left,
            "warning": self.warning or None,
        }


def after_support() -> str:
    """What an administrator does when the support of a version has ended."""
    return str(table("site_versions")["then"])


def support_of(version: str, today: date | None) -> Support:
    """The support of a site's version.

    :param version: SMS_Site.Version.
    :param today: the site's date, UTC; None when its clock could not be read.
    """
    try:
        found = versions.find(version)
    except versions.BadVersion:
        return Support(version, warning=f"The site's version {version[:40]!r} does not look like 5.00.9152.1000. {_REMEDY}")
    if not found.known:
        return Support(version, warning=f"The end of support for {version} is unknown: {_place(found.standing)}. {_REMEDY}")
    row = _row(found.name)
    ends = date.fromisoformat(row["support_ends"])
    warning = ""
    if today is None:
        warning = "The clock of the site could not be read, so the number of days left is unknown."
    return Support(
        version=version,
        name=found.name,
        released=_day(row, "released"),
        available=_day(row, "available"),
        ends=ends,
        days_left=(ends - today).days if today else None,
        baseline=row["baseline"],
        warning=warning,
    )


def _place(standing: versions.Standing) -> str:
    rows = table("site_versions")["versions"]
    names = sorted(str(row["name"]) for row in rows)
    read = max(str(row["read"]) for row in rows)
    if standing is versions.Standing.NEWER:
        return f"it is newer than {names[-1]}, the newest version in the table of {read}"
    return f"it is none of the versions from {names[0]} to {names[-1]} in the table of {read}"


def _row(name: str) -> Mapping[str, Any]:
    rows: list[Mapping[str, Any]] = table("site_versions")["versions"]
    return next(row for row in rows if str(row["name"]) == name)


def _day(row: Mapping[str, Any], column: str) -> date | None:
    text = row.get(column)
    return date.fromisoformat(str(text)) if text else None
