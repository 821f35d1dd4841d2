"""The common part of the actions without a connection."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.plugin_utils.controller_action import ControllerAction

MODULE = ModuleType("trial")
MODULE.__dict__["SPEC"] = {"argument_spec": {"path": {"type": "str", "required": True}}}


class Trial(ControllerAction):
    """Returns its arguments, or fails."""

    MODULE = MODULE

    def work(self, params: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """See ControllerAction."""
        if params["path"] == "bad":
            raise TaskFailure("It can not be done.", why="x")
        if params["path"] == "half":
            raise TaskFailure("Half was done.", changed=True)
        return {"changed": True, "asked": dict(params), "variables": dict(task_vars), "items": (1, 2)}


def run(args: dict[str, Any], async_val: int = 0, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
    task = SimpleNamespace(
        args=args, async_val=async_val, check_mode=False, diff=False, environment=[], action="trial", no_log=False
    )
    connection = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None), become=None)
    result: dict[str, Any] = Trial(task, connection, SimpleNamespace(), None, None, None).run(None, task_vars)
    return {key: value for key, value in result.items() if not key.startswith("_")}


def test_the_work_sees_its_arguments_and_variables() -> None:
    result = run({"path": "x"}, task_vars={"a": 1})
    assert result["changed"] is True
    assert (result["asked"], result["variables"], result["items"]) == ({"path": "x"}, {"a": 1}, [1, 2])
    assert "failed" not in result
    assert run({"path": "x"})["variables"] == {}


@pytest.mark.parametrize(
    ("args", "async_val", "said"),
    [
        ({"path": "x"}, 30, "does not support async"),
        ({}, 0, "missing required arguments: path"),
        ({"path": "bad"}, 0, "It can not be done."),
    ],
)
def test_a_task_that_fails_has_changed_nothing(args: dict[str, Any], async_val: int, said: str) -> None:
    result = run(args, async_val)
    assert (result["failed"], result["changed"]) == (True, False)
    assert said in result["msg"]


def test_a_failure_keeps_what_was_known() -> None:
    assert run({"path": "bad"})["why"] == "x"
    assert run({"path": "half"})["changed"] is True
