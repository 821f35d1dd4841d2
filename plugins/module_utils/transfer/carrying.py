# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Copies a folder, or a single file, from a server to the controller or back: what remains to copy, and proof of the result."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import Share, ShareError
from ansible_collections.configmgr.scp.plugins.module_utils.transfer import copying, local_files, manifest, remote_files
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.local_files import LocalError
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.meter import Meter, sized
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.names import MANIFEST
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.plan import Item, Plan, remaining


@dataclass(frozen=True)
class Carriage:
    """One transfer.

    :param remote: the folder or file, relative to the drive.
    :param local: the folder or file on the controller.
    :param purge: remove what only the target has.
    :param again: transfer every file.
    :param exclude: patterns of file names that are ignored on both sides.
    :param hashing: SHA-256 of a file of the share.
    :param show: shows a progress line, unless the last one was shown a moment ago; :param say: always shows its line.
    """

    share: Share
    remote: str
    local: Path
    purge: bool
    again: bool
    check_mode: bool
    hashing: Callable[[str], str]
    show: Callable[[str], None]
    say: Callable[[str], None]
    warn: Callable[[str], None]
    exclude: Sequence[str] = ()

    def included(self, files: dict[str, Item]) -> dict[str, Item]:
        """The files that are not excluded."""
        return {path: item for path, item in files.items() if not self._is_excluded(path.rpartition("/")[2])}

    def _is_excluded(self, name: str) -> bool:
        return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in self.exclude)


@dataclass(frozen=True)
class Outcome:
    """What was done, or would be done in check mode.

    :param hashes: SHA-256 by path of all files; empty in check mode if they are unknown.
    """

    changed: bool
    plan: Plan
    files: Mapping[str, Item]
    hashes: Mapping[str, str]
    moved_bytes: int = 0
    resumed_bytes: int = 0


def fetch(carriage: Carriage) -> Outcome:
    """From the server to the controller. The list of hashes is written last; if there is one next to the source, it has to match.

    :raises ShareError: nothing there, a link, not enough space, a file that does not have its listed hash.
    :raises LocalError: the target cannot be used.
    """
    share, local = carriage.share, carriage.local
    source = remote_files.listed(share, carriage.remote)
    if not source:
        raise ShareError(f"there is {'no file in' if source is not None else 'no file or folder'} {carriage.remote}")
    source = carriage.included(source)
    target = _same_kind(source, carriage.included(local_files.listed(local)), str(local))
    plan = remaining(source, target, again=carriage.again)
    came = remote_files.read_manifest(share, carriage.remote)
    extra = plan.extra if carriage.purge else ()
    listed = local_files.read_manifest(local)
    fresh = not plan.transfer and not extra and listed is not None and set(listed) == set(source)
    if carriage.check_mode or fresh:
        hashes = listed if fresh and listed is not None else {}
        if came is not None and hashes:
            _agree(came[1], hashes, carriage.remote)
        return Outcome(not fresh, plan, source, hashes)
    _enough(_free_locally(local), plan, f"the controller ({local})")
    for path in extra:
        local_files.target_of(local, path).unlink()
    hashes = {path: local_files.hash_of(local_files.target_of(local, path)) for path in plan.kept}
    meter = Meter("fetching", "fetched", plan.transfer_bytes, carriage.show, carriage.say)
    way = copying.Way(share, meter, carriage.hashing)
    for item in plan.transfer:
        hashes[item.path] = copying.fetch(
            way, remote_files.target_of(carriage.remote, item.path), local_files.target_of(local, item.path), item
        )
    meter.end()
    if came is not None:
        _agree(came[1], hashes, carriage.remote)
    local_files.write_manifest(local, manifest.rendered(local.name, hashes))
    return Outcome(True, plan, source, hashes, meter.moved_bytes, meter.resumed_bytes)


def push(carriage: Carriage) -> Outcome:
    """From the controller to the server. The files here are compared with their list of hashes before anything is written.

    :raises LocalError: nothing here, a link, or files that do not match the list of hashes.
    :raises ShareError: not enough space there, or the files that arrived differ from those that were sent.
    """
    share, local = carriage.share, carriage.local
    source = carriage.included(local_files.listed(local))
    if not source:
        raise LocalError(f"there is no file in {local} on the controller")
    hashes = verified(carriage, source)
    target = _same_kind(source, carriage.included(remote_files.listed(share, carriage.remote) or {}), carriage.remote)
    plan = remaining(source, target, again=carriage.again)
    extra = plan.extra if carriage.purge else ()
    text = manifest.rendered(carriage.remote.rpartition("\\")[2], hashes)
    there = _read_or_none(share, carriage.remote)
    fresh = not plan.transfer and not extra and there == text
    if carriage.check_mode or fresh:
        return Outcome(not fresh, plan, source, hashes)
    _enough(share.free_bytes(), plan, f"the server ({carriage.remote})")
    if share.find(carriage.remote + MANIFEST) is not None:
        # With an old list, the new files would count as changed if the transfer is interrupted.
        share.remove(carriage.remote + MANIFEST)
    for path in extra:
        share.remove(remote_files.target_of(carriage.remote, path))
    if there != text:
        _prove_kept(carriage, plan, hashes)
    meter = Meter("pushing", "pushed", plan.transfer_bytes, carriage.show, carriage.say)
    way = copying.Way(share, meter, carriage.hashing)
    for item in plan.transfer:
        remote = remote_files.target_of(carriage.remote, item.path)
        copying.push(way, local_files.target_of(local, item.path), remote, item, hashes[item.path])
    meter.end()
    remote_files.write_manifest(share, carriage.remote, text)
    local_files.write_manifest(local, manifest.rendered(local.name, hashes))
    return Outcome(True, plan, source, hashes, meter.moved_bytes, meter.resumed_bytes)


def verified(carriage: Carriage, source: Mapping[str, Item]) -> dict[str, str]:
    """The hashes of the files on the controller, compared with the list next to them.

    :raises LocalError: a file is missing, has another hash (both are named), or is not in the list.
    """
    local = carriage.local
    listed = local_files.read_manifest(local)
    total = sum(item.size_bytes for item in source.values())
    meter = Meter("checking hashes", "checked the hashes of", total, carriage.show, carriage.say)
    hashes = {path: local_files.hash_of(local_files.target_of(local, path), meter.add) for path in source}
    meter.end()
    if listed is None:
        carriage.warn(
            f"There is no {local_files.manifest_path(local)}, so it is unknown whether {local} was changed while it was "
            "copied. It is used unchanged."
        )
        return hashes
    for path, digest in sorted(listed.items()):
        name = local_files.target_of(local, path)
        if path not in hashes:
            raise LocalError(
                f"{name} is missing, but {local_files.manifest_path(local).name} lists it with the SHA-256 {digest}; copy the "
                "complete folder again"
            )
        if hashes[path] != digest:
            raise LocalError(
                f"{name} has the SHA-256 {hashes[path]}, but {local_files.manifest_path(local).name} lists {digest}: the file "
                "was changed or truncated while it was copied; copy it again"
            )
    strange = sorted(set(hashes) - set(listed))
    if strange:
        raise LocalError(
            f"{local_files.target_of(local, strange[0])} is not in {local_files.manifest_path(local).name}; delete the file, or "
            f"delete {local_files.manifest_path(local)} if the files are correct and the list is out of date"
        )
    return hashes


def _prove_kept(carriage: Carriage, plan: Plan, hashes: Mapping[str, str]) -> None:
    """Files with the same size and time but without a list of hashes: from an interrupted transfer, or another program's."""
    for path in plan.kept:
        remote = remote_files.target_of(carriage.remote, path)
        found = carriage.hashing(remote)
        if found != hashes[path]:
            raise ShareError(
                f"{remote} has the same size and time as {local_files.target_of(carriage.local, path)}, but its SHA-256 is "
                f"{found} and not {hashes[path]}; delete it on the server and run this again, or set force of folder_transfer to "
                "true"
            )


def _agree(came: Mapping[str, str], hashes: Mapping[str, str], remote: str) -> None:
    for path, digest in sorted(came.items()):
        name = remote_files.target_of(remote, path)
        if path not in hashes:
            raise ShareError(
                f"{name} is missing, but {remote}{MANIFEST} lists it with the SHA-256 {digest}; copy the complete folder again, "
                "or delete the list if it is out of date"
            )
        if hashes[path] != digest:
            raise ShareError(
                f"{name} has the SHA-256 {hashes[path]}, but {remote}{MANIFEST} lists {digest}: the file was changed or "
                "truncated while it was copied; copy it again, or delete the list if it is out of date"
            )


def _same_kind(source: Mapping[str, Item], target: dict[str, Item], name: str) -> dict[str, Item]:
    if target and ("" in source) != ("" in target):
        kinds = ("a file", "a folder") if "" in source else ("a folder", "a file")
        raise LocalError(f"{name} is {kinds[1]}, but {kinds[0]} is to be copied there; give another path")
    return target


def _read_or_none(share: Share, remote: str) -> str | None:
    try:
        found = remote_files.read_manifest(share, remote)
    except ShareError:
        # An unusable list is replaced by the correct one.
        return None
    return found[0] if found else None


def _free_locally(path: Path) -> int:
    there = next(folder for folder in path.absolute().parents if folder.is_dir())
    return shutil.disk_usage(there).free


def _enough(free: int, plan: Plan, where: str) -> None:
    if free < plan.transfer_bytes:
        raise ShareError(
            f"{where} has {sized(free)} free, but {sized(plan.transfer_bytes)} are needed there; free some space, or give "
            "another path"
        )
