# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Tries addresses from a server, with the curl that is part of Windows Server 2019 and later."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, Status, cannot_tell
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach import curl
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task
from ansible_collections.configmgr.scp.plugins.module_utils.windows import shell
from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import CURL, command_line
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault

# cmd.exe's exit codes for a program that does not exist.
_NOT_FOUND = frozenset({1, 9009})
_ABSENT = "there is no curl.exe on this server; Windows Server 2019 and later have it"


@dataclass(frozen=True)
class Tried:
    """The result of trying the addresses.

    :param transfers: by position in the list of addresses.
    :param reason: why there is no result for those that are missing; empty when curl just did not mention them.
    :param possible: whether the server could try at all; false where it has no curl.
    """

    transfers: Mapping[int, curl.Transfer] = field(default_factory=dict)
    reason: str = ""
    possible: bool = True

    def without_answer(self, id: str, title: str, required: bool) -> Check:
        """The check of an address without a result."""
        remedy = "Try the address on the server itself in another way."
        if not self.possible:
            return Check(id, title, Status.SKIPPED, f"Not tried: {self.reason}.", remedy, required)
        return cannot_tell(id, title, f"{self.reason or 'curl did not mention this address'}.", remedy, required)


def try_all(task: Task, make_run: Callable[[str], curl.CurlRun], count: int, limit_seconds: float) -> Tried:
    """Run curl on the task's host and read its output; a refused shell gives no result, but is no failure either.

    Six requests, and one more for each ten seconds without output or further piece of output.

    :param make_run: makes the run, given the token that marks curl's lines.
    :raises TransportError: the connection to the host was lost.
    """
    token = f"curl{secrets.token_hex(8)}"
    run = make_run(token)
    try:
        finished = shell.run(
            task.cim,
            command_line(CURL, *run.arguments),
            stdin=run.config,
            limit_seconds=limit_seconds,
            waiting=lambda seconds: task.progress(
                f"waiting for {task.host} to try {count} addresses: {seconds:.0f} s of at most {limit_seconds:.0f} s"
            ),
            monotonic=task.monotonic,
        )
    except CimFault as fault:
        return Tried(reason=f"no program could be started on {task.host}: {fault}")
    return read(finished, token, limit_seconds)


def read(finished: shell.Finished, token: str, limit_seconds: float) -> Tried:
    """The result of a finished run."""
    found = curl.transfers(finished.stdout, token)
    if finished.stopped == "time":
        return Tried(found, f"curl had not finished after {limit_seconds:.0f} s, and was stopped")
    if finished.stopped:
        return Tried(found, "curl wrote more output than is read, and was stopped")
    if found:
        return Tried(found)
    refusal = curl.refusal_of(finished.stdout, finished.stderr, token)
    if refusal is not None:
        return Tried(reason=f"the server's curl is too old or refuses to run ({refusal}); Windows updates contain a newer one")
    if finished.exit_code in _NOT_FOUND:
        return Tried(reason=_ABSENT, possible=False)
    return Tried(reason=f"curl ended with exit code {finished.exit_code} and no output")
