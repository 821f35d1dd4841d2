# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The server's side of a transfer. Nothing that a share shows is trusted: names, links, sizes and the list of hashes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import Share, ShareError
from ansible_collections.configmgr.scp.plugins.module_utils.transfer import manifest
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.names import (
    MANIFEST,
    MOST_DEPTH,
    PART,
    checked_name,
    checked_path,
)
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.plan import Item


def target_of(base: str, item_path: str) -> str:
    """Where a file is on the drive: the base itself for a single file."""
    return f"{base}\\{item_path.replace('/', chr(92))}" if item_path else base


def listed(share: Share, base: str) -> dict[str, Item] | None:
    """The files below a folder, or the single file; None when there is neither.

    :raises ShareError: a link, or too many files or levels.
    :raises HostileName: a name that must not become a path.
    """
    top = share.find(base)
    if top is None:
        return None
    if top.is_link:
        raise ShareError(_link(base))
    if not top.is_folder:
        return {"": Item("", top.size_bytes, top.modified_ns)}
    found: dict[str, Item] = {}
    waiting = [("", 1)]
    seen = 0
    while waiting:
        folder, depth = waiting.pop()
        for entry in share.entries(target_of(base, folder)):
            seen += 1
            if seen > manifest.MOST_FILES or depth > MOST_DEPTH:
                raise ShareError(f"{base} has more than {manifest.MOST_FILES} files or more than {MOST_DEPTH} levels of folders")
            path = f"{folder}/{checked_name(entry.name)}".lstrip("/")
            if entry.is_link:
                raise ShareError(_link(target_of(base, path)))
            if entry.is_folder:
                waiting.append((path, depth + 1))
            elif not entry.name.lower().endswith(PART):
                found[checked_path(path)] = Item(path, entry.size_bytes, entry.modified_ns)
    return found


def read_manifest(share: Share, base: str) -> tuple[str, dict[str, str]] | None:
    """The list of hashes next to a file or folder, as text and by path; None when there is none.

    :raises ShareError: a list that cannot be used.
    """
    path = base + MANIFEST
    entry = share.find(path)
    if entry is None or entry.is_folder:
        return None
    if entry.is_link:
        raise ShareError(_link(path))
    content = bytearray()
    for piece in share.read(path):
        content += piece
        if len(content) > manifest.MOST_BYTES:
            raise ShareError(f"{path} is too large for a list of hashes")
    try:
        text = content.decode("utf-8")
        return text, manifest.parsed(text, base.rpartition("\\")[2])
    except (UnicodeDecodeError, manifest.BadManifest) as error:
        raise ShareError(f"{path} cannot be used as a list of hashes: {error}") from error


def write_manifest(share: Share, base: str, text: str) -> None:
    """Write the list of hashes, completely or not at all."""
    path = base + MANIFEST
    writer = share.writer(path + PART)
    try:
        writer.write(text.encode("utf-8"))
    finally:
        writer.close()
    share.replace(path + PART, path)


def hash_by_reading(share: Share, path: str, tell: Callable[[int], None] = lambda _count: None) -> str:
    """SHA-256 of a file; this transfers the complete file over the network."""
    digest = hashlib.sha256()
    for piece in share.read(path):
        digest.update(piece)
        tell(len(piece))
    return digest.hexdigest()


def _link(path: str) -> str:
    return (
        f"{path} is a link or another reparse point, and only files and folders are transferred; delete it or move it out of "
        "the folder"
    )
