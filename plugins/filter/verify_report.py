# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter that judges what was found of a service connection point."""

from __future__ import annotations

DOCUMENTATION = r"""
name: verify_report
short_description: One report on how a service connection point is doing
version_added: 1.0.0
description:
  - Judges what the modules found on the hosts of a hierarchy, and puts the verdicts into one list, with what a page shows.
  - A host that could not be reached, or a module that failed, becomes a failed check.
  - The role P(configmgr.scp.verify#role) uses it.
positional: _input
options:
  _input:
    description:
      - What was found. Every entry but O(_input.missing) and O(_input.limits) is a dictionary with C(host) and C(result), the
        result as it was registered. An entry that is left out was not looked at.
    type: dict
    required: true
    suboptions:
      hierarchy:
        description: Of M(configmgr.scp.hierarchy_info) on the SMS Provider.
        type: dict
      role:
        description: Of M(configmgr.scp.service_connection_point_info) there, with its duties.
        type: dict
      status:
        description: Of M(configmgr.scp.site_status_info) there.
        type: dict
      updates:
        description: Of M(configmgr.scp.site_update_info) there.
        type: dict
      cloud:
        description: Of M(configmgr.scp.cloud_service_info) there.
        type: dict
      thread:
        description: Of M(configmgr.scp.component) on the role's server.
        type: dict
      last:
        description: Of M(configmgr.scp.site_update_check) in check mode there.
        type: dict
      log:
        description: Of M(configmgr.scp.log_info) there.
        type: dict
      site_log:
        description: Of M(configmgr.scp.log_info) on the site server.
        type: dict
      missing:
        description:
          - Servers that are no hosts of the inventory, by the part that they should have been looked at for. Each with C(server),
            C(detail) and C(remedy), as of P(configmgr.scp.server_host#lookup).
        type: dict
      limits:
        description: C(contact_hours), C(import_days), C(support_days) and C(secret_days), from when on something is not right.
        type: dict
  generated:
    description:
      - When the report was made, ISO 8601 with a zone.
    type: str
    required: true
  fail_on:
    description:
      - Which checks are in RV(_value.failures). V(failed) are required checks that failed, V(warning) also warnings and failed
        advice.
    type: str
    choices: [failed, warning, none]
    default: failed
  accept:
    description:
      - Ids of checks that are known and accepted. They are told and count as skipped.
    type: list
    elements: str
    default: []
seealso:
  - plugin: configmgr.scp.verify_page
    plugin_type: filter
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Show what is wrong
  ansible.builtin.debug:
    msg: "{{ (found | configmgr.scp.verify_report(generated='2026-11-22T10:00:00+00:00')).failures }}"
  vars:
    found:
      hierarchy: {host: cas01.contoso.com, result: "{{ hierarchy }}"}
      role: {host: cas01.contoso.com, result: "{{ role }}"}
"""

RETURN = r"""
_value:
  description: The report. Its other entries are what the modules returned, as the page shows it.
  type: dict
  contains:
    schema:
      description: Number of the form of this report.
      type: int
    verdict:
      description: V(failed) when a required check failed, V(warning) when anything else is not right, else V(passed).
      type: str
    site_code:
      description: The top-level site.
      type: str
    server:
      description: The role's server; null when there is not exactly one.
      type: str
    mode:
      description: V(online) or V(offline).
      type: str
    checks:
      description: Every check, with its C(part) and C(host).
      type: list
      elements: dict
    counts:
      description: Number of checks by status.
      type: dict
    blocked:
      description: Whether a required check failed.
      type: bool
    summary:
      description: How many checks came to what, in words.
      type: str
    table:
      description: Lines for people, what is wrong first.
      type: list
      elements: str
    stopped_by:
      description: Ids of the checks that are to end the run.
      type: list
      elements: str
    failures:
      description: A sentence for each check that is to end the run, with its remedy.
      type: list
      elements: str
    junit:
      description: The checks as JUnit XML. A check is a failure in it where it ends the run.
      type: str
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.gathered import gathered_from
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.report import verify
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


def verify_report(found: Mapping[str, Any], generated: str, fail_on: str = "failed", accept: Sequence[str] = ()) -> Any:
    """See DOCUMENTATION.

    :raises AnsibleFilterError: what was found, or an option, is not of the documented form.
    """
    try:
        report = verify(gathered_from(plain(found)), datetime.fromisoformat(plain(generated)), plain(fail_on), plain(accept))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnsibleFilterError(f"verify_report: the input or an option is not as documented ({error})") from error
    # Texts of logs are data: no ansible-core may take braces in them for templates.
    return wrap_var(report)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"verify_report": verify_report}
