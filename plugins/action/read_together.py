# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs several modules at the same time, in check mode: the roles read everything that does not depend on each other with it.

Each part has its own connection and thread; nothing is shared between them. Templates are resolved before the threads start.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from types import ModuleType
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.configmgr.scp.plugins.action import cim
from ansible_collections.configmgr.scp.plugins.modules import component, read_together, service_connection_point, site_system
from ansible_collections.configmgr.scp.plugins.plugin_utils.arguments import Arguments, read_arguments, rules_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.connection import Access, access_to
from ansible_collections.configmgr.scp.plugins.plugin_utils.host_connection import HostVariables, connection_to, wants_become
from ansible_collections.configmgr.scp.plugins.plugin_utils.kerberos_ticket import remove_all
from ansible_collections.configmgr.scp.plugins.plugin_utils.outcome import outcome_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain
from ansible_collections.configmgr.scp.plugins.plugin_utils.secrets import hidden, spellings
from ansible_collections.configmgr.scp.plugins.plugin_utils.side_by_side import Part, side_by_side
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

# Those of the most frequent run, a provisioning that changes nothing: see cim.py for why they are loaded here.
LOADED = (component, service_connection_point, site_system)
_SKIPPED = {"changed": False, "failed": False, "skipped": True, "skip_reason": "Conditional result was False"}
_GROUP = f"group/{cim.COLLECTION}."


class ActionModule(cim.ActionModule):
    """Prepare the connections, run the modules side by side, mask secrets, return the results."""

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the parts of the task; see ActionBase.run."""
        refusal = self._refusal()
        if refusal is not None:
            return {"changed": False, "failed": True, "msg": refusal}
        self._supports_check_mode = True
        result: dict[str, Any] = super(cim.ActionModule, self).run(tmp, task_vars)
        arguments = read_arguments(read_together.SPEC, self._task.args)
        problem = arguments.error or _problem_with(arguments.params["parts"])
        if problem is not None:
            return result | {"changed": False, "failed": True, "msg": problem}
        self._warn_of_environment()
        secrets: set[str] = set()
        found = self._results(arguments.params["parts"], task_vars or {}, secrets)
        # Of a part, they would not be shown.
        warnings = [warning for part in found.values() for warning in part.pop("warnings", ())]
        result.update(changed=False, found=found)
        if warnings:
            result["warnings"] = list(dict.fromkeys(warnings))
        scrubbed: dict[str, Any] = hidden(plain(result), secrets)
        return scrubbed

    def _results(self, parts: list[dict[str, Any]], task_vars: Mapping[str, Any], secrets: set[str]) -> dict[str, dict[str, Any]]:
        """The result of each part, in their order; adds the secrets of all to ``secrets``."""
        found: dict[str, dict[str, Any]] = {}
        prepared = []
        for part in parts:
            name = part["name"]
            # Its place in the order.
            found[name] = dict(_SKIPPED)
            if not part["when"]:
                continue
            module = cim.module_named(part["module"])
            own = self._arguments(module, part)
            hide = spellings(own.secrets)
            host = part["host"] or self._task.delegate_to or str(task_vars.get("inventory_hostname", ""))
            try:
                if own.error is not None:
                    raise SettingsError(own.error)
                access = self._access(host, task_vars)
            except (SettingsError, AnsibleError) as error:
                found[name] = outcome_of(SettingsError(str(error)), connected=False, host=host)
            else:
                prepared.append((Part(name, host, partial(self._one, access, module, own, host, hide)), hide))
        try:
            found.update(side_by_side([part for part, _hide in prepared]))
        except BaseException:
            # Also when the task's `timeout` interrupts. The threads end with the process, and would not close what they have.
            remove_all()
            raise
        for _part, hide in prepared:
            secrets |= hide
        for result in found.values():
            result.update(changed=bool(result.get("changed")), failed=bool(result.get("failed")))
        return found

    def _one(
        self,
        access: Access,
        module: ModuleType,
        arguments: Arguments,
        host: str,
        hide: set[str],
        answered: Callable[[], None],
        may_connect: Callable[[], bool],
    ) -> dict[str, Any]:
        """One part, in its thread."""
        result = self._run_over(
            access, module, arguments, host, hide, check_mode=True, answered=answered, may_connect=may_connect
        )
        result.pop("diff", None)
        return result

    def _arguments(self, module: ModuleType, part: Mapping[str, Any]) -> Arguments:
        """The options of a part, with the defaults that the play sets for its module."""
        name = f"{cim.COLLECTION}.{module.__name__.rpartition('.')[2]}"
        groups = ["all", *(["site"] if "site_code" in module.SPEC["argument_spec"] else [])]
        given: dict[str, Any] = {}
        for key in (*(f"{_GROUP}{group}" for group in groups), name):
            for defaults in self._task.module_defaults or ():
                given.update(self._templar.template(defaults.get(key) or {}))
        return read_arguments(module.SPEC, given | part["arguments"], rules_of(module))

    def _access(self, host: str, task_vars: Mapping[str, Any]) -> Access:
        """The connection to the host of a part.

        :raises SettingsError: its settings cannot be used.
        """
        here = str(task_vars.get("inventory_hostname", ""))
        if host == here and not self._task.delegate_to:
            return access_to(self._connection, frozenset(task_vars))
        variables = HostVariables(host, task_vars["hostvars"], here, task_vars, self._templar.template)
        keys = self._task.dump_attrs()
        if wants_become(variables, keys):
            raise SettingsError(cim.WITH_BECOME)
        return access_to(connection_to(variables, self._play_context, keys), variables.names())


def _problem_with(parts: list[dict[str, Any]]) -> str | None:
    """Why these parts cannot be run, None if they can."""
    names = [part["name"] for part in parts]
    if len(set(names)) < len(names):
        return "parts: each name may be used once only, because the return value found has these names."
    for part in parts:
        module = None
        with suppress(ImportError):
            module = cim.module_named(part["module"]) if part["module"].isidentifier() else None
        if module is None or not hasattr(module, "run") or not module.SPEC.get("supports_check_mode"):
            return (
                f"parts: {part['name']} names the module {part['module']}; allowed are the modules of {cim.COLLECTION} that "
                "connect to a host and support check mode, without the name of the collection."
            )
    return None
