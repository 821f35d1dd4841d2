#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Validates and converts the options of a role; the action plugin of the same name does it."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: role_options
short_description: Validate and convert the options of a role of this collection
version_added: 1.1.0
description:
  - The first task of each role of the collection. It reads the role's variables, wherever they are set, and returns them in their
    types, so that C(false) from an INI inventory, a survey or C(-e) means the same as C(false) from YAML.
  - A variable that is null, or C(omit), counts as not set. An empty string is refused, unless it is the default of the option or
    has a documented meaning of its own.
  - A variable that no role or playbook of the collection uses, but whose name begins like the collection's variables, is refused.
    It only causes a warning when other roles could use such a name and no variable of the collection has a similar one.
  - No connection is used.
extends_documentation_fragment:
  - configmgr.scp.attributes.controller
options:
  role:
    description:
      - Name of the role, without the name of the collection.
    type: str
    required: true
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Validate the options
  configmgr.scp.role_options:
    role: preflight
  register: __preflight_checked
"""

RETURN = r"""
options:
  description:
    - The options, named without the prefix of the role, each in its type and with its default; null where an option is not set
      and has no default. Passwords and keys are not included.
  type: dict
  returned: success
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

SPEC: dict[str, Any] = {
    "argument_spec": {"role": {"type": "str", "required": True}},
    "supports_check_mode": True,
}


def main() -> None:
    """Report where the module runs."""
    AnsibleModule(**SPEC).fail_json(msg="The action plugin of the same name does this work. Call the module by its full name.")


if __name__ == "__main__":
    main()
