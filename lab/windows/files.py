"""The files of one emulated server: case-insensitive paths, contents as bytes, in memory or in mounted real folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lab.cim.model import NameMap
from lab.windows.mounted import MountedFolder

LARGEST_IN_MEMORY = 64 * 2**20
"""Larger files need a mounted folder."""


@dataclass
class FileStore:
    r"""Files by full path (``C:\SMS\Logs\sitecomp.log``); folders exist where files or :meth:`make_folder` need them.

    ``contents`` and ``folders`` are in memory, ``written`` are their times, from ``now``; ``unreadable`` lists files that cannot
    be opened (missing rights, or another program has locked them). Files below a mounted folder are read and written there.
    """

    contents: NameMap[bytearray] = field(default_factory=NameMap)
    folders: NameMap[None] = field(default_factory=NameMap)
    unreadable: NameMap[None] = field(default_factory=NameMap)
    mounts: list[MountedFolder] = field(default_factory=list)
    written: NameMap[datetime] = field(default_factory=NameMap)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def mount(self, prefix: str, folder: Path) -> None:
        r"""Keep a drive (``D:``) or folder in a real folder from now on; existing files are written into it."""
        mounted = MountedFolder(prefix, folder)
        moved = {path: bytes(content) for path, content in self.contents.items() if mounted.covers(path)}
        folders = [path for path in self.folders if mounted.covers(path)]
        for path in moved:
            del self.contents[path]
        for path in folders:
            del self.folders[path]
        folder.mkdir(parents=True, exist_ok=True)
        self.mounts.append(mounted)
        for path in folders:
            self.make_folder(path)
        for path, content in moved.items():
            self.write(path, content)

    def unmount(self, prefix: str) -> None:
        """Unmount a folder; its files stay in it, but the server no longer has them, and its drive is empty again."""
        self.mounts = [mounted for mounted in self.mounts if mounted.prefix.lower() != prefix.rstrip("\\").lower()]
        self.make_folder(prefix)

    def make_folder(self, path: str) -> None:
        """Create a folder and its parents."""
        mounted = self._mount(path)
        if mounted is not None:
            mounted.place(path).mkdir(parents=True, exist_ok=True)
            return
        parts = path.rstrip("\\").split("\\")
        for count in range(1, len(parts) + 1):
            self.folders["\\".join(parts[:count])] = None

    def write(self, path: str, content: bytes) -> None:
        """Create or replace a file."""
        self._check_memory(path, len(content))
        self.make_folder(path.rpartition("\\")[0])
        mounted = self._mount(path)
        if mounted is not None:
            mounted.place(path).write_bytes(content)
        else:
            self.contents[path] = bytearray(content)
        self._stamp(path)

    def append(self, path: str, content: bytes) -> None:
        """Append to a file; create it if it is missing."""
        self.write_at(path, self.size(path) or 0, content)

    def write_at(self, path: str, offset: int, content: bytes) -> None:
        """Write a part of a file; create it if it is missing. The gap between its end and ``offset`` is filled with zeros."""
        if not self.exists(path):
            self.write(path, b"")
        mounted = self._mount(path)
        if mounted is not None:
            with mounted.place(path).open("r+b") as file:
                file.seek(offset)
                file.write(content)
            self._stamp(path)
            return
        self._check_memory(path, offset + len(content))
        held = self.contents[path]
        if len(held) < offset:
            held += bytes(offset - len(held))
        held[offset : offset + len(content)] = content
        self._stamp(path)

    def extend(self, path: str, size: int) -> None:
        """Extend a file with zeros to at least ``size`` bytes; in a real folder they take no disk space."""
        if not self.exists(path):
            self.write(path, b"")
        if size <= (self.size(path) or 0):
            return
        mounted = self._mount(path)
        if mounted is not None:
            with mounted.place(path).open("r+b") as file:
                file.truncate(size)
            return
        self._check_memory(path, size)
        held = self.contents[path]
        held += bytes(size - len(held))

    def read(self, path: str) -> bytes | None:
        """The contents, or None when there is no such file."""
        size = self.size(path)
        return None if size is None else self.read_part(path, 0, size)

    def read_part(self, path: str, offset: int, count: int) -> bytes:
        """At most ``count`` bytes from ``offset``; empty when there is no such file or it has no bytes there."""
        mounted = self._mount(path)
        if mounted is None:
            return bytes(self.contents.get(path, bytearray())[offset : offset + count])
        found = mounted.find(path)
        if found is None or not found.is_file():
            return b""
        with found.open("rb") as file:
            file.seek(offset)
            return file.read(count)

    def size(self, path: str) -> int | None:
        """The length of a file in bytes, or None when there is no such file."""
        mounted = self._mount(path)
        if mounted is None:
            held = self.contents.get(path)
            return None if held is None else len(held)
        found = mounted.find(path)
        return found.stat().st_size if found is not None and found.is_file() else None

    def modified(self, path: str) -> datetime | None:
        """When a file was last written; None when there is no such file. A real file may have been written by another program."""
        mounted = self._mount(path)
        if mounted is None:
            return self.written.get(path)
        found = mounted.find(path)
        return None if found is None else datetime.fromtimestamp(found.stat().st_mtime, UTC)

    def all_folders(self) -> Iterator[str]:
        """Every folder except the roots of drives."""
        yield from (path for path in self.folders if "\\" in path)
        for mounted in self.mounts:
            if "\\" in mounted.prefix:
                yield mounted.prefix
            yield from mounted.folders()

    def exists(self, path: str) -> bool:
        """Whether a file with this name exists."""
        return self.size(path) is not None

    def is_folder(self, path: str) -> bool:
        """Whether a folder with this name exists."""
        mounted = self._mount(path)
        if mounted is None:
            return path.rstrip("\\") in self.folders
        found = mounted.find(path)
        return found is not None and found.is_dir()

    def names(self, folder: str) -> list[str]:
        """The names of the files and folders in a folder, sorted by name without regard to case."""
        mounted = self._mount(folder)
        if mounted is not None:
            return sorted(mounted.names(folder), key=str.lower)
        prefix = folder.rstrip("\\").lower() + "\\"
        held = (*self.contents, *self.folders, *(mount.prefix for mount in self.mounts))
        found = {name[len(prefix) :].partition("\\")[0] for name in held if name.lower().startswith(prefix)}
        return sorted({name.lower(): name for name in found}.values(), key=str.lower)

    def files(self) -> Iterator[tuple[str, int]]:
        """Every file with its length."""
        yield from ((path, len(content)) for path, content in self.contents.items())
        for mounted in self.mounts:
            for path in mounted.files():
                size = self.size(path)
                if size is not None:
                    yield path, size

    def delete(self, path: str) -> bool:
        """Remove a file, or a folder with its contents; False when there is none."""
        mounted = self._mount(path)
        if mounted is not None:
            return mounted.delete(path)
        found = False
        below = path.rstrip("\\").lower() + "\\"
        for name in [n for n in self.contents if n.lower() == path.lower() or n.lower().startswith(below)]:
            del self.contents[name]
            found = True
        for name in [n for n in self.folders if n.lower() == path.rstrip("\\").lower() or n.lower().startswith(below)]:
            del self.folders[name]
            found = True
        return found

    def _stamp(self, path: str) -> None:
        mounted = self._mount(path)
        if mounted is None:
            self.written[path] = self.now()
        else:
            seconds = self.now().timestamp()
            os.utime(mounted.place(path), (seconds, seconds))

    def _mount(self, path: str) -> MountedFolder | None:
        """The mounted folder that contains the path; of several, the innermost."""
        covering = [mounted for mounted in self.mounts if mounted.covers(path)]
        return max(covering, key=lambda mounted: len(mounted.prefix), default=None)

    def _check_memory(self, path: str, size: int) -> None:
        if size > LARGEST_IN_MEMORY and self._mount(path) is None:
            raise OSError(f"{path}: the lab keeps files of at most {LARGEST_IN_MEMORY} bytes in memory; mount a folder there")
