#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The service connection point as configured and as installed."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: service_connection_point_info
short_description: The service connection point as configured and as installed
version_added: 1.0.0
description:
  - Tells where the role is configured, and where the site says that its components run, with the evidence for each.
  - Run it on the host of the SMS Provider of the top-level site.
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
  - configmgr.scp.attributes.site
seealso:
  - module: configmgr.scp.service_connection_point
  - module: configmgr.scp.component
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Look at the service connection point
  configmgr.scp.service_connection_point_info:
    site_code: CAS
  register: scp

- name: Configured and installed are the same
  ansible.builtin.assert:
    that: scp.installed
"""

RETURN = r"""
site_code:
  description: The site that was asked.
  returned: success
  type: str
  sample: CAS
configured:
  description: Rows of the role in the hierarchy; more than one is a fault.
  returned: success
  type: list
  elements: dict
  contains:
    server:
      description: The server.
      type: str
    site_code:
      description: The site of the row.
      type: str
    mode:
      description: V(online), V(offline) or null.
      type: str
    properties:
      description: Every embedded property of the row by name, with its fields C(Value), C(Value1) and C(Value2).
      type: dict
  sample:
    - {server: scp01.corp.example, site_code: CAS, mode: online, properties: {OfflineMode: {Value: 0, Value1: "", Value2: ""}}}
components:
  description: What the component summarizer says of the role's components, on every server that it knows them on.
  returned: success
  type: list
  elements: dict
  contains:
    component:
      description: Name of the component.
      type: str
    server:
      description: The server as the site names it.
      type: str
    state:
      description: Such as V(started), V(stopped), V(installing).
      type: str
    last_started:
      description: ISO 8601 UTC.
      type: str
  sample:
    - {component: SMS_DMP_DOWNLOADER, server: scp01.corp.example, state: started, last_started: "2026-11-22T10:00:00Z"}
installed:
  description: Whether exactly one row exists and the site counts its downloader there as started.
  returned: success
  type: bool
  sample: true
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site import naming, rows, status
from ansible_collections.configmgr.scp.plugins.module_utils.site.options import SITE_CODE_OPTION, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import read_role_rows
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task

SPEC: dict[str, Any] = {
    "argument_spec": {"site_code": SITE_CODE_OPTION},
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Read the role's rows and components; never changes anything."""
    with site_of(task) as code:
        found = read_role_rows(task.cim, code)
        states = status.component_states(task.cim, code, naming.ROLE_COMPONENTS)
        started_on = [state.server for state in states if state.component.upper() == naming.DOWNLOADER and state.started]
        return {
            "changed": False,
            "site_code": code,
            "configured": [
                {
                    "server": rows.server_of(row),
                    "site_code": rows.site_of(row),
                    "mode": rows.mode_of(row),
                    "properties": rows.settings_as_data(row),
                }
                for row in found
            ],
            "components": [state.as_data() for state in states],
            "installed": len(found) == 1 and any(status.same_server(name, rows.server_of(found[0])) for name in started_on),
        }


def main() -> None:
    """Say that the work is done by the action plugin, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
