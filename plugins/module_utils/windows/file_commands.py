# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""Changes and hashes files on a server with commands that every Windows has: those of cmd.exe, and certutil.exe for hashes.

WMI could copy and delete, but not create a folder or compute a hash. certutil prints its sentences in the language of Windows,
so only the line that is a hash is searched for.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ansible_collections.configmgr.scp.plugins.module_utils.windows import shell
from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import command_line
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import checked_path
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

CERTUTIL = r"%SystemRoot%\System32\certutil.exe"
_SHA_256 = re.compile(r"[0-9A-Fa-f]{64}")
# A disk that reads 10 MB per second reads 18 GB in this time.
_HASH_SECONDS = 1800.0
_COMMAND_SECONDS = 300.0
_MOST_WORDS = 300
_STOPPED = {"time": "it ran longer than its time limit and was stopped", "output": "it wrote too much output and was stopped"}


class CommandFailed(NotReadable):
    """A command failed; the text says which one and why."""


def sha256_of(session: CimSession, path: str, waiting: Callable[[float], None] = lambda _seconds: None) -> str:
    """SHA-256 of a file, computed on the server.

    :raises CommandFailed: there is no such file, the account may not read it, or the server was too slow.
    :raises BadCommandLine: the path has a character that is not allowed in a command line.
    :raises ValueError: not a path of a local file.
    """
    checked_path(path)
    line = command_line(CERTUTIL, "-hashfile", path, "SHA256")
    found = shell.run(session, line, limit_seconds=_HASH_SECONDS, limit_bytes=64 * 1024, waiting=waiting)
    # Windows Server 2012 R2 and older print spaces between the bytes.
    hashes = [text for text in (line.replace(" ", "").strip() for line in found.stdout.splitlines()) if _SHA_256.fullmatch(text)]
    if found.exit_code != 0 or len(hashes) != 1:
        raise CommandFailed(f"certutil.exe could not compute the hash of {path}: {_words(found)}")
    return hashes[0].lower()


def make_folder(session: CimSession, path: str) -> None:
    """Create a folder and its parent folders. For cmd.exe, an existing folder is a failure."""
    _run(session, "mkdir", checked_path(path))


def remove_folder(session: CimSession, path: str) -> None:
    """Remove a folder with all its content."""
    _run(session, "rmdir", "/s", "/q", checked_path(path))


def copy_file(session: CimSession, source: str, target: str) -> None:
    """Copy a file byte for byte; an existing target is replaced."""
    _run(session, "copy", "/b", "/y", checked_path(source), checked_path(target))


def _run(session: CimSession, command: str, *arguments: str) -> None:
    # quoted() does not change the slash of the switches.
    found = shell.run(session, command_line(command, *arguments), limit_seconds=_COMMAND_SECONDS, limit_bytes=64 * 1024)
    if found.exit_code != 0:
        raise CommandFailed(f"{command} {arguments[-1]} failed: {_words(found)}")


def _words(found: shell.Finished) -> str:
    if found.stopped:
        return _STOPPED[found.stopped]
    words = one_line(found.stderr or found.stdout, _MOST_WORDS)
    return words or f"exit code {found.exit_code}"
