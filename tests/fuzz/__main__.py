"""Fuzz one target: ``python -m tests.fuzz answer --seconds 60`` (`make fuzz` runs them all).

New inputs are kept in .cache/fuzz; ``--keep`` adds those that reach new branches to the corpus of the project.
An input that fails is also written to .cache/fuzz: copy it to the corpus, fix the defect, and it remains as a test.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import atheris

FOLDER = Path(__file__).parent
CORPUS = FOLDER / "corpus"
CACHE = FOLDER.parents[1] / ".cache" / "fuzz"
LONGEST_BYTES = 4096
SLOWEST_SECONDS = 10
MOST_MEGABYTES = 1500


def main() -> None:
    """Read the command line and start libFuzzer, which ends the process by itself."""
    with atheris.instrument_imports(include=["ansible_collections.configmgr", "lab"]):
        from tests.fuzz.targets import TARGETS
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60, help="how long (default: %(default)s)")
    parser.add_argument(
        "--keep", action="store_true", help="add inputs that reach new branches to the corpus, without further fuzzing"
    )
    # To merge, libFuzzer starts this program again with its own options.
    chosen, own = parser.parse_known_args()
    kept, found = CORPUS / chosen.target, CACHE / chosen.target
    found.mkdir(parents=True, exist_ok=True)
    options = [
        f"-artifact_prefix={CACHE}/{chosen.target}-",
        f"-max_len={LONGEST_BYTES}",
        f"-timeout={SLOWEST_SECONDS}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-dict={FOLDER / 'words' / chosen.target}",
        "-print_final_stats=1",
    ]
    if own:
        arguments = own
    elif chosen.keep:
        # A file for each new branch, but not for each new count of a loop.
        arguments = [*options, "-merge=1", "-use_counters=0", str(kept), str(found)]
    else:
        arguments = [*options, f"-max_total_time={chosen.seconds}", str(found), str(kept)]
    itself = f"{sys.executable} -m tests.fuzz {chosen.target}"
    atheris.Setup([itself, *arguments], TARGETS[chosen.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
