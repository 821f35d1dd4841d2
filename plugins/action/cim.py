# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The action plugin that runs every module of the collection on the controller, against the host of its task.

A module file has ``SPEC`` (keyword arguments of AnsibleModule) and ``run(task)``; everything that concerns Ansible or
the connection is done here. Each module has an action plugin of its own name next to this file, which is this class and
loads the module: Ansible's main process searches for a plugin of the task's name before it starts the process of the task, which
inherits everything that is already loaded. A route in ``meta/runtime.yml`` would be followed only in the task's own process, and
Ansible keeps no bytecode of a collection: each task would compile everything again, which took longer than its requests.
"""

from __future__ import annotations

import importlib
import time
import traceback
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.configmgr.scp.plugins.module_utils.task import Task
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import Connected
from ansible_collections.configmgr.scp.plugins.modules import cim
from ansible_collections.configmgr.scp.plugins.plugin_utils.arguments import Arguments, read_arguments, rules_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.connection import Access, access_to, session_over
from ansible_collections.configmgr.scp.plugins.plugin_utils.delegation import own_settings
from ansible_collections.configmgr.scp.plugins.plugin_utils.link import Link
from ansible_collections.configmgr.scp.plugins.plugin_utils.outcome import outcome_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain
from ansible_collections.configmgr.scp.plugins.plugin_utils.progress import Progress
from ansible_collections.configmgr.scp.plugins.plugin_utils.recording import Recorder
from ansible_collections.configmgr.scp.plugins.plugin_utils.run_ended import while_run_exists
from ansible_collections.configmgr.scp.plugins.plugin_utils.secrets import hidden, spellings
from ansible_collections.configmgr.scp.plugins.plugin_utils.smb_share import SmbShare, open_share
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

__all__ = ["ActionModule", "cim"]

COLLECTION = "configmgr.scp"
_TRACEBACK_VERBOSITY = 3

WITH_BECOME = (
    "become has no effect on this module: it uses WMI with the rights of the WinRM account itself. Remove become from the task "
    "(or set it to false), and connect with an account that has the rights (ansible_user)."
)

display = Display()


class ActionModule(ActionBase):  # type: ignore[misc]
    """Validate the arguments, connect, run the module, mask secrets, return the result."""

    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        """Run the module that the task names; see ActionBase.run."""
        module = module_named(self._task.action)
        refusal = self._refusal()
        if refusal is not None:
            return {"changed": False, "failed": True, "msg": refusal}
        self._supports_check_mode = bool(module.SPEC.get("supports_check_mode", False))
        result: dict[str, Any] = super().run(tmp, task_vars)
        arguments = read_arguments(module.SPEC, self._task.args, rules_of(module))
        secrets = spellings(arguments.secrets)
        if arguments.error is not None:
            result.update(changed=False, failed=True, msg=arguments.error)
        else:
            self._warn_of_environment()
            result.update(self._run(module, arguments, task_vars or {}, secrets))
        if not self._task.diff:
            result.pop("diff", None)
        if _invocation_wanted(task_vars or {}):
            result["invocation"] = {"module_args": dict(arguments.shown)}
        scrubbed: dict[str, Any] = hidden(plain(result), secrets)
        return scrubbed

    def _refusal(self) -> str | None:
        """Why keywords of this task are not supported, with what to do instead; None when they are."""
        if self._connection.become is not None:
            return WITH_BECOME
        if self._task.async_val:
            return (
                "This module does not support async, because it runs on the controller. Give it a longer time limit instead "
                "(wait_timeout), or let it return at once (wait: false) and poll with the _info module and until."
            )
        return None

    def _warn_of_environment(self) -> None:
        names = sorted({str(name) for part in self._task.environment or () if isinstance(part, Mapping) for name in part})
        if names:
            # It may be set on the play for its other tasks, so this task is not refused.
            display.warning(
                f"environment ({', '.join(names)}) has no effect on modules of {COLLECTION}: they run on the controller and "
                "do not use it. To set a proxy for the connection, use ansible_winrm_proxy or ansible_psrp_proxy."
            )

    def _run(self, module: ModuleType, arguments: Arguments, variables: Mapping[str, Any], secrets: set[str]) -> dict[str, Any]:
        """Connect as the task says, and run; adds the connection's secrets to ``secrets``."""
        host = self._task.delegate_to or variables.get("inventory_hostname", "")
        try:
            settings: Mapping[str, Any] = {}
            if self._task.delegate_to:
                everyone = variables.get("hostvars", {})
                variables = variables.get("ansible_delegated_vars", {}).get(host, {})
                if host in everyone:
                    definitions = self._connection.option_definitions
                    settings = own_settings(definitions, variables, everyone.raw_get(host), everyone[host])
            access = access_to(self._connection, frozenset(variables), settings)
        except SettingsError as error:
            return outcome_of(error, connected=False, host=host)
        return self._run_over(access, module, arguments, host, secrets)

    def _run_over(
        self,
        access: Access,
        module: ModuleType,
        arguments: Arguments,
        host: str,
        secrets: set[str],
        *,
        check_mode: bool | None = None,
        answered: Callable[[], None] = lambda: None,
        may_connect: Callable[[], bool] = lambda: True,
    ) -> dict[str, Any]:
        """Run the module over this connection, and close it; adds the connection's secrets to ``secrets``.

        :param check_mode: None: as the task says.
        :param answered: called when the host has accepted the credentials, and after each of its answers.
        :param may_connect: whether the module may open a further connection.
        """
        secrets |= spellings(access.secrets)
        for warning in access.warnings:
            # Display shows each warning only once in a run; with the host in it, it is shown once for each host.
            display.warning(f"[{host}] {warning}")

        # Only here: every write and every wait uses this connection, and a further one only reads beside it.
        own_send = while_run_exists(access.link.send)

        def send(envelope: bytes) -> bytes:
            answer = own_send(envelope)
            answered()
            return answer

        further: list[Link] = []

        def connect() -> Connected | None:
            if not may_connect():
                return None
            link = access.link.another()
            further.append(link)
            return recorder.through(link.send), link.connect

        recorder = Recorder()
        session = session_over(access, recorder.through(send), connect)

        def logged_on() -> None:
            session.ready.set()
            answered()

        access.link.logged_on = logged_on
        warnings: list[str] = []
        shares: list[SmbShare] = []

        def share(drive: str, port: int) -> SmbShare:
            shares.append(open_share(access.share_account, drive, port))
            return shares[-1]

        progress = self._progress(host, secrets)
        task = Task(
            params=arguments.params,
            cim=session,
            host=host,
            check_mode=bool(self._task.check_mode) if check_mode is None else check_mode,
            given=arguments.given,
            progress=progress,
            say=progress.always,
            warn=warnings.append,
            share=share,
            keep_exchanges=recorder.keep,
        )
        started = time.monotonic()
        try:
            result = dict(module.run(task))
        except Exception as error:  # noqa: BLE001
            # The boundary between the collection and Ansible: every exception of a module becomes a result with a message.
            result = outcome_of(error, connected=access.link.answers > 0, host=host, done=task.done)
            if display.verbosity >= _TRACEBACK_VERBOSITY and not result.get("unreachable"):
                result["exception"] = traceback.format_exc()
        finally:
            # Also when the task's `timeout` interrupts, which is no Exception.
            for link in (access.link, *further):
                link.close()
            for opened in shares:
                opened.close()
        display.vvv(
            f"{session.requests} CIM requests, {session.received_bytes} bytes received, "
            f"{time.monotonic() - started:.2f} s with {access.target}",
            host=host,
        )
        if warnings:
            result["warnings"] = [*result.get("warnings", ()), *warnings]
        return result

    def _progress(self, host: str, secrets: set[str]) -> Progress:
        def show(line: str) -> None:
            if not self._task.no_log:
                # Standard output is for the callback, which may write JSON there.
                display.display(hidden(line, secrets), stderr=True)

        return Progress(show, host)


def module_named(action: str) -> ModuleType:
    """The module for a task's action name, full or short."""
    return importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{action.rpartition('.')[2]}")


def _invocation_wanted(variables: Mapping[str, Any]) -> bool:
    """Whether results contain the arguments: always before ansible-core 2.21, which made it a setting."""
    if not hasattr(constants, "INJECT_INVOCATION"):
        return True
    return bool(constants.config.get_config_value("INJECT_INVOCATION", variables=dict(variables)))
