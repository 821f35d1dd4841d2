"""Secrets that can be found in any form in which they leak, and the places where a run may leave them."""

from __future__ import annotations

import base64
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Characters that quoting, JSON, XML, YAML and repr() write in different ways: an escaped secret is not removed in its plain form.
_ODD = "\"'\\&<ü"


def marked(mark: str) -> str:
    """A password with special characters around a mark. Tests search only for the mark, so that no escaping hides a leak."""
    return f"{_ODD}{mark}{_ODD}"


def spellings(mark: str) -> set[bytes]:
    """The mark unchanged, as UTF-16, in hexadecimal, and in Base64 of both at each of the three possible offsets."""
    found = {mark.encode()}
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        coded = mark.encode(encoding)
        found |= {coded, coded.hex().encode(), coded.hex().upper().encode()}
        for before in range(3):
            # The characters at the ends depend on the text beside the mark.
            found.add(base64.b64encode(b"x" * before + coded)[4:-4])
    return found


def leaks(data: bytes | str, marks: Iterable[str]) -> list[str]:
    """The marks that are in the data in any spelling."""
    raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
    return [mark for mark in marks if any(spelling in raw for spelling in spellings(mark))]


def leaking_files(folder: Path, marks: Iterable[str]) -> dict[str, list[str]]:
    """Files below a folder that contain a mark, or have it in their name."""
    found: dict[str, list[str]] = {}
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        here = leaks(str(path).encode() + b"\n" + content, marks)
        if here:
            found[str(path.relative_to(folder))] = here
    return found


def _content(path: str) -> bytes:
    """All bytes of a file. Called thousands of times in a run, which is slow with the layers of :mod:`io` and :mod:`pathlib`."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return b"".join(iter(lambda: os.read(descriptor, 1 << 16), b""))
    finally:
        os.close(descriptor)


@contextmanager
def watched_processes() -> Iterator[set[bytes]]:
    """Command lines and environments of all processes, read repeatedly while the block runs."""
    seen: set[bytes] = set()
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(0.05):
            with os.scandir("/proc") as found:
                processes = [entry.path for entry in found if entry.name.isdigit()]
            for process in processes:
                for name in ("cmdline", "environ"):
                    try:
                        seen.add(_content(f"{process}/{name}").replace(b"\0", b" "))
                    except OSError:
                        continue  # it has ended in the meantime, or belongs to another user

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join(5)
