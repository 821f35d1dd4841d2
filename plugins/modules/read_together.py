#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs several modules of the collection at the same time, in check mode; the action plugin of the same name does it."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: read_together
short_description: Run several modules of the collection at the same time, in check mode
version_added: 1.1.0
description:
  - Runs modules of this collection in one task, each over its own connection, on one host or on several. Over a slow connection
    a play then waits for the slowest of them, not for all of them one after the other.
  - All of them run in check mode, so nothing is changed, whatever they are. To make changes, use the modules themselves.
  - The modules on one host wait until the first of them has received an answer. If this host cannot be reached or does not accept
    the credentials, there is only one attempt to log on, and all of them have the same result.
  - The task itself succeeds if its options are valid. The result of each module is in RV(found).
  - The connection settings of each host are those that a task with C(delegate_to) has. C(become) is not supported.
extends_documentation_fragment:
  - configmgr.scp.attributes
options:
  parts:
    description:
      - What to run.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the part in RV(found).
        type: str
        required: true
      module:
        description:
          - Name of a module of this collection that connects to a host, without the name of the collection.
        type: str
        required: true
      host:
        description:
          - The inventory host on which it runs; the task's own host by default.
        type: str
      arguments:
        description:
          - The options of the module.
        type: dict
        default: {}
      when:
        description:
          - Whether to run it. If not, its result has RV(ignore:skipped).
        type: bool
        default: true
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Read the role and the logs of its server at the same time
  configmgr.scp.read_together:
    parts:
      - name: role
        module: service_connection_point_info
        arguments: {site_code: CAS}
      - name: log
        module: log_info
        host: scp01.corp.example
  register: read

- name: Show the server of the role
  ansible.builtin.debug:
    var: read.found.role.server
"""

RETURN = r"""
found:
  description:
    - The result of each part by its name, as the module itself would return it in check mode, with C(failed), C(changed), and
      C(unreachable) or C(skipped) if that is so.
  returned: success
  type: dict
  sample:
    role: {changed: false, failed: false, server: scp01.corp.example}
    log: {changed: false, failed: false, unreachable: true, msg: "..."}
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY

SPEC: dict[str, Any] = {
    "argument_spec": {
        "parts": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "name": {"type": "str", "required": True},
                "module": {"type": "str", "required": True},
                "host": {"type": "str"},
                "arguments": {"type": "dict", "default": {}},
                "when": {"type": "bool", "default": True},
            },
        },
    },
    "supports_check_mode": True,
}


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
