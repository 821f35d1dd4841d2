#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks whether a playbook run has any hosts and tasks to run; the action plugin of the same name does it."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: run_scope
short_description: Check that a playbook run has hosts and tasks to run
version_added: 1.1.0
description:
  - The first task of each playbook of the collection. A run whose hosts or tags match nothing would succeed without doing
    anything; this task fails instead.
  - When another playbook imports the playbook, nothing is checked, because the importing playbook can contain other plays.
  - No connection is used.
extends_documentation_fragment:
  - configmgr.scp.attributes.controller
options:
  playbook:
    description:
      - Name of the playbook, without the name of the collection.
    type: str
    required: true
  variable:
    description:
      - The variable that names the hosts of the playbook.
    type: str
    required: true
  pattern:
    description:
      - Value of this variable, a host pattern.
    type: str
    required: true
  hosts:
    description:
      - The inventory hosts that the pattern matches.
    type: list
    elements: str
    required: true
  limited_to:
    description:
      - The inventory hosts that remain after C(--limit) on the command line. Omit it when there is no limit.
    type: list
    elements: str
  tags:
    description:
      - The tags of the playbook.
    type: list
    elements: str
    default: []
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Check that this run has hosts
  configmgr.scp.run_scope:
    playbook: provision
    variable: scp_provider
    pattern: sms_provider
    hosts: "{{ query('ansible.builtin.inventory_hostnames', 'sms_provider') }}"
  run_once: true
"""

RETURN = r"""
hosts:
  description: The hosts that the playbook works on.
  type: list
  elements: str
  returned: success
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

SPEC: dict[str, Any] = {
    "argument_spec": {
        "playbook": {"type": "str", "required": True},
        "variable": {"type": "str", "required": True},
        "pattern": {"type": "str", "required": True},
        "hosts": {"type": "list", "elements": "str", "required": True},
        "limited_to": {"type": "list", "elements": "str"},
        "tags": {"type": "list", "elements": "str", "default": []},
    },
    "supports_check_mode": True,
}


def main() -> None:
    """Report where the module runs."""
    AnsibleModule(**SPEC).fail_json(msg="The action plugin of the same name does this work. Call the module by its full name.")


if __name__ == "__main__":
    main()
