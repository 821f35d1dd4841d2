"""The example pipelines: their form, their shell, and which commands they run in which situation.

Here the programs that the steps start are replaced by ones that note how they were called; tests/lab/plays/test_pipelines.py
runs the real ones over the estate.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tools.pipelines import EXAMPLES, ROOT, SECRET, SERVICES, Service, State, prepare, run

BIN = Path(sys.executable).parent
PASSWORD = "Vault-Secret-2026"
SCHEMAS = {"github": "vendor.github-workflows", "azure": "vendor.azure-pipelines", "gitlab": "vendor.gitlab-ci"}
# What each step of steps.sh starts.
INSTALL = [
    "pip install --quiet --requirement pipeline/requirements.txt",
    "ansible-galaxy collection install --force --offline --requirements-file pipeline/requirements.yml",
]
LINT = [
    "ansible-lint --offline --strict inventory",
    "ansible-playbook --inventory localhost, --syntax-check configmgr.scp.preflight configmgr.scp.provision configmgr.scp.report",
]
PREFLIGHT = ["ansible-playbook --inventory inventory configmgr.scp.preflight --extra-vars preflight_report_dir=HERE/reports"]
DRIFT = ["ansible-playbook --inventory inventory configmgr.scp.provision --check --diff"]
PROVISION = ["ansible-playbook --inventory inventory configmgr.scp.provision --diff"]
REPORT = ["ansible-playbook --inventory inventory configmgr.scp.report --extra-vars scp_report_dir=HERE/reports"]
CHECKED = [*INSTALL, *LINT, *INSTALL, *PREFLIGHT, *DRIFT]

# Notes its name, its arguments and whether it has the secret; the run in check mode reports what the test says.
NOTING = """#!/bin/sh
printf '%s\\n' "$(basename "$0") $*" >>NOTES/called
test -z "${SCP_VAULT_PASSWORD:-}" || printf '%s\\n' "$*" >>NOTES/with_secret
test -z "${ANSIBLE_VAULT_PASSWORD_FILE:-}" || "$ANSIBLE_VAULT_PASSWORD_FILE" >>NOTES/passwords
case "$*" in
  *--check*) test -z "$SCP_DRIFT_DIR" || printf '{"changed": %s}' "$(cat NOTES/changed)" >"$SCP_DRIFT_DIR/drift.json" ;;
esac
case "$*" in
  *--syntax-check*) ;;
  *configmgr.scp.*) printf '##vso[task.setvariable variable=changed;isOutput=true]of a server\\n  ::error::of a server\\n' ;;
esac
case "$*" in *"$(cat NOTES/failing)"*) exit "$(cat NOTES/code)" ;; esac
"""


class Repository:
    """A user's repository, with programs that note how they were called."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.notes = folder / "clone", folder / "notes"
        self.folder.mkdir()
        self.notes.mkdir()
        prepare(self.folder)
        programs = self.folder / ".venv/bin"
        programs.mkdir(parents=True)
        for name in ("python", "pip", "ansible-galaxy", "ansible-lint", "ansible-playbook"):
            (programs / name).write_text(NOTING.replace("NOTES", str(self.notes)), encoding="utf-8")
            (programs / name).chmod(0o755)
        self.set()

    def set(self, changed: bool = True, failing: str = "nothing fails", code: int = 0) -> None:
        for name, value in (("changed", str(changed).lower()), ("failing", failing), ("code", str(code))):
            (self.notes / name).write_text(value, encoding="utf-8")

    def run(self, service: Service, state: State) -> list[str]:
        (self.notes / "called").unlink(missing_ok=True)
        run(service, self.folder, PASSWORD, {"PATH": os.environ["PATH"]}, state)
        return self.noted("called")

    def noted(self, name: str) -> list[str]:
        text = (self.notes / name).read_text(encoding="utf-8")
        return text.replace(str(self.folder), "HERE").splitlines()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def validate(name: str, change: Callable[[dict[str, Any]], None], folder: Path) -> subprocess.CompletedProcess[str]:
    """Validate a pipeline, after a change, by the schema of its service.

    As JSON with all scalars as text for Azure, whose schema describes them so.
    """
    text = (EXAMPLES / SERVICES[name].file).read_text(encoding="utf-8")
    content = SERVICES[name].content() if name == "azure" else yaml.safe_load(text)
    change(content)
    # YAML 1.1 reads the key "on" as true.
    content = {"on" if key is True else key: value for key, value in content.items()}
    file = folder / f"{name}.json"
    file.write_text(json.dumps(content), encoding="utf-8")
    command = [str(BIN / "check-jsonschema"), "--regex-variant", "nonunicode", "--builtin-schema", SCHEMAS[name], str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", SERVICES)
def test_each_file_has_the_form_that_its_service_requires(name: str, tmp_path: Path) -> None:
    done = validate(name, lambda _: None, tmp_path)
    assert done.returncode == 0, done.stdout[-2000:]


def _misspell(content: dict[str, Any]) -> None:
    jobs = content.get("jobs") or content.get("stages")
    if isinstance(jobs, dict):
        jobs["check"]["runs-onn"] = "here"
    elif jobs is not None and isinstance(jobs[0], dict):
        jobs[0]["jobz"] = []
    else:
        content["drift"]["scripts"] = ["true"]


@pytest.mark.parametrize("name", SERVICES)
def test_the_schemas_find_a_misspelled_key(name: str, tmp_path: Path) -> None:
    assert validate(name, _misspell, tmp_path).returncode == 1


def test_the_workflow_has_no_weakness_that_zizmor_knows(tmp_path: Path) -> None:
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    text = (EXAMPLES / "github-workflow.yml").read_text(encoding="utf-8")
    (folder / "scp.yml").write_text(text, encoding="utf-8")
    command = [str(BIN / "zizmor"), "--offline", "--no-progress", "--persona=pedantic", str(folder / "scp.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    # It does find one: a tag can be moved to other code.
    (folder / "scp.yml").write_text(re.sub("dorny/test-reporter@[0-9a-f]{40}", "dorny/test-reporter@v2", text), encoding="utf-8")
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("name", SERVICES)
def test_each_script_is_bash(name: str) -> None:
    for job in SERVICES[name].jobs():
        # The job that shows the test results has only actions.
        assert job.scripts or job.name == "results"
        for script in job.scripts:
            done = subprocess.run(["bash", "-n"], input=script.text, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, ""), script.text


@pytest.mark.parametrize("name", SERVICES)
def test_something_to_change_is_provisioned_after_an_approval(name: str, repository: Repository) -> None:
    state = State()
    called = repository.run(SERVICES[name], state)
    expected = [*CHECKED, *INSTALL, *PROVISION, *INSTALL, *REPORT]
    # GitLab has a job for the preflight and one for the drift.
    assert called == (expected if name != "gitlab" else [*CHECKED[:-1], *INSTALL, *DRIFT, *expected[len(CHECKED) :]])
    assert state.failed == []


@pytest.mark.parametrize("name", SERVICES)
def test_without_an_approval_nothing_is_provisioned(name: str, repository: Repository) -> None:
    assert not set(PROVISION) & set(repository.run(SERVICES[name], State(approved=False)))


@pytest.mark.parametrize("name", ["github", "azure"])
def test_without_drift_nobody_is_asked_and_the_report_is_made(name: str, repository: Repository) -> None:
    repository.set(changed=False)
    state = State()
    assert repository.run(SERVICES[name], state) == [*CHECKED, *INSTALL, *REPORT]
    assert state.outputs == {"changed": "false"}


def test_the_daily_pipeline_of_gitlab_reports_without_a_provisioning(repository: Repository) -> None:
    repository.set(changed=False)
    called = repository.run(SERVICES["gitlab"], State("schedule", approved=False))
    assert called[-3:] == [*INSTALL, *REPORT]


@pytest.mark.parametrize("name", SERVICES)
def test_a_proposed_change_is_only_linted_and_sees_no_secret(name: str, repository: Repository) -> None:
    assert repository.run(SERVICES[name], State("pull_request")) == [*INSTALL, *LINT]
    assert not (repository.notes / "with_secret").exists()


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.parametrize("failing", ["preflight", "--check"])
def test_a_failure_ends_the_run_before_anything_is_changed(name: str, failing: str, repository: Repository) -> None:
    repository.set(failing=failing if failing == "--check" else "configmgr.scp.preflight --extra", code=2)
    state = State()
    called = repository.run(SERVICES[name], state)
    assert len(state.failed) == 1
    assert not set(PROVISION) & set(called)
    assert "changed" not in state.outputs


@pytest.mark.parametrize("name", SERVICES)
def test_the_secret_is_no_argument_and_only_where_it_is_needed(name: str, repository: Repository) -> None:
    state = State()
    called = repository.run(SERVICES[name], state)
    assert PASSWORD not in "".join(called) + state.output
    assert set(repository.noted("passwords")) == {PASSWORD}
    if name != "gitlab":
        # There a variable of a job is in the environment of all its commands.
        assert all("configmgr.scp." in arguments for arguments in repository.noted("with_secret"))


@pytest.mark.parametrize("name", SERVICES)
def test_no_text_of_a_server_is_a_command_for_the_runner(name: str, repository: Repository) -> None:
    state = State()
    repository.run(SERVICES[name], state)
    assert "## vso[task.setvariable" in state.output
    assert state.outputs.get("changed", "true") == "true"
    assert not re.search(r"^ *::error", state.output, re.MULTILINE)


@pytest.mark.parametrize("name", SERVICES)
def test_each_job_has_a_limit_and_keeps_its_reports(name: str) -> None:
    jobs = {job.name.lower(): job for job in SERVICES[name].jobs()}
    assert all(10 <= job.minutes <= 90 for job in jobs.values())
    # The role waits half an hour for the site, and what follows takes some minutes.
    assert jobs["provision"].minutes == 90
    for kept in ("check", "report") if name != "gitlab" else ("preflight", "drift", "report"):
        assert jobs[kept].keeps.rstrip("/") == "reports"


def test_runs_do_not_overlap() -> None:
    assert SERVICES["github"].content()["concurrency"]["cancel-in-progress"] == "false"
    assert SERVICES["azure"].content()["lockBehavior"] == "sequential"
    assert SERVICES["gitlab"].content()[".site"]["resource_group"]


def test_the_workflow_allows_nothing_by_default() -> None:
    content = SERVICES["github"].content()
    assert content["permissions"] == {}
    writing = {name for name, job in content["jobs"].items() if "write" in job["permissions"].values()}
    assert writing == {"results"}
    assert content["jobs"]["results"]["runs-on"] == "ubuntu-24.04"


def test_the_versions_are_those_that_the_project_is_tested_with() -> None:
    pinned = re.findall(r"^[\w-]+==\S+$", (EXAMPLES / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    tested = "\n".join((ROOT / name).read_text(encoding="utf-8") for name in ("requirements.txt", "requirements-dev.txt"))
    assert len(pinned) == 4
    assert set(pinned) <= set(tested.splitlines())
    [collection] = yaml.safe_load((EXAMPLES / "requirements.yml").read_text(encoding="utf-8"))["collections"]
    about = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert collection["name"] == f"pipeline/{about['namespace']}-{about['name']}-{about['version']}.tar.gz"


@pytest.mark.parametrize(("arguments", "code", "words"), [(["deploy"], 64, "there is no step deploy"), ([], 1, "name a step")])
def test_a_wrong_step_is_named(arguments: list[str], code: int, words: str, repository: Repository) -> None:
    command = ["bash", "pipeline/steps.sh", *arguments]
    done = subprocess.run(command, cwd=repository.folder, capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert words in done.stderr


def test_without_the_secret_the_vault_script_says_what_to_set(repository: Repository) -> None:
    done = subprocess.run(
        ["sh", "pipeline/vault-password.sh"], cwd=repository.folder, env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert f"set {SECRET} from the secret store" in done.stderr
