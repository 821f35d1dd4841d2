"""`make bench`: runs the parts of the benchmark of the collection.

usage: python -m tests.bench [--quick] [--write] [part ...]

Without a part, all parts run. ``--write`` writes the figures to docs/performance.md; ``--quick`` measures only a few, to check
that a part works.
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.bench import line, machine, page, requests_per_task, rows, scale, speed

PARTS = {
    "requests": requests_per_task.run,
    "speed": speed.run,
    "scale": scale.run,
    "rows": rows.run,
    "line": line.run,
}


def main(words: list[str]) -> int:
    """Run the requested parts, print the figures, and write the page if requested."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measure the collection over the lab.")
    parser.add_argument("part", nargs="*", help=f"one or more of {', '.join(PARTS)}; without any, all")
    parser.add_argument("--write", action="store_true", help="write the figures to docs/performance.md")
    parser.add_argument("--quick", action="store_true", help="measure only a few figures, to check that a part works")
    chosen = parser.parse_args(words)
    unknown = [part for part in chosen.part if part not in PARTS]
    if unknown:
        parser.error(f"there is no part {', '.join(unknown)}; allowed: {', '.join(PARTS)}")
    if chosen.write and chosen.quick:
        parser.error("the figures of --quick are too few for the page; leave out --quick or --write")
    for part in chosen.part or PARTS:
        began = time.monotonic()
        taken_on = machine.described()
        try:
            text = f"{taken_on}\n\n{PARTS[part](chosen.quick)}"
            print(f"== {part}, {time.monotonic() - began:.0f} s\n\n{text}\n", flush=True)
            if chosen.write:
                page.write(part, text)
        except (OSError, RuntimeError, ValueError) as error:
            print(f"bench: {part}: {error}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
