# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The list of hashes that is copied with files: the format of sha256sum, so that it can also be checked by hand.

It is next to what it covers: ``UpdatePacks.sha256`` next to the folder ``UpdatePacks``, and its paths begin with that name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from ansible_collections.configmgr.scp.plugins.module_utils.transfer.names import HostileName, checked_path

MOST_BYTES = 16 * 1024 * 1024
MOST_FILES = 50_000
_LINE = re.compile(r"([0-9A-Fa-f]{64}) [ *](.+)")


class BadManifest(ValueError):
    """The text is not a list of hashes; the message says where it is wrong."""


def rendered(name: str, hashes: Mapping[str, str]) -> str:
    """The list as text.

    :param name: of the file or folder that it covers.
    :param hashes: SHA-256 by path below that folder, with slashes; for a single file the path is empty.
    """
    return "".join(f"{digest}  {name}{'/' if path else ''}{path}\n" for path, digest in sorted(hashes.items()))


def parsed(text: str, name: str) -> dict[str, str]:
    """The hashes by path below the folder, lower case; the path of a single file is empty.

    :param name: of the file or folder that the list must cover.
    :raises BadManifest: a line in another format, a path outside, the same path twice, or an empty list.
    """
    found: dict[str, str] = {}
    lines = text.removeprefix("\ufeff").splitlines()
    if len(lines) > MOST_FILES:
        raise BadManifest(f"it has more than {MOST_FILES} lines")
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line.rstrip())
        if match is None:
            raise BadManifest(f"line {number} does not have the format of sha256sum: a hash, two spaces, a path")
        path = _below(match[2].replace("\\", "/"), name, number)
        if path in found:
            raise BadManifest(f"line {number} lists a path a second time")
        found[path] = match[1].lower()
    if not found:
        raise BadManifest("it lists no file")
    return found


def identity(hashes: Mapping[str, str]) -> str:
    """One hash for all files, independent of the folder's name: the same files have the same identity."""
    return hashlib.sha256(rendered("", hashes).encode("utf-8")).hexdigest()


def _below(path: str, name: str, number: int) -> str:
    first, _slash, rest = path.partition("/")
    if first.casefold() != name.casefold():
        raise BadManifest(f"line {number} is about a folder other than {name}")
    if "/" in path:
        try:
            checked_path(rest)
        except HostileName as error:
            raise BadManifest(f"line {number}: {error}") from error
    return rest
