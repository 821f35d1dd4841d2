"""Tasks of the roles that must say the same at two places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

TASKS = Path(__file__).resolve().parents[2] / "roles" / "service_connection_point" / "tasks"


def tasks(file: str) -> dict[str, dict[str, Any]]:
    return {task["name"]: task for task in yaml.safe_load((TASKS / file).read_text(encoding="utf-8"))}


def parts() -> dict[str, dict[str, Any]]:
    """What the first task of the role reads to find out whether everything is as requested."""
    task = tasks("main.yml")["Check whether everything is as requested"]["configmgr.scp.read_together"]
    return {part["name"]: part["arguments"] for part in task["parts"]}


def test_the_first_task_asks_for_the_same_site_system_as_the_one_that_makes_it() -> None:
    made = tasks("prepare.yml")["Make the server a site system"]["configmgr.scp.site_system"]
    # The first task is skipped if there are accounts to add.
    assert parts()["system"] == {name: value for name, value in made.items() if name != "expect_accounts"}


def test_the_first_task_asks_for_the_same_role_as_the_one_that_configures_it() -> None:
    made = tasks("configure.yml")["Configure the service connection point"]["configmgr.scp.service_connection_point"]
    asked = parts()["placed"]
    assert {"mode", "site_code", "allow_during_update"} <= asked.keys()
    for name, value in asked.items():
        # It is skipped if no server has to have the role.
        expected = made[name].replace(
            "__service_connection_point_options.server | default(omit, true)", "__service_connection_point_options.server"
        )
        assert value == expected, name
    # How a change is made, and what only a move needs, do not matter to a run that has nothing to change.
    assert made.keys() - asked.keys() == {
        "state",
        "mode_change",
        "move",
        "move_from",
        "old_server_gone",
        "expect_site_system",
        "wait",
        "wait_timeout",
    }
