# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""One task with the service connection tool, from reading the present state to the proof of the result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.times import iso
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import versions
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool import (
    readiness,
    running,
    traces,
    verdict,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.installed import Tool, find_tool
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import (
    CONNECT,
    IMPORT,
    PREPARE,
    Request,
    called,
    read_request,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.standing import (
    NotReady,
    Standing,
    check_hashes,
    read_standing,
)
from ansible_collections.configmgr.scp.plugins.module_utils.task import Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.waiting import wait_until
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import read_clock
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_commands import CommandFailed, make_folder, remove_folder
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import read_head
from ansible_collections.configmgr.scp.plugins.module_utils.windows.folders import File, find_file, folder_exists, tree
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import NotReadable

_MOST_FILES = 200
# How long the role's own thread may take to pass an import to the site in place of the tool; an estimate.
_HAND_OVER_SECONDS = 60.0


class Occasion:
    """The work of one task. Every failure is a TaskFailure with a message for the user."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.params = task.params
        try:
            self.request = self._request()
        except ValueError as error:
            raise TaskFailure(str(error)) from error

    def carry_out(self) -> Result:
        """Do what is needed; the module's result."""
        try:
            return self._carry_out()
        except NotReady as error:
            raise TaskFailure(self._not_possible(error), missing=error.missing or None) from error
        except NotReadable as error:
            raise TaskFailure(self._not_possible(error)) from error

    def _not_possible(self, error: NotReadable) -> str:
        return f"The action {self.request.action} on {self.task.host} is not possible: {error}."

    def _carry_out(self) -> Result:
        now = self._now()
        tool = self._tool()
        folder = self._log_folder(tool)
        standing = read_standing(self.task.cim, self.request, now, self.params["max_age_days"], folder)
        told = {"tool": {"path": tool.path, "version": tool.version}}
        if standing.done and not self.params["force"]:
            return {**self._result(standing.files, standing, changed=False, done=standing.done), **told}
        found = self._checked(tool, standing)
        self._check_destination(standing)
        planned = {"checks": [check.as_data() for check in found], **told}
        if self.task.check_mode:
            return {**self._result(standing.files, standing, changed=True), **planned}
        if self.request.action == IMPORT:
            check_hashes(self.task.cim, self.request.source, standing, self.task.progress)
        self._make_room(standing)
        return {**self._run(tool, standing, folder), **planned}

    def _request(self) -> Request:
        given = self.params["site_version"]
        version = versions.find(given) if given else None
        return read_request(self.params, version.name if version is not None and version.known else "")

    def _now(self) -> datetime:
        clock = read_clock(self.task.cim)
        if clock is None:
            raise TaskFailure(
                f"The clock of {self.task.host} cannot be read, but the age of files is "
                "judged by it. Check that the service Windows Management Instrumentation works on that server."
            )
        return clock.now

    def _tool(self) -> Tool:
        try:
            return find_tool(self.task.cim, self.params["tool_path"] or "")
        except ValueError as error:
            raise TaskFailure(f"{called('tool_path', self.request.action)}: {error}.") from error
        except NotReadable as error:
            raise TaskFailure(
                f"The service connection tool is not on {self.task.host}: {error}. Copy the complete folder "
                "CD.Latest\\SMSSETUP\\TOOLS\\ServiceConnectionTool of the top-level site server there, and set its path "
                f"in {called('tool_path', self.request.action)}.",
                missing="tool_path",
            ) from error

    def _log_folder(self, tool: Tool) -> str:
        try:
            return running.log_folder(self.task.cim, self.params["log_folder"] or "", tool.folder)
        except ValueError as error:
            raise TaskFailure(f"log_folder: {error}.") from error

    def _checked(self, tool: Tool, standing: Standing) -> list[Check]:
        self.task.progress(f"checking what {self.request.action} needs")
        needed = readiness.needed_bytes(self.request, self.params["download"], self.params["required_free_bytes"], standing.bytes)
        version = self._site_version()
        found = readiness.read_checks(self.task.cim, self.request, tool, version, self.params["mode"], needed)
        failed = readiness.failed(found)
        if failed:
            reasons = " ".join(f"{check.title}: {check.detail} {check.remedy}" for check in failed)
            raise TaskFailure(
                f"The action {self.request.action} was not started on {self.task.host}: {reasons}",
                checks=[check.as_data() for check in found],
            )
        return found

    def _site_version(self) -> str:
        """The site's version as a build; a name such as 2609 does not give the numbers after the build."""
        given = self.params["site_version"] or ""
        return versions.build_of(given) or given

    def _check_destination(self, standing: Standing) -> None:
        if self.request.action != CONNECT or not standing.occupied or standing.unfinished:
            return
        if not self.params["clear_destination"]:
            raise TaskFailure(
                f"update_packs: {self.request.target} on {self.task.host} is not empty, but the tool needs an empty folder for "
                "its downloads. Give another folder, delete its content, or set clear_destination to true."
            )

    def _make_room(self, standing: Standing) -> None:
        cim, target = self.task.cim, self.request.target
        if not target:
            return
        if not folder_exists(cim, target + traces.UNFINISHED):
            # This also creates its parent folder.
            make_folder(cim, target + traces.UNFINISHED)
        if self.request.action == CONNECT:
            if standing.occupied:
                remove_folder(cim, target)
            if standing.occupied or not folder_exists(cim, target):
                make_folder(cim, target)

    def _run(self, tool: Tool, standing: Standing, log_folder: str) -> Result:
        cim = self.task.cim
        began, clock = self._now(), self.task.monotonic()
        run = running.run_tool(self.task, tool, self.request, self.params["run_timeout"])
        seconds = round(self.task.monotonic() - clock, 1)
        now = self._now()
        left = [] if traces.is_abnormal_end(run.exit_code, run.text) else self._left_behind(began)
        proved = self._handed_over(run, began) if self.request.action == IMPORT else bool(left)
        setup_log = running.read_text(cim, running.SETUP_LOG) if self.request.action == CONNECT and not proved else ""
        problems = running.problems_of_run(run, tool, setup_log, began, now)
        name = traces.saved_log_name(self.request.action, now, succeeded=proved, identity=standing.identity)
        saved = self._kept(tool, log_folder, name) if run.log else None
        facts = {"exit_code": run.exit_code, "saved_log": saved, "problems": problems, "seconds": seconds}
        if not proved:
            sentence = verdict.failure(self.request, run, problems, self.task.host)
            raise TaskFailure(sentence, **facts, changed=True, command=self.request.shown)
        for warning in verdict.warnings(self.request, run):
            self.task.warn(warning)
        if self.request.target:
            remove_folder(cim, self.request.target + traces.UNFINISHED)
        return {**self._result(left or standing.files, standing, changed=True), **facts}

    def _left_behind(self, began: datetime) -> Sequence[File]:
        """The files that prove the run; none if they are missing or older than the run."""
        cim, request = self.task.cim, self.request
        if request.action == CONNECT:
            files = tree(cim, request.target)
            return files if traces.manifest_in(files) else []
        if request.action == IMPORT:
            return []
        found = find_file(cim, request.target)
        if found is None or not found.size_bytes or not verdict.is_of_run(found, began):
            return []
        whole = request.action != PREPARE or traces.is_whole_cab(
            read_head(cim, request.target, traces.CAB_HEAD_BYTES), found.size_bytes
        )
        return [found] if whole else []

    def _handed_over(self, run: running.Run, began: datetime) -> bool:
        if traces.has_imported(run.log.splitlines()):
            return True
        if not run.log or run.stopped:
            return False
        return bool(
            wait_until(
                self.task,
                lambda: running.downloader_handed_over(self.task.cim, began) or None,
                f"the state message 4 of the import on {self.task.host}",
                _HAND_OVER_SECONDS,
            )
        )

    def _kept(self, tool: Tool, folder: str, name: str) -> str | None:
        try:
            return running.keep_log(self.task.cim, tool, folder, name)
        except (CommandFailed, ValueError) as error:
            self.task.warn(f"The log of this run could not be copied ({error}); the next run will overwrite it.")
            return None

    def _result(self, files: Sequence[File], standing: Standing, *, changed: bool, done: str = "") -> dict[str, Any]:
        command = None if done else self.request.shown
        return {
            "changed": changed,
            "action": self.request.action,
            "done_already": done or None,
            "command": command,
            "files": [
                {"path": file.path, "size_bytes": file.size_bytes, "modified": iso(file.modified)} for file in files[:_MOST_FILES]
            ],
            "pack": standing.identity or None,
            "packages": traces.packages_in(files) if self.request.action in (CONNECT, IMPORT) else [],
            "diff": {"before": "", "after": f"{command}\n" if command else ""},
        }
