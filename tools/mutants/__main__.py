# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The command line: draw, run, count."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tools.mutants.places import Mutant, drawn, shown
from tools.mutants.rooms import DECIDING, ROOT, gathered, room_of
from tools.mutants.running import MutantsError, noticed, prepared


def main(arguments: list[str]) -> int:
    """Returns 0 when enough mutants were noticed, 1 when too few were, 2 when nothing can be said."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutants", description="Mutate the code that decides; do tests notice?")
    parser.add_argument("--seed", type=int, default=1, help="which mutants are drawn (default: 1)")
    parser.add_argument("--count", type=int, default=200, help="how many are drawn; 0 means all (default: 200)")
    parser.add_argument("--only", action="append", metavar="PATH", help="only files whose path begins so; may be repeated")
    parser.add_argument("--workers", type=int, default=2, help="how many processes run tests at once (default: 2)")
    parser.add_argument("--at-least", type=float, default=90.0, help="the part that must be noticed, in percent (default: 90)")
    options = parser.parse_args(arguments)
    places = gathered(options.only or DECIDING)
    if not places:
        print(
            f"No file of a room begins with {', '.join(options.only)}; the rooms are in tools/mutants/rooms.py.", file=sys.stderr
        )
        return 2
    chosen = drawn(places, options.seed, options.count)
    print(f"{len(chosen)} of {len(places)} mutants, drawn with the seed {options.seed}", flush=True)
    try:
        seconds = prepared(dict.fromkeys(room for mutant in chosen if (room := room_of(mutant.path))))
        results = dict(noticed(chosen, seconds, options.workers, _tell))
    except (MutantsError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 2
    return _summed_up(results, options.at_least)


def _tell(mutant: Mutant, was_noticed: bool) -> None:
    if not was_noticed:
        old, new = shown((ROOT / mutant.path).read_text(encoding="utf-8"), mutant)
        print(f"not noticed ({mutant.kind}): {mutant.path}:{mutant.line}\n  - {old}\n  + {new}", flush=True)


def _summed_up(results: dict[Mutant, bool], at_least: float) -> int:
    total = Counter(room_of(mutant.path) or "" for mutant in results)
    good = Counter(room_of(mutant.path) or "" for mutant, was_noticed in results.items() if was_noticed)
    print("\nnoticed")
    for room in sorted(total):
        print(f"{good[room]:5} of {total[room]:4}  {100 * good[room] / total[room]:5.1f} %  {room}")
    part = 100 * good.total() / total.total()
    print(f"{good.total():5} of {total.total():4}  {part:5.1f} %  in all, at least {at_least:g} % wanted")
    return 0 if part >= at_least else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
