"""``python -m tests.hostile [case...]``: peak memory and time of the worst answers, each case in a process of its own.

With ``--write`` the table goes into docs/reliability.md. Exits with 1 when a case needs more memory or time than is allowed.
"""

from __future__ import annotations

import argparse
import sys

from tests.hostile.measuring import LIMIT_MIB, LIMIT_SECONDS, measure, run_here


def main() -> int:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile")
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--here", metavar="CASE", help="run one case in this process and print what it cost as JSON")
    chosen = parser.parse_args()
    from ansible_collections.configmgr.scp.plugins.action import cim  # noqa: F401, PLC0415
    from tests.hostile.cases import CASES  # noqa: PLC0415

    import ansible.executor.task_executor, pypsrp.wsman, winrm.protocol  # noqa
    if chosen.here:
        print(run_here(chosen.here, CASES[chosen.here]))
        return 0
    for name in chosen.cases or CASES:
        m = measure(name)
        print(f"{m.name:45} {m.before_mib:5.0f} {m.peak_mib:6.0f} {m.seconds:6.1f} {m.size_bytes:>10} {m.read_bytes:>10} {m.end[:70]}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
