# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The lookup that sees what is at a path of the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
name: controller_path
short_description: What is at a path of the controller
version_added: 1.1.0
description:
  - Sees whether a path of the controller is a file or a folder, and which files lie below a folder. Nothing is changed.
  - A lookup works where Ansible itself runs, without a connection. So it works whatever the connection variables say, extra
    variables too.
options:
  _terms:
    description: Paths. A relative one begins in the folder where Ansible was started, C(~) is the user's home.
    type: list
    elements: str
    required: true
  depth:
    description: How many folders deep files are listed. With V(0), none are.
    type: int
    default: 0
  read:
    description: Whether to read files, which may have at most 1 MiB. Their content is given back in Base64, for texts of any
      encoding.
    type: bool
    default: false
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: There are updates to hand over
  ansible.builtin.assert:
    that: lookup('configmgr.scp.controller_path', '/srv/offline_updates').kind == 'folder'
"""

RETURN = r"""
_raw:
  description:
    - For each path a dictionary with C(path), the full path; C(kind), which is V(file), V(folder), V(other), or empty where
      there is nothing; C(readable); C(files), relative paths of the files below a folder; and C(content), empty where it was
      not asked for.
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
    """Look at paths of the controller."""

    def run(self, terms: Sequence[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        """For each path what is there; see LookupBase.run."""
        self.set_options(var_options=variables, direct=kwargs)
        depth = int(self.get_option("depth"))
        try:
            found = [look(str(plain(term)), depth) for term in terms]
            return [asdict(item) | {"content": _content(item) if self.get_option("read") else ""} for item in found]
        except ControllerPathError as error:
            raise AnsibleError(str(error)) from error


def _content(found: Looked) -> str:
    """The content of a file in Base64, empty where there is nothing.

    :raises ControllerPathError: there is something that is no file, can not be read or is too large.
    """
    content = read_whole(Path(found.path), _MOST_BYTES) if found.kind else None
    return base64.b64encode(content or b"").decode("ascii")
