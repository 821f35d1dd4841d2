"""The files of one emulated server: paths without case, contents as bytes."""

from __future__ import annotations

from dataclasses import dataclass, field

from lab.cim.model import NameMap


@dataclass
class FileStore:
    r"""Files by full path (``C:\SMS\Logs\sitecomp.log``); folders exist as far as files or :meth:`make_folder` need them.

    ``unreadable`` names files that nobody may open (rights, or another program keeps them to itself).
    """

    contents: NameMap[bytearray] = field(default_factory=NameMap)
    folders: NameMap[None] = field(default_factory=NameMap)
    unreadable: NameMap[None] = field(default_factory=NameMap)

    def make_folder(self, path: str) -> None:
        """Make a folder and its parents."""
        parts = path.rstrip("\\").split("\\")
        for count in range(1, len(parts) + 1):
            self.folders["\\".join(parts[:count])] = None

    def write(self, path: str, content: bytes) -> None:
        """Create or replace a file."""
        self.make_folder(path.rpartition("\\")[0])
        self.contents[path] = bytearray(content)

    def append(self, path: str, content: bytes) -> None:
        """Add to the end of a file, creating it."""
        if path not in self.contents:
            self.write(path, b"")
        self.contents[path] += content

    def read(self, path: str) -> bytes | None:
        """The contents, or None when there is no such file."""
        found = self.contents.get(path)
        return None if found is None else bytes(found)

    def delete(self, path: str) -> bool:
        """Remove a file, or a folder with all in it; False when there is none."""
        found = False
        below = path.rstrip("\\").lower() + "\\"
        for name in [n for n in self.contents if n.lower() == path.lower() or n.lower().startswith(below)]:
            del self.contents[name]
            found = True
        for name in [n for n in self.folders if n.lower() == path.rstrip("\\").lower() or n.lower().startswith(below)]:
            del self.folders[name]
            found = True
        return found
