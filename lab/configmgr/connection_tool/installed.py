r"""Where the tool is: on media, in ``cd.latest`` of site servers, and in copies of its folder."""

from __future__ import annotations

from collections.abc import Iterable

from lab.estate.description import EstateDescription
from lab.windows.executable import LONGEST_LOOK, file_version, program_file
from lab.windows.files import FileStore
from lab.windows.machine import Machine

PROGRAM = "ServiceConnectionTool"
ON_MEDIA = rf"SMSSETUP\TOOLS\{PROGRAM}"
LOG = f"{PROGRAM}.log"
# Files beside the program: it is documented that the folder must be complete; the names are plausible, not established ([I]).
LIBRARIES = ("Microsoft.ConfigurationManager.CommonBase.dll", "Microsoft.ConfigurationManager.DmpConnector.Messages.dll")
CONFIGURATION = f"{PROGRAM}.exe.config"
_PADDING = 2048


def write_tool(files: FileStore, folder: str, version: str) -> None:
    """Write the tool's folder."""
    for name in (f"{PROGRAM}.exe", *LIBRARIES):
        files.write(f"{folder}\\{name}", program_file(version, _PADDING))
    files.write(f"{folder}\\{CONFIGURATION}", b'<?xml version="1.0"?>\r\n<configuration />\r\n')


def write_media(files: FileStore, install_folder: str, version: str) -> None:
    """Write ``cd.latest`` of a site server."""
    _write_setup(files, rf"{install_folder}\cd.latest", version)


def _write_setup(files: FileStore, folder: str, version: str) -> None:
    write_tool(files, rf"{folder}\{ON_MEDIA}", version)
    files.write(rf"{folder}\SMSSETUP\BIN\X64\setup.exe", program_file(version, _PADDING))


def lay_out(estate: EstateDescription, machines: Iterable[Machine]) -> None:
    """Write the tool to every server that has it: site servers except those of secondary sites, media, copied folders."""
    by_name = {machine.name: machine for machine in machines}
    for hierarchy in estate.hierarchies:
        for site in hierarchy.sites:
            if site.kind != "secondary":
                write_media(by_name[site.server].files, site.install_folder, site.version)
    for described in estate.machines:
        files = by_name[described.name].files
        for media in described.media:
            _write_setup(files, media.folder, media.version)
        for tool in described.connection_tools:
            write_tool(files, tool.folder, tool.version)


def missing_file(files: FileStore, folder: str) -> str:
    """The first file that the tool needs and that is missing beside it; empty when the folder is complete."""
    return next((name for name in (CONFIGURATION, *LIBRARIES) if not files.exists(f"{folder}\\{name}")), "")


def version_of(files: FileStore, program: str) -> str:
    """The version of the program in this file; 0.0.0.0 when the file has none."""
    return file_version(files.read_part(program, 0, LONGEST_LOOK)) or "0.0.0.0"
