"""The commands of README.md from the archive to the role, and what docs/start.md shows of their output.

The lab takes the place of the site. `make walk` does the same with new virtual environments, in a clone.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT
from tests.lab.plays.conftest import holders
from tests.lab.plays.shown import not_shown
from tests.tools import archive, walk

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
# The environment of the tests is in the place of the one that these make.
OF_THE_ENVIRONMENT = ("make ", "cp build/", "cd ", "python3 -m venv", "pip ")


@pytest.fixture
def home(estate: Estate, tmp_path: Path) -> Path:
    """The home of a user who has built the archive."""
    archive.build(CHECKOUT, archive.known_files(CHECKOUT) + archive.new_files(CHECKOUT), tmp_path)
    return tmp_path


@pytest.mark.long
def test_from_the_archive_to_the_role(estate: Estate, home: Path) -> None:
    steps = [line for line in walk.commands(README, "Use it") if not line.startswith(OF_THE_ENVIRONMENT)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment |= {
        "HOME": str(home),
        "EDITOR": str(walk.editor(home)),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]]),
        "ANSIBLE_NOCOLOR": "1",
    }
    install, copy, *steps = steps
    walk.run([install, copy], home, environment)
    walk.own_names(
        home / "my-inventory", {f"{name}.corp.example": str(estate.machine(name).address) for name in ("cas01", "scp01", "scp07")}
    )
    typed = f"{walk.VAULT_PASSWORD}\n"
    prepare = [line for line in steps if not line.startswith("ansible-playbook")]
    preflight, check, provision = [line for line in steps if line.startswith("ansible-playbook")]
    walk.run(prepare, home, environment, typed * 2)
    assert (home / "my-inventory/group_vars/windows/vault.yml").read_text(encoding="utf-8").startswith("$ANSIBLE_VAULT")
    with pytest.raises(RuntimeError) as refused:
        walk.run([f"{preflight} -e service_connection_point_server={walk.NOT_READY}"], home, environment, typed)
    assert "--check --diff" in check
    output = walk.run([provision], home, environment, typed)
    assert holders(estate) == [walk.SERVER]
    report = check.replace("configmgr.scp.provision --check --diff", "configmgr.scp.report -e scp_report_dir=reports")
    output += walk.run([report], home, environment, typed)
    assert (home / "reports" / f"{walk.PROVIDER}.html").is_file()
    assert not_shown("start.md", f"{refused.value}\n{output}") == []
