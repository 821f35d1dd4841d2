# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter that combines the parts of a preflight into one report."""

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight_report
short_description: Combine the parts of a preflight into one report
version_added: 1.0.0
description:
  - Combines the checks that M(configmgr.scp.site_prerequisites), M(configmgr.scp.server_prerequisites),
    M(configmgr.scp.port_check) and M(configmgr.scp.endpoint_check) returned on several hosts into one list, as a readable table
    and as JUnit XML for CI.
  - A host that could not be reached, or a module that failed, becomes a failed check of its part.
  - The role P(configmgr.scp.preflight#role) uses it.
positional: _input
options:
  _input:
    description:
      - The parts, in their order.
    type: list
    elements: dict
    required: true
    suboptions:
      part:
        description: A short name for the part, such as V(server).
        type: str
        required: true
      host:
        description: The host on which it ran.
        type: str
        required: true
      result:
        description: The registered result of the module.
        type: dict
      status:
        description: Status of a part that did not run, V(failed), V(warning) or V(skipped).
        type: str
      detail:
        description: Why it did not run.
        type: str
      remedy:
        description: What to do about it.
        type: str
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
  title:
    description:
      - Name of the report in the JUnit XML.
    type: str
    default: preflight
  kind:
    description:
      - Which checks these are, for O(accept) and the class names in the JUnit XML. V(update) means those before an update, of
        M(configmgr.scp.update_prerequisites) and M(configmgr.scp.server_prerequisites).
    type: str
    choices: [preflight, update]
    default: preflight
    version_added: 1.1.0
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Show the checks of two hosts as one list
  ansible.builtin.debug:
    msg: "{{ (parts | configmgr.scp.preflight_report).table }}"
  vars:
    parts:
      - {part: site, host: cas01.contoso.com, result: "{{ site }}"}
      - {part: server, host: scp01.contoso.com, result: "{{ server }}"}
"""

RETURN = r"""
_value:
  description: The report.
  type: dict
  contains:
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
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.check_ids import PREFLIGHT
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.preflight_report import whole
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards.check_ids import UPDATE
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain

_KINDS = {ids.kind: ids for ids in (PREFLIGHT, UPDATE)}


def preflight_report(
    parts: list[Mapping[str, Any]],
    fail_on: str = "failed",
    title: str = "preflight",
    accept: Sequence[str] = (),
    kind: str = PREFLIGHT.kind,
) -> Any:
    """See DOCUMENTATION.

    :raises AnsibleFilterError: the parts, or an option, do not have the documented form.
    """
    try:
        report = whole(plain(parts), plain(fail_on), plain(title), plain(accept), _KINDS[plain(kind)])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnsibleFilterError(f"preflight_report: the parts or options are not as documented ({error})") from error
    # Texts of servers are data: ansible-core must not interpret braces in them as templates.
    return wrap_var(report)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"preflight_report": preflight_report}
