# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes a step with the product's own cmdlets: one run of Windows PowerShell on the SMS Provider's host."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import cmdlet_failures
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_calls import Call, NoCmdlet, call_for
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.cmdlet_script import line, read_answer, request
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import read_providers
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.steps import Change, Step
from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows import shell
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

# The module takes ten seconds and more to load; a busy site server may need minutes.
LIMIT_SECONDS = 600.0
_LIMIT_BYTES = 64 * 1024
_MOST_WORDS = 400
_STOPPED = {"time": f"it did not end within {LIMIT_SECONDS:.0f} s", "output": "it wrote too much output"}


class CmdletFailed(CimError):
    """A cmdlet failed, or its answer was lost: it may have had its effect.

    :param denied: the SMS Provider denied the right.
    :param answered: the cmdlet itself reported the failure, so it has ended.
    """

    def __init__(self, message: str, *, denied: bool = False, answered: bool = True) -> None:
        super().__init__(message)
        self.denied = denied
        self.answered = answered


class CmdletsWriter:
    """Writes with the cmdlets of the console that is installed on the SMS Provider's host.

    :param host: for messages.
    :param progress: shows that a run still works.
    """

    name = "cmdlets"
    keeps_keys = False

    def __init__(self, session: CimSession, host: str, progress: Callable[[str], None] = lambda _line: None) -> None:
        self._session = session
        self._host = host
        self._progress = progress
        self._providers: dict[str, tuple[str, ...]] = {}

    def prepared(self, step: Step) -> Step:
        """The step unchanged, if there is a cmdlet for it.

        :raises TaskFailure: there is none.
        """
        self._call(step)
        return step

    def settings(self, step: Step) -> frozenset[str] | None:
        """The embedded properties by which the row shows the step."""
        return self._call(step).settings

    def proves(self, step: Step) -> bool:
        """Whether a row that is read again proves the step without an answer: a password cannot be read."""
        return not (isinstance(step, Change) and step.password is not None)

    def send(self, step: Step) -> None:
        """Run the cmdlet: six requests for the shell and its input, one for the providers of the site, and those of the wait.

        :raises TaskFailure: the cmdlet was not started, so nothing was written.
        :raises CmdletFailed: it failed, or what it did is not known.
        :raises CimError: nothing was sent to the script yet.
        """
        call = self._call(step)
        token = secrets.token_hex(16)
        code = step.row.namespace.rpartition("_")[2].upper()
        try:
            given = request(call, code, self._providers_of(code), token)
        except ValueError as error:
            raise TaskFailure(f"{call.cmdlet} was not run: {error}. Nothing was written.") from error
        found = self._run(call, given)
        if found.stopped:
            raise CmdletFailed(f"{call.cmdlet} on {self._host} was stopped, because {_STOPPED[found.stopped]}", answered=False)
        answer = read_answer(found.stdout, token)
        if answer is None:
            words = _message(found.stderr) or one_line(found.stdout, _MOST_WORDS) or "it printed nothing"
            raise CmdletFailed(
                f"Windows PowerShell on {self._host} ended with exit code {found.exit_code} and without the answer of "
                f"{call.cmdlet}: {words}",
                answered=False,
            )
        if answer.done:
            return
        if not answer.may_have_written:
            raise TaskFailure(cmdlet_failures.not_run(answer, call, self._host))
        if cmdlet_failures.too_old(answer):
            raise TaskFailure(cmdlet_failures.old_module(answer, call, self._host))
        message = f"{call.cmdlet} on {self._host} failed: {cmdlet_failures.quoted(answer)}"
        raise CmdletFailed(message, denied=cmdlet_failures.refused_right(answer))

    def _call(self, step: Step) -> Call:
        try:
            return call_for(step)
        except NoCmdlet as error:
            raise TaskFailure(f"writer: {error}. Use writer: cim for it. Nothing was written.") from error

    def _providers_of(self, code: str) -> tuple[str, ...]:
        if code not in self._providers:
            self._providers[code] = read_providers(self._session, code).get(code, ())
        return self._providers[code]

    def _run(self, call: Call, given: str) -> shell.Finished:
        def waiting(seconds: float) -> None:
            self._progress(f"{call.cmdlet} runs on {self._host}: {seconds:.0f} s of at most {LIMIT_SECONDS:.0f} s")

        try:
            return shell.run(
                self._session, line(), stdin=given, limit_seconds=LIMIT_SECONDS, limit_bytes=_LIMIT_BYTES, waiting=waiting
            )
        except CimError as error:
            operation = error.request.operation if error.request is not None else ""
            if isinstance(error, CimFault) and operation in ("Create", "Command", "Send"):
                raise TaskFailure(_no_shell(call, self._host, error)) from error
            if operation == "Create" or not error.after_send:
                # The shell was not opened, or opened without a command.
                error.after_send = False
                raise
            raise CmdletFailed(f"The answer of {call.cmdlet} on {self._host} was lost: {error}", answered=False) from error


def _message(stderr: str) -> str:
    """What PowerShell prints of an error, without the place in the script, which is the complete script."""
    lines = [text.strip() for text in stderr.splitlines()]
    kept = [text for text in lines if text and not text.startswith(("+", "At line:")) and "$ErrorActionPreference" not in text]
    return one_line(" ".join(kept), _MOST_WORDS)


def _no_shell(call: Call, host: str, fault: CimFault) -> str:
    said = str(fault).rstrip(".")
    remedy = (
        "Remote shells need a member of Administrators or Remote Management Users: allow them for this account"
        if fault.kind is FaultKind.ACCESS_DENIED
        else "Run this again when the server can start one"
    )
    return (
        f"{call.cmdlet} was not run on {host}, because no remote shell could be used there. {said}. Nothing was written. "
        f"{remedy}, or use writer: cim."
    )
