# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Report at the end of ``make test`` what was not run on this machine, why, and what to do about it.

The reports of pytest (JUnit XML) in a folder contain the skipped tests; text files there have a line for everything else.
"""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

_PACKAGES = re.compile(r"\(apt-get install ([^)]+)\)")


def reasons(folder: Path) -> Counter[str]:
    """How many tests were skipped for each reason, in all reports of the folder."""
    found: Counter[str] = Counter()
    for report in sorted(folder.glob("*.xml")):
        found.update(skipped.get("message", "").strip() for skipped in ET.parse(report).iter("skipped"))
    return found


def others(folder: Path) -> list[str]:
    """What else was not run, from the text files of the folder."""
    return [line for path in sorted(folder.glob("*.txt")) for line in path.read_text(encoding="utf-8").splitlines() if line]


def told(skipped: Counter[str], more: Iterable[str]) -> list[str]:
    """The lines to print; none when everything was run."""
    lines = [f"{number} {'test' if number == 1 else 'tests'}: {reason}" for reason, number in skipped.most_common()]
    lines += more
    if not lines:
        return []
    packages = sorted({name for line in lines for names in _PACKAGES.findall(line) for name in names.split()})
    if packages:
        lines.append(f"An administrator can install what is missing: apt-get install {' '.join(packages)}")
    if any("only root can run" in line for line in lines):
        lines.append("To run what only root can run, run `make test` as root, on Debian.")
    return lines


if __name__ == "__main__":
    place = Path(sys.argv[1])
    if said := told(reasons(place), others(place)):
        print("\n== not run on this machine", *said, sep="\n")
