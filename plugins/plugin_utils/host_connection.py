# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The connection plugin of another inventory host, with its options set, for a task that reads from several hosts.

Ansible does this for the one host that a task is delegated to. Here too, variables of the play, role or task apply to every host,
and variables of the inventory only to their own; templates are resolved for the host that has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible import constants
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.loader import connection_loader

from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

_KIND, _BECOME = "ansible_connection", "ansible_become"
_ABSENT = object()


class HostVariables:
    """The variables that a task has for another host than its own.

    :param everyone: Ansible's ``hostvars``.
    :param here: the task's host.
    :param task_vars: the variables of the task's host, with those of the play, role and task; templates not resolved.
    :param resolve: resolves the templates in a value of the play, role or task.
    :raises SettingsError: the inventory has no such host.
    """

    def __init__(self, host: str, everyone: Any, here: str, task_vars: Mapping[str, Any], resolve: Callable[[Any], Any]) -> None:
        if host not in everyone:
            raise SettingsError(f"{host} is not a host of the inventory")
        self._own = everyone[host]
        self._raw = everyone.raw_get(host)
        self._raw_here = everyone.raw_get(here)
        self._task_vars = task_vars
        self._resolve = resolve

    def names(self) -> frozenset[str]:
        """The names of all of them."""
        return frozenset(self._raw) | frozenset(name for name in self._task_vars if self._is_of_play(name))

    def get(self, name: str, default: Any = None) -> Any:
        """A value, its templates resolved."""
        if self._is_of_play(name):
            return plain(self._resolve(self._task_vars[name]))
        return plain(self._own[name]) if name in self._raw else default

    def having(self, names: Iterable[str]) -> dict[str, Any]:
        """The values of the names that are set."""
        return {name: self.get(name) for name in names if name in self._raw or self._is_of_play(name)}

    def _is_of_play(self, name: str) -> bool:
        """Whether the value was not set for the task's host alone."""
        return name in self._task_vars and self._raw_here.get(name, _ABSENT) != self._task_vars[name]


def connection_to(variables: HostVariables, play_context: Any, task_keys: Mapping[str, Any]) -> Any:
    """The connection plugin with its options; nothing is sent.

    :param task_keys: the keywords of the task, from ``dump_attrs``.
    :raises SettingsError: there is no such connection plugin.
    """
    kind = str(variables.get(_KIND) or task_keys.get("connection") or "ssh")
    connection = connection_loader.get(kind, play_context, None)
    if connection is None:
        raise SettingsError(f"there is no connection plugin {kind}; set ansible_connection to winrm or psrp")
    options = variables.having(constants.config.get_plugin_vars("connection", kind))
    if getattr(connection, "allow_extras", False):
        prefix = f"ansible_{connection.extras_prefix}_"
        options["_extras"] = variables.having(
            name for name in variables.names() if name.startswith(prefix) and name not in options
        )
    # The time limit of a task is not that of a connection, and its retries are not those of a connection.
    keys = {name: value for name, value in task_keys.items() if name != "retries"}
    keys["timeout"] = play_context.timeout
    if play_context.password:
        keys["password"] = play_context.password
    connection.set_options(task_keys=keys, var_options=options)
    return connection


def wants_become(variables: HostVariables, task_keys: Mapping[str, Any]) -> bool:
    """Whether tasks on the host would use become."""
    return bool(boolean(variables.get(_BECOME, task_keys.get("become")) or False, strict=False))
