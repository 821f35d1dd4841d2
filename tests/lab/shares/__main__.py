"""``python -m tests.lab.shares --state FOLDER --address-base A SERVER...``: a lab whose servers' drives are real file shares.

Runs until ``python -m lab --state FOLDER down``, or until the idle time of the lab has passed. Needs root.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path

from lab.command.control import locked
from lab.command.serving import serve
from lab.estate_file.reader import load
from lab.running.estate import Estate
from tests.lab.shares.smbd import CannotRun, shares


def main() -> int:
    """Run the lab. Returns 0, or 2 after printing one sentence to standard error."""
    parser = argparse.ArgumentParser(prog="python -m tests.lab.shares", description=__doc__)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--address-base", required=True)
    parser.add_argument("--pace", type=float)
    parser.add_argument("--stop-after", type=float, default=1800.0)
    parser.add_argument("servers", nargs="+")
    options = parser.parse_args()
    description = load().at(options.address_base, options.pace)
    with ExitStack() as served:

        def ready(estate: Estate) -> None:
            for server in options.servers:
                served.enter_context(shares(estate, server))

        try:
            with locked(options.state):
                serve(description, options.state, options.stop_after, ready)
        except (CannotRun, OSError) as error:
            print(f"shares: {error}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
