"""A share in memory, for transfers without a network; it fails where a test requests it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import Entry, Share, ShareError, Writer

PIECE = 4


@dataclass
class Stored:
    content: bytearray
    modified_ns: int = 1_000_000_000_000
    is_link: bool = False


@dataclass
class MemoryShare(Share):
    """``left`` bytes can be transferred before the connection fails; None for any number."""

    files: dict[str, Stored] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    left: int | None = None
    free: int = 2**40
    spoil: bool = False

    def put(self, path: str, content: bytes, modified_ns: int = 1_000_000_000_000) -> None:
        self.make_folders(path.rpartition("\\")[0])
        self.files[path] = Stored(bytearray(content), modified_ns)

    def content(self, path: str) -> bytes:
        return bytes(self.files[path].content)

    def find(self, path: str) -> Entry | None:
        name = path.rpartition("\\")[2]
        if path in self.folders:
            return Entry(name, True, 0, 0, False)
        found = self.files.get(path)
        return None if found is None else Entry(name, False, len(found.content), found.modified_ns, found.is_link)

    def entries(self, folder: str) -> Iterator[Entry]:
        for path in [*sorted(self.folders), *sorted(self.files)]:
            above, _, name = path.rpartition("\\")
            entry = self.find(path)
            if above == folder and name and entry is not None:
                yield entry

    def read(self, path: str, offset: int = 0) -> Iterator[bytes]:
        content = self.content(path)
        for at in range(offset, len(content), PIECE):
            yield self._crossing(content[at : at + PIECE])

    def writer(self, path: str, offset: int = 0) -> Writer:
        if offset == 0 or path not in self.files:
            self.files[path] = Stored(bytearray())
        return _Writer(self, path, offset)

    def make_folders(self, path: str) -> None:
        parts = path.split("\\") if path else []
        self.folders |= {"\\".join(parts[:count]) for count in range(1, len(parts) + 1)}

    def replace(self, old: str, new: str) -> None:
        self.files[new] = self.files.pop(old)

    def remove(self, path: str) -> None:
        del self.files[path]

    def set_modified(self, path: str, modified_ns: int) -> None:
        self.files[path].modified_ns = modified_ns

    def free_bytes(self) -> int:
        return self.free

    def _crossing(self, data: bytes) -> bytes:
        if self.left is not None:
            if self.left < len(data):
                raise ShareError("the connection broke")
            self.left -= len(data)
        return data


@dataclass
class _Writer:
    share: MemoryShare
    path: str
    offset: int

    def write(self, data: bytes) -> None:
        for at in range(0, len(data), PIECE):
            piece = self.share._crossing(data[at : at + PIECE])
            content = self.share.files[self.path].content
            content[self.offset : self.offset + len(piece)] = b"?" * len(piece) if self.share.spoil else piece
            self.offset += len(piece)

    def close(self) -> None:
        """Nothing is buffered."""
