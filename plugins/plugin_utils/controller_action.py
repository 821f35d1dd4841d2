# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The common part of the action plugins that work only on the controller, without a connection."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from ansible.plugins.action import ActionBase

from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.plugin_utils.arguments import read_arguments
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


class ControllerAction(ActionBase):  # type: ignore[misc]
    """Validate the arguments, do the work and return the result; connections and their variables are not used."""

    MODULE: ModuleType
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Do the work of the task; see ActionBase.run."""
        if self._task.async_val:
            # ActionBase rejects it too, but does not say what to do.
            return {
                "changed": False,
                "failed": True,
                "msg": "This module does not support async. Remove async from the task.",
            }
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = read_arguments(self.MODULE.SPEC, self._task.args)
        if arguments.error is not None:
            return result | {"changed": False, "failed": True, "msg": arguments.error}
        try:
            found: dict[str, Any] = plain(self.work(arguments.params, task_vars or {}))
            return result | found
        except TaskFailure as failure:
            return result | {"changed": False, **failure.result, "failed": True, "msg": failure.message}

    def work(self, params: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """The work itself.

        :param params: the arguments, validated and with their defaults.
        :param task_vars: the variables of the task's host, templates not resolved.
        :returns: the result of the task, with ``changed``.
        :raises TaskFailure: the work cannot be done; its message is for the user.
        """
        raise NotImplementedError
