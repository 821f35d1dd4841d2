# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The example pipelines, read and run as the services do: the jobs in order, their conditions, and their scripts in a shell.

Only what the examples use is understood; anything else is an error, so that a test cannot leave out a part of a file. What an
action or a task of the service does is not done: of these only the folders that are kept as artefacts are returned.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "docs/examples/pipelines"
SECRET = "SCP_VAULT_PASSWORD"
# What of the files is copied into the folder pipeline of a user's repository.
SHARED = ("steps.sh", "vault-password.sh", "requirements.txt", "requirements.yml")


@dataclass(frozen=True)
class Script:
    """A script of a job, and its environment variables as the file has them."""

    text: str
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """A job: what must be finished first, when it runs, its scripts, and the folder that it keeps as artefact."""

    name: str
    needs: tuple[str, ...]
    runs: Callable[[State], bool]
    scripts: tuple[Script, ...]
    keeps: str = ""
    minutes: int = 0
    allowed: tuple[int, ...] = ()


@dataclass
class State:
    """A run: why it was started, whether the provisioning was approved, and what is known so far."""

    event: str = "push"
    approved: bool = True
    outputs: dict[str, str] = field(default_factory=dict)
    results: dict[str, str] = field(default_factory=dict)
    output: str = ""

    @property
    def failed(self) -> list[str]:
        return [name for name, result in self.results.items() if result == "failed"]


@dataclass(frozen=True)
class Service:
    """How a service reads its file and runs a script of it."""

    file: str
    read: Callable[[Mapping[str, Any]], Iterator[Job]]
    shell: tuple[str, ...]
    # What of the service's own in values is replaced: by the folder of the run, unless it is the secret.
    values: Mapping[str, str]

    def content(self) -> dict[str, Any]:
        """The file, each scalar as text, as Azure Pipelines reads it too."""
        found: dict[str, Any] = yaml.load((EXAMPLES / self.file).read_text(encoding="utf-8"), yaml.BaseLoader)
        return found

    def jobs(self) -> list[Job]:
        return list(self.read(self.content()))


def prepare(folder: Path) -> None:
    """The folder pipeline of a user's repository, without the collection's archive."""
    (folder / "pipeline").mkdir()
    for name in SHARED:
        shutil.copy2(EXAMPLES / name, folder / "pipeline" / name)


def run(service: Service, folder: Path, secret: str, environment: Mapping[str, str], state: State, once: str = "\n") -> State:
    """Run the jobs in ``folder``. A script whose text contains ``once`` is not repeated by a later job.

    :param environment: variables of the runner itself.
    """
    done: set[str] = set()
    for job in service.jobs():
        if not job.runs(state):
            state.results[job.name] = "skipped"
            continue
        state.results[job.name] = "success"
        for script in job.scripts:
            if once in script.text and script.text in done:
                continue
            done.add(script.text)
            code = _execute(service, script, folder, secret, environment, state)
            if code:
                state.results[job.name] = "success" if code in job.allowed else "failed"
                break
    return state


def _execute(service: Service, script: Script, folder: Path, secret: str, environment: Mapping[str, str], state: State) -> int:
    outputs = folder.parent / "outputs"
    outputs.write_text("", encoding="utf-8")
    values = {name: str(folder) if kind == "folder" else secret for name, kind in service.values.items()}
    own = {name: _replaced(value, values) for name, value in script.env.items()}
    file = folder.parent / "script.sh"
    file.write_text(script.text, encoding="utf-8")
    done = subprocess.run(
        [*service.shell, str(file)],
        cwd=folder,
        env={**environment, "GITHUB_OUTPUT": str(outputs), **own},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    state.output += done.stdout + done.stderr
    state.outputs.update(re.findall(r"^(\w+)=(.*)$", outputs.read_text(encoding="utf-8"), re.MULTILINE))
    state.outputs.update(re.findall(r"^##vso\[task\.setvariable variable=(\w+);isOutput=true\](.*)$", done.stdout, re.MULTILINE))
    return done.returncode


def _replaced(value: str, values: Mapping[str, str]) -> str:
    for name, known in values.items():
        value = value.replace(name, known)
    if re.search(r"\$\{\{|\$\(|\$[A-Z]", value):
        raise KeyError(f"the interpreter of pipelines does not know what is in {value!r}")
    return value


def _after(needs: tuple[str, ...], state: State) -> bool:
    return all(state.results[name] == "success" for name in needs)


# GitHub Actions.

_GITHUB_CONDITIONS: dict[str, Callable[[State], bool]] = {
    "github.event_name != 'pull_request'": lambda state: state.event != "pull_request",
    "needs.check.outputs.changed == 'true'": lambda state: state.outputs.get("changed") == "true" and state.approved,
    "${{ !cancelled() && needs.check.result == 'success' }}": lambda state: state.results["check"] == "success",
    "${{ !cancelled() && needs.check.result != 'skipped' }}": lambda state: state.results["check"] != "skipped",
}
# Conditions in which a status function replaces the one that all needed jobs succeeded.
_STATUS = "cancelled()"
_GITHUB_ACTIONS = (
    "actions/checkout",
    "actions/cache",
    "actions/upload-artifact",
    "actions/download-artifact",
    "dorny/test-reporter",
)


def _github(content: Mapping[str, Any]) -> Iterator[Job]:
    for name, job in content["jobs"].items():
        needs = _listed(job.get("needs", []))
        scripts, keeps = [], ""
        for step in job["steps"]:
            if "run" in step:
                scripts.append(Script(step["run"], {**content["env"], **step.get("env", {})}))
                continue
            action, _, version = step["uses"].partition("@")
            if action not in _GITHUB_ACTIONS or not re.fullmatch("[0-9a-f]{40}", version):
                raise KeyError(f"the action {step['uses']} is unknown or not pinned by its commit")
            if action == "actions/upload-artifact":
                keeps = step["with"]["path"]
        yield Job(name, needs, _github_condition(job.get("if"), needs), tuple(scripts), keeps, int(job["timeout-minutes"]))


def _github_condition(text: str | None, needs: tuple[str, ...]) -> Callable[[State], bool]:
    if text is None:
        return lambda state: _after(needs, state)
    holds = _GITHUB_CONDITIONS[text]
    return holds if _STATUS in text else lambda state: _after(needs, state) and holds(state)


# Azure Pipelines.

_AZURE_CONDITIONS: dict[str, Callable[[State], bool]] = {
    "and(succeeded(), ne(variables['Build.Reason'], 'PullRequest'))": lambda state: (
        state.results["Lint"] == "success" and state.event != "pull_request"
    ),
    "and(succeeded(), eq(dependencies.Check.outputs['Check.drift.changed'], 'true'))": lambda state: (
        state.results["Check"] == "success" and state.outputs.get("changed") == "true" and state.approved
    ),
    "and(not(canceled()), eq(dependencies.Check.result, 'Succeeded'))": lambda state: state.results["Check"] == "success",
}
_AZURE_TASKS = ("Cache@2", "PublishTestResults@2")


def _azure(content: Mapping[str, Any]) -> Iterator[Job]:
    for stage in content["stages"]:
        [job] = stage["jobs"]
        steps = job["steps"] if "job" in job else job["strategy"]["runOnce"]["deploy"]["steps"]
        scripts, keeps = [], ""
        for step in steps:
            if "bash" in step:
                scripts.append(Script(step["bash"], {**content["variables"], **step.get("env", {})}))
            elif "publish" in step:
                keeps = step["publish"].removeprefix("$(System.DefaultWorkingDirectory)/")
            elif step.get("checkout") != "self" and step.get("task") not in _AZURE_TASKS:
                raise KeyError(f"the step {step} is unknown")
        needs = _listed(stage.get("dependsOn", []))
        runs = _AZURE_CONDITIONS[stage["condition"]] if "condition" in stage else _needed(needs)
        yield Job(stage["stage"], needs, runs, tuple(scripts), keeps, int(job["timeoutInMinutes"]))


def _needed(needs: tuple[str, ...]) -> Callable[[State], bool]:
    return lambda state: _after(needs, state)


# GitLab CI.

_GITLAB_RULES: dict[str, Callable[[State], bool]] = {
    "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH": lambda state: state.event != "pull_request",
    '$CI_PIPELINE_SOURCE == "schedule"': lambda state: state.event == "schedule",
}
_GITLAB_GLOBAL = ("workflow", "stages", "variables", "default")


def _gitlab(content: Mapping[str, Any]) -> Iterator[Job]:
    stages: dict[str, list[str]] = {name: [] for name in content["stages"]}
    for name, given in content.items():
        if name in _GITLAB_GLOBAL or name.startswith("."):
            continue
        job = {**content["default"], **(content[given["extends"]] if "extends" in given else {}), **given}
        before = [stage for stage in stages if list(stages).index(stage) < list(stages).index(job["stage"])]
        needs = tuple(given.get("needs", [earlier for stage in before for earlier in stages[stage]]))
        stages[job["stage"]].append(name)
        # A variable of the project is in the environment of each job; this one is limited to the environments of the site.
        secret = {SECRET: f"${SECRET}"} if "environment" in job else {}
        text = "\n".join([*job["before_script"], *job["script"]])
        allowed = job.get("allow_failure", {})
        codes = (int(allowed["exit_codes"]),) if isinstance(allowed, dict) and allowed else ()
        keeps = job["artifacts"]["paths"][0] if "artifacts" in job else ""
        # One script with all lines: GitLab does the same.
        env = {**content["variables"], **secret}
        minutes = int(job["timeout"].removesuffix(" minutes"))
        yield Job(name, needs, _gitlab_rule(job.get("rules"), needs), (Script(text, env),), keeps, minutes, codes)


def _gitlab_rule(rules: Any, needs: tuple[str, ...]) -> Callable[[State], bool]:
    if rules is None:
        return _needed(needs)
    [rule] = rules
    holds, manual = _GITLAB_RULES[rule["if"]], rule.get("when") == "manual"
    return lambda state: _after(needs, state) and holds(state) and (state.approved or not manual)


def _listed(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


SERVICES = {
    "github": Service(
        "github-workflow.yml",
        _github,
        ("bash", "-e"),
        {"${{ github.workspace }}": "folder", "${{ secrets.SCP_VAULT_PASSWORD }}": "secret"},
    ),
    "azure": Service(
        "azure-pipelines.yml",
        _azure,
        ("bash", "--noprofile", "--norc"),
        {"$(Pipeline.Workspace)": "folder", "$(SCP_VAULT_PASSWORD)": "secret"},
    ),
    "gitlab": Service(
        "gitlab-ci.yml",
        _gitlab,
        ("bash", "-eo", "pipefail"),
        {"$CI_PROJECT_DIR": "folder", f"${SECRET}": "secret"},
    ),
}
