"""Program files, with only what readers need: the version in their resources (Windows SDK, VS_FIXEDFILEINFO)."""

from __future__ import annotations

import struct

LONGEST_LOOK = 65536
_SIGNATURE = 0xFEEF04BD
_STRUCTURE = 0x00010000


def program_file(version: str, padding: int = 0) -> bytes:
    """A file that begins like a program and contains a version of four numbers; it cannot be run."""
    parts = tuple(int(part) for part in version.split("."))
    high, low = parts[0] << 16 | parts[1], parts[2] << 16 | parts[3]
    fixed = struct.pack("<13I", _SIGNATURE, _STRUCTURE, high, low, high, low, 0x3F, 0, 0x40004, 1, 0, 0, 0)
    return b"MZ" + bytes(62) + "VS_VERSION_INFO".encode("utf-16-le") + bytes(4) + fixed + bytes(padding)


def file_version(content: bytes) -> str | None:
    """The file version, such as ``5.0.9152.1000``; None when the content has none."""
    at = content.find(struct.pack("<II", _SIGNATURE, _STRUCTURE), 0, LONGEST_LOOK)
    if content[:2] != b"MZ" or at < 0 or len(content) < at + 16:
        return None
    high, low = struct.unpack_from("<II", content, at + 8)
    return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"
