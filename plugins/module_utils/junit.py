# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""JUnit XML as the services for pipelines read it. Pure.

GitLab shows the text of ``failure`` and ``skipped``, not their ``message``; it shows the class name of the case as its suite, and
keeps only the first of several cases with the same names. Azure Pipelines shows ``message``, and the text of ``failure`` as the
stack trace. So each says everything, and each pair of class name and name occurs once in a file. (GitLab: unit test reports;
Azure Pipelines: PublishTestResults@2, result formats mapping; both read in 2026-11.)
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# Characters that XML 1.0 does not allow; texts from servers may contain any.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The beginning of [[ATTACHMENT|path]]: in system-out it makes GitLab and Azure Pipelines upload that file of the runner.
_ATTACHMENT = re.compile(r"\[(?=\[)")


@dataclass(frozen=True)
class Failure:
    """Why a case failed: a sentence, everything that there is to say about it, and a word for its kind."""

    message: str
    text: str
    type: str = "failed"


@dataclass(frozen=True)
class Case:
    """A test case. It passed, unless ``failure`` or ``skipped`` (the reason) is set; ``output`` is for one that passed."""

    classname: str
    name: str
    failure: Failure | None = None
    skipped: str | None = None
    output: str = ""


@dataclass(frozen=True)
class Suite:
    """Cases of one host."""

    name: str
    hostname: str
    cases: Sequence[Case]


def junit(title: str, suites: Sequence[Suite]) -> str:
    """The text of the file. How long a case took is not known; readers require the attribute ``time``."""
    root = ET.Element("testsuites", {"name": xml(title), **_counted([case for suite in suites for case in suite.cases])})
    seen: Counter[tuple[str, str]] = Counter()
    for suite in suites:
        about = {"name": xml(suite.name), "hostname": xml(suite.hostname), **_counted(suite.cases)}
        element = ET.SubElement(root, "testsuite", about)
        for case in suite.cases:
            names = xml(case.classname), xml(case.name)
            seen[names] += 1
            again = f" ({seen[names]})" if seen[names] > 1 else ""
            _fill(ET.SubElement(element, "testcase", {"classname": names[0], "name": names[1] + again, "time": "0"}), case)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def xml(text: str) -> str:
    """The text without characters that XML cannot have."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _counted(cases: Sequence[Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": str(sum(case.failure is not None for case in cases)),
        "errors": "0",
        "skipped": str(sum(case.skipped is not None for case in cases)),
        "time": "0",
    }


def _fill(element: ET.Element, case: Case) -> None:
    if case.failure is not None:
        about = {"message": xml(case.failure.message), "type": xml(case.failure.type)}
        ET.SubElement(element, "failure", about).text = xml(case.failure.text)
    elif case.skipped is not None:
        ET.SubElement(element, "skipped", {"message": xml(case.skipped)}).text = xml(case.skipped)
    elif case.output:
        ET.SubElement(element, "system-out").text = _ATTACHMENT.sub("[ ", xml(case.output))
