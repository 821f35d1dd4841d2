# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The parts of a preflight, which ran on several hosts, as one list. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight import check_report
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_ids import PREFLIGHT, CheckIds
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_report import (
    MOST_DETAIL,
    Found,
    not_looked_at,
    whole_part,
)


def found_in(part: Mapping[str, Any]) -> list[Found]:
    """The checks of one part.

    :param part: ``part`` and ``host``, and either ``result``, what the module returned, or ``status``, ``detail`` and perhaps
        ``remedy`` of the one check that represents the part, which was not carried out.
    """
    name, host = str(part["part"]), str(part["host"])
    result: Mapping[str, Any] = part.get("result") or {}
    if isinstance(result.get("checks"), list):
        checks = [_check(entry) for entry in result["checks"]]
    elif "status" in part:
        checks = [whole_part(name, Status(str(part["status"])), str(part["detail"]), str(part.get("remedy") or ""))]
    else:
        checks = [not_looked_at(name, result, host)]
    return [Found(name, host, check) for check in checks]


def whole(
    parts: Iterable[Mapping[str, Any]],
    fail_on: str = "failed",
    title: str = "preflight",
    accept: Collection[str] = (),
    ids: CheckIds = PREFLIGHT,
) -> dict[str, Any]:
    """One report from all parts, as ``check_report.whole`` makes it.

    :param accept: ids of checks whose result is known and accepted: they are shown, and count as skipped.
    :param ids: those that the checks can have.
    :raises ValueError: ``fail_on`` is not possible, or no check has an accepted id.
    """
    refused = ids.unknown(accept, "accept")
    if refused:
        raise ValueError(" ".join(refused))
    entries = check_report.accepted([entry for part in parts for entry in found_in(part)], accept)
    return check_report.whole(entries, fail_on, title, ids.kind)


def _check(entry: Mapping[str, Any]) -> Check:
    return Check(
        id=str(entry["id"]),
        title=str(entry["title"]),
        status=Status(str(entry["status"])),
        detail=str(entry["detail"])[:MOST_DETAIL],
        remedy=str(entry.get("remedy") or ""),
        required=bool(entry.get("required", True)),
    )
