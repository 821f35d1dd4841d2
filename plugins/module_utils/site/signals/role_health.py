# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The status of the roles on a site system server, as the site summarises it: SMS_SiteSystemSummarizer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.classes import SMS_SITE_SYSTEM_SUMMARIZER
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import iso
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import equals, select

OK, WARNING, CRITICAL, UNKNOWN = "ok", "warning", "critical", "unknown"
# Status of SMS_SiteSystemSummarizer and of SMS_ComponentSummarizer (SDK pages).
_CONDITIONS = {0: OK, 1: WARNING, 2: CRITICAL}


@dataclass(frozen=True)
class RoleHealth:
    """One role of a server. ``status`` is ok, warning, critical or ``status N``; ``down_since`` is ISO 8601 UTC."""

    role: str
    status: str
    down_since: str | None = None

    def as_data(self) -> dict[str, Any]:
        return {"role": self.role, "status": self.status, "down_since": self.down_since}


def condition(number: object) -> str:
    """The name of a status number of a summarizer; ``status N`` for an unknown number."""
    return _CONDITIONS.get(number, f"status {number}") if isinstance(number, int) else UNKNOWN


def read_role_health(session: CimSession, code: str, system: CimInstance | None) -> tuple[RoleHealth, ...]:
    """The status of the roles on a server; empty without a server.

    :param system: the server's ``SMS Site System`` row.
    """
    if system is None:
        return ()
    conditions = (equals("SiteCode", rows.site_of(system)), equals("SiteSystem", str(system["NALPath"])))
    query = select(SMS_SITE_SYSTEM_SUMMARIZER, *conditions, columns=("ObjectType", "Status", "AvailabilityState", "DownSince"))
    found = session.query(naming.site_namespace(code), SMS_SITE_SYSTEM_SUMMARIZER, query)
    return tuple(sorted((_role_health(row) for row in found), key=lambda health: (health.role, health.status)))


def _role_health(row: CimInstance) -> RoleHealth:
    return RoleHealth(
        role=str(row.get("Role") or ""),
        status=condition(row.get("Status")),
        down_since=iso(row.get("DownSince")),
    )
