"""What ``-connect`` downloads and ``-import`` reads: the manifest, and payloads with their redistributable files.

The real manifest is encrypted, and a payload a signed cabinet. Here the manifest is JSON that lists the updates
for each hierarchy, and a payload has a mark with its offset at every mebibyte, and zeros between the marks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.estate.offline import GUID, UPDATE_TYPES, InternetUpdate

MANIFEST = "ConfigMgr.Update.Manifest.ENC"
CONSOLE_CONTENT = "ConfigMgr.AdminUIContent.cab"
LARGEST_MANIFEST_BYTES = 4 * 2**20
MARK_EVERY_BYTES = 2**20


@dataclass(frozen=True)
class FileFacts:
    """Length and SHA-256 (capital hexadecimal digits) of a file."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Packed:
    """An update in a pack. Missing ``redists`` could not be downloaded."""

    guid: str
    name: str
    version: str
    type: str
    min_version: str
    payload: FileFacts
    redists: Mapping[str, FileFacts] = field(default_factory=dict)

    def as_offered(self) -> InternetUpdate:
        """The update as the internet offers it."""
        return InternetUpdate(
            self.name, self.guid, self.version, self.type, self.min_version, self.payload.size, tuple(self.redists)
        )


def payload_path(folder: str, guid: str) -> str:
    """The path of an update's payload below the folder of the pack."""
    return f"{folder}\\{guid}\\{guid}.cab"


def payload_parts(guid: str, size: int) -> Iterator[tuple[int, bytes, int]]:
    """A payload in parts: the offset, the mark, and the length with the zeros that follow."""
    for offset in range(0, size, MARK_EVERY_BYTES):
        length = min(MARK_EVERY_BYTES, size - offset)
        yield offset, f"{guid} {offset}\n".encode()[:length], length


def redist_content(guid: str, name: str) -> bytes:
    """The contents of a redistributable file."""
    return f"{name} of {guid}\r\n".encode() * 64


def manifest_of(packs: Mapping[str, list[Packed]]) -> bytes:
    """The manifest: updates by the identifier of the hierarchy that gets them."""
    written = {
        hierarchy: [
            {
                "guid": update.guid,
                "name": update.name,
                "version": update.version,
                "type": update.type,
                "min_version": update.min_version,
                "payload": vars(update.payload),
                "redists": {name: vars(facts) for name, facts in update.redists.items()},
            }
            for update in updates
        ]
        for hierarchy, updates in packs.items()
    }
    return json.dumps({"hierarchies": written}, indent=1).encode()


def read_manifest(content: bytes) -> dict[str, list[Packed]] | None:
    """The updates by hierarchy; None when this is not a complete manifest."""
    try:
        hierarchies = json.loads(content)["hierarchies"]
        return {str(hierarchy): [_packed(row) for row in rows] for hierarchy, rows in hierarchies.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _packed(row: Mapping[str, Any]) -> Packed:
    if row["type"] not in UPDATE_TYPES or not re.fullmatch(GUID, row["guid"]):
        raise ValueError(row["guid"])
    redists = {str(name): _facts(facts) for name, facts in row["redists"].items()}
    guid, name, version, kind, least = (str(row[key]) for key in ("guid", "name", "version", "type", "min_version"))
    return Packed(guid, name, version, kind, least, _facts(row["payload"]), redists)


def _facts(row: Mapping[str, Any]) -> FileFacts:
    return FileFacts(int(row["size"]), str(row["sha256"]))
