# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter that creates the HTML page of a report about a service connection point."""

from __future__ import annotations

DOCUMENTATION = r"""
name: verify_page
short_description: Create an HTML page from a report about a service connection point
version_added: 1.0.0
description:
  - Turns a report of P(configmgr.scp.verify_report#filter) into one HTML page. The page draws the hierarchy and who reaches whom,
    the dates ahead, and the last days. It has the checks sorted by urgency, and the last synchronisation as a timeline.
  - The page is self-contained, loads nothing and runs no script. Every text is escaped.
positional: _input
options:
  _input:
    description:
      - The report, or the report read from its JSON file.
    type: dict
    required: true
seealso:
  - plugin: configmgr.scp.verify_report
    plugin_type: filter
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Create the page of an earlier report
  ansible.builtin.copy:
    content: "{{ lookup('ansible.builtin.file', 'report.json') | from_json | configmgr.scp.verify_page }}"
    dest: report.html
    mode: "0640"
  delegate_to: localhost
"""

RETURN = r"""
_value:
  description: The page.
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.page import page_of
from ansible_collections.configmgr.scp.plugins.plugin_utils.page.render import render
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


def verify_page(report: Mapping[str, Any]) -> Any:
    """See DOCUMENTATION.

    :raises AnsibleFilterError: the input is not a report of verify_report.
    """
    try:
        page = page_of(plain(report))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnsibleFilterError(f"verify_page: the input is not a report of configmgr.scp.verify_report ({error})") from error
    return wrap_var(render(page))


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"verify_page": verify_page}
