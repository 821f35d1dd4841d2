# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The filter that creates metrics from a report about a service connection point."""

from __future__ import annotations

DOCUMENTATION = r"""
name: verify_metrics
short_description: Create OpenMetrics text from a report about a service connection point
version_added: 1.1.0
description:
  - Turns a report of P(configmgr.scp.verify_report#filter) into OpenMetrics text for a monitoring system. The textfile collector
    of node_exporter reads it too.
  - The page C(docs/monitoring.md) of the collection lists the metrics. What the report does not know has no value in the text.
positional: _input
options:
  _input:
    description:
      - The report, or the report read from its JSON file.
    type: dict
    required: true
requirements:
  - prometheus_client >= 0.16.0 on the controller
seealso:
  - plugin: configmgr.scp.verify_report
    plugin_type: filter
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Create the metrics of an earlier report
  configmgr.scp.controller_files:
    folder: /var/lib/prometheus/node-exporter
    texts:
      configmgr_scp_cas01.prom: "{{ lookup('ansible.builtin.file', 'report.json') | from_json | configmgr.scp.verify_metrics }}"
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The metrics. The last line is C(# EOF).
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.metrics import families
from ansible_collections.configmgr.scp.plugins.plugin_utils.metrics_text import MetricsLibraryMissing, openmetrics
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


def verify_metrics(report: Mapping[str, Any]) -> Any:
    """See DOCUMENTATION.

    :raises AnsibleFilterError: the input is not a report of verify_report, or the library is not installed.
    """
    try:
        found = families(plain(report))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise AnsibleFilterError(f"verify_metrics: the input is not a report of configmgr.scp.verify_report ({error})") from error
    try:
        return wrap_var(openmetrics(found))
    except MetricsLibraryMissing as error:
        raise AnsibleFilterError(f"verify_metrics: {error}") from error


class FilterModule:
    """The filters of this file, for Ansible."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """Name to function."""
        return {"verify_metrics": verify_metrics}
