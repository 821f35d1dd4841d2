#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the sites, site systems and service connection point of a hierarchy."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: hierarchy_info
short_description: Read the sites, site systems and service connection point of a Configuration Manager hierarchy
version_added: 1.0.0
description:
  - Reads the sites of a hierarchy, which of them is the top-level site, the site system servers with their roles,
    and where the service connection point is configured.
  - Run it on the host of an SMS Provider, usually the server of the top-level site. A provider of a child site also works.
options:
  servers:
    description:
      - Fully qualified domain names of the servers to list in RV(site_systems), in addition to those that have the service
        connection point. If omitted, all servers are listed.
      - A large site has thousands of role rows, which are read 50 at a time. For such a site, name the servers that you need, or
        give an empty list.
    type: list
    elements: str
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
seealso:
  - module: configmgr.scp.service_connection_point_info
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Read the hierarchy
  configmgr.scp.hierarchy_info:
  register: hierarchy

- name: In a large hierarchy, read only the sites, the service connection point and the roles of one server
  configmgr.scp.hierarchy_info:
    servers: [scp01.contoso.com]

- name: Show the top-level site
  ansible.builtin.debug:
    msg: "{{ hierarchy.top_level_site.site_code }} on {{ hierarchy.top_level_site.server }}"
"""

RETURN = r"""
site_code:
  description: Code of the site whose SMS Provider was used.
  returned: success
  type: str
  sample: CAS
sites:
  description: Every site of the hierarchy, sorted by site code.
  returned: success
  type: list
  elements: dict
  contains:
    site_code:
      description: The site's code.
      type: str
    name:
      description: The site's name.
      type: str
    type:
      description: V(central administration site), V(primary) or V(secondary).
      type: str
    parent:
      description: Code of the site it reports to; null for the top-level site.
      type: str
    server:
      description: The site server.
      type: str
    version:
      description: Version of the site.
      type: str
    top_level:
      description: Whether this is the central administration site or the stand-alone primary.
      type: bool
    providers:
      description:
        - Hosts of the site's SMS Providers. A secondary site has none.
        - Run a play on only one of them; when a play names two, its work is done twice.
      type: list
      elements: str
  sample:
    - {site_code: CAS, name: Central, type: central administration site, parent: null, server: cas01.corp.example,
       version: 5.00.9152.1000, top_level: true, providers: [cas01.corp.example]}
top_level_site:
  description: The entry of RV(sites) that may have the service connection point.
  returned: success
  type: dict
  sample:
    {site_code: CAS, name: Central, type: central administration site, parent: null, server: cas01.corp.example,
     version: 5.00.9152.1000, top_level: true, providers: [cas01.corp.example]}
site_servers:
  description: Site servers of the top-level site; both servers of an active/passive pair.
  returned: success
  type: list
  elements: str
  sample: [cas01.corp.example]
site_systems:
  description: Servers with their roles, sorted by site and server.
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
    roles:
      description: Names of its roles, as the site names them.
      type: list
      elements: str
  sample:
    - {server: scp01.corp.example, site_code: CAS, roles: [SMS Dmp Connector, SMS Site System]}
service_connection_points:
  description: Where the role is configured; more than one entry is an error in the hierarchy.
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
      description: V(online), V(offline), or null when the row does not contain the mode.
      type: str
  sample:
    - {server: scp01.corp.example, site_code: CAS, mode: online}
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, placed_roles, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import (
    Site,
    providers_of,
    read_sites,
    top_level_site,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import SITE_CODE_OPTION, chosen_name, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import read_role_rows
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

SPEC: dict[str, Any] = {
    "argument_spec": {"site_code": SITE_CODE_OPTION, "servers": {"type": "list", "elements": "str"}},
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Read the hierarchy; never changes anything."""
    named = task.params["servers"]
    servers = None if named is None else {chosen_name(naming.computer_name, name, "servers") for name in named}
    with site_of(task) as code:
        sites = read_sites(task.cim, code)
        points = read_role_rows(task.cim, code)
        top = top_level_site(sites)
        wanted = None if servers is None else servers.union(map(rows.server_of, points))
        placed = placed_roles.read_placed(task.cim, code, wanted, (naming.SITE_SERVER, naming.SMS_PROVIDER))
        providers = providers_of(placed)
        return {
            "changed": False,
            "site_code": code,
            "sites": [_with_providers(site, providers) for site in sites],
            "top_level_site": _with_providers(top, providers),
            "site_servers": _site_servers(placed, top),
            "site_systems": site_systems(placed_roles.of_servers(placed, wanted), points),
            "service_connection_points": [
                {"server": rows.server_of(row), "site_code": rows.site_of(row), "mode": rows.mode_of(row)} for row in points
            ],
        }


def _site_servers(placed: Sequence[CimInstance], top: Site) -> list[str]:
    """Servers of the site's own rows, sorted; without such a row, the server that the site itself reports."""
    own = (naming.SITE_SERVER, top.code)
    return sorted({rows.server_of(row) for row in placed if (rows.role_of(row), rows.site_of(row)) == own}) or [top.server]


def _with_providers(site: Site, providers: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    return {**site.as_data(), "providers": list(providers.get(site.code, ()))}


def site_systems(placed: Sequence[CimInstance], whole: Sequence[CimInstance] = ()) -> list[dict[str, Any]]:
    """Servers with their roles, sorted by site and server."""
    found = placed_roles.roles_by_server(placed, whole)
    return [{"server": server, "site_code": code, "roles": roles} for (code, server), roles in found.items()]


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
