# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter that shows what would change in a script for unattended setup, without its secrets."""

from __future__ import annotations

DOCUMENTATION = r"""
name: setup_script_changes
short_description: Show what would change in a script for unattended setup
version_added: 1.0.0
description:
  - Compares a script for unattended setup of Configuration Manager with a new one, and returns a diff that does not show the
    product key.
  - The role P(configmgr.scp.unattended_setup#role) uses it.
positional: _input
options:
  _input:
    description:
      - The text of the new script.
    type: str
    required: true
  present:
    description:
      - The present file in Base64, as M(ansible.builtin.slurp) returns it. Empty if there is no file.
    type: str
    default: ""
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Show what would change in a script
  ansible.builtin.debug:
    msg: "{{ text | configmgr.scp.setup_script_changes(present.content) }}"
"""

RETURN = r"""
_value:
  description: Lines of a unified diff; empty when both files are the same.
  type: list
  elements: str
"""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.changes import changes


def setup_script_changes(wanted: str, present: str = "") -> list[str]:
    """See DOCUMENTATION.

    :raises AnsibleFilterError: the present file is not Base64.
    """
    try:
        content = base64.b64decode(str(present), validate=True)
    except (binascii.Error, ValueError):
        raise AnsibleFilterError("setup_script_changes: present is not Base64; give the content that slurp returned.") from None
    return changes(content, str(wanted))


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"setup_script_changes": setup_script_changes}
