# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The days on which something about the role ends, from what the site shows and from the collection's tables. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.gateway_changes import changes_left
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach import endpoints
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.contact_checks import contact_time
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import OFFLINE, ONLINE, Gathered, moment

OVER, SOON, LATER = "over", "soon", "later"
# The public cloud is the one that the tables are about when nothing else is known.
_CLOUD = "public"
_MOST_TEXT = 300


@dataclass(frozen=True)
class Ahead:
    """One day.

    :param kind: secret, support, import, gateway, endpoint or root.
    :param subject: what happens on that day; :param then: what follows from it, empty where that is plain.
    :param warn_days: from how many days before that day it counts as soon.
    """

    day: date
    kind: str
    subject: str
    then: str
    warn_days: float

    def as_data(self, today: date) -> dict[str, Any]:
        left = (self.day - today).days
        state = OVER if left < 0 else SOON if left < self.warn_days else LATER
        return {
            "date": self.day.isoformat(),
            "kind": self.kind,
            "subject": shown(self.subject, _MOST_TEXT),
            "then": shown(self.then, _MOST_TEXT),
            "days_left": left,
            "state": state,
        }


def dates_ahead(found: Gathered, today: date) -> list[dict[str, Any]]:
    """Every day, the nearest first, each with ``date``, ``kind``, ``subject``, ``then``, ``days_left`` and ``state``.

    :param today: the day by the site's clock. A root or an endpoint that ended before it is left out: its check reports it.
    """
    days = [*_secrets(found), *_support(found), *_import(found), *_gateways(found), *_tables(found, today)]
    return [one.as_data(today) for one in sorted(days, key=lambda one: (one.day, one.kind, one.subject))]


def _secrets(found: Gathered) -> Iterator[Ahead]:
    for row in found.cloud.rows("applications"):
        secret = row.get("secret")
        ends = moment(secret.get("expires")) if isinstance(secret, Mapping) else None
        if ends is not None:
            then = "The services of its tenant stop."
            yield Ahead(ends.date(), "secret", f"Secret of {row.get('name')} expires", then, found.limits.secret_days)


def _support(found: Gathered) -> Iterator[Ahead]:
    support = found.updates.get("support", {})
    ends = _day(support.get("ends")) if isinstance(support, Mapping) else None
    if ends is not None:
        then = str(table("site_versions")["then"])
        yield Ahead(ends, "support", f"Support of version {support.get('name')} ends", then, found.limits.support_days)


def _import(found: Gathered) -> Iterator[Ahead]:
    last = contact_time(found) if found.mode == OFFLINE else None
    if last is not None:
        due = last.date() + timedelta(days=int(found.limits.import_days))
        yield Ahead(due, "import", "Next import of updates is due", "", 7)


def _gateways(found: Gathered) -> Iterator[Ahead]:
    if not found.cloud.rows("gateways"):
        return
    packages = [(str(row.get("name")), str(row.get("state"))) for row in found.updates.rows("packages")]
    for change in changes_left(_version(found), packages, found.site_time, ahead=None):
        yield Ahead(change.due, "gateway", f"Gateways: {change.what}", f"{change.then}. {change.how}", found.limits.support_days)


def _tables(found: Gathered, today: date) -> Iterator[Ahead]:
    """Days of the product that every connected role has."""
    if found.mode != ONLINE:
        return
    for name, day, then in [*_endpoints(_version(found)), *_roots()]:
        if day >= today:
            yield Ahead(day, *name, then, found.limits.support_days)


def _endpoints(version: str) -> Iterator[tuple[tuple[str, str], date, str]]:
    try:
        known = versions.find(version)
    except versions.BadVersion:
        return
    for row in endpoints.table_rows():
        if "retired" in row and row.get("cloud", _CLOUD) == _CLOUD and endpoints.applies(row, known):
            yield ("endpoint", f"Last day of {row['host']}"), date.fromisoformat(row["retired"]), row["then"]


def _roots() -> Iterator[tuple[tuple[str, str], date, str]]:
    """Root certificates; those that end on the same day are one row."""
    rows: dict[date, list[str]] = {}
    for row in table("roots")["roots"]:
        rows.setdefault(date.fromisoformat(row["expires"]), []).append(row["name"])
    for day, names in rows.items():
        yield ("root", f"Root certificate expires: {', '.join(names)}"), day, "Certificates that chain to it are no longer valid."


def _version(found: Gathered) -> str:
    support = found.updates.get("support", {})
    own = support.get("version") if isinstance(support, Mapping) else None
    return str(found.top_level_site.get("version") or own or "")


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None
