#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Writes text files on the controller; the action plugin of the same name does it."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: controller_files
short_description: Write text files on the controller
version_added: 1.1.0
description:
  - Writes text files on the machine where Ansible itself runs. A file is written completely or not at all. Missing folders are
    created.
  - No connection is used, not even to the controller. Connection variables therefore have no effect, including extra variables.
  - The roles of the collection use it to write their reports and scripts.
extends_documentation_fragment:
  - configmgr.scp.attributes.controller
options:
  folder:
    description:
      - The folder for the files. A relative path is relative to the folder in which Ansible was started; C(~) is the user's home
        folder.
    type: str
    required: true
  texts:
    description:
      - The texts, each with its file name as the key. A file name must not contain a folder.
    type: dict
    required: true
  mode:
    description:
      - Permissions of the files, as a quoted octal number. If everyone may read the files, everyone may open a folder that is
        created for them.
    type: str
    default: "0640"
  newline:
    description:
      - The line ending; V(crlf) is for Windows programs.
    type: str
    choices: [lf, crlf]
    default: lf
  encoding:
    description:
      - The character encoding. With V(ascii), a text that contains any other character is refused.
    type: str
    choices: [utf-8, ascii]
    default: utf-8
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Save the result to a file
  configmgr.scp.controller_files:
    folder: reports
    texts:
      site.json: "{{ found | ansible.builtin.to_nice_json }}"
"""

RETURN = r"""
paths:
  description: Full paths of the files, sorted by file name.
  type: list
  elements: str
  returned: success
written:
  description: The paths of the files that were written, or would be in check mode, because they were missing or had different
    content or permissions.
  type: list
  elements: str
  returned: success
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

SPEC: dict[str, Any] = {
    "argument_spec": {
        "folder": {"type": "str", "required": True},
        "texts": {"type": "dict", "required": True},
        "mode": {"type": "str", "default": "0640"},
        "newline": {"type": "str", "choices": ["lf", "crlf"], "default": "lf"},
        "encoding": {"type": "str", "choices": ["utf-8", "ascii"], "default": "utf-8"},
    },
    "supports_check_mode": True,
}


def main() -> None:
    """Report where the module runs."""
    AnsibleModule(**SPEC).fail_json(msg="The action plugin of the same name does this work. Call the module by its full name.")


if __name__ == "__main__":
    main()
