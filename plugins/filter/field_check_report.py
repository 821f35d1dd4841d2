# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter that puts the verdicts of a field check in one list."""

from __future__ import annotations

DOCUMENTATION = r"""
name: field_check_report
short_description: Put the verdicts of a field check in one list
version_added: 1.1.0
description:
  - Returns the verdicts of M(configmgr.scp.field_check) on several hosts in one list. For a host that did not answer, each
    verdict is V(cannot tell) with the reason.
  - The role P(configmgr.scp.field_check#role) uses it.
positional: _input
options:
  _input:
    description:
      - For each host C(part), V(site) or V(server); C(host), its name; and C(result), the registered result. C(why) is the reason
        where there is no result.
    type: list
    elements: dict
    required: true
seealso:
  - module: configmgr.scp.field_check
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Show the verdicts
  ansible.builtin.debug:
    msg: "{{ ([{'part': 'site', 'host': inventory_hostname, 'result': field}] | configmgr.scp.field_check_report).table }}"
"""

RETURN = r"""
_value:
  description: The verdicts.
  type: dict
  contains:
    probes:
      description: The verdicts in the order of the probes, as RV(configmgr.scp.field_check#module:probes).
      type: list
      elements: dict
    counts:
      description: Number of probes by verdict.
      type: dict
    table:
      description: Lines to display, the contradicted assumptions first.
      type: list
      elements: str
    summary:
      description: Number of probes by verdict, as a sentence.
      type: str
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.configmgr.scp.plugins.module_utils.site.field.report import report_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


def field_check_report(parts: Sequence[Mapping[str, Any]]) -> Any:
    """See DOCUMENTATION.

    :raises AnsibleFilterError: the input does not have the documented form.
    """
    try:
        report = report_of(plain(parts))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnsibleFilterError(f"field_check_report: the input is not as documented ({error})") from error
    # Texts of a site are data: ansible-core must not interpret braces in them as templates.
    return wrap_var(report)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"field_check_report": field_check_report}
