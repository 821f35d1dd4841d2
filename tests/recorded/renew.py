"""``python -m tests.recorded.renew``: takes the recording of the lab again, by the playbook, as a user would."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path

from lab.estate_file.reader import DEFAULT_FILE, parse
from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT, run_playbook
from tests.lab.estates import with_role

ADDRESS_BASE = "127.58.78"
LAB = CHECKOUT / "tests" / "recorded" / "bundles" / "lab"
PACE = 60.0
# Five minutes of the site: the role is installed, and has sent its messages.
SETTLED_SECONDS = 300 / PACE


def main() -> int:
    """Write the recording; returns the exit code."""
    description = parse(with_role("scp01"), "estate.yml").at(ADDRESS_BASE, pace=PACE)
    with tempfile.TemporaryDirectory() as folder, Estate(description):
        inventory = Path(folder) / "hosts.yml"
        text = DEFAULT_FILE.with_name("hosts.yml").read_text(encoding="utf-8")
        inventory.write_text(text.replace("127.0.10.", f"{ADDRESS_BASE}."), encoding="utf-8")
        time.sleep(SETTLED_SECONDS)
        chosen = ("--limit", "cas01.corp.example,localhost", "-e", "field_check_record=true")
        run = run_playbook(CHECKOUT / "playbooks" / "field_check.yml", inventory, Path(folder), *chosen)
        if run.code:
            sys.stderr.write(run.output)
            return run.code
        (found,) = (Path(folder) / "field-check").iterdir()
        shutil.rmtree(LAB, ignore_errors=True)
        shutil.copytree(found, LAB)
    sys.stdout.write(f"{LAB.relative_to(CHECKOUT)}: {len(list(LAB.iterdir()))} files\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
