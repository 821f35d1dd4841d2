# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter that makes one report out of the parts of a preflight."""

from __future__ import annotations

DOCUMENTATION = r"""
name: preflight_report
short_description: One report out of the parts of a preflight
version_added: 1.0.0
description:
  - Puts the checks that M(configmgr.scp.site_prerequisites), M(configmgr.scp.server_prerequisites), M(configmgr.scp.port_check)
    and M(configmgr.scp.endpoint_check) returned on several hosts into one list, and writes that list for people and for CI.
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
        description: The host that it was carried out on.
        type: str
        required: true
      result:
        description: What the module returned, as registered.
        type: dict
      status:
        description: Verdict on a part that was not carried out, V(failed), V(warning) or V(skipped).
        type: str
      detail:
        description: Why it was not carried out.
        type: str
      remedy:
        description: What to do about it.
        type: str
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
  title:
    description:
      - Name of the report in the JUnit XML.
    type: str
    default: preflight
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
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.preflight_report import whole
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


def preflight_report(
    parts: list[Mapping[str, Any]], fail_on: str = "failed", title: str = "preflight", accept: Sequence[str] = ()
) -> Any:
    """See DOCUMENTATION.

    :raises AnsibleFilterError: the parts or an option are not of the documented form.
    """
    try:
        report = whole(plain(parts), plain(fail_on), plain(title), plain(accept))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnsibleFilterError(f"preflight_report: the parts or options are not as documented ({error})") from error
    # Texts of servers are data: no ansible-core may take braces in them for templates.
    return wrap_var(report)


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"preflight_report": preflight_report}
