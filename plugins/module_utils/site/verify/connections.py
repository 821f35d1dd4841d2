# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Who reaches whom, as the checks of a verification show it. Nothing is tried for it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_report import Found
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import OFFLINE, Answer, Gathered

WORKS, DOUBTFUL, FAILS, UNKNOWN, UNUSED = "works", "doubtful", "fails", "unknown", "unused"
CONTROLLER, MICROSOFT = "controller", "microsoft"
_OF = {Status.PASSED: WORKS, Status.WARNING: DOUBTFUL, Status.FAILED: FAILS, Status.SKIPPED: UNKNOWN}
# The checks that show whether the role reaches Microsoft. The first that is not right decides.
_OUTWARD = ("thread_running", "endpoints_reported", "last_contact", "synchronisation")


def connections(found: Gathered, entries: Sequence[Found]) -> list[dict[str, Any]]:
    """Rows with ``from``, ``to``, ``state``, ``check`` (id of the check that shows it, or empty) and ``text``.

    ``from`` and ``to`` are a server, ``controller`` or ``microsoft``.

    :param entries: the judged checks.
    """
    checks = {entry.check.id: entry.check for entry in entries}
    return [*_from_the_controller(found), *_of_the_role(found, checks)]


def _from_the_controller(found: Gathered) -> Iterator[dict[str, Any]]:
    """Each host that was asked, once."""
    asked: dict[str, list[Answer]] = {}
    for answer in (found.hierarchy, found.role, found.status, found.updates, found.cloud, found.thread, found.last):
        _add(asked, answer)
    _add(asked, found.log)
    _add(asked, found.site_log)
    for host, answers in asked.items():
        if any(answer.ok for answer in answers):
            yield _row(CONTROLLER, host, WORKS, "", "It answered.")
        elif any(answer.result.get("unreachable") for answer in answers):
            yield _row(CONTROLLER, host, FAILS, "", "It does not answer.")
        else:
            yield _row(CONTROLLER, host, DOUBTFUL, "", "It answered, but nothing could be read.")
    for part, unknown in found.missing.items():
        if not any(naming.same_computer(str(unknown.get("server")), host) for host in asked):
            yield _row(CONTROLLER, str(unknown.get("server")), UNKNOWN, f"{part}_checked", "It is not a host of the inventory.")


def _add(asked: dict[str, list[Answer]], answer: Answer) -> None:
    if answer.run and answer.host:
        asked.setdefault(answer.host, []).append(answer)


def _of_the_role(found: Gathered, checks: Mapping[str, Check]) -> Iterator[dict[str, Any]]:
    server, site = found.server, str(found.top_level_site.get("server") or "")
    if not server:
        return
    if site and not naming.same_computer(site, server):
        yield _by(site, server, checks, "server_healthy")
        yield _by(server, site, checks, "manifest_accepted")
    if found.mode == OFFLINE:
        yield _row(server, MICROSOFT, UNUSED, "", "The role is offline: files are carried by hand.")
        return
    if any(answer.result.get("unreachable") for answer in (found.thread, found.log, found.last)):
        yield _row(server, MICROSOFT, UNKNOWN, "", f"{server} does not answer, so this is not known.")
        return
    shown = [checks[id] for id in _OUTWARD if id in checks]
    ill = next((check for check in shown if check.status is Status.FAILED), None) or next(
        (check for check in shown if check.status is Status.WARNING), None
    )
    if ill is not None:
        yield _row(server, MICROSOFT, _OF[ill.status], ill.id, ill.detail)
    else:
        yield _by(server, MICROSOFT, checks, "last_contact")


def _by(start: str, end: str, checks: Mapping[str, Check], id: str) -> dict[str, Any]:
    check = checks.get(id)
    if check is None:
        return _row(start, end, UNKNOWN, "", "It was not checked.")
    return _row(start, end, _OF[check.status], id, check.detail)


def _row(start: str, end: str, state: str, check: str, text: str) -> dict[str, Any]:
    return {"from": start, "to": end, "state": state, "check": check, "text": text}
