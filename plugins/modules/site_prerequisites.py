#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks a site before one of its servers gets the service connection point."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_prerequisites
short_description: Check a site before a server gets the service connection point
version_added: 1.0.0
description:
  - Checks, without changing anything, whether a site is ready to install the service connection point on a server.
  - It checks the rights of the account, the position of the site in its hierarchy, other servers with the role, the site server
    pair, whether the server is a site system of the site, updates that are being installed, the accounts that the server will
    use, the server's other roles, and the version of the site.
  - A failed check does not make the task fail; RV(blocked) shows whether a required check failed. A check that could not be
    completed is a warning whose detail begins with V(Cannot tell).
  - Run it on the host of the SMS Provider of the top-level site. The role P(configmgr.scp.preflight#role) runs it together with
    the checks of the other hosts.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  server:
    description:
      - Fully qualified domain name of the server that will have the role.
    type: str
    required: true
  mode:
    description:
      - The mode that the role will have. If omitted, RV(mode) is the mode of the existing role, or V(online) if there is none.
    type: str
    choices: [online, offline]
  move:
    description:
      - Whether the role will be moved from the server that has it. Another server with the role is then reported, but is not a
        failure.
    type: bool
    default: false
  allow_during_update:
    description:
      - Whether an update of the site that is being installed is a warning instead of a failure.
    type: bool
    default: false
  create_site_system:
    description:
      - Whether the server will be made a site system if it is not one yet.
    type: bool
    default: true
  installation_account:
    description:
      - Site system installation account that will be set, see M(configmgr.scp.site_system). If omitted, the present setting of
        the site is checked. An empty string means the site server's computer account.
    type: str
  proxy:
    description:
      - Proxy settings that will be set, see M(configmgr.scp.site_system). If omitted, the present settings of the site are
        checked.
    type: dict
    suboptions:
      enabled:
        description:
          - Whether a proxy is used.
        type: bool
        default: true
      server:
        description:
          - Name or address of the proxy.
        type: str
      port:
        description:
          - Port of the proxy.
        type: int
      account:
        description:
          - Account for the proxy as V(DOMAIN\\user). An empty string means no account.
        type: str
  skip_when_in_place:
    description:
      - Whether to skip all checks when the server already has the role, as the only one in the hierarchy, with the requested
        mode, installation account and proxy. RV(in_place) is then V(true). This needs one request, or two when an installation
        account or a proxy is given.
    type: bool
    default: false
  accounts_to_add:
    description:
      - Accounts that will be added to the site's list before they are used, as V(DOMAIN\\user).
    type: list
    elements: str
    default: []
seealso:
  - module: configmgr.scp.server_prerequisites
  - module: configmgr.scp.service_connection_point
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Check whether the site would give scp01 the role
  configmgr.scp.site_prerequisites:
    server: scp01.contoso.com
    site_code: CAS
  register: site

- name: Show the checks that did not pass
  ansible.builtin.debug:
    msg: "{{ site.checks | rejectattr('status', 'in', ['passed', 'skipped']) }}"
"""

RETURN = r"""
checks:
  description: Every check, in a fixed order.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description:
        - Stable name of the check.
        - One of V(rights_read), V(rights_write), V(top_level_site), V(single_instance), V(site_server_pair), V(site_system),
          V(update_in_progress), V(installation_account_listed), V(proxy_account_listed), V(other_roles), V(site_version_known),
          V(cloud_needs_role).
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
      description: Whether a failure of this check blocks the installation of the role.
      type: bool
  sample:
    - {id: top_level_site, title: The site is the top-level site, status: passed, required: true, remedy: "",
       detail: "CAS (central administration site, cas01.corp.example) reports to no other site."}
counts:
  description: Number of checks by status.
  returned: success
  type: dict
  sample: {passed: 9, warning: 0, failed: 0, skipped: 2}
blocked:
  description: Whether a required check failed.
  returned: success
  type: bool
  sample: false
in_place:
  description:
    - Whether the server already has the role, as the only one, with the requested mode and settings; null when that is not known.
  returned: success
  type: bool
  sample: false
site_code:
  description: Code of the site that was checked.
  returned: success
  type: str
  sample: CAS
server:
  description: The server that was checked.
  returned: success
  type: str
  sample: scp01.corp.example
site_version:
  description: Version of the site. This value and all following values are null or empty when the site was not read.
  returned: success
  type: str
  sample: 5.00.9152.1000
top_level_site:
  description: The top-level site of the hierarchy, as in M(configmgr.scp.hierarchy_info).
  returned: success
  type: dict
  sample:
    {site_code: CAS, name: Central, type: central administration site, parent: null, server: cas01.corp.example,
     version: 5.00.9152.1000, top_level: true}
site_server:
  description: The site server; of an active/passive pair, the active one.
  returned: success
  type: str
  sample: cas01.corp.example
site_servers:
  description: The site servers; both servers of an active/passive pair.
  returned: success
  type: list
  elements: str
  sample: [cas01.corp.example]
site_server_account:
  description:
    - Computer accounts of the site servers.
    - Without an installation account, each of them needs to be a local administrator of the server.
  returned: success
  type: list
  elements: str
  sample: ['corp.example\CAS01$']
holders:
  description: Servers that have the role.
  returned: success
  type: list
  elements: str
  sample: []
mode:
  description: The mode that the role will have.
  returned: success
  type: str
  sample: online
installation_account:
  description: The installation account that the server will have; empty for the site server's computer account.
  returned: success
  type: str
  sample: ""
site_server_initiates:
  description: Whether the site server opens all connections to the server.
  returned: success
  type: bool
  sample: false
proxy:
  description: The proxy that the server will use, with the keys of the option O(proxy).
  returned: success
  type: dict
  sample: {enabled: false, server: null, port: null, account: null}
database:
  description: The site's database; RV(ignore:port) is null when the site does not show it.
  returned: success
  type: dict
  sample: {server: cas01.corp.example, instance: "", name: CM_CAS, port: 1433}
clock_offset_seconds:
  description: Clock of the SMS Provider's host minus the clock of the controller, in seconds; null when it could not be read.
  returned: success
  type: float
  sample: -0.4
computer:
  description: NetBIOS name of the SMS Provider's host, as the host itself reports it; null when it could not be read.
  returned: success
  type: str
  sample: cas01
"""

from dataclasses import asdict, replace
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows, site_systems
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, report
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import read_rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import SITE_CODE_OPTION, chosen_name, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site import judging
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site.facts import SiteFacts, read_core, read_facts
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.site.judging import Plan
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import read_role_rows
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault, FaultKind

SPEC: dict[str, Any] = {
    "argument_spec": {
        "server": {"type": "str", "required": True},
        "site_code": SITE_CODE_OPTION,
        "mode": {"type": "str", "choices": ["online", "offline"]},
        "move": {"type": "bool", "default": False},
        "allow_during_update": {"type": "bool", "default": False},
        "create_site_system": {"type": "bool", "default": True},
        "installation_account": {"type": "str"},
        "proxy": {
            "type": "dict",
            "options": {
                "enabled": {"type": "bool", "default": True},
                "server": {"type": "str"},
                "port": {"type": "int"},
                "account": {"type": "str"},
            },
        },
        "skip_when_in_place": {"type": "bool", "default": False},
        "accounts_to_add": {"type": "list", "elements": "str", "default": []},
    },
    "supports_check_mode": True,
}

EMPTY = {"installation_account": "the site server's computer account", "proxy.account": "the proxy needs no account"}
# The values that later steps need, as they are when the site could not be read.
_NOTHING: Result = {
    "in_place": None,
    "site_version": None,
    "top_level_site": None,
    "site_server": None,
    "site_servers": [],
    "site_server_account": [],
    "holders": [],
    "mode": None,
    "installation_account": None,
    "site_server_initiates": None,
    "proxy": None,
    "database": None,
    "clock_offset_seconds": None,
    "computer": None,
}


def run(task: Task) -> Result:
    """Read the site and run the checks; never changes anything."""
    plan = _plan(task)
    try:
        return _checked(task, plan)
    except CimFault as fault:
        if fault.kind is not FaultKind.ACCESS_DENIED:
            raise
        return _unreadable(task, plan, str(fault), denied_by_winrm=fault.hresult is None)


def _checked(task: Task, plan: Plan) -> Result:
    mode = task.params["mode"]
    with site_of(task) as code:
        if task.params["skip_when_in_place"] and _nothing_changes(task, plan, code, mode):
            return {**_judged([], plan, code), **_NOTHING, "in_place": True}
        sites, found = read_core(task.cim, code, plan.server)
        site = next((site for site in sites if site.code == code), None)
        if site is None:
            return _unreadable(task, plan, "it does not list this site.")
        system = judging.site_system_row(found, plan.server, code)
        settings = judging.settings(plan, code, system)
        points = [row for row in found if rows.role_of(row) == naming.SERVICE_CONNECTION_POINT]
        plan = replace(plan, mode=judging.mode_of(points, mode))
        facts = read_facts(task.cim, site, sites, found, system, judging.accounts(settings), offline=plan.mode == rows.OFFLINE)
    return {
        **_judged(judging.all_checks(facts, plan), plan, code),
        **_for_later_steps(facts, plan.mode),
        "in_place": judging.in_place(points, plan.server, code, mode) and not judging.settings_change(plan, system),
        "installation_account": settings["installation_account"],
        "site_server_initiates": settings["site_server_initiates"],
        "proxy": settings["proxy"],
    }


def _nothing_changes(task: Task, plan: Plan, code: str, mode: str | None) -> bool:
    """Whether the role is in place with the requested settings of its server; these need one more request if there are any."""
    if not judging.in_place(read_role_rows(task.cim, code), plan.server, code, mode):
        return False
    if not judging.wishes_settings(plan):
        return True
    systems = read_rows(task.cim, code, (naming.SITE_SYSTEM,), plan.server)
    return not judging.settings_change(plan, judging.site_system_row(systems, plan.server, code))


def _unreadable(task: Task, plan: Plan, why: str, denied_by_winrm: bool = False) -> Result:
    """The account may connect but not read the site: one check fails, and the others cannot run."""
    code = task.params["site_code"]
    shown = f"site {code.upper()}" if code else "its site"
    return {
        **_judged(judging.no_rights(shown, task.host, why, denied_by_winrm), plan, code.upper() if code else None),
        **_NOTHING,
    }


def _judged(found: list[Check], plan: Plan, code: str | None) -> Result:
    return {"changed": False, **report(found), "site_code": code, "server": plan.server}


def _for_later_steps(facts: SiteFacts, mode: str) -> Result:
    tops = [site for site in facts.sites if site.top_level]
    database = None if isinstance(facts.definition, Unread) else facts.definition.database
    return {
        "site_version": facts.site.version,
        "top_level_site": tops[0].as_data() if len(tops) == 1 else None,
        "site_server": facts.site.server,
        "site_servers": facts.site_servers,
        "site_server_account": judging.computer_accounts(facts),
        "holders": [server for server, _code in facts.holders],
        "mode": mode,
        "database": asdict(database) if database and database.server else None,
        "clock_offset_seconds": facts.clock.offset_seconds if facts.clock else None,
        "computer": facts.clock.computer.lower() if facts.clock and facts.clock.computer else None,
    }


def _plan(task: Task) -> Plan:
    server = chosen_name(naming.server_name, task.params["server"], "server")
    try:
        return Plan(
            server=server,
            move=task.params["move"],
            allow_during_update=task.params["allow_during_update"],
            create_site_system=task.params["create_site_system"],
            wish=site_systems.wish_from(task.params, server),
            host=task.host,
            accounts_to_add=tuple(naming.account_name(name, "accounts_to_add") for name in task.params["accounts_to_add"]),
        )
    except naming.BadName as error:
        raise TaskFailure(str(error)) from error


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
