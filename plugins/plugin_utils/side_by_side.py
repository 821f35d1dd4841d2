# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs parts of one task at the same time, each in a thread, so that their exchanges do not wait for each other."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

# Connections at once to one host, each with its own logon. A part waits for its first, and gets more only while there is room.
MOST_ON_A_HOST = 7

Result = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One part.

    :param run: gets a function that it calls after each answer of the host, and one that says whether it may open a further
        connection to the host.
    """

    name: str
    host: str
    run: Callable[[Callable[[], None], Callable[[], bool]], Result]


class _Host:
    """What the parts on one host share: the first one logs on before the others do.

    A wrong password is so tried once and not by all of them, which could lock the account.
    """

    def __init__(self) -> None:
        self.answered = threading.Event()
        self.lost: Result | None = None
        self._room = threading.Semaphore(MOST_ON_A_HOST)

    def first(self, part: Part) -> Result:
        try:
            result = self._run(part, self.answered.set)
            if result.get("unreachable") and not self.answered.is_set():
                self.lost = result
            return result
        finally:
            self.answered.set()

    def further(self, part: Part) -> Result:
        self.answered.wait()
        if self.lost is not None:
            return dict(self.lost)
        return self._run(part, lambda: None)

    def _run(self, part: Part, answered: Callable[[], None]) -> Result:
        further = 0

        def may_connect() -> bool:
            nonlocal further
            if not self._room.acquire(blocking=False):
                return False
            further += 1
            return True

        with self._room:
            try:
                return part.run(answered, may_connect)
            finally:
                if further:
                    self._room.release(further)


def side_by_side(parts: Iterable[Part]) -> dict[str, Result]:
    """Run all parts and return their results by name, in their order.

    An exception of a part is raised when all have ended; of several, that of the first in the order.
    """
    hosts: dict[str, _Host] = {}
    results: dict[str, Result] = {}
    errors: dict[str, BaseException] = {}

    def run(part: Part, work: Callable[[Part], Result]) -> None:
        try:
            results[part.name] = work(part)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            errors[part.name] = error

    threads = []
    order = list(parts)
    for part in order:
        known = part.host in hosts
        host = hosts.setdefault(part.host, _Host())
        work = host.further if known else host.first
        # Ansible keeps what belongs to a task in context variables. A daemon does not outlive an interrupted task.
        within = contextvars.copy_context()
        threads.append(threading.Thread(target=within.run, args=(run, part, work), name=part.name, daemon=True))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for part in order:
        if part.name in errors:
            raise errors[part.name]
    return {part.name: results[part.name] for part in order}
