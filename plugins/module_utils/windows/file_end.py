# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""The end of a file on a server, byte for byte, without PowerShell and without a file share.

WMI shows the size of a file but not its content. The programs that Windows always had can only print complete files, or count
lines. curl.exe (Windows Server 2019 and later) reads ``file:`` addresses, supports byte ranges there, and opens files shared, so
that a log that SMS_EXECUTIVE has open and continues to write can be read. Path and range go to its standard input as a config
file. A server without it (Windows Server 2016) prints the complete file with cmd.exe's ``type``, which opens files shared too;
logs of site systems are rolled over at a few MiB.

Tested with curl on Linux and with the lab; it was not tested that curl and ``type`` on Windows open files shared, and that WinRS
transfers the bytes unchanged ([K], docs/limits.md). The method is only in this file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from ansible_collections.configmgr.scp.plugins.module_utils.windows import shell
from ansible_collections.configmgr.scp.plugins.module_utils.windows.classes import CIM_DATA_FILE, CIMV2
from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import CURL, BadCommandLine, command_line
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.one_line import one_line
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

# -q has to be first; otherwise the account's config file would be read.
ARGUMENTS = ("-q", "--silent", "--show-error", "--globoff", "--config", "-")
# "Exit codes" of curl's manual: the range begins outside the file; the file cannot be opened.
_BAD_RESUME, _CANNOT_OPEN = 36, 37
# Room for messages in addition to the content.
_SLACK_BYTES = 64 * 1024
_LIMIT_SECONDS = 120.0
_MOST_WORDS = 300
_STOPPED = {"time": "ran longer than its time limit and was stopped", "output": "wrote too much output and was stopped"}
# Largest file that is printed completely when only its end is needed.
_MOST_WHOLE_BYTES = 16 * 1024 * 1024
# A local file: what a file name may contain (Microsoft, "Naming Files, Paths, and Namespaces"), in ASCII, because curl passes
# other characters to Windows in the active code page.
_NAME = r'[^\\/:*?"<>|\x00-\x1f\x7f-\U0010ffff]{1,255}'
_PATH = re.compile(rf"[A-Za-z]:\\(?:{_NAME}\\){{0,30}}{_NAME}")
_MOST_PATH = 259


class FileError(NotReadable):
    """The file cannot be read; the text names it and says why."""


class FileMissing(FileError):
    """There is no such file."""


class NoCurl(FileError):
    """The server has no curl.exe."""


@dataclass(frozen=True)
class FileEnd:
    """What was read. ``cut``: the file has more data before it."""

    data: bytes
    cut: bool


def checked_path(path: str) -> str:
    r"""``path`` when it is a full local path such as ``D:\SMS\Logs\hman.log``.

    :raises ValueError: it is not; the text says what is allowed.
    """
    if len(path) > _MOST_PATH or not _PATH.fullmatch(path) or any(part in (".", "..") for part in path.split("\\")):
        shown = path if len(path) <= 80 else path[:77] + "..."
        raise ValueError(
            f"{shown!a} is not a path of a local file; give drive, folders and name in ASCII, such as D:\\SMS\\Logs\\hman.log, "
            "without wildcards and without a server name"
        )
    return path


def size_of(session: CimSession, path: str) -> int | None:
    """The file's size from WMI: one request, None when there is no such file. While a file is open, the size can be outdated.

    :raises CimFault: WMI refused.
    """
    try:
        found = session.get(CIMV2, CIM_DATA_FILE, {"Name": path.lower()})
    except CimFault as fault:
        if fault.kind is FaultKind.NOT_FOUND:
            return None
        raise
    return int(found.get("FileSize") or 0)


def read_end(
    session: CimSession, path: str, limit_bytes: int, *, waiting: Callable[[float], None] = lambda _seconds: None
) -> FileEnd:
    """The last ``limit_bytes`` of a file, all of it when it is shorter. One request and one command; rarely two commands, and
    always two on a server without curl.exe.

    :raises FileMissing: there is no such file.
    :raises FileError: the account may not read it, the server was too slow, or it has no curl.exe and the file is large.
    :raises ValueError: not a path of a local file.
    """
    checked_path(path)
    size = size_of(session, path)
    if size is None:
        raise FileMissing(f"there is no file {path}")
    try:
        return _read_end(session, path, size, limit_bytes, waiting)
    except NoCurl as lack:
        data = _whole(session, path, size, lack, waiting)
        return FileEnd(data[-limit_bytes:], len(data) > limit_bytes)


def _read_end(session: CimSession, path: str, size: int, limit_bytes: int, waiting: Callable[[float], None]) -> FileEnd:
    if size > limit_bytes:
        data = _read(session, path, _last(limit_bytes), limit_bytes, waiting)
        if data is not None:
            return FileEnd(data, len(data) >= limit_bytes)
        # The file was rolled over in the meantime.
    data = _read(session, path, f"0-{limit_bytes - 1}", limit_bytes, waiting)
    if data is None:
        raise FileError(f"{path} changes faster than it can be read; try again")
    if len(data) < limit_bytes:
        return FileEnd(data, False)
    # WMI's size was too small: this may be the beginning of a longer file.
    end = _read(session, path, _last(limit_bytes), limit_bytes, waiting)
    return FileEnd(data, False) if end is None else FileEnd(end, end != data)


def read_head(session: CimSession, path: str, count: int) -> bytes:
    """The first ``count`` bytes of a file, fewer when it is shorter; errors as ``read_end``."""
    checked_path(path)
    try:
        return _read(session, path, f"0-{count - 1}", count, _unheard) or b""
    except NoCurl as lack:
        return _whole(session, path, size_of(session, path) or 0, lack, _unheard)[:count]


def _unheard(_seconds: float) -> None:
    """No progress line for a short read."""


def _whole(session: CimSession, path: str, size: int, lack: NoCurl, waiting: Callable[[float], None]) -> bytes:
    """All of the file, printed by cmd.exe: for servers without curl.exe."""
    if size > _MOST_WHOLE_BYTES:
        raise FileError(
            f"{path} has {size} bytes, which is too large to read completely, and its end cannot be read: {lack}"
        ) from lack
    try:
        line = command_line("type", path)
    except BadCommandLine as error:
        raise FileError(f"{path} cannot be read without curl.exe: {error}") from error
    found = shell.run(session, line, limit_seconds=_LIMIT_SECONDS, limit_bytes=_MOST_WHOLE_BYTES + _SLACK_BYTES, waiting=waiting)
    if found.stopped:
        raise FileError(f"{path} was not read: the command {_STOPPED[found.stopped]}")
    if found.exit_code != 0:
        said = one_line(found.stderr, _MOST_WORDS) or f"type ended with exit code {found.exit_code}"
        raise FileError(f"{path} was not read: {said}")
    return found.stdout_bytes


def config(address: str, part: str) -> str:
    """What curl gets on its standard input: an escaped address, and a range of bytes."""
    return f'url = "{address}"\nrange = "{part}"\n'


def _last(count: int) -> str:
    return f"-{count}"


def _read(session: CimSession, path: str, part: str, limit_bytes: int, waiting: Callable[[float], None]) -> bytes | None:
    """A part of the file; None when the part begins outside it."""
    address = "file:///" + quote(path.replace("\\", "/"), safe="/:")
    found = shell.run(
        session,
        command_line(CURL, *ARGUMENTS),
        stdin=config(address, part),
        limit_seconds=_LIMIT_SECONDS,
        limit_bytes=limit_bytes + _SLACK_BYTES,
        waiting=waiting,
    )
    if found.stopped:
        raise FileError(f"{path} was not read: the command {_STOPPED[found.stopped]}")
    if found.exit_code == 0:
        return found.stdout_bytes
    words = one_line(found.stderr, _MOST_WORDS)
    if not words.lower().startswith("curl:"):
        raise NoCurl("there is no curl.exe on this server; Windows Server 2019 and later have it")
    if found.exit_code == _BAD_RESUME:
        return None
    if found.exit_code == _CANNOT_OPEN:
        raise FileError(f"{path} cannot be opened: this account may not read it, or another program has it open exclusively")
    raise FileError(f"{path} was not read: {words}")
