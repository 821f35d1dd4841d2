#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Entra tenants, applications, gateways and discovery of a site."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: cloud_service_info
short_description: Entra tenants, applications, gateways and discovery of a Configuration Manager site
version_added: 1.0.0
description:
  - Returns the Microsoft Entra tenants and applications that a site is connected to, when the secrets of the applications expire
    and whether the console announces the expiry, and the site's cloud management gateways and user discovery.
  - A secret is never read. Every query names its columns, and none of these columns contains a secret.
  - Run it on the host of the SMS Provider of the top-level site.
notes:
  - Days are counted by the clock of the SMS Provider's host, see RV(site_time).
  - The numbers that a site uses for the state of a gateway and for an imported application are not documented. An unknown number
    is returned as text such as V(state 7), or as null.
  - The lists contain only what the account's security role and scopes allow it to see.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
seealso:
  - module: configmgr.scp.service_connection_point_info
  - name: Configure Azure services
    description: Microsoft's page about applications and the renewal of their secrets.
    link: https://learn.microsoft.com/intune/configmgr/core/servers/deploy/configure/azure-services-wizard
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Read the cloud services
  configmgr.scp.cloud_service_info:
    site_code: CAS
  register: cloud

- name: Check that no secret expires within two months
  ansible.builtin.assert:
    that: item.secret.expires_in_days is none or item.secret.expires_in_days > 60
    fail_msg: "The secret of {{ item.name }} expires on {{ item.secret.expires }}."
  loop: "{{ cloud.applications | selectattr('type', 'eq', 'server') }}"
  loop_control:
    label: "{{ item.name }}"
"""

RETURN = r"""
site_code:
  description: The site that was asked.
  returned: success
  type: str
  sample: CAS
site_time:
  description:
    - The clock of the SMS Provider's host, ISO 8601 UTC.
    - Null when the account may not read it; the days until secrets expire are then not known.
  returned: success
  type: str
  sample: "2026-11-22T10:00:00Z"
tenants:
  description: Microsoft Entra tenants, sorted by name; null when this version of the site does not have the WMI classes for them.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the tenant.
      type: str
    tenant_id:
      description: Its GUID.
      type: str
  sample:
    - {name: Corp Example, tenant_id: 3f5b0c1e-8a4d-4b7e-9c55-5d1f6a0e2b90}
applications:
  description:
    - Microsoft Entra applications, sorted by name.
    - Null when this version of the site does not have the WMI classes for them.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the application.
      type: str
    client_id:
      description: Its GUID.
      type: str
    tenant:
      description: Name of its tenant.
      type: str
    tenant_id:
      description: GUID of its tenant.
      type: str
    type:
      description: V(server), or V(client) for one without a secret.
      type: str
    imported:
      description:
        - Whether the application was created in Microsoft Entra and then imported in the console.
        - Null when the site's number for this is not known.
      type: bool
    expiry_notice:
      description:
        - Whether the console announces that its secret expires, which it does not do for imported applications.
        - Null for a client application and when RV(applications[].imported) is null.
      type: bool
    secret:
      description: What is known about its secret; null for a client application.
      type: dict
      contains:
        created:
          description: ISO 8601 UTC.
          type: str
        expires:
          description: ISO 8601 UTC.
          type: str
        expires_in_days:
          description: Full days until it expires; negative after it has expired.
          type: int
        state:
          description: V(valid), V(expires_soon) (within 30 days), V(expired) or V(unknown).
          type: str
    last_updated:
      description: ISO 8601 UTC.
      type: str
  sample:
    - name: ConfigMgr server app
      client_id: 9e0d7a52-6c1b-4d8f-8f43-2b7c5e1a9d04
      tenant: Corp Example
      tenant_id: 3f5b0c1e-8a4d-4b7e-9c55-5d1f6a0e2b90
      type: server
      imported: false
      expiry_notice: true
      secret:
        {created: "2026-05-06T10:00:00Z", expires: "2027-05-06T10:00:00Z", expires_in_days: 165, state: valid}
      last_updated: "2026-05-06T10:00:00Z"
gateways:
  description:
    - Cloud management gateways, sorted by name.
    - Null when this version of the site does not have the WMI classes for them.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the gateway.
      type: str
    site_code:
      description: The site that it belongs to.
      type: str
    state:
      description: State of the gateway, such as V(running) or V(stopped); text such as V(state 7) for an unknown number.
      type: str
    status_details:
      description: The site's number for details of the state.
      type: int
  sample:
    - {name: CORPCMG, site_code: CAS, state: running, status_details: 0}
discovery:
  description:
    - Discovery of users for each cloud service.
    - Null when this version of the site does not have the WMI classes for it.
  returned: success
  type: list
  elements: dict
  contains:
    cloud_service_id:
      description: The site's own number of the cloud service.
      type: int
    full_enabled:
      description: Whether all users are discovered on a schedule.
      type: bool
    full_schedule:
      description: The schedule in the format in which the site stores it.
      type: str
    delta_enabled:
      description: Whether changes are discovered between full discoveries.
      type: bool
    delta_interval:
      description: Interval between discoveries of changes. Its unit is not documented.
      type: int
  sample:
    - {cloud_service_id: 16777220, full_enabled: true, full_schedule: "0001200000100038", delta_enabled: true, delta_interval: 5}
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import cloud
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import SITE_CODE_OPTION, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import time_if_allowed
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import iso

SPEC: dict[str, Any] = {
    "argument_spec": {"site_code": SITE_CODE_OPTION},
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Read the cloud services; never changes anything and never reads a secret."""
    with site_of(task) as code:
        tenants = cloud.read_tenants(task.cim, code)
        applications = cloud.read_applications(task.cim, code)
        gateways = cloud.read_gateways(task.cim, code)
        discovery = cloud.read_discovery(task.cim, code)
        now = time_if_allowed(task.cim)
    by_number: dict[int | None, cloud.Tenant] = {tenant.number: tenant for tenant in tenants or ()}
    return {
        "changed": False,
        "site_code": code,
        "site_time": iso(now),
        "tenants": as_list(tenants),
        "applications": None
        if applications is None
        else [app.as_data(by_number.get(app.tenant_number), now) for app in applications],
        "gateways": as_list(gateways),
        "discovery": as_list(discovery),
    }


def as_list(found: list[Any] | None) -> list[dict[str, Any]] | None:
    """Plain data; null stays null."""
    return None if found is None else [item.as_data() for item in found]


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
