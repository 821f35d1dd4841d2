"""`make demo`: start the emulated estate if it is not running yet, and provision the service connection point on it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
PLAYBOOK = "playbooks/provision.yml"


def main() -> int:
    """Run the demonstration; returns the exit status of the first step that failed, or 0."""
    programs = Path(sys.executable).parent
    print("== The emulated estate", flush=True)
    started = subprocess.run([sys.executable, "-m", "lab", "up", "--detach"], cwd=CHECKOUT, check=False)
    if started.returncode:
        return started.returncode
    print(f"\n== ansible-playbook {PLAYBOOK}", flush=True)
    began = time.monotonic()
    played = subprocess.run([str(programs / "ansible-playbook"), PLAYBOOK], cwd=CHECKOUT, check=False)
    print(f"== The play took {time.monotonic() - began:.1f} seconds.", flush=True)
    if played.returncode == 0:
        print(
            "The estate is still running: run `make demo` again to see that nothing is left to change (changed=0).\n"
            "For a page on the state of the role: `.venv/bin/ansible-playbook playbooks/report.yml`, then open reports/*.html.\n"
            "To see the estate, run `.venv/bin/python -m lab status`; to stop it, run `.venv/bin/python -m lab down`."
        )
    return played.returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
