# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The small part of Ansible that a module's run() uses."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ansible_collections.configmgr.scp.plugins.module_utils.file_share import Share
    from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

Result = dict[str, Any]

CONTROLLER_ONLY = (
    "This module runs on the controller, through the action plugin configmgr.scp.cim. Call it by its full name "
    "(configmgr.scp.<module>) on a host with the connection winrm or psrp; it cannot be run as a script or ad hoc on a target."
)


class TaskFailure(Exception):
    """A refusal or failure that the user reads: a clear message, and what was known by then.

    :param message: what is wrong, where, what is allowed and what to do.
    :param result: further return values of the failed task (for example ``changed`` and ``evidence``).
    """

    def __init__(self, message: str, **result: Any) -> None:
        super().__init__(message)
        self.message = message
        self.result: Result = result


def no_share(_drive: str, _port: int) -> Share:
    """The default where file shares cannot be opened."""
    raise NotImplementedError("this task has no access to file shares")


def nothing_kept() -> list[tuple[bytes, bytes]]:
    """The default where requests and answers are not kept."""
    return []


@dataclass(frozen=True)
class Task:
    """One task on one host, as a module's ``run`` sees it.

    ``params`` are validated and have their defaults; ``given`` has the names of the options that the user really set.
    ``host`` is the inventory name of the host. ``share`` opens a drive (``D$``) of the host on a port, with the credentials of
    its WinRM connection. ``progress`` shows a line during a long wait, unless the last one was shown a moment ago; ``say`` always
    shows its line, and is for the last line of a wait. ``sleep`` and ``monotonic`` are replaced in unit tests. ``done`` collects
    what the task has changed so far, such as "the removal of the account X": the user must know it if the task fails later.
    ``keep_exchanges`` begins to keep the requests and answers of the connection, and returns their list, which grows.
    ``written_with`` has, for each of these writes, the name of its writer and why that one was used.
    """

    params: Mapping[str, Any]
    cim: CimSession
    host: str
    check_mode: bool = False
    given: frozenset[str] = frozenset()
    progress: Callable[[str], None] = lambda _line: None
    say: Callable[[str], None] = lambda _line: None
    warn: Callable[[str], None] = lambda _line: None
    share: Callable[[str, int], Share] = no_share
    keep_exchanges: Callable[[], list[tuple[bytes, bytes]]] = nothing_kept
    sleep: Callable[[float], None] = field(default=time.sleep)
    monotonic: Callable[[], float] = field(default=time.monotonic)
    done: list[str] = field(default_factory=list)
    written_with: list[tuple[str, str]] = field(default_factory=list)
