# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter that checks the options of a site and creates the sections of a script for unattended setup."""

from __future__ import annotations

DOCUMENTATION = r"""
name: setup_script
short_description: Create the script for unattended setup of a Configuration Manager site
version_added: 1.0.0
description:
  - Checks the options of a site that setup installs or recovers, and returns the sections of the script, or
    all mistakes at once.
  - Settings of the service connection point that a setup script cannot contain are returned as variables for a playbook that
    runs after setup.
  - The role P(configmgr.scp.unattended_setup#role) uses it.
notes:
  - RV(_value.sections) contains the product key. Do not register, print or save it.
positional: _input
options:
  _input:
    description:
      - The options of the role P(configmgr.scp.unattended_setup#role), without the prefix C(unattended_setup_).
      - An option that is null, or an empty string, list or dictionary, counts as not set.
    type: dict
    required: true
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Show the mistakes in the plan of a site
  ansible.builtin.debug:
    msg: "{{ (plan | configmgr.scp.setup_script).mistakes }}"
  vars:
    plan:
      type: primary
      product_key: Eval
      site_code: PS1
      site_name: Contoso
      install_dir: D:\ConfigMgr
      sms_provider: cm01.contoso.com
      prerequisites: {path: D:\Redist}
      database: {server: sql01.contoso.com, name: CM_PS1}
      software_assurance: {active: true}
      service_connection_point: {server: scp01.contoso.com, mode: offline}
"""

RETURN = r"""
_value:
  description: The script, or the mistakes.
  type: dict
  contains:
    mistakes:
      description: A sentence for each mistake, with the key, the rule and what is allowed. If empty, the script can be written.
      type: list
      elements: str
    sections:
      description: The sections in their order; empty when there are mistakes.
      type: list
      elements: dict
      contains:
        name:
          description: Name of the section.
          type: str
        entries:
          description: Its keys in their order, each with C(name) and C(value).
          type: list
          elements: dict
    after_setup:
      description: Variables for the playbook C(configmgr.scp.after_setup), without any password.
      type: dict
    accounts:
      description: Names of the accounts in RV(_value.after_setup) whose passwords the site needs.
      type: list
      elements: str
    reasons:
      description: A sentence for each setting that a setup script cannot contain, or that an administrator has to know about.
      type: list
      elements: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.script import judged


def setup_script(wish: Mapping[str, Any]) -> dict[str, Any]:
    """See DOCUMENTATION.

    :raises AnsibleFilterError: the input is not a dictionary.
    """
    if not isinstance(wish, Mapping):
        raise AnsibleFilterError("setup_script: the input is not a dictionary; give the options of the role unattended_setup.")
    script = judged(wish)
    sections = [] if script.mistakes else script.sections
    return {
        "mistakes": list(script.mistakes),
        "sections": [
            {"name": name, "entries": [{"name": key, "value": value} for key, value in keys]} for name, keys in sections
        ],
        "after_setup": {} if script.mistakes else dict(script.afterwards.variables),
        "accounts": [] if script.mistakes else list(script.afterwards.accounts),
        "reasons": [] if script.mistakes else list(script.afterwards.reasons),
    }


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"setup_script": setup_script}
