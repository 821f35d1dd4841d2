# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""Where the tool is on a server: in the folder that the user gives, or below the site's own installation (``CD.Latest``)."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import PROGRAM
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.traces import LOG
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import checked_path
from ansible_collections.configmgr.scp.plugins.module_utils.windows.folders import find_file
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

_SETUP_KEY = r"SOFTWARE\Microsoft\SMS\Setup"
_BELOW = r"SMSSETUP\TOOLS\ServiceConnectionTool"


class ToolMissing(NotReadable):
    """The tool was not found; the text says where it was searched for."""


@dataclass(frozen=True)
class Tool:
    """The tool of a server.

    :param folder: where it is.
    :param version: of the program, such as ``5.0.9152.1000``; empty when Windows does not show it.
    """

    folder: str
    version: str

    @property
    def path(self) -> str:
        return f"{self.folder}\\{PROGRAM}"

    @property
    def log(self) -> str:
        """Overwritten by each run."""
        return f"{self.folder}\\{LOG}"


def find_tool(session: CimSession, given: str) -> Tool:
    """Find the tool: one request for each folder, one more for the registry.

    :param given: the program, its folder, or the root of installation media; empty to search below the site's installation.
    :raises ToolMissing: it is in none of these folders.
    :raises ValueError: not a path of a local file.
    """
    places = _given_places(given) if given else _installed_places(session)
    for folder in places:
        found = find_file(session, f"{folder}\\{PROGRAM}")
        if found is not None:
            return Tool(folder, found.version)
    looked = " or ".join(places)
    raise ToolMissing(
        f"there is no {PROGRAM} in {looked}" if looked else "the registry shows no installation of Configuration Manager here"
    )


def _given_places(given: str) -> list[str]:
    path = checked_path(given.strip().rstrip("\\"))
    if path.lower().endswith(f"\\{PROGRAM.lower()}"):
        return [path.rpartition("\\")[0]]
    return [path, f"{path}\\{_BELOW}"]


def _installed_places(session: CimSession) -> list[str]:
    try:
        folder = Registry(session).get_string(_SETUP_KEY, "Installation Directory")
    except KeyMissing:
        folder = None
    return [checked_path(f"{folder.strip().rstrip(chr(92))}\\cd.latest\\{_BELOW}")] if folder else []
