# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A drive of a server as files and folders: a module's view of a file share. The share itself is opened elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

DEFAULT_PORT = 445
# Well below what a server allows for one request, and little compared to a controller's memory.
CHUNK_BYTES = 1024 * 1024


class ShareError(Exception):
    """The share or something in it cannot be used; the message names it and says why."""


class ShareClosed(ShareError):
    """The server cannot be reached on the port of file shares; nothing was transferred."""


class ShareRefused(ShareError):
    """The server refuses this account, or offers less protection than required."""


@dataclass(frozen=True)
class Entry:
    """One file or folder.

    :param name: its last part, as the server writes it: not trusted until checked.
    :param size_bytes: 0 for a folder.
    :param modified_ns: nanoseconds since 1970, UTC; a file share has steps of 100.
    :param is_link: a reparse point (symbolic link, junction, mount point and others).
    """

    name: str
    is_folder: bool
    size_bytes: int
    modified_ns: int
    is_link: bool


class Writer(Protocol):
    """A file that is being written."""

    def write(self, data: bytes) -> None:
        """Write all of it."""

    def close(self) -> None:
        """Finish; called once, also after an error."""


class Share(Protocol):
    r"""One drive. Paths are relative to it, such as ``USB\UpdatePacks``; every method raises ShareError."""

    def find(self, path: str) -> Entry | None:
        """The file or folder of this path; None when there is none."""

    def entries(self, folder: str) -> Iterator[Entry]:
        """The files and folders directly in a folder."""

    def read(self, path: str, offset: int = 0) -> Iterator[bytes]:
        """The bytes of a file from ``offset`` on, in pieces of at most CHUNK_BYTES."""

    def writer(self, path: str, offset: int = 0) -> Writer:
        """Write a file from ``offset`` on; at 0 it is created again."""

    def make_folders(self, path: str) -> None:
        """Create a folder and its parent folders, if they are missing."""

    def replace(self, old: str, new: str) -> None:
        """Rename a file; an existing file with the new name is replaced."""

    def remove(self, path: str) -> None:
        """Remove a file."""

    def set_modified(self, path: str, modified_ns: int) -> None:
        """Set when a file was last written."""

    def free_bytes(self) -> int:
        """The number of bytes that this account may still write."""
