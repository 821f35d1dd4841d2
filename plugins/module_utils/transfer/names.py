# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Names of files that are copied between Windows and the controller: names with a special meaning on either side are refused."""

from __future__ import annotations

import re

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown

# An unfinished transfer; omitted when a folder is listed.
PART = ".part"
# The list of hashes for the file or folder next to it.
MANIFEST = ".sha256"
MOST_DEPTH = 30
_MOST_NAME, _MOST_PATH = 255, 2000
# Microsoft, "Naming Files, Paths, and Namespaces"; a colon also begins a stream name or follows a drive letter.
_REFUSED = re.compile('[<>:"/\\\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]')
_DEVICES = re.compile(
    r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])(?:[ .].*)?", re.IGNORECASE | re.DOTALL
)


class HostileName(ValueError):
    """A name that must not become a path; the message shows it and says why."""


def checked_name(name: str) -> str:
    """One part of a path.

    :raises HostileName: not a name of a file or folder on both Windows and the controller.
    """
    why = _why_refused(name)
    if why:
        raise HostileName(f"{shown(name, 80)!a} {why}")
    return name


def checked_path(path: str) -> str:
    """A relative path with slashes, each part of it checked.

    :raises HostileName: see ``checked_name``; also a path that is too long or too deep.
    """
    parts = path.split("/")
    if len(path) > _MOST_PATH or len(parts) > MOST_DEPTH:
        raise HostileName(f"{shown(path, 80)!a} is too long or has too many folders")
    for part in parts:
        checked_name(part)
    return path


def _why_refused(name: str) -> str:
    if name in ("", ".", ".."):
        return "is not a name of a file or folder"
    if len(name) > _MOST_NAME:
        return f"has more than {_MOST_NAME} characters"
    refused = _REFUSED.search(name)
    if refused:
        return f"has the character U+{ord(refused[0]):04X}, which is not allowed in file names on Windows"
    if name[-1] in " .":
        return "ends in a space or a dot, which Windows would remove"
    if _DEVICES.fullmatch(name):
        return "is the name of a device on Windows"
    return ""
