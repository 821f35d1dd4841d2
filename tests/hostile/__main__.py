"""``python -m tests.hostile [case...]``: peak memory and time of the worst answers, each case in a process of its own.

With ``--write`` the table goes into docs/reliability.md. The exit code is 1 when a case needs too much memory or time.
"""

from __future__ import annotations

import argparse
import sys

from tests.hostile.cases import CASES
from tests.hostile.measuring import LIMIT_MIB, LIMIT_SECONDS, import_as_a_task_does, measure, run_here
from tests.hostile.page import HEAD, row, write


def main() -> int:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("cases", nargs="*", metavar="case", help="all cases if omitted")
    parser.add_argument("--write", action="store_true", help="write the table of all cases into docs/reliability.md")
    parser.add_argument("--here", metavar="case", help="run one case in this process, and print what it needed as JSON")
    chosen = parser.parse_args()
    if unknown := [name for name in (*chosen.cases, chosen.here or "many elements") if name not in CASES]:
        parser.error(f"there is no case {unknown[0]!r}; the cases are {', '.join(CASES)}")
    if chosen.here:
        import_as_a_task_does()
        print(run_here(chosen.here, CASES[chosen.here]))
        return 0
    print(HEAD, flush=True)
    found = []
    for name in chosen.cases or CASES:
        found.append(measure(name))
        print(row(found[-1]), flush=True)
    if chosen.write:
        write(found)
    return int(any(each.peak_mib > LIMIT_MIB or each.seconds > LIMIT_SECONDS for each in found))


if __name__ == "__main__":
    sys.exit(main())
