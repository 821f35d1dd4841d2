#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks what prevents the installation of an update."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: update_prerequisites
short_description: Check what prevents the installation of an update of Configuration Manager
version_added: 1.1.0
description:
  - Checks what the SMS Provider of the top-level site shows about the hierarchy before an update is installed, and returns a
    list of checks with their results and what to do. Nothing is changed.
  - The module does not fail because of a failed check; RV(blocked) shows whether a required check failed.
  - What the SMS Provider does not show is a warning whose detail begins with C(Cannot tell); it never passes. The versions of SQL
    Server and availability groups are such checks.
  - The requirements of the new version on each server are checks of M(configmgr.scp.server_prerequisites); RV(servers) lists the
    servers. The role P(configmgr.scp.update#role) runs them.
  - The prerequisite check of the product itself is run by M(configmgr.scp.site_update) with C(state=checked).
  - Run it on the host of the SMS Provider of the top-level site.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  update:
    description:
      - The update, as in M(configmgr.scp.site_update).
    type: str
    required: true
  kind:
    description:
      - Which updates O(update=latest) considers, as in M(configmgr.scp.site_update).
    type: str
    choices: [version, hotfix, any]
    default: version
  backup_max_age_days:
    description:
      - Maximum age in days of the last successful backup of each site by the task Backup SMS Site Server, from 0 to 3650. With
        V(0), backups are not checked.
    type: int
    default: 7
seealso:
  - module: configmgr.scp.site_update
  - module: configmgr.scp.server_prerequisites
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Check what prevents the update to 2609
  configmgr.scp.update_prerequisites:
    update: "2609"
    backup_max_age_days: 2
  register: checked

- name: Stop if something does
  ansible.builtin.assert:
    that: not checked.blocked
"""

RETURN = r"""
checks:
  description: The checks, in a fixed order.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - Stable name of the check.
        - One of V(update_applies), V(source_version), V(earlier_update), V(site_versions_equal), V(sites_active), V(replication),
          V(no_other_update), V(backup), V(contact), V(update_service), V(sql_server_version), V(availability_groups),
          V(database_replicas), V(site_server_pair), V(service_windows), V(maintenance_tasks), V(client_piloting),
          V(consoles_connected).
      type: str
    title:
      description: What is checked.
      type: str
    status:
      description: V(passed), V(warning), V(failed) or V(skipped).
      type: str
    detail:
      description: What was found.
      type: str
    remedy:
      description: What to do; empty when there is nothing to do.
      type: str
    required:
      description: Whether a failure of this check blocks the installation.
      type: bool
  sample:
    - {id: no_other_update, title: No other update is being installed, status: passed, required: true, remedy: "",
       detail: "No other update is being replicated, checked or installed."}
counts:
  description: Number of checks by status.
  returned: success
  type: dict
  sample: {passed: 10, warning: 6, failed: 0, skipped: 1}
blocked:
  description: Whether a required check failed.
  returned: success
  type: bool
  sample: false
site_code:
  description: Code of the top-level site.
  returned: success
  type: str
  sample: CAS
package:
  description: The update; null if there is none to install.
  returned: success
  type: dict
  contains:
    guid:
      description: The package's GUID.
      type: str
    name:
      description: Name of the package.
      type: str
    version:
      description: The version that it installs.
      type: str
    state:
      description: Name of its state.
      type: str
  sample:
    {guid: 7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11, name: Configuration Manager 2609, version: 5.00.9152.1000, state:
    DOWNLOAD_SUCCESS}
servers:
  description:
    - Servers that have requirements of the new version, to check with M(configmgr.scp.server_prerequisites). Servers that only
      have other roles, such as distribution points, are not among them. Empty if the site does not show them.
  returned: success
  type: list
  elements: dict
  contains:
    server:
      description: Fully qualified domain name.
      type: str
    site_code:
      description: Code of its site.
      type: str
    roles:
      description: Its roles.
      type: list
      elements: str
    checks:
      description: IDs of the checks of M(configmgr.scp.server_prerequisites) that matter for it.
      type: list
      elements: str
  sample:
    - {server: cas01.corp.example, site_code: CAS, roles: [SMS Provider, SMS Site Server], checks: [server_name, operating_system,
       operating_system_support, dotnet_release, vc_runtime, odbc_driver, native_client, pending_restart, free_space]}
computer:
  description: NetBIOS name of the SMS Provider's host, as the host itself reports it; null when it could not be read.
  returned: success
  type: str
  sample: cas01
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import AGE_DAYS
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import report
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import SITE_CODE_OPTION, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards import check_ids, judging
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.update_guards.facts import (
    GuardFacts,
    read_guard_facts,
    read_hierarchy,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating import choosing
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.finding import top_of
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

SPEC: dict[str, Any] = {
    "argument_spec": {
        "update": {"type": "str", "required": True},
        "kind": {"type": "str", "choices": list(choosing.KINDS), "default": choosing.VERSION},
        "backup_max_age_days": {"type": "int", "default": 7},
        "site_code": SITE_CODE_OPTION,
    },
    "supports_check_mode": True,
}

LIMITS = {"backup_max_age_days": AGE_DAYS}


def run(task: Task) -> Result:
    """Read the hierarchy and run the checks; never changes anything."""
    days = task.params["backup_max_age_days"]
    with site_of(task) as code:
        sites, modes = read_hierarchy(task.cim, code)
        top = top_of(sites, code)
        packages = updates.read_packages(task.cim, code)
        choice = choosing.choose(packages, task.params["update"], task.params["kind"], top.version)
        facts = read_guard_facts(task.cim, top, sites, modes, packages, days)
    package = choice.package
    return {
        "changed": False,
        **report(judging.all_checks(facts, judging.Plan(choice, days), top)),
        "site_code": code,
        "package": None
        if package is None
        else {"guid": package.guid, "name": package.name, "version": package.version, "state": package.state},
        "servers": _servers(facts),
        "computer": facts.clock.computer.lower() if facts.clock and facts.clock.computer else None,
    }


def _servers(facts: GuardFacts) -> list[dict[str, Any]]:
    if isinstance(facts.servers, Unread):
        return []
    return [
        {
            "server": server,
            "site_code": code,
            "roles": list(roles),
            "checks": list(check_ids.SITE_SERVER_CHECKS if naming.SITE_SERVER in roles else check_ids.SERVER_CHECKS),
        }
        for (code, server), roles in facts.servers.items()
    ]


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
