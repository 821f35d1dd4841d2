"""Cabinet files with one folder, without compression ([MS-CAB]): written, and read, also if another program wrote them."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_HEADER = struct.Struct("<4s5I2B5H")
_FOLDER = struct.Struct("<I2H")
_FILE = struct.Struct("<2I4H")
_DATA = struct.Struct("<I2H")
_BLOCK = 32768
_NO_COMPRESSION = 0
_DATE, _TIME = (2026 - 1980) << 9 | 1 << 5 | 1, 0
_ARCHIVE, _NAME_IS_UTF = 0x20, 0x80
LARGEST_BYTES = 64 * 2**20


class CabinetError(ValueError):
    """These bytes are not a cabinet of this kind; the text says why."""


def write_cabinet(files: Mapping[str, bytes]) -> bytes:
    """A cabinet with these files, in their order."""
    content = b"".join(files.values())
    blocks = [content[at : at + _BLOCK] for at in range(0, len(content), _BLOCK)]
    entries = b""
    place = 0
    for name, data in files.items():
        entries += _FILE.pack(len(data), place, 0, _DATE, _TIME, _ARCHIVE | _NAME_IS_UTF) + name.encode() + b"\0"
        place += len(data)
    first_file = _HEADER.size + _FOLDER.size
    first_data = first_file + len(entries)
    size = first_data + sum(_DATA.size + len(block) for block in blocks)
    header = _HEADER.pack(b"MSCF", 0, size, 0, first_file, 0, 3, 1, 1, len(files), 0, 0, 0)
    folder = _FOLDER.pack(first_data, len(blocks), _NO_COMPRESSION)
    written = b"".join(_DATA.pack(_block_checksum(block), len(block), len(block)) + block for block in blocks)
    return header + folder + entries + written


def read_cabinet(cabinet: bytes) -> dict[str, bytes]:
    """The files of a cabinet by name. Raises :class:`CabinetError`."""
    try:
        return _read(cabinet)
    except CabinetError:
        raise
    except (struct.error, ValueError):
        raise CabinetError("the cabinet is cut off or damaged") from None


def _read(cabinet: bytes) -> dict[str, bytes]:
    if len(cabinet) > LARGEST_BYTES:
        raise CabinetError(f"the cabinet has more than {LARGEST_BYTES} bytes")
    if cabinet[:4] != b"MSCF":
        raise CabinetError("this is no cabinet")
    _, _, size, _, first_file, _, _, _, folders, count, flags, _, _ = _HEADER.unpack_from(cabinet)
    if size != len(cabinet):
        raise CabinetError("the cabinet is cut off or damaged")
    first_data, blocks, compression = _FOLDER.unpack_from(cabinet, _HEADER.size)
    if (folders, flags, compression) != (1, 0, _NO_COMPRESSION):
        raise CabinetError("the cabinet is compressed or has several parts, which the lab does not read")
    content = _content(cabinet, first_data, blocks)
    found: dict[str, bytes] = {}
    at = first_file
    for _ in range(count):
        length, place, _, _, _, _ = _FILE.unpack_from(cabinet, at)
        end = cabinet.index(b"\0", at + _FILE.size)
        if place + length > len(content):
            raise CabinetError("the cabinet is cut off or damaged")
        found[cabinet[at + _FILE.size : end].decode()] = content[place : place + length]
        at = end + 1
    return found


def _content(cabinet: bytes, at: int, blocks: int) -> bytes:
    parts: list[bytes] = []
    for _ in range(blocks):
        checksum, length, _ = _DATA.unpack_from(cabinet, at)
        block = cabinet[at + _DATA.size : at + _DATA.size + length]
        if len(block) != length or (checksum and checksum != _block_checksum(block)):
            raise CabinetError("the cabinet is cut off or damaged")
        parts.append(block)
        at += _DATA.size + length
    return b"".join(parts)


def _block_checksum(block: bytes) -> int:
    return _checksum(struct.pack("<2H", len(block), len(block)), _checksum(block, 0))


def _checksum(data: bytes, seed: int) -> int:
    """[MS-CAB] 3.1: exclusive or of little-endian words; the last one to three bytes are added in big-endian order."""
    whole = len(data) - len(data) % 4
    for (word,) in struct.iter_unpack("<I", data[:whole]):
        seed ^= word
    return seed ^ int.from_bytes(data[whole:], "big")
