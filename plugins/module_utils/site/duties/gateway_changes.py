# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What has to be done about cloud management gateways before Azure ends something, by ``data/cloud_states.yml``. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import has_number

# How early a change is reported: an update of a site is planned for months.
AHEAD = timedelta(days=365)
_INSTALLED = "INSTALL_SUCCESS"


@dataclass(frozen=True)
class Change:
    """One change that is left to do.

    :param sure: whether the site's version proves it; otherwise an update that is not recognised may have done it.
    """

    what: str
    how: str
    sure: bool


def changes_left(version: str, packages: Iterable[tuple[str, str]], now: datetime | None) -> list[Change]:
    """The changes for a site with gateways, the nearest first.

    :param version: of the site; an unknown one gives none.
    :param packages: (name, name of the state) of everything that the site lists.
    :param now: the site's clock; None when it cannot be read: then every change is reported.
    """
    try:
        found = versions.find(version)
    except versions.BadVersion:
        return []
    installed = [name for name, state in packages if state == _INSTALLED]
    left = []
    for row in table("cloud_states")["gateway_changes"]:
        due = date.fromisoformat(row["due"])
        if not found.at_least(row["since"]) or found.at_least(row["fixed_in"]):
            continue
        updates = [kb for kb in (row.get("kb"), *row["contained_in"]) if kb]
        if any(has_number(name, kb) for name in installed for kb in updates) or (now is not None and due - now.date() > AHEAD):
            continue
        over = now is not None and now.date() >= due
        left.append(Change(row["then"] if over else row["what"], row["how"], sure=not updates))
    return left
