# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads that continue over restarts of the site's services, of WinRM and of the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import sentence
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AuthenticationFailed, CimError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault

T = TypeVar("T")

_FIRST_PAUSE_SECONDS, _PAUSE_SECONDS = 2.0, 30.0
# A line of progress in this time.
_REMINDER_SECONDS = 300.0
# Each failed logon counts for the account's lockout.
MOST_FAILED_LOGONS, _LOGON_PAUSE_SECONDS = 3, 60.0


# The provider is there, and is not loaded: WBEM_E_PROVIDER_FAILURE, _PROVIDER_LOAD_FAILURE, _INITIALIZATION_FAILURE, and
# WBEM_E_SHUTTING_DOWN.
_NOT_LOADED = frozenset({0x80041004, 0x80041013, 0x80041014, 0x80041033})


def when_loaded(task: Task, look: Callable[[], T], limit_seconds: float) -> T:
    """What ``look`` returns; waits while the SMS Provider is not loaded, as it is during an installation that another run began.

    :raises CimError: any other error, or this one for longer than the limit.
    """
    began, pause = task.monotonic(), _FIRST_PAUSE_SECONDS
    while True:
        try:
            return look()
        except CimFault as fault:
            if fault.code not in _NOT_LOADED or task.monotonic() - began >= limit_seconds:
                raise
            task.progress(f"the SMS Provider on {task.host} is not loaded ({_why(fault)}); waiting for it")
            task.sleep(pause)
            pause = min(pause * 1.5, _PAUSE_SECONDS)


class Patience:
    """Repeats reads while the site does not answer; its update service stops the services and unloads the WMI providers.

    :param limit_seconds: how long the site may not answer without an interruption.
    """

    def __init__(self, task: Task, limit_seconds: float) -> None:
        self._task = task
        self._limit = limit_seconds
        self.outages = 0

    def read(self, look: Callable[[], T], awaited: str, until: float) -> T | None:
        """What ``look`` returns, as soon as the site answers; each try opens a new connection if the last one broke.

        :param awaited: the update, for messages.
        :param until: the moment of ``task.monotonic`` at which the task gives up; then None.
        :raises TaskFailure: the site did not answer for longer than the limit, or refused the logon several times.
        """
        began = self._task.monotonic()
        shown: float | None = None
        logons, pause = 0, _FIRST_PAUSE_SECONDS
        while True:
            try:
                return look()
            except CimError as error:
                silent = self._task.monotonic() - began
                if silent == 0:
                    self.outages += 1
                logons = logons + 1 if isinstance(error, AuthenticationFailed) else 0
                if logons >= MOST_FAILED_LOGONS or silent >= self._limit:
                    raise self._given_up(error, awaited, silent) from error
                now = self._task.monotonic()
                if now >= until:
                    return None
                if shown is None or now - shown >= _REMINDER_SECONDS:
                    shown = now
                    self._task.progress(
                        f"the SMS Provider on {self._task.host} does not answer ({_why(error)}); waiting for it for at most "
                        f"{self._limit / 60:.0f} min"
                    )
                # A server that has just started may refuse logons until it reaches a domain controller.
                next_try = _LOGON_PAUSE_SECONDS if isinstance(error, AuthenticationFailed) else pause
                self._task.sleep(max(1.0, min(next_try, until - now)))
                pause = min(pause * 1.5, _PAUSE_SECONDS)

    def _given_up(self, error: CimError, awaited: str, silent: float) -> TaskFailure:
        return TaskFailure(
            f"The SMS Provider on {self._task.host} has not answered for {silent:.0f} s while this task waited for {awaited}. "
            f"{sentence(str(error))} The site continues without this task. When the server answers again, run this again: it "
            "continues from the state that it finds (outage_timeout sets how long an outage may last)."
        )


def _why(error: CimError) -> str:
    """The error without the request, which is always a read."""
    if isinstance(error, CimFault):
        return error.provider_text or error.kind.value
    return error.message
