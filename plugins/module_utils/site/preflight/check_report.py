# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks that ran on several hosts, as one list: as text, as data for programs, and as JUnit XML. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.junit import Case, Failure, Suite
from ansible_collections.configmgr.scp.plugins.module_utils.junit import junit as junit_xml
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, report

FAIL_ON = ("failed", "warning", "none")
MOST_DETAIL = 2000
_FAILED, _WARNING, _ADVICE, _SKIPPED, _PASSED = "FAILED", "WARNING", "ADVICE", "SKIPPED", "PASSED"
# Maximum width of the names in a line of checks that passed.
_NAMES_WIDTH = 90


@dataclass(frozen=True)
class Found:
    """A check, with the part of the preflight that it belongs to and the host that it was carried out on."""

    part: str
    host: str
    check: Check

    def as_data(self) -> dict[str, Any]:
        return {"part": self.part, "host": self.host, **self.check.as_data()}


def whole(found: Sequence[Found], fail_on: str, title: str, kind: str) -> dict[str, Any]:
    """One report: ``checks``, ``counts``, ``blocked``, and for output ``summary``, ``table``, ``stopped_by``, ``failures``,
    ``junit``.

    :param title: name of the report in the JUnit XML; :param kind: first part of its class names, such as ``preflight``.
    :raises ValueError: ``fail_on`` is none of FAIL_ON.
    """
    if fail_on not in FAIL_ON:
        raise ValueError(f"fail_on: {fail_on!r} is not possible; choose from {', '.join(FAIL_ON)}.")
    summed = report(entry.check for entry in found)
    return {
        "checks": [entry.as_data() for entry in found],
        "counts": summed["counts"],
        "blocked": summed["blocked"],
        "summary": summary(entry.check for entry in found),
        "table": table(found),
        "stopped_by": [entry.check.id for entry in found if stops(entry.check, fail_on)],
        "failures": [sentence(entry) for entry in found if stops(entry.check, fail_on)],
        "junit": junit(found, title, fail_on, kind),
    }


def accepted(found: Iterable[Found], accept: Collection[str]) -> list[Found]:
    """The checks; one that is not right and whose id is accepted is shown, and counts as skipped."""
    return [_accepted(entry) if entry.check.id in accept else entry for entry in found]


def _accepted(entry: Found) -> Found:
    check = entry.check
    if check.status in (Status.PASSED, Status.SKIPPED):
        return entry
    detail = f"Accepted, although the result is {_told_as(check).lower()}: {check.detail}"
    return replace(entry, check=replace(check, status=Status.SKIPPED, detail=detail[:MOST_DETAIL]))


def not_looked_at(part: str, result: Mapping[str, Any], host: str) -> Check:
    """The one failed check that represents a part whose host could not be reached or whose module failed."""
    if result.get("unreachable"):
        remedy = "Make sure that the host is up, that WinRM listens there, and that this account may log on."
        return whole_part(part, Status.FAILED, f"{host} could not be reached: {_message(result)}", remedy)
    return whole_part(part, Status.FAILED, _message(result), "Fix what the message names, and run this again.")


def whole_part(part: str, status: Status, detail: str, remedy: str = "") -> Check:
    """The one check that represents a part that was not checked."""
    return Check(f"{part}_checked", f"The checks of the part {part} were carried out", status, detail, remedy)


def stops(check: Check, fail_on: str) -> bool:
    """Whether a check fails the run: a required one that failed; with ``warning`` also any other that is not right."""
    if fail_on == "none":
        return False
    if fail_on == "warning":
        return check.status in (Status.FAILED, Status.WARNING)
    return check.required and check.status is Status.FAILED


def sentence(entry: Found) -> str:
    """What is not right and what to do, in one line."""
    check = entry.check
    return " ".join(f"{entry.host}: {check.id} ({check.title}): {check.detail} {check.remedy}".split())


def summary(checks: Iterable[Check]) -> str:
    """How many checks have which result, as text. Advisory checks that failed are counted separately: they fail no run."""
    found = list(checks)
    advice = sum(_is_advice(check) for check in found)
    counts = {status: sum(check.status is status for check in found) for status in Status}
    told = [
        f"{counts[Status.FAILED] - advice} failed",
        f"{counts[Status.WARNING]} with a warning",
        f"{counts[Status.PASSED]} passed",
        f"{counts[Status.SKIPPED]} skipped",
    ]
    if advice:
        told.insert(2, f"{advice} {'piece' if advice == 1 else 'pieces'} of advice")
    return ", ".join(told)


def table(found: Sequence[Found]) -> list[str]:
    """Lines to print: the checks that did not pass, the worst first, then the names of those that passed, by host.

    Checks of a host with the same text share a line; the names of those that passed take as many lines as they need.
    """
    hosts = max((len(entry.host) for entry in found), default=0)
    lines: dict[tuple[str, str, str], list[str]] = {}
    for word in (_FAILED, _WARNING, _ADVICE, _SKIPPED):
        for entry in found:
            if _told_as(entry.check) == word:
                lines.setdefault((word, entry.host, _said(entry.check)), []).append(entry.check.id)
    told = [_line(word, host, hosts, f"{', '.join(ids)}: {said}") for (word, host, said), ids in lines.items()]
    good: dict[str, list[str]] = {}
    for entry in found:
        if _told_as(entry.check) == _PASSED:
            good.setdefault(entry.host, []).append(entry.check.id)
    for host, ids in good.items():
        told += [_line(_PASSED, host, hosts, names) for names in textwrap.wrap(", ".join(ids), _NAMES_WIDTH)]
    return told


def _line(word: str, host: str, hosts: int, text: str) -> str:
    return f"{word:8}{host:{hosts + 2}}{text}"


def _told_as(check: Check) -> str:
    return _ADVICE if _is_advice(check) else check.status.value.upper()


def _is_advice(check: Check) -> bool:
    return check.status is Status.FAILED and not check.required


def _said(check: Check) -> str:
    remedy = f" -> {check.remedy}" if check.remedy and check.status is not Status.SKIPPED else ""
    return " ".join(f"{check.detail}{remedy}".split())


def junit(found: Sequence[Found], title: str, fail_on: str, kind: str) -> str:
    """JUnit XML: a suite for each part and host, a case for each check on a host.

    It agrees with the exit status: a check is a failure where it fails the run. Others that are not right are in system-out.
    """
    suites = [
        Suite(
            f"{part} on {host}",
            host,
            [_case(entry, fail_on, kind) for entry in found if (entry.part, entry.host) == (part, host)],
        )
        for part, host in dict.fromkeys((entry.part, entry.host) for entry in found)
    ]
    return junit_xml(title, suites)


def _case(entry: Found, fail_on: str, kind: str) -> Case:
    check = entry.check
    case = Case(f"{kind}.{entry.part}", f"{check.id} on {entry.host}")
    if check.status is Status.SKIPPED:
        return replace(case, skipped=check.detail)
    if stops(check, fail_on):
        text = "\n".join(filter(None, [f"{check.title}: {check.detail}", check.remedy]))
        return replace(case, failure=Failure(check.detail, text, _told_as(check).lower()))
    return replace(case, output=f"{_told_as(check).lower()}: {check.title}. {check.detail} {check.remedy}".strip())


def _message(result: Mapping[str, Any]) -> str:
    return str(result.get("msg") or "the module returned no checks and no message.")[:MOST_DETAIL]
