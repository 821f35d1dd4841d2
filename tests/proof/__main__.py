"""`make proof`: every operation with every fault at every request, and the state machine; `--write` updates the page."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime

from tests.proof import matrix, report, states


def main() -> int:
    """Run both parts, print the tables and all failures; returns 0 if everything was tried and nothing failed."""
    options = _options()
    # Before the run, because it is long and another commit may be made in the meantime.
    began, commit = time.monotonic(), report.commit()
    columns = matrix.run(matrix.cells(), options.minutes, options.workers, _tell, options.every) if options.minutes else []
    matrix_minutes = (time.monotonic() - began) / 60
    walks = states.run(options.steps, options.minutes or 30, options.workers, _tell) if options.steps else []
    states_minutes = (time.monotonic() - began) / 60 - matrix_minutes
    text = "\n\n".join(
        [
            f"Measured at commit {commit} on {datetime.now(UTC):%Y-%m-%d}, with {options.workers} processes"
            + (f", only at each {options.every}th request." if options.every > 1 else "."),
            f"**Matrix** ({matrix_minutes:.1f} minutes). Tried / fine / not fine:",
            report.matrix_table(columns),
            report.totals(columns),
            f"**State machine** ({states_minutes:.1f} minutes). {report.states_line(walks, options.steps)}",
        ]
    )
    print(f"\n{text}\n")
    for line in report.failures(columns, walks):
        print(line)
    if options.write:
        report.write(text)
        print(f"written to {report.PAGE.name}")
    whole = all(column.whole for column in columns) and sum(walk.steps for walk in walks) >= options.steps
    return 0 if whole and not report.failures(columns, walks) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the tables to docs/reliability.md")
    parser.add_argument("--minutes", type=float, default=60.0, help="time limit of each part; 0: without the matrix")
    parser.add_argument("--workers", type=int, default=2, help="number of parallel processes")
    parser.add_argument("--every", type=int, default=1, help="inject the fault only at every Nth request, for a quick check")
    parser.add_argument("--steps", type=int, default=10_000, help="steps of the state machine; 0: without the state machine")
    return parser.parse_args()


def _tell(line: str) -> None:
    print(f"[{datetime.now():%H:%M:%S}] {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
