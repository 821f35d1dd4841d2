# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks whether a playbook run has any hosts and tasks to run, without a connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible import context

from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.modules import run_scope
from ansible_collections.configmgr.scp.plugins.plugin_utils import run_scope as scope
from ansible_collections.configmgr.scp.plugins.plugin_utils.controller_action import ControllerAction
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


class ActionModule(ControllerAction):
    """Fail in a run that would do nothing."""

    MODULE = run_scope

    def work(self, params: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Check hosts and tags; see ControllerAction.work."""
        hosts = params["hosts"]
        if scope.is_called(params["playbook"], plain(context.CLIARGS.get("args") or ())):
            run_tags = plain(task_vars.get("ansible_run_tags") or ())
            own = set(self._task.tags) - {"always"}
            problem = scope.without_tasks(run_tags, params["tags"], own) or scope.without_hosts(
                params["variable"], params["pattern"], hosts, params["limited_to"]
            )
            if problem is not None:
                raise TaskFailure(problem)
        return {"changed": False, "hosts": hosts}
