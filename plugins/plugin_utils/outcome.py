# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The result of a task that did not succeed: FAILED or UNREACHABLE, with its message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import (
    AuthenticationFailed,
    CimError,
    NoConnection,
    Refused,
    TransportError,
    Unreachable,
)
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault
from ansible_collections.configmgr.scp.plugins.plugin_utils.target import SettingsError

# HTTP statuses that concern the single request, not the connection to the host.
_ABOUT_THE_REQUEST = frozenset({400, 413})
_MAY_HAVE_EFFECT = " The request may have had its effect; run the task again, it reads the present state first."
_NO_EFFECT = " The request was not carried out."


def outcome_of(error: Exception, *, connected: bool, host: str, done: Sequence[str] = ()) -> dict[str, Any]:
    """The result of a task that ended with this exception.

    A refusal by the site, a fault or wrong settings are FAILED; a host that cannot be reached, or no longer, or that does
    not accept the credentials, is UNREACHABLE, as for every other module.

    Every message about a request contains the request and the host.

    :param connected: whether the host answered at least once in this task.
    :param host: the task's host by its inventory name.
    :param done: what the task had changed by then, see ``Task.done``.
    """
    if isinstance(error, TaskFailure):
        # Its message already contains what was done.
        return {"changed": bool(done), **error.result, "failed": True, "msg": error.message}
    result = _ended(error, connected, host)
    if done:
        result["changed"] = True
        result["msg"] = f"{_ended_with_a_stop(result['msg'])} Before that, this task carried out {' and '.join(done)}."
    return result


def reading_failed(error: Exception, *, connected: bool, host: str) -> str:
    """The message of ``outcome_of`` for something that only reads, without its sentence about the effect of a lost request."""
    message = str(outcome_of(error, connected=connected, host=host)["msg"])
    if isinstance(error, TransportError) and (connected or error.after_send):
        message = message.removesuffix(_MAY_HAVE_EFFECT).removesuffix(_NO_EFFECT)
    return _ended_with_a_stop(message)


def _ended(error: Exception, connected: bool, host: str) -> dict[str, Any]:
    """The result for an error that is not a TaskFailure, without the changes that were made before."""
    if isinstance(error, CimFault):
        return {"changed": False, "failed": True, "msg": f"{host}: {error}", "fault": fault_data(error)}
    if isinstance(error, TransportError):
        if connected and isinstance(error, Refused) and error.status in _ABOUT_THE_REQUEST:
            return {"changed": False, "failed": True, "msg": f"{host}: {error}"}
        return {
            "changed": False,
            "unreachable": True,
            "msg": _lost(error) if connected or error.after_send else _not_begun(error),
            # A host that does not respond at all may no longer exist; one that responds with a refusal or wrong certificate does.
            "no_connection": isinstance(error, NoConnection) and not connected,
        }
    if isinstance(error, CimError):
        return {"changed": False, "failed": True, "msg": f"{host}: {error}"}
    if isinstance(error, SettingsError):
        return {"changed": False, "failed": True, "msg": str(error)}
    return {
        "changed": False,
        "failed": True,
        "msg": f"The module ended with an unexpected {type(error).__name__}: {error}. This is a bug in the module; "
        "run it again with -vvv and report the traceback.",
    }


def fault_data(fault: CimFault) -> dict[str, Any]:
    """A fault as data: the request, the innermost code as 0x text, its name, the message of the provider."""
    code, request = fault.code, fault.request
    return {
        "operation": request.operation if request else "",
        "target": request.target if request else "",
        "namespace": request.namespace if request else "",
        "kind": fault.kind.name.lower(),
        "code": None if code is None else f"0x{code:08X}",
        "name": fault.code_name or None,
        "provider_text": fault.provider_text,
    }


def _lost(error: TransportError) -> str:
    step = f" at this step: {error.request}" if error.request else ""
    doubt = _MAY_HAVE_EFFECT if error.after_send else _NO_EFFECT
    return f"The connection was lost{step}. {_sentence(error.message)}{doubt}"


def _not_begun(error: TransportError) -> str:
    """The message when the host never responded. After a failed connection or logon, the first step is not helpful."""
    if isinstance(error, (AuthenticationFailed, Unreachable)):
        return _sentence(error.message)
    step = f" Nothing was carried out; the first step would have been: {error.request}." if error.request else ""
    return f"{_sentence(error.message)}{step}"


def _sentence(text: str) -> str:
    text = text.rstrip()
    # A sentence does not begin with an address.
    first = "The server at " + text[:1] if "://" in text.partition(" ")[0] else text[:1].upper()
    return _ended_with_a_stop(first + text[1:])


def _ended_with_a_stop(text: str) -> str:
    return text if text.endswith((".", "?")) else f"{text}."
