# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""``make release-check``: list what a release of this checkout still lacks; exit status 1 while anything lacks."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from tests.tools.archive import ROOT, ArchiveError
from tests.tools.release.facts import examine, read
from tests.tools.release.lacking import lacking


def main(root: Path) -> int:
    """Print one line for each thing that is missing, or that nothing is. Returns the exit status."""
    facts = read(root)
    name = f"{facts.galaxy.get('namespace')}.{facts.galaxy.get('name')} {facts.galaxy.get('version')}"
    print(f"release-check: examining {name}. This takes some minutes.", flush=True)
    missing = lacking(replace(facts, found=examine(root)))
    for sentence in missing:
        print(f"- {sentence}")
    if missing:
        print(f"release-check: {name} cannot be released yet; {len(missing)} {'thing' if len(missing) == 1 else 'things'} to do.")
        return 1
    print(f"release-check: {name} can be released.")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(ROOT))
    except ArchiveError as error:
        sys.exit(f"release-check: {error}")
