"""Reading what an estate file says about sites without internet: the updates that Microsoft offers, and where the tool is."""

from __future__ import annotations

import re

from lab.estate.offline import GUID, UPDATE_TYPES, InternetUpdate, ToolFolder
from lab.estate_file.sections import Section

VERSION = r"5\.00\.\d{4}\.\d{4}"
FULL_PATH = r"[A-Z]:\\[^:*?<>|\x00-\x1f]+[^\\:*?<>|\x00-\x1f]"
LARGEST_PAYLOAD_MB = 8192
_NAME = r"[^\x00-\x1f]{1,127}"
_MB = 2**20
_FILE = r"[A-Za-z0-9._-]{1,64}"


def read_internet_updates(top: Section) -> tuple[InternetUpdate, ...]:
    """``internet_updates`` of the file; each GUID may be listed only once."""
    found: list[InternetUpdate] = []
    for section in top.sections("internet_updates", "internet update"):
        update = _internet_update(section)
        if update.guid in (known.guid for known in found):
            raise section.error("guid", f"guid {update.guid} is listed twice")
        found.append(update)
    return tuple(found)


def _internet_update(section: Section) -> InternetUpdate:
    version = "a version such as 5.00.9152.1000"
    name = section.text("name", pattern=_NAME)
    section.what = f"internet update {name}"
    default = InternetUpdate("", "", "")
    redists = section.texts("redists") if "redists" in section else default.redists
    update = InternetUpdate(
        name,
        section.text("guid", pattern=GUID, allowed="a GUID").upper(),
        section.text("version", pattern=VERSION, allowed=version),
        section.choice("type", UPDATE_TYPES, default.type),
        section.text("min_version", default.min_version, VERSION, version),
        int(section.number("size_mb", 0.001, LARGEST_PAYLOAD_MB, default.size_bytes / _MB) * _MB),
        redists,
    )
    for file in redists:
        if not re.fullmatch(_FILE, file):
            raise section.error("redists", f"redists: {file!r} is not a valid file name")
    section.finish()
    return update


def read_tool_folders(
    machine: Section, name: str, drives: tuple[str, ...]
) -> tuple[tuple[ToolFolder, ...], tuple[ToolFolder, ...]]:
    """``media`` (given by the root of the media) and ``connection_tools`` (given by the tool's folder) of a machine."""
    media = tuple(_tool_folder(item, "path", drives) for item in machine.sections("media", f"media of {name}"))
    tools = tuple(
        _tool_folder(item, "folder", drives) for item in machine.sections("connection_tools", f"connection tool of {name}")
    )
    return media, tools


def _tool_folder(section: Section, key: str, drives: tuple[str, ...]) -> ToolFolder:
    folder = section.text(key, pattern=FULL_PATH, allowed=r"a full path, for example D:\Media")
    if folder[0] not in drives:
        raise section.error(key, f"{key} {folder}: the machine does not have this drive; allowed: {', '.join(drives)}")
    version = section.text("version", pattern=VERSION, allowed="a version such as 5.00.9152.1000")
    section.finish()
    return ToolFolder(folder, version)
