"""``file:`` addresses: the end, the beginning or the whole of a file of the server (measured with curl 7.88 on Linux).

Windows' curl.exe has the protocol (its ``--version`` lists it); that it behaves alike there is inferred ([I]).
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
    """Bytes, or an exit code with curl's words."""

    data: bytes = b""
    exit_code: int = 0
    error: str = ""


def is_file_url(url: str) -> bool:
    """Whether this is curl's business with a file of its own computer."""
    return url[:5].lower() == "file:"


def read_file_url(url: str, part: str | None, files: FileStore) -> FileRead:
    """Read what a ``file:`` address names; ``part`` as ``--range`` takes it."""
    found = _URL.fullmatch(url)
    if found is None:
        return FileRead(b"", 3, "URL using bad/illegal format or missing URL")
    path = unquote_to_bytes(found[1]).decode("utf-8", errors="replace").replace("/", "\\")
    content = files.read(path)
    if content is None or path in files.unreadable:
        return FileRead(b"", CANNOT_OPEN, f"Couldn't open file {path}")
    if part is None:
        return FileRead(content)
    bounds = _RANGE.fullmatch(part)
    if bounds is None or bounds[0] == "-":
        return FileRead(b"", _BAD_RANGE, "Requested range was not delivered by the server")
    first, last = bounds[1], bounds[2]
    if not first:
        begin = len(content) - int(last)
        # One byte too many is no error to curl: it takes the failed seek to -1 for the place -1 that it asked for.
        if begin < -1:
            return FileRead(b"", BAD_RESUME, "Couldn't resume download")
        return FileRead(content[max(0, begin) :])
    if int(first) > len(content):
        return FileRead(b"", BAD_RESUME, "Couldn't resume download")
    return FileRead(content[int(first) : int(last) + 1 if last else None])
