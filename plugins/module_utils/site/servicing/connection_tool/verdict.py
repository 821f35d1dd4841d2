# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The messages about the result of a run. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool import traces
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import (
    CONNECT,
    IMPORT,
    Request,
    called,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.running import Run, last_words
from ansible_collections.configmgr.scp.plugins.module_utils.windows.folders import File

# A file's time may be up to two seconds early on FAT, and the clock is read a moment before the run.
_EARLY = timedelta(seconds=5)
_MISSING = {
    "prepare": "left no complete usage data (.cab)",
    "connect": "left no complete download (ConfigMgr.Update.Manifest.ENC)",
    "import": "did not pass the updates to the site (no state message 4)",
    "export": "left no .csv file",
}


def is_of_run(file: File, began: datetime) -> bool:
    """Whether a file was written by the run; a file of unknown time counts, because none existed or a new one was needed."""
    return file.modified is None or file.modified >= began - _EARLY


def failure(request: Request, run: Run, problems: Sequence[Mapping[str, Any]], host: str) -> str:
    """Why the run failed: the first known problem, else the tool's last message."""
    begin = f"ServiceConnectionTool.exe -{request.action} on {host} {_MISSING[request.action]}"
    if run.stopped == "time":
        return (
            f"{begin}: it ran longer than its time limit and was stopped. Set a longer limit in "
            f"{called('run_timeout', request.action)}, and run this again."
        )
    if traces.hides_proxy_failure(run.text, request.proxy):
        return (
            f"{begin}. Its message is about the usage data. With a proxy, the tool gives this message also when the proxy is "
            f"wrong: check that {request.proxy} is the name and port of the proxy ({called('proxy', request.action)}), and that "
            "the proxy allows this server without authentication."
        )
    known = next((problem for problem in problems if problem["id"] != "unrecognised"), None)
    if known is not None:
        return f"{begin}: {known['title']}. {known['cause']} {known['remedy']}"
    words = last_words(run)
    if traces.is_abnormal_end(run.exit_code, ""):
        code = run.exit_code
        begin += " and was stopped" if code is None else f" and crashed (exit code 0x{code & 0xFFFFFFFF:08X})"
    said = f"Its last message: {words.rstrip('.')}." if words else "It printed nothing and wrote no log."
    after = "Fix the cause and run this again; nothing is lost." if request.action in (CONNECT, IMPORT) else ""
    return f"{begin}. {said} {after}".rstrip()


def warnings(request: Request, run: Run) -> list[str]:
    """Warnings about a run that succeeded."""
    if request.action == CONNECT and traces.is_harmless_crash(run.text):
        return [
            "The tool ended with an error about a temporary folder that it could not delete. This is a known, harmless error: "
            "the download is complete."
        ]
    return []
