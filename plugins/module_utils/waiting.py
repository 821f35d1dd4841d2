# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Waits for something that a server does later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from ansible_collections.configmgr.scp.plugins.module_utils.task import Task

T = TypeVar("T")

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 15.0


def pauses() -> Iterator[float]:
    """Seconds between two reads: short at first, then longer, so that quick changes are seen soon and slow ones cost little."""
    pause = _FIRST_PAUSE_SECONDS
    while True:
        yield pause
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)


def wait_until(task: Task, look: Callable[[], T | None], awaited: str, limit_seconds: float) -> T | None:
    """Call ``look`` until there is an answer, for at most ``limit_seconds``; None when there was none by then.

    Calls it at least once, and a last time when the limit is reached. Shows what is awaited, how long so far, and the limit.

    :param awaited: what is waited for, as in "scp01.contoso.com to start SMS_DMP_DOWNLOADER".
    """
    began = task.monotonic()
    for pause in pauses():
        found = look()
        waited = task.monotonic() - began
        if found is not None:
            return found
        if waited >= limit_seconds:
            return None
        task.progress(f"waiting for {awaited}: {waited:.0f} s of at most {limit_seconds:.0f} s")
        task.sleep(min(pause, limit_seconds - waited))
    raise AssertionError("pauses() does not end")
