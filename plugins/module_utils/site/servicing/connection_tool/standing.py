# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The state before a run, read from the server: whether the run is needed, and whether it may begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.encodings import decode
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool import traces
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import CONNECT, IMPORT, Request
from ansible_collections.configmgr.scp.plugins.module_utils.transfer import manifest
from ansible_collections.configmgr.scp.plugins.module_utils.windows import file_end
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_commands import sha256_of
from ansible_collections.configmgr.scp.plugins.module_utils.windows.folders import (
    File,
    file_listed,
    files_in,
    find_file,
    folder_exists,
    folder_listed,
    folders_in,
    tree,
)
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

_MOST_MANIFEST = 4 * 1024 * 1024


class NotReady(NotReadable):
    """A run cannot begin; the message says what is missing and what to do.

    :param missing: the option whose files are missing; empty where they exist but are not as they have to be.
    """

    def __init__(self, message: str, missing: str = "") -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True)
class Standing:
    """The state before a run.

    :param done: why no run is needed; empty when one is.
    :param files: the files that exist: a .cab, a .csv, a download, or the pack that is to be imported.
    :param occupied: whether the destination of a download is not empty.
    :param unfinished: whether the files are from an interrupted run.
    :param identity: of the pack that is to be imported.
    :param hashes: SHA-256 by path, from the list next to the pack; None without a list.
    """

    done: str = ""
    files: Sequence[File] = ()
    occupied: bool = False
    unfinished: bool = False
    identity: str = ""
    hashes: dict[str, str] | None = field(default=None, repr=False)

    @property
    def bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


def read_standing(session: CimSession, request: Request, now: datetime, most_days: float, log_folder: str) -> Standing:
    """Read the state.

    :param now: the server's time.
    :param most_days: how old existing files may be.
    :raises NotReady: the input is missing or incomplete.
    """
    if request.action == CONNECT:
        return _download(session, request, now, most_days)
    if request.action == IMPORT:
        return _pack(session, request.source, log_folder)
    found = find_file(session, request.target)
    files = [found] if found else []
    unfinished = folder_listed(session, request.target + traces.UNFINISHED)
    if found is not None and not unfinished and traces.is_young(found, now, most_days):
        return Standing(f"{request.target} is less than {most_days:g} days old", files)
    return Standing(files=files, unfinished=unfinished)


def _download(session: CimSession, request: Request, now: datetime, most_days: float) -> Standing:
    cabs = _usage_data(session, request.source)
    unfinished = folder_listed(session, request.target + traces.UNFINISHED)
    files = tree(session, request.target) if folder_exists(session, request.target) else []
    proof = traces.manifest_in(files)
    if proof is not None and not unfinished and traces.is_newer(proof, cabs) and traces.is_young(proof, now, most_days):
        return Standing(f"{request.target} has a download that is newer than the usage data", files, occupied=True)
    return Standing(files=files, occupied=bool(files or folders_in(session, request.target)), unfinished=unfinished)


def _usage_data(session: CimSession, source: str) -> list[File]:
    if source.lower().endswith(".cab"):
        found = find_file(session, source)
        cabs = [found] if found else []
    else:
        cabs = [file for file in files_in(session, source) if file.name.endswith(".cab")]
    if not cabs or not all(cab.size_bytes for cab in cabs):
        empty = next((cab.path for cab in cabs if not cab.size_bytes), None)
        what = f"{empty} is empty" if empty else f"there is no usage data (.cab) at {source}"
        raise NotReady(
            f"{what}; run the action prepare on the server of the service connection point, and copy its .cab file to this path",
            "" if cabs else "usage_data",
        )
    return cabs


def _pack(session: CimSession, source: str, log_folder: str) -> Standing:
    files = tree(session, source)
    manifest_file = traces.manifest_in(files)
    if manifest_file is None:
        raise NotReady(
            f"there is no ConfigMgr.Update.Manifest.ENC in {source}, so this is not a complete download; run the action connect "
            "again, and copy its complete folder (update_packs) to this path",
            "" if files else "update_packs",
        )
    hashes = _listed(session, source)
    if hashes is None:
        below = len(source) + 1
        named = {file.path[below:]: f"{file.size_bytes} bytes" for file in files}
        named[manifest_file.path[below:]] = sha256_of(session, manifest_file.path)
        identity = traces.identity_of(named)
    else:
        _check_names(files, hashes, source)
        identity = traces.identity_of(hashes)
    for proof in traces.proofs_of_import(files_in(session, log_folder), identity):
        if traces.has_imported(_text(session, proof.path).splitlines()):
            return Standing(f"this pack was already imported; {proof.path} proves it", files, identity=identity, hashes=hashes)
    return Standing(files=files, identity=identity, hashes=hashes)


def check_hashes(session: CimSession, source: str, standing: Standing, show: Callable[[str], None]) -> None:
    """Compute the hash of every file of a pack and compare it with the list next to the pack.

    :raises NotReady: a file was changed or truncated; both hashes are named.
    """
    for number, (path, digest) in enumerate(sorted((standing.hashes or {}).items()), 1):
        full = f"{source}\\{path.replace('/', chr(92))}"
        show(f"checking the hash of file {number} of {len(standing.hashes or {})}: {path}")
        found = sha256_of(session, full, partial(_still, show, path))
        if found != digest:
            raise NotReady(
                f"{full} has the SHA-256 {found}, but {source}.sha256 lists {digest}: the file was changed or truncated while it "
                "was copied; copy it again"
            )


def _still(show: Callable[[str], None], path: str, seconds: float) -> None:
    show(f"checking the hash of {path}: {seconds:.0f} s")


def _listed(session: CimSession, source: str) -> dict[str, str] | None:
    path = f"{source}.sha256"
    if find_file(session, path) is None:
        if file_listed(session, path):
            raise NotReady(f"WMI reports that {path} does not exist, but lists it in its folder; run this again")
        return None
    try:
        return manifest.parsed(_text(session, path), source.rpartition("\\")[2])
    except manifest.BadManifest as error:
        raise NotReady(f"{path} cannot be used as a list of hashes: {error}; copy it again, or delete it") from error


def _check_names(files: Sequence[File], hashes: dict[str, str], source: str) -> None:
    below = len(source) + 1
    there = {file.path[below:].replace("\\", "/") for file in files}
    listed = {path.lower() for path in hashes}
    for path in sorted(listed - there):
        raise NotReady(f"{path} is missing in {source}, but {source}.sha256 lists it; copy the complete folder again")
    for path in sorted(there - listed):
        raise NotReady(f"{path} is in {source}, but {source}.sha256 does not list it; delete the folder there and copy it again")


def _text(session: CimSession, path: str) -> str:
    return decode(file_end.read_end(session, path, _MOST_MANIFEST).data).text
