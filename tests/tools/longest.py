# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Report at the end of `make test` what took longest: each target, and the slowest of all tests.

A folder contains the reports of pytest (JUnit XML), named after the target that wrote them, and for each target a file with its
seconds. A target is measured from its start to its end, so targets that ran at the same time add up to more than the total.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

# How many of the slowest tests are listed.
TOLD = 10


@dataclass(frozen=True)
class Slow:
    """A test, the target that ran it, and how long it took, including its setup."""

    seconds: float
    target: str
    test: str


def targets(folder: Path) -> dict[str, int]:
    """Seconds of each target, from the files NAME.seconds of the folder."""
    return {path.stem: int(path.read_text(encoding="ascii")) for path in folder.glob("*.seconds")}


def tests_of(report: str, target: str) -> list[Slow]:
    """Every test of a report of pytest.

    :param report: the text of the report.
    :param target: the target that wrote it.
    """
    return [
        Slow(float(case.get("time", "0")), target, f"{case.get('classname', '')}::{case.get('name', '')}")
        for case in ET.fromstring(report).iter("testcase")
    ]


def tests(folder: Path) -> list[Slow]:
    """Every test of all reports of the folder."""
    return [found for path in folder.glob("*.xml") for found in tests_of(path.read_text(encoding="utf-8"), path.stem)]


def told(seconds: Mapping[str, int], ran: Iterable[Slow]) -> list[str]:
    """The lines to print, each list with the longest first; none when there are no reports."""
    lines = [f"{number:6} s  {name}" for name, number in sorted(seconds.items(), key=lambda item: (-item[1], item[0]))]
    slowest = sorted(ran, key=lambda slow: (-slow.seconds, slow.target, slow.test))[:TOLD]
    if slowest:
        lines += ["the slowest tests:", *(f"{slow.seconds:6.1f} s  {slow.target}: {slow.test}" for slow in slowest)]
    return lines


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if said := told(targets(place), tests(place)):
        print("\n== what took longest", *said, sep="\n")
