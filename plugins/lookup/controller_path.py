# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lookup that reads what a path on the controller is."""

from __future__ import annotations

DOCUMENTATION = r"""
name: controller_path
short_description: Check whether a path on the controller is a file or a folder
version_added: 1.1.0
description:
  - Checks whether a path on the controller is a file or a folder, and which files are below a folder. Nothing is changed.
  - A lookup runs where Ansible itself runs, without a connection. Connection variables therefore have no effect, including
    extra variables.
options:
  _terms:
    description: Paths. A relative path is relative to the folder in which Ansible was started; C(~) is the user's home folder.
    type: list
    elements: str
    required: true
  depth:
    description: Number of folder levels for which files are listed. With V(0), no files are listed.
    type: int
    default: 0
  read:
    description: Whether to read the files, which may have at most 1 MiB. Their content is returned in Base64, so that any
      encoding is possible.
    type: bool
    default: false
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Check that there are updates to import
  ansible.builtin.assert:
    that: lookup('configmgr.scp.controller_path', '/srv/offline_updates').kind == 'folder'
"""

RETURN = r"""
_raw:
  description:
    - For each path a dictionary with C(path), the full path; C(kind), which is V(file), V(folder), V(other), or empty when the
      path does not exist; C(readable); C(files), relative paths of the files below a folder; and C(content), empty unless
      O(read=true).
  type: list
  elements: dict
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.configmgr.scp.plugins.plugin_utils.controller_paths import (
    ControllerPathError,
    Looked,
    look,
    read_whole,
)
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain

_MOST_BYTES = 1024 * 1024


class LookupModule(LookupBase):  # type: ignore[misc]
    """Check paths on the controller."""

    def run(self, terms: Sequence[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """The result for each path; see LookupBase.run."""
        self.set_options(var_options=variables, direct=kwargs)
        depth = int(self.get_option("depth"))
        try:
            found = [look(str(plain(term)), depth) for term in terms]
            return [asdict(item) | {"content": _content(item) if self.get_option("read") else ""} for item in found]
        except ControllerPathError as error:
            raise AnsibleError(str(error)) from error


def _content(found: Looked) -> str:
    """The content of a file in Base64, empty when the path does not exist.

    :raises ControllerPathError: the path exists but is not a file, cannot be read or is too large.
    """
    content = read_whole(Path(found.path), _MOST_BYTES) if found.kind else None
    return base64.b64encode(content or b"").decode("ascii")
