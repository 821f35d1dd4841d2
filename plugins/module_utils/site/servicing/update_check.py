# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests a check for updates from the downloader on the role's server, and waits for the proof that it was made.

Microsoft documents only the console and a cmdlet for this. Of the methods in public code, this one changes nothing in the site's
configuration, leaves nothing to restore, and shows its proof in the same place: the downloader's registry values
``LastSyncedTime`` and ``LastSyncRequestTime`` are set to 0, and the first one has the time of the check once it has been made.
The other methods are not used: the embedded property ``SyncNow`` of the component's row has a single source, and a shortened
``EasySetupDownloadInterval`` would remain if the run were interrupted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import effect_unknown
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import executive
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.waiting import wait_until
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry, RegistryError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import CimError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault

KEY = rf"SOFTWARE\Microsoft\SMS\COMPONENTS\{naming.DOWNLOADER}"
# Seconds since 1970, UTC; 0 means never, and requests a check. That they are REG_DWORD values is inferred.
LAST_SYNCED, LAST_REQUESTED = "LastSyncedTime", "LastSyncRequestTime"


@dataclass(frozen=True)
class Last:
    """The last synchronisation. ``time`` is None if there was none or it is unknown; ``text`` says which, or the source."""

    time: datetime | None
    text: str


def read_last(registry: Registry, server: str) -> Last:
    """The last synchronisation, read on the role's server. One request; a value that cannot be read is not a failure."""
    try:
        number = registry.get_dword(KEY, LAST_SYNCED)
    except RegistryError as error:
        return Last(None, f"Unknown: {error}.")
    when = time_of(number)
    if when is None:
        return Last(None, f"{naming.DOWNLOADER} on {server} has not synchronised yet, or a check was just requested.")
    return Last(when, f"{LAST_SYNCED} of {naming.DOWNLOADER} on {server}.")


def time_of(number: int | None) -> datetime | None:
    """The moment in a registry value; None for 0 and for no value."""
    return datetime.fromtimestamp(number, UTC) if number else None


def mode_refusal(mode: str, server: str) -> str | None:
    """An offline service connection point does not check for updates; it gets them with the service connection tool."""
    if mode != "offline":
        return None
    return (
        f"The service connection point on {server} is offline, so it does not check for updates. Import updates with the service "
        "connection tool (playbook configmgr.scp.offline_updates), or set the mode to online first."
    )


def thread_refusal(state: str, server: str) -> str | None:
    """Only a running downloader checks."""
    if state == executive.RUNNING:
        return None
    return (
        f"The thread {naming.DOWNLOADER} on {server} is {state}, so it does not check for updates. Start it first "
        f"(configmgr.scp.component with name: {naming.DOWNLOADER} and state: started)."
    )


def last_synced(task: Task, registry: Registry) -> int:
    """LastSyncedTime; 0 when the downloader has not synchronised yet.

    :raises TaskFailure: it cannot be read.
    """
    try:
        return registry.get_dword(KEY, LAST_SYNCED) or 0
    except KeyMissing as error:
        raise TaskFailure(
            f"{task.host} has no {naming.DOWNLOADER} ({error}): run this on the server of the service connection point."
        ) from error
    except RegistryError as error:
        raise TaskFailure(
            f"The time of the last synchronisation of {naming.DOWNLOADER} on {task.host} cannot be read: {error}."
        ) from error


def ask(task: Task, registry: Registry, before: int) -> None:
    """Request a check now; only this function knows how. Two requests.

    ``LastSyncedTime`` is written last, because the downloader acts on it. If the answer to that write is lost, the value is
    read again.

    :raises TaskFailure: the account may not write there.
    :raises CimError: the request was lost and had no effect, or its effect could not be read.
    """
    name = ""
    try:
        for name in (LAST_REQUESTED, LAST_SYNCED):
            registry.set_dword(KEY, name, 0)
    except RegistryError as error:
        raise TaskFailure(
            f"A check for updates cannot be requested from {naming.DOWNLOADER} on {task.host}: {error}. "
            "The account needs to be a local administrator there."
        ) from error
    except CimError as error:
        sent = name == LAST_SYNCED and error.after_send and not isinstance(error, CimFault)
        if not sent or _without_effect(task, registry, before, error):
            raise


def _without_effect(task: Task, registry: Registry, before: int, trouble: CimError) -> bool:
    """Whether a request for a check whose answer was lost had no effect.

    :raises CimError: ``trouble``, when that cannot be read either.
    """
    try:
        return last_synced(task, registry) == before != 0
    except CimError as error:
        raise effect_unknown(trouble, f"the request for a check on {task.host}", error) from error


def wait_for_proof(task: Task, registry: Registry, limit_seconds: float) -> datetime:
    """Wait until the downloader has written the time of a check; returns that time, by its server's clock.

    :raises TaskFailure: the limit passed; the message says whether the thread still runs.
    """

    def look() -> datetime | None:
        return time_of(last_synced(task, registry))

    seen = wait_until(task, look, f"{naming.DOWNLOADER} on {task.host} to check for updates", limit_seconds)
    if seen is not None:
        return seen
    state = executive.Thread(registry, naming.DOWNLOADER, task.host).state()
    raise TaskFailure(
        f"A check for updates was requested from {naming.DOWNLOADER} on {task.host}, but it did not finish one within "
        f"{limit_seconds:.0f} s; the thread is {state}. While it is running and online, it continues without this task. Check "
        "dmpdownloader.log on that server (configmgr.scp.log_info) for its progress, or wait longer (wait_timeout).",
        changed=True,
    )
