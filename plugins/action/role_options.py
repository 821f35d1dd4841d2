# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the options of a role of the collection, without a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible.errors import AnsibleError
from ansible.utils.display import Display

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.role_options import impossible as impossible_preflight
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards.check_ids import (
    impossible as impossible_update,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.role_options import impossible as impossible_verify
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.modules import role_options
from ansible_collections.configmgr.scp.plugins.plugin_utils import controller_paths, metrics_text
from ansible_collections.configmgr.scp.plugins.plugin_utils import role_options as options
from ansible_collections.configmgr.scp.plugins.plugin_utils.controller_action import ControllerAction

try:
    from ansible.errors import AnsibleValueOmittedError
    from ansible.template import trust_as_template

    _OMITTED: tuple[type[Exception], ...] = (AnsibleValueOmittedError,)
except ImportError:  # ansible-core 2.18: omit is a string, and every string may be a template
    _OMITTED = ()

    def trust_as_template(value: str) -> str:
        """The text itself."""
        return value


display = Display()
_NOT_POSSIBLE: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "preflight": impossible_preflight,
    "update": impossible_update,
    "verify": impossible_verify,
}


class ActionModule(ControllerAction):
    """Read the options of a role."""

    MODULE = role_options

    def work(self, params: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:
        """Read the options; see ControllerAction.work."""
        try:
            role = options.role(params["role"])
        except KeyError as error:
            raise TaskFailure(
                f"role: {params['role']!r} is not a role of configmgr.scp. Allowed are {', '.join(options.role_names())}."
            ) from error
        refused, doubtful = options.unknown_variables(task_vars, options.known_variables())
        for sentence in doubtful:
            # Display shows each warning once in a run.
            display.warning(sentence)
        read = options.read_role_options(_trusted(role), task_vars, self._resolved, task_vars.get("omit"))
        problems = [
            *refused,
            *read.problems,
            *_not_possible(role.name, read.options),
            *_unwritable(read.options),
            *_no_metrics(read.options),
        ]
        if problems:
            raise TaskFailure(" ".join(problems))
        return {"changed": False, "options": dict(read.options)}

    def _resolved(self, value: Any) -> Any:
        try:
            return self._templar.template(value)
        except _OMITTED:
            return None
        except AnsibleError as error:
            raise ValueError(str(getattr(error, "message", "") or error)) from error


def _not_possible(role: str, read: Mapping[str, Any]) -> list[str]:
    rules = _NOT_POSSIBLE.get(role)
    # When the options of a role are refused, none are read.
    return list(rules(read)) if rules and read else []


def _unwritable(read: Mapping[str, Any]) -> list[str]:
    """Why the reports and metrics cannot be written; reported before anything is checked."""
    return [problem for name in ("report_dir", "metrics_dir") if (problem := _unwritable_folder(read.get(name))) is not None]


def _unwritable_folder(folder: str | None) -> str | None:
    if folder is None:
        return None
    try:
        return controller_paths.unwritable(folder)
    except controller_paths.ControllerPathError as error:
        return str(error)


def _no_metrics(read: Mapping[str, Any]) -> list[str]:
    """Why the text of the metrics cannot be created."""
    problem = metrics_text.missing() if read.get("metrics_dir") is not None else None
    return [] if problem is None else [f"verify_metrics_dir: {problem}"]


def _trusted(role: options.Role) -> options.Role:
    """The role with its defaults trusted as templates, as ansible-core 2.19 requires; a user's null restores a default."""
    defaults = {name: trust_as_template(value) if isinstance(value, str) else value for name, value in role.defaults.items()}
    return replace(role, defaults=defaults)
