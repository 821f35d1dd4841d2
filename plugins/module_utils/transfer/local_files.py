# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The controller's side of a transfer: a folder or a single file, and nothing outside it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import CHUNK_BYTES
from ansible_collections.configmgr.scp.plugins.module_utils.transfer import manifest
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.names import MANIFEST, PART, checked_path
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.plan import Item


class LocalError(Exception):
    """Something on the controller cannot be used; the message names it."""


def manifest_path(path: Path) -> Path:
    """The list of hashes next to a file or folder."""
    return path.with_name(path.name + MANIFEST)


def target_of(base: Path, item_path: str) -> Path:
    """Where a file belongs: the base itself for a single file."""
    return base.joinpath(*item_path.split("/")) if item_path else base


def listed(base: Path) -> dict[str, Item]:
    """The files below a folder, or the single file; empty when there is nothing.

    :raises LocalError: a symbolic link or a special file; too many files.
    :raises HostileName: a name that Windows does not allow.
    """
    if base.is_symlink():
        raise LocalError(f"{base} is a symbolic link; give the file or folder itself")
    if not base.exists():
        return {}
    if base.is_file():
        return {"": _item(base, "")}
    found: dict[str, Item] = {}
    for folder, names, files in os.walk(base):
        for name in (*names, *files):
            path = Path(folder, name)
            relative = path.relative_to(base).as_posix()
            mode = path.lstat().st_mode
            if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
                raise LocalError(
                    f"{path} is a link or a special file, and only files and folders are transferred; delete it or move it "
                    "out of the folder"
                )
            if stat.S_ISREG(mode) and not name.endswith(PART):
                found[relative] = _item(path, checked_path(relative))
            if len(found) > manifest.MOST_FILES:
                raise LocalError(
                    f"{base} has more than {manifest.MOST_FILES} files; give a folder that has only what is to be transferred"
                )
    return found


def pieces(path: Path, offset: int = 0) -> Iterator[bytes]:
    """The bytes of a file from an offset on."""
    with path.open("rb") as file:
        file.seek(offset)
        while piece := file.read(CHUNK_BYTES):
            yield piece


def hash_of(path: Path, tell: Callable[[int], None] = lambda _count: None) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    digest = hashlib.sha256()
    for piece in pieces(path):
        digest.update(piece)
        tell(len(piece))
    return digest.hexdigest()


def read_manifest(base: Path) -> dict[str, str] | None:
    """The hashes that came with a file or folder; None when there is no list.

    :raises LocalError: a list that cannot be used.
    """
    path = manifest_path(base)
    try:
        if path.stat().st_size > manifest.MOST_BYTES:
            raise LocalError(f"{path} is too large for a list of hashes")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise LocalError(f"{path} cannot be read: {error}") from error
    try:
        return manifest.parsed(text, base.name)
    except manifest.BadManifest as error:
        raise LocalError(f"{path} cannot be used: {error}") from error


def write_manifest(base: Path, text: str) -> bool:
    """Write the list of hashes, completely or not at all; False when it already exists with this content."""
    path = manifest_path(base)
    if path.is_file() and path.read_bytes() == text.encode("utf-8"):
        return False
    part = path.with_name(path.name + PART)
    part.write_text(text, encoding="utf-8")
    part.replace(path)
    return True


def _item(path: Path, relative: str) -> Item:
    found = path.stat()
    return Item(relative, found.st_size, found.st_mtime_ns)
