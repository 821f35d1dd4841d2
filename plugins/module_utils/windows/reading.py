# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads that may fail without affecting the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ansible_collections.configmgr.scp.plugins.module_utils.wsman.errors import AnswerError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault

Read = TypeVar("Read")


class NotReadable(Exception):
    """The requested value cannot be read on this server; the text says what and why."""


@dataclass(frozen=True)
class Unread:
    """Takes the place of a value that could not be read; ``why`` is text for users."""

    why: str


def attempt(read: Callable[[], Read]) -> Read | Unread:
    """What ``read`` returns, or why the server did not return it. A lost connection is not such a reason and is raised."""
    try:
        return read()
    except (CimFault, AnswerError, NotReadable) as error:
        return Unread(str(error))
