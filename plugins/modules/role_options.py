#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of a role, checked and in their types; the action plugin of the same name reads them."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: role_options
short_description: The options of a role of this collection, checked and in their types
version_added: 1.1.0
description:
  - The first task of each role of the collection. It reads the role's variables, whatever way they came, and gives them back
    in their
    types, so that C(false) out of an INI inventory, a survey or C(-e) is no other than C(false) out of YAML.
  - A variable that is null, or C(omit), counts as left out. An empty text is refused where leaving the variable out would mean
    something else.
  - A variable that begins as those of the collection do, and that none of its roles and playbooks knows, is refused by its name.
  - No connection is used.
extends_documentation_fragment:
  - configmgr.scp.attributes.controller
options:
  role:
    description:
      - Name of the role, without that of the collection.
    type: str
    required: true
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: The options can be used
  configmgr.scp.role_options:
    role: preflight
  register: __preflight_checked
"""

RETURN = r"""
options:
  description:
    - The options by their names without the role's, each in its type, with their defaults; null where an option was left out
      and has no default. Passwords and keys are left out.
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
    """Say where the module runs."""
    AnsibleModule(**SPEC).fail_json(msg="The action plugin of the same name does this work. Call the module by its full name.")


if __name__ == "__main__":
    main()
