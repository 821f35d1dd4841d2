"""``-connect``: uploads usage data, downloads updates."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator

from lab.configmgr.connection_tool import internet, pack, requirements, selection
from lab.configmgr.connection_tool.cabinet import LARGEST_BYTES, write_cabinet
from lab.configmgr.connection_tool.run import Failed, Run, Unhandled
from lab.configmgr.connection_tool.usage_data import UsageData, read_usage_data
from lab.configmgr.updates import numbers
from lab.estate.offline import InternetUpdate

_STEP_SECONDS = 5.0
_SLICE_BYTES = 32 * 2**20
# 900 MB in about 19 minutes (facts/logs.md, section 3).
_SECONDS_PER_MB = 1.25
_MANIFEST_BYTES = 15741046
_LINK = "https://go.microsoft.com/fwlink/?LinkId="
_ZEROS = bytes(pack.MARK_EVERY_BYTES)
_BAD_DATA = "The usage data is not valid or cannot be uploaded"
# The file at which real runs were seen to end: the name in the documentation's example.
_LEFT_FILE = r"extractmanifestcab\95F8A562.sql"


def connect(run: Run) -> Iterator[float]:
    """Upload the data of ``-usagedatasrc`` and fill ``-updatepackdest``; files that exist there are kept or overwritten."""
    sources = _sources(run)
    yield _STEP_SECONDS
    try:
        said = internet.failure(run, internet.UPLOAD)
    except internet.ProxyUnreachable:
        # A documented problem: the message is about the data, and does not mention the proxy.
        raise Failed(f"{_BAD_DATA}.") from None
    if said:
        raise Failed(f"{_BAD_DATA}: {said}")
    for source in sources:
        run.log(f"Uploaded usage data of hierarchy {source.hierarchy_id}, site version {source.site_version}")
    yield _STEP_SECONDS
    destination = run.path("updatepackdest")
    run.need_folder(destination[:2])
    run.files.make_folder(destination)
    _must_reach(run, "ConfigMgr.Update.Manifest.cab", internet.LINKS, internet.DOWNLOADS)
    run.log(f"ConfigMgr.Update.Manifest.cab (size = {_MANIFEST_BYTES}) downloaded successfully")
    yield _STEP_SECONDS
    _console_content(run, destination)
    wanted: dict[str, InternetUpdate] = {}
    shares: dict[str, list[str]] = {}
    for source in sources:
        chosen = selection.chosen(run.world.description.internet_updates, run.request.download, source.site_version)
        wanted |= {update.guid: update for update in chosen}
        shares[source.hierarchy_id] = [update.guid for update in chosen]
    packed: dict[str, pack.Packed] = {}
    for update in wanted.values():
        packed[update.guid] = yield from _download(run, destination, update)
    manifest = pack.manifest_of({hierarchy: [packed[guid] for guid in guids] for hierarchy, guids in shares.items()})
    run.write(f"{destination}\\{pack.MANIFEST}", manifest, "manifest")
    run.log(f"Finished. {len(packed)} updates are in {destination}")
    _noise(run)


def _sources(run: Run) -> list[UsageData]:
    """The usage data of one .cab file, or of every .cab file in a folder."""
    source = run.path("usagedatasrc")
    cabinets = [source]
    if run.files.is_folder(source):
        cabinets = [f"{source}\\{name}" for name in run.files.names(source) if name.lower().endswith(".cab")]
    found: list[UsageData] = []
    for path in cabinets:
        size = run.files.size(path)
        data = read_usage_data(run.files.read_part(path, 0, size)) if size is not None and size <= LARGEST_BYTES else None
        if data is None:
            raise Failed(f"{_BAD_DATA}: '{path}'.")
        found.append(data)
    if not found:
        raise Failed(f"There is no usage data in '{source}'.")
    return found


def _must_reach(run: Run, what: str, *hosts: str) -> None:
    said = internet.failure(run, *hosts)
    if said:
        raise Failed(f"Failed to download {what} with exception: {said}")


def _console_content(run: Run, destination: str) -> None:
    """Download the console's content; without it the tool continues."""
    said = internet.failure(run, internet.LINKS, internet.CONSOLE_CONTENT)
    if not said and not requirements.speaks_tls_12(run.machine):
        said = internet.SEND
    if said:
        hint = "There may be an issue with internet connection or the download link"
        run.error(f"AdminUIContentDownloadDownload:DownloadManifestCab exception: {said}. {hint}")
        return
    content = write_cabinet({"AdminUIContent.xml": b"<AdminUIContent />\r\n"})
    run.write(f"{destination}\\{pack.CONSOLE_CONTENT}", content, "console_content")


def _download(run: Run, destination: str, update: InternetUpdate) -> Generator[float, None, pack.Packed]:
    """Download one update with its redistributable files. The generator's value is its entry in the manifest."""
    number = 2166085 + sum(update.guid.encode()) % 100_000
    version = update.version.replace(".00.", ".0.")
    run.log(f"Downloading Payload {update.guid} version {version}. More information: {_LINK}{number}")
    _must_reach(run, f"payload {update.guid}", internet.LINKS, internet.DOWNLOADS)
    payload = yield from _payload(run, pack.payload_path(destination, update.guid), update)
    run.log(f"Downloaded Payload {update.guid} size = {payload.size}")
    run.log(f"Downloading Redists for {update.guid}")
    yield _STEP_SECONDS
    redists = _redists(run, f"{destination}\\{update.guid}\\Redist", update, number)
    if len(redists) == len(update.redists):
        run.log(f"Successfully downloaded Redists for {update.guid}")
    elif numbers(run.version) >= selection.STOPS_WITHOUT_REDIST:
        raise Failed(f"Failed to download Redists for {update.guid}")
    else:
        run.warn(f"Failed to download Redists for {update.guid}")
    return pack.Packed(update.guid, update.name, update.version, update.type, update.min_version, payload, redists)


def _payload(run: Run, path: str, update: InternetUpdate) -> Generator[float, None, pack.FileFacts]:
    """Write a payload in slices; the generator's value is its length and hash."""
    end = run.end_at("payload", path, update.size_bytes)
    run.files.write(path, b"")
    digest = hashlib.sha256()
    for offset, mark, length in pack.payload_parts(update.guid, update.size_bytes):
        if end is not None and offset + length > update.size_bytes // 2:
            run.files.extend(path, update.size_bytes // 2)
            raise end
        run.files.write_at(path, offset, mark)
        digest.update(mark + _ZEROS[: length - len(mark)])
        if (offset + length) % _SLICE_BYTES == 0:
            run.files.extend(path, offset + length)
            yield _SLICE_BYTES / 2**20 * _SECONDS_PER_MB
    run.files.extend(path, update.size_bytes)
    yield _STEP_SECONDS + update.size_bytes % _SLICE_BYTES / 2**20 * _SECONDS_PER_MB
    return pack.FileFacts(update.size_bytes, digest.hexdigest().upper())


def _redists(run: Run, folder: str, update: InternetUpdate, number: int) -> dict[str, pack.FileFacts]:
    """Download the redistributable files, as setup's downloader does; returns those that could be downloaded."""
    run.setup_log("INFO: Setup downloader setupdl.exe: STARTED", f"INFO: Downloading files to {folder}")
    found: dict[str, pack.FileFacts] = {}
    for name in update.redists:
        path = f"{folder}\\{name}"
        run.setup_log(f"INFO: Downloading {_LINK}{number} as {name}", "INFO: set additional flag.")
        if "proxyserveruri" not in run.request.paths:
            run.setup_log("No proxy information is specified. Connect without proxy.")
        missing = run.world.faults.take("tool_redist_missing", run.machine.name) is not None
        if missing or internet.failure(run, internet.LINKS, internet.DOWNLOADS):
            run.setup_log(f"ERROR: Failed to download {name}")
            continue
        content = pack.redist_content(update.guid, name)
        run.write(path, content, "redist")
        run.setup_log(
            "INFO: WinHttpQueryHeaders() in Download() returned OK (200)",
            f"INFO: Verifying hash for file '{path}'",
            f"INFO: Verifying signature for file '{path}'",
        )
        found[name] = pack.FileFacts(len(content), hashlib.sha256(content).hexdigest().upper())
    run.setup_log("INFO: Setup downloader setupdl.exe: FINISHED")
    return found


def _noise(run: Run) -> None:
    """The harmless error at the end: as an injected fault says, otherwise at the first run of an account on this server."""
    path = rf"C:\Users\{run.caller.name}\AppData\Local\Temp\{_LEFT_FILE}"
    first = not run.files.exists(path)
    run.files.write(path, b"--\r\n")
    order = run.world.faults.take("tool_noise", run.machine.name)
    if order.params["shown"] if order is not None else first:
        raise Unhandled(f"System.UnauthorizedAccessException: Access to the path '{path}' is denied.")
