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
    :param due: the first day on which it may fail; :param then: what holds from that day on.
    """

    what: str
    how: str
    sure: bool
    due: date
    then: str


def changes_left(
    version: str, packages: Iterable[tuple[str, str]], now: datetime | None, ahead: timedelta | None = AHEAD
) -> list[Change]:
    """The changes for a site with gateways, the nearest first.

    :param version: of the site; an unknown one gives none.
    :param packages: (name, name of the state) of everything that the site lists.
    :param now: the site's clock; None when it cannot be read: then every change is reported.
    :param ahead: how early a change is reported; None for every change.
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
        early = ahead is not None and now is not None and due - now.date() > ahead
        if early or any(has_number(name, kb) for name in installed for kb in updates):
            continue
        over = now is not None and now.date() >= due
        left.append(Change(row["then"] if over else row["what"], row["how"], not updates, due, row["then"]))
    return left
