r"""A real folder as part of an emulated server's files: case-insensitive names, never outside the folder or through links."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

MOST_FILES = 100_000
"""The largest number of files of a real folder that are listed."""


class MountedFolder:
    r"""The files below ``prefix`` (``D:`` or ``D:\Packs``) of a server are in ``root``; a file server can serve the same folder.

    Paths are full paths of the emulated server.
    """

    def __init__(self, prefix: str, root: Path) -> None:
        self.prefix = prefix.rstrip("\\")
        self.root = root

    def covers(self, path: str) -> bool:
        """Whether the path is this folder or below it."""
        return f"{path.rstrip(chr(92))}\\".lower().startswith(f"{self.prefix}\\".lower())

    def find(self, path: str) -> Path | None:
        """The real file or folder, whatever the case of the names; None when it does not exist or its path contains a link."""
        found = self.root
        try:
            names = self._names(path)
        except OSError:
            return None
        for name in names:
            exact = _entry(found, name)
            if exact is None or exact.is_symlink():
                return None
            found = exact
        return found if found.exists() else None

    def place(self, path: str) -> Path:
        """Where the file is or would be created: existing folders keep their spelling. Raises OSError for an invalid name."""
        found = self.root
        for name in self._names(path):
            there = _entry(found, name) if found.is_dir() else None
            if there is not None and there.is_symlink():
                raise OSError(f"{path}: the path contains a symbolic link")
            found = there or found / name
        return found

    def names(self, folder: str) -> list[str]:
        """The names of the files and folders in a folder."""
        found = self.find(folder)
        if found is None or not found.is_dir():
            return []
        return [entry.name for entry in os.scandir(found) if not entry.is_symlink()]

    def files(self) -> Iterator[str]:
        """Every file, at most :data:`MOST_FILES`, with its path on the server."""
        return self._listed(lambda _folders, files: files)

    def folders(self) -> Iterator[str]:
        """Every folder below it, at most :data:`MOST_FILES`."""
        return self._listed(lambda folders, _files: folders)

    def _listed(self, chosen: Callable[[list[str], list[str]], list[str]]) -> Iterator[str]:
        seen = 0
        for folder, folders, files in os.walk(self.root):
            below = Path(folder).relative_to(self.root).parts
            for name in sorted(chosen(folders, files)):
                if not (Path(folder) / name).is_symlink():
                    yield "\\".join((self.prefix, *below, name))
                seen += 1
                if seen >= MOST_FILES:
                    return

    def delete(self, path: str) -> bool:
        """Remove a file, or a folder with its contents; the mounted folder itself is kept, empty."""
        found = self.find(path)
        if found is None:
            return False
        for item in list(found.iterdir()) if found == self.root else [found]:
            if item.is_dir() and not item.is_symlink():
                shutil.rmtree(item)
            else:
                item.unlink()
        return True

    def _names(self, path: str) -> list[str]:
        names = [name for name in path[len(self.prefix) :].split("\\") if name]
        if any(name in (".", "..") or "/" in name or "\0" in name for name in names):
            raise OSError(f"{path}: not a valid file name")
        return names


def _entry(folder: Path, name: str) -> Path | None:
    exact = folder / name
    if os.path.lexists(exact):
        return exact
    if not folder.is_dir():
        return None
    wanted = name.casefold()
    return next((folder / entry.name for entry in os.scandir(folder) if entry.name.casefold() == wanted), None)
