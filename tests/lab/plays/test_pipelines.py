"""An example pipeline with the real programs over the lab: its jobs in order, in a user's repository, with the built archive."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.running.estate import Estate
from tests.lab.conftest import StartEstate
from tests.lab.plays.conftest import holders
from tests.tools import archive
from tests.tools.pipelines import ROOT, SECRET, SERVICES, State, prepare, run

if TYPE_CHECKING:
    import junitparser

CAS01, SCP01 = "cas01.corp.example", "scp01.corp.example"
PASSWORD = "Vault-Secret-2026"
LAB_PASSWORD = "Lab-Admin-2026"
VARIABLE = "vault_ansible_password"


@pytest.fixture
def estate(start_estate: StartEstate) -> Estate:
    # Slow enough that no clock seems wrong although the machine is busy between two readings.
    return start_estate(pace=30)


@pytest.fixture
def environment() -> dict[str, str]:
    """The runner's own variables. pip may not fetch anything: what the file names is installed, in the versions that it names."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LC_ALL": "C.UTF-8", "PIP_NO_INDEX": "1"}


@pytest.fixture
def repository(estate: Estate, lab_inventory: Callable[..., Path], environment: dict[str, str], tmp_path: Path) -> Path:
    """A user's repository: the pipeline, the archive, and an inventory whose password is in a vault."""
    folder = tmp_path / "clone"
    variables = folder / "inventory/group_vars/all"
    variables.mkdir(parents=True)
    prepare(folder)
    archive.build(ROOT, archive.known_files(ROOT) + archive.new_files(ROOT), folder / "pipeline")
    written = lab_inventory(estate, ansible_password=f"{{{{ {VARIABLE} }}}}")
    written.rename(folder / "inventory/hosts.yml")
    (variables / "vault.yml").write_text(f"---\n{VARIABLE}: {LAB_PASSWORD}\n", encoding="utf-8")
    vault = {
        "ANSIBLE_VAULT_PASSWORD_FILE": str(folder / "pipeline/vault-password.sh"),
        SECRET: PASSWORD,
        "ANSIBLE_HOME": str(tmp_path),
    }
    command = [str(Path(sys.executable).with_name("ansible-vault")), "encrypt", str(variables / "vault.yml")]
    subprocess.run(command, env={**environment, **vault}, check=True, capture_output=True)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


def cases(file: Path) -> list[junitparser.TestCase]:
    """The cases of a file, which all services can tell apart."""
    # Not at the top: the environments of other cores do without it, and collect this file too.
    import junitparser

    found = junitparser.JUnitXml.fromfile(str(file))
    assert isinstance(found, junitparser.JUnitXml)
    listed = [case for suite in found for case in suite]
    assert len({(case.classname, case.name) for case in listed}) == len(listed) > 0
    assert all(case.time is not None for case in listed)
    return listed


@pytest.mark.long
def test_a_pipeline_from_lint_to_report(estate: Estate, repository: Path, environment: dict[str, str]) -> None:
    service = SERVICES["github"]
    # A later job installs the same again.
    state = run(service, repository, PASSWORD, environment, State(), once="steps.sh install")
    assert state.failed == [], state.output
    assert "0 failure(s), 0 warning(s)" in state.output
    assert state.outputs == {"changed": "true"}
    assert holders(estate) == [SCP01]

    reports = repository / "reports"
    drift = json.loads((reports / "drift.json").read_text(encoding="utf-8"))
    assert (drift["check_mode"], drift["changed"], drift["complete"], drift["hosts"]) == (True, True, True, [CAS01])
    assert [change["module"] for change in drift["changes"]] == [
        "configmgr.scp.site_system",
        "configmgr.scp.service_connection_point",
    ]
    assert f'"server": "{SCP01}"' in drift["changes"][1]["difference"]
    failed = {str(case.name) for case in cases(reports / "drift.xml") if not case.is_passed}
    assert failed == {f"{change['task']} on {CAS01}" for change in drift["changes"]}
    assert not any(case.is_failure for case in cases(reports / f"preflight-{CAS01}.xml"))
    assert not any(case.is_failure for case in cases(reports / f"{CAS01}.xml"))
    assert (reports / f"{CAS01}.html").stat().st_size > 10_000

    # The next run has nothing to do, and a file of the earlier one is not taken for its result.
    checking = ["bash", "pipeline/steps.sh", "drift"]
    done = subprocess.run(
        checking, cwd=repository, env={**environment, SECRET: PASSWORD}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((reports / "drift.json").read_text(encoding="utf-8"))["changed"] is False
    assert [case.system_out for case in cases(reports / "drift.xml")] == ["Everything is as requested."]

    written = "".join(file.read_text(encoding="utf-8") for file in reports.iterdir())
    for secret in (PASSWORD, LAB_PASSWORD):
        assert secret not in state.output + done.stdout + done.stderr + written
