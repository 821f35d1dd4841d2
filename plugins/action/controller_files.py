# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes text files on the controller, without a connection."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.task import TaskFailure
from ansible_collections.configmgr.scp.plugins.modules import controller_files
from ansible_collections.configmgr.scp.plugins.plugin_utils import controller_paths
from ansible_collections.configmgr.scp.plugins.plugin_utils.controller_action import ControllerAction

_MODE = re.compile(r"0?[0-7]{3}")


class ActionModule(ControllerAction):
    """Write the files that are missing or different."""

    MODULE = controller_files

    def work(self, params: Mapping[str, Any], task_vars: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Write the files; see ControllerAction.work."""
        if not _MODE.fullmatch(params["mode"]):
            raise TaskFailure(f"mode: {params['mode']!r} is not a file mode. Give a quoted octal number, such as '0640'.")
        mode = int(params["mode"], 8)
        texts = {_file_name(name): _bytes(name, str(text), params) for name, text in sorted(params["texts"].items())}
        try:
            folder = controller_paths.full_path(params["folder"])
            due = [name for name, content in texts.items() if not _is_there(folder / name, content, mode)]
            if not self._task.check_mode:
                # Where everyone may read the files, everyone may open their folder.
                controller_paths.make_folder(folder, 0o755 if mode & 0o004 else 0o750)
                for name in due:
                    controller_paths.write_whole(folder / name, texts[name], mode)
        except controller_paths.ControllerPathError as error:
            raise TaskFailure(str(error)) from error
        return {
            "changed": bool(due),
            "paths": [str(folder / name) for name in texts],
            "written": [str(folder / name) for name in due],
        }


def _file_name(name: str) -> str:
    if name in ("", ".", "..") or "/" in name or "\0" in name:
        raise TaskFailure(f"{name!r} is not a file name. Give a name without a folder; the folder has its own variable.")
    return name


def _bytes(name: str, text: str, params: Mapping[str, Any]) -> bytes:
    if params["newline"] == "crlf":
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    try:
        return text.encode(params["encoding"])
    except UnicodeEncodeError as error:
        raise TaskFailure(
            f"The text for {name} has the character {text[error.start]!r}, which is not in {params['encoding']}. Replace it."
        ) from error


def _is_there(path: Path, content: bytes, mode: int) -> bool:
    found = controller_paths.read_whole(path)
    return found == content and stat.S_IMODE(path.stat().st_mode) == mode
