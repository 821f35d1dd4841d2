# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Keeps the requests and answers of a task's connections in memory, where the task asks for it."""

from __future__ import annotations

from collections.abc import Callable

Send = Callable[[bytes], bytes]


class Recorder:
    """Can keep what goes through the connections of a task. Credentials are no part of an envelope, so they are never kept."""

    def __init__(self) -> None:
        self._kept: list[tuple[bytes, bytes]] | None = None

    def through(self, send: Send) -> Send:
        """A function like ``send``, whose requests and answers can be kept. Several connections may work at once."""

        def sent(envelope: bytes) -> bytes:
            answer = send(envelope)
            if self._kept is not None:
                self._kept.append((envelope, answer))
            return answer

        return sent

    def keep(self) -> list[tuple[bytes, bytes]]:
        """Keep everything from now on; returns the list, which grows: (request, answer)."""
        self._kept = []
        return self._kept
