"""A private data directory of ansible-runner, as a controller makes it: project, inventory, and what credentials put into env."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.lab.ansible_runs import CHECKOUT

PROJECT = CHECKOUT / "docs" / "examples" / "awx" / "project"
# The prompt of ansible-playbook --ask-pass, as automation controllers answer it for a credential of the type Machine.
ASKED = r"SSH password:\s*?$"


def own_environment(folder: Path) -> dict[str, str]:
    """Environment variables for a program that starts ansible-playbook; ``folder`` is for Ansible's own files."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / "collections"),
        "ANSIBLE_HOME": str(folder / "ansible-home"),
        "ANSIBLE_NOCOLOR": "1",
    }


def private_data(
    folder: Path,
    hosts: Mapping[str, Any],
    *,
    user: str = "",
    password: str = "",
    extra: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Path:
    """Write a private data directory with the example's project.

    :param hosts: the inventory, as YAML.
    :param user: with ``password``, what a credential of the type Machine gives: ``--user`` and the answer to a prompt.
    :param extra: extra variables.
    :param settings: settings of ansible-runner.
    """
    made = folder / "private"
    shutil.copytree(PROJECT, made / "project")
    for name in ("inventory", "env"):
        (made / name).mkdir()
    (made / "inventory" / "hosts.yml").write_text(yaml.safe_dump(hosts), encoding="utf-8")
    env = {
        "envvars": own_environment(folder),
        "settings": {"suppress_ansible_output": True, "pexpect_timeout": 1, **settings},
        "extravars": dict(extra or {}),
    }
    if user:
        (made / "env" / "cmdline").write_text(f"--user '{user}' --ask-pass", encoding="utf-8")
        env["passwords"] = {ASKED: password}
    for name, content in env.items():
        (made / "env" / name).write_text(json.dumps(content), encoding="utf-8")
    return made


def without_credentials(inventory: Path) -> dict[str, Any]:
    """The inventory without the account of its hosts."""

    def groups(group: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield group
        for child in (group.get("children") or {}).values():
            yield from groups(child or {})

    tree: dict[str, Any] = yaml.safe_load(inventory.read_text(encoding="utf-8"))
    for group in groups(tree["all"]):
        for variables in (group.get("vars"), *(group.get("hosts") or {}).values()):
            for name in ("ansible_user", "ansible_password"):
                (variables or {}).pop(name, None)
    return tree


def events(artefacts: Path) -> list[dict[str, Any]]:
    """The job events that a run left, in their order."""
    files = sorted((artefacts / "job_events").glob("*.json"), key=lambda file: int(file.name.partition("-")[0]))
    return [json.loads(file.read_text(encoding="utf-8")) for file in files]


def tasks_that(artefacts: Path, event: str, host: str, *, changed: bool | None = None) -> list[str]:
    """Names of the tasks with this event of a host; with ``changed``, only those that did or did not change something."""
    return [
        item["event_data"]["task"]
        for item in events(artefacts)
        if item["event"] == event
        and item["event_data"]["host"] == host
        and changed in (None, bool(item["event_data"].get("res", {}).get("changed")))
    ]


def results(artefacts: Path, task: str, host: str) -> list[dict[str, Any]]:
    """The results of a task on a host on which it succeeded."""
    return [
        item["event_data"]["res"]
        for item in events(artefacts)
        if item["event"] == "runner_on_ok" and (item["event_data"]["task"], item["event_data"]["host"]) == (task, host)
    ]
