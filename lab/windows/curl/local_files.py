"""``file:`` addresses: the end, the beginning or all of a file on the server (measured with curl 7.88 on Linux).

Windows' curl.exe has the protocol (its ``--version`` lists it); that it behaves the same there is inferred ([I]).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from lab.windows.files import FileStore

_BAD_RANGE, BAD_RESUME, CANNOT_OPEN = 33, 36, 37
_URL = re.compile(r"file://(?:localhost)?/([A-Za-z]:/[^?#]*)", re.IGNORECASE)
_RANGE = re.compile(r"(\d{0,15})-(\d{0,15})")


@dataclass(frozen=True)
class FileRead:
    """Bytes, or an exit code with curl's message."""

    data: bytes = b""
    exit_code: int = 0
    error: str = ""


def is_file_url(url: str) -> bool:
    """Whether this is the address of a file on curl's own computer."""
    return url[:5].lower() == "file:"


def read_file_url(url: str, part: str | None, files: FileStore) -> FileRead:
    """Read the file of a ``file:`` address; ``part`` has the form of the value of ``--range``."""
    found = _URL.fullmatch(url)
    if found is None:
        return FileRead(b"", 3, "URL using bad/illegal format or missing URL")
    path = unquote_to_bytes(found[1]).decode("utf-8", errors="replace").replace("/", "\\")
    size = files.size(path)
    if size is None or path in files.unreadable:
        return FileRead(b"", CANNOT_OPEN, f"Couldn't open file {path}")
    if part is None:
        return FileRead(files.read_part(path, 0, size))
    bounds = _RANGE.fullmatch(part)
    if bounds is None or bounds[0] == "-":
        return FileRead(b"", _BAD_RANGE, "Requested range was not delivered by the server")
    first, last = bounds[1], bounds[2]
    if not first:
        begin = size - int(last)
        # One byte too many is not an error in curl: it takes the failed seek to -1 for the position -1 that it requested.
        if begin < -1:
            return FileRead(b"", BAD_RESUME, "Couldn't resume download")
        begin = max(0, begin)
        return FileRead(files.read_part(path, begin, size - begin))
    if int(first) > size:
        return FileRead(b"", BAD_RESUME, "Couldn't resume download")
    end = min(int(last) + 1, size) if last else size
    return FileRead(files.read_part(path, int(first), max(0, end - int(first))))
