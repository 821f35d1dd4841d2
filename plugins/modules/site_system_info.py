#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the settings of the site system servers of a hierarchy."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_system_info
short_description: Read the settings of the site system servers of a Configuration Manager hierarchy
version_added: 1.1.0
description:
  - Reads the settings of site system servers, with the names of the options of M(configmgr.scp.site_system), and the roles of
    each server.
  - It reads the site systems of all sites that the host's SMS Provider knows. Each entry contains its site code.
  - Run it on the host of an SMS Provider, usually the server of the top-level site.
options:
  servers:
    description:
      - Fully qualified domain names of the servers to list. If omitted, all servers are listed.
      - A server that is not a site system has no entry in RV(site_systems).
      - A large site has thousands of role rows, which are read 50 at a time. For such a site, name the servers that you need.
    type: list
    elements: str
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
seealso:
  - module: configmgr.scp.site_system
  - module: configmgr.scp.site_account_info
  - module: configmgr.scp.hierarchy_info
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Read the settings of one server
  configmgr.scp.site_system_info:
    servers: [scp01.contoso.com]
    site_code: CAS
  register: found

- name: Show the site systems that use a proxy
  ansible.builtin.debug:
    msg: "{{ found.site_systems | selectattr('proxy.enabled') | map(attribute='server') | list }}"
"""

RETURN = r"""
site_code:
  description: Code of the site whose SMS Provider was used.
  returned: success
  type: str
  sample: CAS
site_systems:
  description: The site systems, sorted by site and server.
  returned: success
  type: list
  elements: dict
  contains:
    server:
      description: The server.
      type: str
    site_code:
      description: The site it belongs to.
      type: str
    public_fqdn:
      description: Internet FQDN of the server; empty when it has none.
      type: str
    installation_account:
      description: Site system installation account; empty when the site server's computer account is used.
      type: str
    site_server_initiates:
      description: Whether the site server opens all connections to this server.
      type: bool
    proxy:
      description:
        - The proxy that all its roles use, with C(enabled), C(server), C(port) and C(account).
        - A value that is not set is null.
      type: dict
    roles:
      description: Names of its roles, as the site names them.
      type: list
      elements: str
  sample:
    - {server: scp01.corp.example, site_code: CAS, public_fqdn: "", installation_account: 'CORP\svc-install',
       site_server_initiates: false, proxy: {enabled: true, server: proxy.corp.example, port: 8080, account: null},
       roles: [SMS Component Server, SMS Dmp Connector, SMS Site System]}
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import SITE_CODE_OPTION, chosen_name, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.placed_roles import (
    read_placed,
    read_site_systems,
    roles_by_server,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.site_systems import as_data
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task

SPEC: dict[str, Any] = {
    "argument_spec": {"site_code": SITE_CODE_OPTION, "servers": {"type": "list", "elements": "str"}},
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Read the settings; never changes anything."""
    named = task.params["servers"]
    servers = None if named is None else {chosen_name(naming.computer_name, name, "servers") for name in named}
    with site_of(task) as code:
        found = {(rows.site_of(row), rows.server_of(row)): row for row in read_site_systems(task.cim, code, servers)}
        # Without site systems there is no need to read roles.
        roles = roles_by_server(read_placed(task.cim, code, servers) if found else (), found.values())
        return {
            "changed": False,
            "site_code": code,
            "site_systems": [
                {"server": server, "site_code": site, **as_data(row), "roles": roles.get((site, server), [])}
                for (site, server), row in sorted(found.items())
            ],
        }


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
