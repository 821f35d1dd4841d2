# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks that were taken on several hosts, as one list: for people, for programs, and as JUnit XML. Pure."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.checks import Check, Status, report

FAIL_ON = ("failed", "warning", "none")
# Characters that XML 1.0 cannot hold; texts of servers may have any.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MOST_DETAIL = 2000


@dataclass(frozen=True)
class Found:
    """A check, with the part of the preflight that it belongs to and the host that it was carried out on."""

    part: str
    host: str
    check: Check

    def as_data(self) -> dict[str, Any]:
        return {"part": self.part, "host": self.host, **self.check.as_data()}


def whole(found: Sequence[Found], fail_on: str, title: str, kind: str) -> dict[str, Any]:
    """One report: ``checks``, ``counts``, ``blocked``, and ``table``, ``failures`` and ``junit`` for output.

    :param title: name of the report in the JUnit XML; :param kind: what its cases are called after, such as ``preflight``.
    :raises ValueError: ``fail_on`` is none of FAIL_ON.
    """
    if fail_on not in FAIL_ON:
        raise ValueError(f"fail_on: {fail_on!r} is not possible; allowed are {', '.join(FAIL_ON)}.")
    summed = report(entry.check for entry in found)
    return {
        "checks": [entry.as_data() for entry in found],
        "counts": summed["counts"],
        "blocked": summed["blocked"],
        "table": table(found),
        "failures": [sentence(entry) for entry in found if stops(entry.check, fail_on)],
        "junit": junit(found, title, fail_on, kind),
    }


def not_looked_at(part: str, result: Mapping[str, Any], host: str) -> Check:
    """The one failed check that stands for a part whose module could not be reached or failed."""
    if result.get("unreachable"):
        remedy = "See that the host is up, that WinRM listens there, and that this account may log on."
        return whole_part(part, Status.FAILED, f"{host} could not be reached: {_message(result)}", remedy)
    return whole_part(part, Status.FAILED, _message(result), "Mend what the message names, and run this again.")


def whole_part(part: str, status: Status, detail: str, remedy: str = "") -> Check:
    """The one check that stands for a part that was not looked at."""
    return Check(f"{part}_checked", f"The checks of the part {part} were carried out", status, detail, remedy)


def stops(check: Check, fail_on: str) -> bool:
    """Whether a check ends the run: a required one that failed; with ``warning`` also any other that is not right."""
    if fail_on == "none":
        return False
    if fail_on == "warning":
        return check.status in (Status.FAILED, Status.WARNING)
    return check.required and check.status is Status.FAILED


def sentence(entry: Found) -> str:
    """What is not right and what to do, in one line."""
    check = entry.check
    return " ".join(f"{entry.host}: {check.id} ({check.title}): {check.detail} {check.remedy}".split())


def table(found: Sequence[Found]) -> list[str]:
    """Lines for people: what is not passed, the worst first, then the names of what is, by part and host.

    Checks of a host that say the same share a line.
    """
    hosts = max((len(entry.host) for entry in found), default=0)
    lines: dict[tuple[Status, str, str], list[str]] = {}
    for status in (Status.FAILED, Status.WARNING, Status.SKIPPED):
        for entry in found:
            if entry.check.status is status:
                lines.setdefault((status, entry.host, _said(entry.check)), []).append(_named(entry.check))
    for entry in found:
        if entry.check.status is Status.PASSED:
            lines.setdefault((Status.PASSED, entry.host, ""), []).append(entry.check.id)
    return [
        f"{status.value.upper():8}{host:{hosts + 2}}{', '.join(ids)}" + (f": {said}" if said else "")
        for (status, host, said), ids in lines.items()
    ]


def _named(check: Check) -> str:
    return check.id if check.required or check.status is not Status.FAILED else f"{check.id} (advice)"


def _said(check: Check) -> str:
    remedy = f" -> {check.remedy}" if check.remedy and check.status is not Status.SKIPPED else ""
    return " ".join(f"{check.detail}{remedy}".split())


def junit(found: Sequence[Found], title: str, fail_on: str, kind: str) -> str:
    """JUnit XML: a suite for each part and host, a case for each check. A warning that does not end the run is in system-out."""
    suites = ET.Element("testsuites", {"name": _xml(title)})
    for part, host in dict.fromkeys((entry.part, entry.host) for entry in found):
        own = [entry.check for entry in found if (entry.part, entry.host) == (part, host)]
        suite = ET.SubElement(suites, "testsuite", {"name": _xml(f"{part} on {host}"), "hostname": _xml(host)})
        suite.set("tests", str(len(own)))
        suite.set("failures", str(sum(_is_failure(check, fail_on) for check in own)))
        suite.set("errors", "0")
        suite.set("skipped", str(sum(check.status is Status.SKIPPED for check in own)))
        for check in own:
            _add_case(suite, f"{kind}.{part}", check, fail_on)
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def _add_case(suite: ET.Element, name: str, check: Check, fail_on: str) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": _xml(name), "name": _xml(check.id), "time": "0"})
    if check.status is Status.SKIPPED:
        ET.SubElement(case, "skipped", {"message": _xml(check.detail)})
    elif _is_failure(check, fail_on):
        kind = check.status.value if check.required else f"{check.status.value}, advice"
        failure = ET.SubElement(case, "failure", {"message": _xml(check.detail), "type": kind})
        failure.text = _xml(check.remedy)
    else:
        output = ET.SubElement(case, "system-out")
        output.text = _xml(f"{check.status.value}: {check.title}. {check.detail} {check.remedy}".strip())


def _is_failure(check: Check, fail_on: str) -> bool:
    """A failed check is one in every case, or nobody would see it among the cases; a warning only when it ends the run."""
    return check.status is Status.FAILED or stops(check, fail_on)


def _message(result: Mapping[str, Any]) -> str:
    return str(result.get("msg") or "the module returned no checks and no message.")[:MOST_DETAIL]


def _xml(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
