# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter that says which options of a checking role are not possible."""

from __future__ import annotations

DOCUMENTATION = r"""
name: option_problems
short_description: What is wrong with the options of the roles preflight and verify
version_added: 1.1.0
description:
  - Looks at numbers, names of checks, features, endpoints and file names among the options of P(configmgr.scp.preflight#role) and
    P(configmgr.scp.verify#role), and says what is not possible, by the name of the option.
  - The roles use it before they send anything.
positional: _input
options:
  _input:
    description:
      - Values by the full name of the option, such as C(verify_secret_days). What is left out or null is not looked at.
    type: dict
    required: true
  role:
    description:
      - The role.
    type: str
    choices: [preflight, verify]
    required: true
seealso:
  - plugin: configmgr.scp.preflight_report
    plugin_type: filter
  - plugin: configmgr.scp.verify_report
    plugin_type: filter
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: The options are possible
  ansible.builtin.assert:
    that: {verify_secret_days: -5} | configmgr.scp.option_problems('verify') | length == 0
"""

RETURN = r"""
_value:
  description: A sentence for each option that is not possible.
  type: list
  elements: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.configmgr.scp.plugins.module_utils.site.role_options import problems
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


def option_problems(options: Mapping[str, Any], role: str) -> Any:
    """See DOCUMENTATION.

    :raises AnsibleFilterError: no dictionary, or no such role.
    """
    try:
        found = problems(plain(role), plain(options))
    except (KeyError, TypeError, AttributeError) as error:
        raise AnsibleFilterError(f"option_problems: give a dictionary of options, and preflight or verify ({error})") from error
    # What people typed is data: no ansible-core may take braces in it for templates.
    return wrap_var(found)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"option_problems": option_problems}
