# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
r"""Finds logs in the server's own registry and reads their ends, with the rolled-over file if the requested range needs it.

The log file of a component is in ``HKLM\SOFTWARE\Microsoft\SMS\Tracing\<COMPONENT>`` (recalled, not established: [K]).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.encodings import Decoded, decode
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import Record, parse, split_lines
from ansible_collections.configmgr.scp.plugins.module_utils.windows import file_end
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import KeyMissing, Registry, RegistryError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

TRACING_KEY = r"SOFTWARE\Microsoft\SMS\Tracing"
_SEPARATOR = "\\"
_FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}(?:\.[A-Za-z0-9_]{1,10})?", re.ASCII)
# If fewer bytes than this are left of the limit, no further file is read.
_WORTH_BYTES = 1024


class LogUnknown(Exception):
    """The registry does not show the log file of a component; the text says what is missing."""


@dataclass(frozen=True)
class Part:
    """The part of one file that was read. ``cut``: the file has more data before it."""

    path: str
    bytes: int
    cut: bool
    decoded: Decoded

    def records(self) -> Iterator[Record]:
        """Its records; can be called again."""
        return parse(split_lines(self.decoded.text), cut=self.cut)


@dataclass
class Log:
    """One log: its parts in the order of time, or why it could not be read.

    :param component: empty when the user gave the path.
    """

    component: str
    path: str
    parts: list[Part] = field(default_factory=list)
    error: str = ""
    rolled_error: str = ""

    def records(self) -> Iterator[Record]:
        """All records, those of the rolled-over file first."""
        return chain.from_iterable(part.records() for part in self.parts)

    def as_data(self) -> dict[str, Any]:
        """The data for the module's result."""
        return {
            "component": self.component or None,
            "path": self.path or None,
            "readable": not self.error,
            "error": self.error or None,
            "rolled_error": self.rolled_error or None,
            "files": [
                {
                    "path": part.path,
                    "bytes": part.bytes,
                    "cut": part.cut,
                    "encoding": part.decoded.encoding,
                    "unreadable_characters": part.decoded.unreadable_signs,
                }
                for part in self.parts
            ],
        }


@dataclass(frozen=True)
class Limits:
    """How much of each log is read.

    :param since: the beginning of the range, UTC; None for as much as ``most_bytes`` allows.
    :param most_bytes: of one log, including its rolled-over file.
    :param ansi: the code page of text that is not Unicode.
    :param when: returns the time of a record, UTC, None when unknown.
    """

    since: datetime | None
    most_bytes: int
    ansi: str
    when: Callable[[Record], datetime | None]


def log_path(registry: Registry, component: str) -> str:
    """The path of the component's log; one request.

    :raises LogUnknown: the registry does not show it, or the value is not a path of a local file.
    :raises RegistryError: the account may not read it.
    """
    key = f"{TRACING_KEY}\\{component}"
    try:
        path = registry.get_string(key, "TraceFilename")
    except KeyMissing:
        path = None
    if not path:
        raise LogUnknown(f"the registry has no log file for {component} (HKLM\\{key}, TraceFilename): it is not installed here")
    try:
        return file_end.checked_path(path.strip())
    except ValueError as error:
        raise LogUnknown(f"HKLM\\{key}, TraceFilename: {error}") from error


def checked_name(name: str) -> str:
    """The file name of a log, with ``.log`` added to one without an extension.

    :raises ValueError: it is not the name of a file alone; the text says what is allowed.
    """
    if not _FILE_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a log; give letters, digits, - and _, and at most one extension")
    return name if "." in name else f"{name}.log"


def beside(logs: list[Log], name: str) -> Log:
    """The log of this file name in the folder of the first of ``logs`` whose path is known."""
    found = next((log.path for log in logs if log.path), None)
    if found is None:
        reason = logs[0].error if logs else "no component was given"
        return Log("", "", error=f"the folder of {name} is not known: {reason}")
    return Log("", f"{found[: found.rindex(_SEPARATOR) + 1]}{name}")


def log_of(component: str, session: CimSession) -> Log:
    """The component's log, with its path or the reason why that is not known; one request."""
    log = Log(component, "")
    try:
        log.path = log_path(Registry(session), component)
    except (LogUnknown, RegistryError) as error:
        log.error = str(error)
    return log


def rolled_path(path: str) -> str | None:
    """``hman.lo_`` for ``hman.log``; None for another kind of file."""
    return f"{path[:-1]}_" if path.lower().endswith(".log") else None


def read_log(session: CimSession, log: Log, limits: Limits, waiting: Callable[[float], None]) -> None:
    """Read the end of the log into its parts, then the end of its rolled-over file if the range begins before the log does."""
    try:
        part = _part(session, log.path, limits.most_bytes, limits, waiting)
    except file_end.FileError as error:
        log.error = str(error)
        return
    log.parts = [part]
    rolled = rolled_path(log.path)
    left = limits.most_bytes - part.bytes
    if rolled is None or part.cut or left < _WORTH_BYTES or not needs_more(part, limits):
        return
    try:
        log.parts.insert(0, _part(session, rolled, left, limits, waiting))
    except file_end.FileMissing:
        return
    except file_end.FileError as error:
        log.rolled_error = str(error)


def needs_more(part: Part, limits: Limits) -> bool:
    """Whether the range begins before the first record with a known time; also true when there is no such record."""
    oldest = next((when for when in map(limits.when, part.records()) if when is not None), None)
    return limits.since is None or oldest is None or oldest > limits.since


def _part(session: CimSession, path: str, most_bytes: int, limits: Limits, waiting: Callable[[float], None]) -> Part:
    found = file_end.read_end(session, path, most_bytes, waiting=waiting)
    return Part(path, len(found.data), found.cut, decode(found.data, limits.ansi, cut=found.cut))
