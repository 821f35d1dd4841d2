"""Keytab files: which entries are whose (pure functions; the format: MIT Kerberos' documentation, "Keytab file format")."""

from __future__ import annotations

import struct
from collections import defaultdict

_MAGIC = b"\x05\x02"


def by_principal(data: bytes) -> dict[str, bytes]:
    """Split a keytab into one for each principal, by the principal's name without its realm (``CAS01$``)."""
    if data[:2] != _MAGIC:
        raise ValueError("not a keytab of version 2")
    entries: dict[str, bytes] = defaultdict(lambda: _MAGIC)
    at = 2
    while at + 4 <= len(data):
        (size,) = struct.unpack_from(">i", data, at)
        if size > 0:
            entries[_principal(data[at + 4 : at + 4 + size])] += data[at : at + 4 + size]
        at += 4 + abs(size)  # a negative size is a hole
    return dict(entries)


def _principal(entry: bytes) -> str:
    (components,) = struct.unpack_from(">H", entry, 0)
    texts, at = [], 2
    for _ in range(components + 1):  # the realm comes first
        (length,) = struct.unpack_from(">H", entry, at)
        texts.append(entry[at + 2 : at + 2 + length].decode("utf-8"))
        at += 2 + length
    return "/".join(texts[1:])
