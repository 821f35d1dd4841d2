# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter that evaluates the results of the modules for a service connection point."""

from __future__ import annotations

DOCUMENTATION = r"""
name: verify_report
short_description: Create one report about the state of a service connection point
version_added: 1.0.0
description:
  - Evaluates the results of the modules on the hosts of a hierarchy, and returns the checks in one list, with the data for an
    HTML page.
  - A host that could not be reached, or a module that failed, becomes a failed check.
  - The role P(configmgr.scp.verify#role) uses it.
positional: _input
options:
  _input:
    description:
      - The results of the modules. Every entry except O(_input.missing) and O(_input.limits) is a dictionary with C(host) and
        C(result), the registered result. What an omitted entry is about was not checked.
    type: dict
    required: true
    suboptions:
      hierarchy:
        description: Result of M(configmgr.scp.hierarchy_info) on the SMS Provider.
        type: dict
      role:
        description: Result of M(configmgr.scp.service_connection_point_info) on the SMS Provider, with its duties.
        type: dict
      status:
        description: Result of M(configmgr.scp.site_status_info) on the SMS Provider.
        type: dict
      updates:
        description: Result of M(configmgr.scp.site_update_info) on the SMS Provider.
        type: dict
      cloud:
        description: Result of M(configmgr.scp.cloud_service_info) on the SMS Provider.
        type: dict
      thread:
        description: Result of M(configmgr.scp.component) on the role's server.
        type: dict
      last:
        description: Result of M(configmgr.scp.site_update_check) in check mode on the role's server.
        type: dict
      log:
        description: Result of M(configmgr.scp.log_info) on the role's server.
        type: dict
      site_log:
        description: Result of M(configmgr.scp.log_info) on the site server.
        type: dict
      missing:
        description:
          - Servers that are not hosts of the inventory, by the part for which they should have been checked. Each has C(server),
            C(detail) and C(remedy), as P(configmgr.scp.server_host#lookup) returns them.
        type: dict
      limits:
        description: C(contact_hours), C(import_days), C(support_days) and C(secret_days), the limits beyond which a check warns.
        type: dict
  generated:
    description:
      - When the report was created, ISO 8601 with a time zone.
    type: str
    required: true
  fail_on:
    description:
      - Which checks are in RV(_value.failures). V(failed) means required checks that failed, V(warning) also warnings and failed
        advisory checks, and V(none) no checks.
    type: str
    choices: [failed, warning, none]
    default: failed
  accept:
    description:
      - IDs of checks whose problems are known and accepted. They are reported and count as skipped.
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
  description: The report. Its other entries are the results of the modules, as the page shows them.
  type: dict
  contains:
    schema:
      description: Version number of the format of this report.
      type: int
    provider:
      description: The host of the SMS Provider, by its name in the inventory.
      type: str
    read:
      description: Names of the entries of the input whose modules answered.
      type: list
      elements: str
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
    thread_state:
      description: State of the thread C(SMS_DMP_DOWNLOADER), such as V(running); null when it was not read.
      type: str
    connections:
      description:
        - Who reaches whom, as the checks show it. Each has C(from) and C(to), a server, V(controller) or V(microsoft), C(state)
          (V(works), V(doubtful), V(fails), V(unknown) or V(unused)), C(check), the ID of the check that shows it, and C(text).
      type: list
      elements: dict
    dates_ahead:
      description:
        - The days on which something ends, the nearest first. Each has C(date), C(kind) (V(secret), V(support), V(import),
          V(gateway), V(endpoint) or V(root)), C(subject), C(then) (what follows), C(days_left), negative after that day, and
          C(state) (V(over), V(soon) or V(later)).
      type: list
      elements: dict
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
      description: Number of checks by status, as a sentence.
      type: str
    table:
      description: Lines to display, problems first.
      type: list
      elements: str
    stopped_by:
      description: IDs of the checks that make the run fail.
      type: list
      elements: str
    failures:
      description: A sentence for each check that makes the run fail, with its remedy.
      type: list
      elements: str
    junit:
      description: The checks as JUnit XML. A check that makes the run fail is a failure in it.
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

    :raises AnsibleFilterError: the input, or an option, does not have the documented form.
    """
    try:
        report = verify(gathered_from(plain(found)), datetime.fromisoformat(plain(generated)), plain(fail_on), plain(accept))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnsibleFilterError(f"verify_report: the input or an option is not as documented ({error})") from error
    # Texts of logs are data: ansible-core must not interpret braces in them as templates.
    return wrap_var(report)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"verify_report": verify_report}
