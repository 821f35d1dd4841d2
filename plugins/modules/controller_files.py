#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Texts written to files of the controller; the action plugin of the same name does it."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: controller_files
short_description: Write texts to files of the controller
version_added: 1.1.0
description:
  - Writes texts to files where Ansible itself runs, each whole or not at all. Folders are made where they are missing.
  - No connection is used, not even to the controller. So connection variables have no effect on it, extra variables neither.
  - The roles of the collection write their reports and scripts with it.
extends_documentation_fragment:
  - configmgr.scp.attributes.controller
options:
  folder:
    description:
      - The folder for the files. A relative path begins in the folder where Ansible was started, C(~) is the user's home.
    type: str
    required: true
  texts:
    description:
      - The texts by file names. A name has no folder in it.
    type: dict
    required: true
  mode:
    description:
      - Permissions of the files, as an octal number in quotes.
    type: str
    default: "0640"
  newline:
    description:
      - What ends a line; V(crlf) for programs of Windows.
    type: str
    choices: [lf, crlf]
    default: lf
  encoding:
    description:
      - How characters are written. With V(ascii) a text with any other character is refused.
    type: str
    choices: [utf-8, ascii]
    default: utf-8
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Keep what was found
  configmgr.scp.controller_files:
    folder: reports
    texts:
      site.json: "{{ found | ansible.builtin.to_nice_json }}"
"""

RETURN = r"""
paths:
  description: Full paths of the files, in the order of their names.
  type: list
  elements: str
  returned: success
written:
  description: Those of them that were written, or would be in check mode, because they were missing or had another content
    or other permissions.
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
    """Say where the module runs."""
    AnsibleModule(**SPEC).fail_json(msg="The action plugin of the same name does this work. Call the module by its full name.")


if __name__ == "__main__":
    main()
