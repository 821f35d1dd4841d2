"""``-import``: copies the downloaded files to the service connection point, and gives the manifest to the site."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from lab.configmgr import logs
from lab.configmgr.components import manifest
from lab.configmgr.components.downloader import NO_PACKAGE
from lab.configmgr.connection_tool import pack
from lab.configmgr.connection_tool.prepare import hierarchy_id
from lab.configmgr.connection_tool.run import Failed, Run

IMPORT = "import"
STATE_MESSAGE = 4
_STEP_SECONDS = 5.0
_SLICE_BYTES = 32 * 2**20
_BLOCK_BYTES = 64 * 1024
_ZEROS = bytes(_BLOCK_BYTES)
_SECONDS_PER_MB = 0.1


def import_(run: Run) -> Iterator[float]:
    """Import the data of ``-updatepacksrc`` for this hierarchy; it can be run again without harm."""
    source = run.path("updatepacksrc")
    found = run.hierarchy()
    site = found.state.top
    run.check_version(site.version)
    run.check_database(found.state)
    yield _STEP_SECONDS
    run.need_folder(source)
    path = f"{source}\\{pack.MANIFEST}"
    size = run.files.size(path)
    if size is None:
        raise Failed(f"Could not find file '{path}'.")
    packs = pack.read_manifest(run.files.read_part(path, 0, size)) if size <= pack.LARGEST_MANIFEST_BYTES else None
    if packs is None:
        raise Failed(f"{pack.MANIFEST} cannot be decrypted.")
    own = packs.get(hierarchy_id(found.name))
    if own is None:
        raise Failed("The update packs in the folder are not for this hierarchy.")
    offline = f"{logs.install_folder(run.machine)}\\EasySetupPayload\\Offline"
    for update in own:
        run.log(f"Importing {update.guid}")
        folder = f"{offline}\\{update.guid.lower()}"
        payload = pack.payload_path(source, update.guid)
        yield from _copy(run, payload, f"{folder}\\{update.guid}.cab", update.payload)
        for name, facts in update.redists.items():
            yield from _copy(run, f"{source}\\{update.guid}\\Redist\\{name}", f"{folder}\\Redists\\{name}", facts)
        run.log(f"Imported {update.guid} to {folder}")
    yield _STEP_SECONDS
    end = run.end_at("state_message", path, 0)
    if end is not None:
        raise end
    inbox = f"{logs.install_folder(run.machine)}\\inboxes\\auth\\statesys.box\\incoming\\high"
    run.trace(
        "Manifest.cab was successfully moved to the connector outbox",
        f"Generating state message: {STATE_MESSAGE} for package {NO_PACKAGE}",
        f"Write the state message in {inbox}\\___CMUlabimp04.SMX",
        f"Successfully Dropped the state message {STATE_MESSAGE}",
    )
    manifest.take_offline(found.state, run.machine, [update.as_offered() for update in own])


def _copy(run: Run, source: str, target: str, facts: pack.FileFacts) -> Iterator[float]:
    """Copy a file in slices, leaving out blocks of zeros, and check it against the manifest."""
    size = run.files.size(source)
    if size is None:
        raise Failed(f"Could not find file '{source}'.")
    if size != facts.size:
        raise Failed(f"Failed hash check for '{source}'.")
    end = run.end_at(IMPORT, target, size)
    run.files.write(target, b"")
    digest = hashlib.sha256()
    for offset in range(0, size, _BLOCK_BYTES):
        block = run.files.read_part(source, offset, _BLOCK_BYTES)
        if end is not None and offset + len(block) > size // 2:
            run.files.extend(target, size // 2)
            raise end
        digest.update(block)
        if block != _ZEROS[: len(block)]:
            run.files.write_at(target, offset, block)
        if (offset + _BLOCK_BYTES) % _SLICE_BYTES == 0:
            yield _SLICE_BYTES / 2**20 * _SECONDS_PER_MB
    run.files.extend(target, size)
    if digest.hexdigest().upper() != facts.sha256:
        run.files.delete(target)
        raise Failed(f"Failed hash check for '{source}'.")
