# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the tool, reads its output, and copies its log to a file of its own, because the next run overwrites the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.shown import shown
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import files as log_files
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.encodings import decode
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Judge
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.records import parse, split_lines
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.report import report
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.installed import Tool
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import PROGRAM, Request
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task
from ansible_collections.configmgr.scp.plugins.module_utils.windows import file_end, shell
from ansible_collections.configmgr.scp.plugins.module_utils.windows.command_line import command_line
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_commands import copy_file, make_folder
from ansible_collections.configmgr.scp.plugins.module_utils.windows.folders import find_file, folder_exists
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import Registry, RegistryError
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

_MOST_LOG = 2 * 1024 * 1024
_MOST_OUTPUT = 4 * 1024 * 1024
# The output is read with the patterns of the tool's log.
_OUTPUT = "ServiceConnectionTool.out"
SETUP_LOG = r"C:\ConfigMgrSetup.log"


@dataclass(frozen=True)
class Run:
    """A run that has ended.

    :param exit_code: None when the run was stopped; it proves nothing.
    :param stopped: why the run was stopped, or empty.
    :param output: standard output and standard error.
    :param log: the text of its own log; empty when it wrote none.
    """

    exit_code: int | None
    stopped: str
    output: str
    log: str

    @property
    def text(self) -> str:
        return f"{self.log}\n{self.output}"


def run_tool(task: Task, tool: Tool, request: Request, limit_seconds: float) -> Run:
    """Run the tool in its own folder, and report every few seconds that it still runs."""
    before = find_file(task.cim, tool.log)
    task.progress(f"{PROGRAM} -{request.action} starts, at most {limit_seconds:.0f} s")
    found = shell.run(
        task.cim,
        command_line(PROGRAM, *request.arguments),
        folder=tool.folder,
        limit_seconds=limit_seconds,
        limit_bytes=_MOST_OUTPUT,
        waiting=lambda seconds: task.progress(
            f"{PROGRAM} -{request.action} runs: {seconds:.0f} s of at most {limit_seconds:.0f} s"
        ),
        monotonic=task.monotonic,
    )
    after = find_file(task.cim, tool.log)
    written = after is not None and (before is None or after.modified is None or after != before)
    text = read_text(task.cim, tool.log) if written else ""
    return Run(found.exit_code, found.stopped, f"{found.stdout}\n{found.stderr}", text)


def read_text(session: CimSession, path: str) -> str:
    """The end of a log; empty when it cannot be read."""
    with suppress(file_end.FileError):
        return decode(file_end.read_end(session, path, _MOST_LOG).data).text
    return ""


def problems_of(texts: Mapping[str, str], since: datetime | None, now: datetime | None) -> list[dict[str, Any]]:
    """The problems found in the texts of logs, by their path."""
    judge = Judge(since=since)
    judge.read({path: parse(split_lines(text)) for path, text in texts.items()})
    found: list[dict[str, Any]] = report(judge, now)["problems"]
    return found


def problems_of_run(run: Run, tool: Tool, setup_log: str, since: datetime, now: datetime) -> list[dict[str, Any]]:
    """The problems in the tool's log and output, and in the part of setup's log from this run."""
    own = problems_of({tool.log: run.log, _OUTPUT: run.output}, None, now)
    return own + (problems_of({SETUP_LOG: setup_log}, since, now) if setup_log else [])


def log_folder(session: CimSession, given: str, tool_folder: str) -> str:
    """Where logs are kept: the user's folder, else the downloader's log folder, else the tool's folder."""
    if given:
        return file_end.checked_path(given.strip().rstrip("\\"))
    with suppress(log_files.LogUnknown, RegistryError):
        return log_files.log_path(Registry(session), naming.DOWNLOADER).rpartition("\\")[0]
    return tool_folder


def keep_log(session: CimSession, tool: Tool, folder: str, name: str) -> str:
    """Copy the tool's log; its new path.

    :raises CommandFailed: the copy failed.
    """
    if not folder_exists(session, folder):
        make_folder(session, folder)
    path = f"{folder}\\{name}"
    copy_file(session, tool.log, path)
    return path


def downloader_handed_over(session: CimSession, since: datetime) -> bool:
    """Whether the role's own thread has dropped the state message 4 since then: it may do so in place of the tool."""
    with suppress(log_files.LogUnknown, RegistryError):
        path = log_files.log_path(Registry(session), naming.DOWNLOADER)
        judge = Judge(since=since)
        judge.read({path: parse(split_lines(read_text(session, path)))})
        return any(state.number == 4 and state.sent for state in judge.states)
    return False


def last_words(run: Run, most: int = 300) -> str:
    """The last line that the tool printed or logged."""
    lines: Sequence[str] = [line.strip() for text in (run.log, run.output) for line in text.splitlines() if line.strip()]
    return shown(lines[-1], most) if lines else ""
