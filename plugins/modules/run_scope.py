#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a run of a playbook has anything to work on; the action plugin of the same name tells."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: run_scope
short_description: Whether a run of a playbook has anything to work on
version_added: 1.1.0
description:
  - The first task of each playbook of the collection. A run whose hosts or tags match nothing would end well without having done
    anything; this ends it with an error.
  - Where the playbook was imported by another one, nothing is looked at. What that one does besides is its own.
  - No connection is used.
extends_documentation_fragment:
  - configmgr.scp.attributes.controller
options:
  playbook:
    description:
      - Name of the playbook, without that of the collection.
    type: str
    required: true
  variable:
    description:
      - The variable that names the hosts of the playbook.
    type: str
    required: true
  pattern:
    description:
      - What it says, a pattern of hosts.
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
      - The inventory hosts that the limit of the command line leaves; not given where there is no limit.
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
- name: The hosts of this run are known
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
    """Say where the module runs."""
    AnsibleModule(**SPEC).fail_json(msg="The action plugin of the same name does this work. Call the module by its full name.")


if __name__ == "__main__":
    main()
