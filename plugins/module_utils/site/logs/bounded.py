# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Memory that does not grow with the length of a log."""

from __future__ import annotations

from typing import TypeVar

Key = TypeVar("Key")
Kept = TypeVar("Kept")


def keep(memory: dict[Key, Kept], key: Key, value: Kept, most: int) -> None:
    """Keep ``value``. When there would be more than ``most``, all that was kept before is forgotten: it is old by then."""
    if key not in memory and len(memory) >= most:
        memory.clear()
    memory[key] = value
