# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Copies one file: in pieces, resumed if both sides are the same so far, and given its name only when its hash is correct."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import CHUNK_BYTES, Share, ShareError
from ansible_collections.configmgr.scp.plugins.module_utils.transfer import local_files
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.meter import Meter
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.names import PART
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.plan import Item

# Before a part of an earlier transfer is continued, its end has to be the same on both sides.
_COMPARED_BYTES = CHUNK_BYTES


class Changed(ShareError):
    """A file has changed, or does not have the expected hash."""


@dataclass(frozen=True)
class Way:
    """What a copy needs.

    :param remote_hash: SHA-256 of a file of the share.
    """

    share: Share
    meter: Meter
    remote_hash: Callable[[str], str]


def fetch(way: Way, remote: str, local: Path, item: Item) -> str:
    """Copy a file of the share to the controller; returns its SHA-256.

    A file that is read in one run is not checked again, because every answer of the share is authenticated. A resumed one is.

    :raises Changed: the file changed while it was read.
    """
    local.parent.mkdir(parents=True, exist_ok=True)
    part = local.with_name(local.name + PART)
    offset = _agreed(part.stat().st_size if part.is_file() else 0, item, lambda at: local_files.pieces(part, at), way, remote)
    digest = _fetched(way, remote, part, offset)
    if offset and digest != way.remote_hash(remote):
        digest = _fetched(way, remote, part, 0)
    now = way.share.find(remote)
    if (
        now is None
        or (now.size_bytes, now.modified_ns) != (item.size_bytes, item.modified_ns)
        or part.stat().st_size != now.size_bytes
    ):
        part.unlink()
        raise Changed(f"{remote} changed while it was copied; run this again when no program writes to it")
    os.utime(part, ns=(item.modified_ns, item.modified_ns))
    part.replace(local)
    return digest


def push(way: Way, local: Path, remote: str, item: Item, digest: str) -> None:
    """Copy a file of the controller to the share; always proved by the hash of the file that arrived.

    :param digest: SHA-256 that the file must have.
    :raises Changed: the file that arrived has another hash, even after the second attempt.
    """
    share, part = way.share, remote + PART
    folder = remote.rpartition("\\")[0]
    if folder:
        share.make_folders(folder)
    there = share.find(part)
    offset = _agreed(there.size_bytes if there else 0, item, lambda at: local_files.pieces(local, at), way, part)
    arrived = ""
    for begin in (offset, 0):
        _pushed(way, local, part, begin)
        arrived = way.remote_hash(part)
        if arrived == digest:
            share.set_modified(part, item.modified_ns)
            share.replace(part, remote)
            return
    share.remove(part)
    raise Changed(
        f"{remote} has the SHA-256 {arrived} after the transfer, but {local} has {digest}; the incomplete file was "
        "deleted. Run this again"
    )


def _agreed(size: int, item: Item, ours: Callable[[int], Iterable[bytes]], way: Way, remote: str) -> int:
    """How many bytes of an earlier transfer may be kept: all of them, or none."""
    if not 0 < size <= item.size_bytes:
        return 0
    begin = max(0, size - _COMPARED_BYTES)
    if _taken(ours(begin), size - begin) != _taken(way.share.read(remote, begin), size - begin):
        return 0
    way.meter.skip(size)
    return size


def _taken(pieces: Iterable[bytes], count: int) -> bytes:
    found = bytearray()
    for piece in pieces:
        found += piece
        if len(found) >= count:
            break
    return bytes(found[:count])


def _fetched(way: Way, remote: str, part: Path, offset: int) -> str:
    digest = hashlib.sha256()
    if offset:
        for piece in local_files.pieces(part):
            digest.update(piece)
    with part.open("r+b" if offset else "wb") as file:
        file.seek(offset)
        for piece in way.share.read(remote, offset):
            digest.update(piece)
            file.write(piece)
            way.meter.add(len(piece))
        file.truncate()
    return digest.hexdigest()


def _pushed(way: Way, local: Path, part: str, offset: int) -> None:
    with closing(way.share.writer(part, offset)) as file:
        for piece in local_files.pieces(local, offset):
            file.write(piece)
            way.meter.add(len(piece))
