#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings the service connection point of a hierarchy to the requested state."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: service_connection_point
short_description: Manage the service connection point of a Configuration Manager hierarchy
version_added: 1.0.0
description:
  - Installs the service connection point on a site system server of the top-level site, sets its mode, or moves or removes it.
  - Run it on the host of the SMS Provider of the top-level site. The row that it writes is only configuration; with O(wait=true)
    the module waits until the site reports that the role is installed.
    Use M(configmgr.scp.component) on the role's own server to check that its threads run;
    the role P(configmgr.scp.service_connection_point#role) does both.
  - A changed mode takes effect only after a restart on the role's server, which is a different host. The module alone does not
    restart anything; it returns RV(restart_required). The role first stops the thread, then has the mode written, and starts the
    thread when the site has processed the change, so that the next run detects that a run was interrupted.
  - A move removes the role from the server that has it, waits until the site has removed it there, and installs it on
    O(server). There is never more than one service connection point. When the site refuses the new server, the role is restored
    on the old one with its former settings. A move keeps only the mode; all other settings of the role have their defaults, as
    after a removal and an installation in the console.
  - Settings that the task does not ask to change stay unchanged.
notes:
  - The module refuses to work on a site that is not the top-level site, when another server of the hierarchy has the role, on a
    server of an active/passive site server pair, on a server that is not a site system of the site, and while an update of the
    site is being installed. The error message gives the command to use instead, and RV(way_out) contains it as data.
  - A role that is already on a server of an active/passive site server pair stays there, with a warning and RV(problems).
  - The module removes only the row. If the site cannot remove the role from the server, for example because the server no longer
    exists, the module warns, and RV(left_behind) contains what remains.
  - When a second service connection point appears while this one is being installed, this one is removed again and the
    task fails.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes.writer
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  state:
    description:
      - V(present) installs the role on O(server) if it is not there yet. V(absent) removes it from O(server),
        or, if O(server) is omitted, from the server that has it.
      - A site can only remove its own row of the role, so run V(absent) on the host of the SMS Provider of that site. A row of
        a site that no longer belongs to the hierarchy is removed at the top-level site.
    type: str
    choices: [present, absent]
    default: present
  server:
    description:
      - Fully qualified domain name of the site system server. Required when O(state=present).
      - A short name is accepted when exactly one site system of the hierarchy has it.
    type: str
  mode:
    description:
      - The mode of the role. In V(online) mode it contacts Microsoft itself; in V(offline) mode data is transferred with the
        service connection tool.
      - If omitted, an installed role keeps its mode, and a new one is V(online), as with setup.
      - A changed mode takes effect when the thread C(SMS_DMP_DOWNLOADER) on the role's server restarts; see RV(restart_required).
      - Required for a move, because the mode cannot be read after the role is removed from the old server.
    type: str
    choices: [online, offline]
  mode_change:
    description:
      - What to do when the mode differs from O(mode).
      - V(write) writes the new mode.
      - V(report) does not write it when only the mode differs, but returns RV(mode_change_due). The role
        P(configmgr.scp.service_connection_point#role) uses this to stop the thread first. With O(wait=true), the module waits for
        an installation that is still in progress, because the thread exists only after it.
      - V(confirm) writes the mode even when it does not differ, and waits until the site has processed it. It is intended for
        a thread that was found stopped, possibly after an interrupted run. If the mode does not differ, the module waits for the
        site at most 300 seconds, then only warns, and the write does not count as a change.
    type: str
    choices: [write, report, confirm]
    default: write
  move:
    description:
      - Whether to move the role from the server that has it, if that is not O(server).
      - When no server has it, it is installed on O(server), so run an interrupted move again to complete it.
      - Requires O(wait=true).
    type: bool
    default: false
  move_from:
    description:
      - Server from which the role may be removed. When a third server has it, the task is refused and nothing is changed.
    type: str
  old_server_gone:
    description:
      - Whether the server that has the role no longer exists. Then neither O(move=true) nor O(state=absent) waits until the site
        has removed the role from it.
    type: bool
    default: false
  expect_site_system:
    description:
      - In check mode, plan as if an earlier task of the same play had made O(server) a site system of the site.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the site has installed or removed the role, or processed a changed mode.
      - The module also waits for a role that is already configured but not yet installed, so run an interrupted task again to
        complete it.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum time to wait in seconds, from 1 to 86400.
    type: int
    default: 1800
  allow_during_update:
    description:
      - Whether to write even while an update of the site is being installed. Microsoft warns against it.
    type: bool
    default: false
seealso:
  - module: configmgr.scp.service_connection_point_info
  - module: configmgr.scp.site_system
  - module: configmgr.scp.component
  - name: About the service connection point
    description: Microsoft's page about the role.
    link: https://learn.microsoft.com/intune/configmgr/core/servers/deploy/configure/about-the-service-connection-point
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Install the service connection point on scp01 in online mode
  configmgr.scp.service_connection_point:
    server: scp01.contoso.com
    mode: online
    site_code: CAS

- name: Show what would be done
  configmgr.scp.service_connection_point: {server: scp01.contoso.com}
  check_mode: true
  diff: true

- name: Move the service connection point from the server that has it
  configmgr.scp.service_connection_point:
    server: scp02.contoso.com
    mode: online
    move: true

- name: Remove the service connection point from the hierarchy
  configmgr.scp.service_connection_point:
    state: absent
"""

RETURN = r"""
site_code:
  description: Code of the site.
  returned: success
  type: str
  sample: CAS
server:
  description: The server of the role; null when no server has it.
  returned: success
  type: str
  sample: scp01.corp.example
mode:
  description: The configured mode, V(online) or V(offline); null when no server has the role.
  returned: success
  type: str
  sample: online
installed:
  description:
    - Whether the site reports that the role is installed.
    - Null when it was not checked, as with O(wait=false) or in check mode before a change.
  returned: success
  type: bool
  sample: true
restart_required:
  description: Whether the thread SMS_DMP_DOWNLOADER on the role's server must restart before the mode takes effect.
  returned: success
  type: bool
  sample: false
restart_reason:
  description: Why the restart is required, in one sentence.
  returned: when RV(restart_required) is true
  type: str
  sample: The mode changed to offline; it takes effect when SMS_DMP_DOWNLOADER on scp01.corp.example restarts.
mode_change_due:
  description: Whether a different mode was not written because of O(mode_change=report).
  returned: success
  type: bool
  sample: false
steps:
  description: The steps of the move, or the planned steps in check mode. Empty when the role is already on O(server).
  returned: when O(move=true)
  type: list
  elements: str
  sample:
    - Remove the service connection point from scp01.corp.example (site CAS, online).
    - Wait until site CAS has removed the role from scp01.corp.example.
    - Install the service connection point on scp02.corp.example (site CAS, online).
    - Wait until site CAS has installed the role on scp02.corp.example.
previous_server:
  description: The server from which the role was removed, or would be; null when no other server has it.
  returned: when O(move=true)
  type: str
  sample: scp01.corp.example
left_behind:
  description:
    - Servers that should not have the role but for which the site still has the role's downloader, such as an old server that no
      longer exists.
    - The C(text) of each entry says what to do there.
  returned: when O(move=true) or O(state=absent), and not in check mode
  type: list
  elements: dict
  sample: []
elsewhere:
  description:
    - Where the hierarchy still has the role after it was removed from O(server), according to the rows of the role.
  returned: when O(state=absent)
  type: list
  elements: dict
  contains:
    server:
      description: The server of the row.
      type: str
    site_code:
      description: The site of the row.
      type: str
    provider:
      description: The host on which to run the removal.
      type: str
    command:
      description: The command that removes it there. Replace INVENTORY with your inventory.
      type: str
  sample:
    - server: scp02.corp.example
      site_code: CAS
      provider: cas01.corp.example
      command: >-
        ansible-playbook -i INVENTORY configmgr.scp.remove -e scp_provider=cas01.corp.example -e scp_server=scp02.corp.example
problems:
  description:
    - Problems with the server of a role that is already on the requested server, one sentence each, with what to do.
    - For example, the server belongs to an active/passive site server pair.
  returned: success
  type: list
  elements: str
  sample: []
cloud_services_affected:
  description:
    - Gateways, discovery and tenants that need an online role, when the change makes the role offline or removes it.
    - Also returned in check mode. Empty when there is no such change.
  returned: success
  type: list
  elements: str
  sample: ["cloud management gateway CORPCMG"]
way_out:
  description:
    - The steps in the error message, as data. If there are several, do all of them or choose one, as the message says.
  returned: when the task is refused
  type: list
  elements: dict
  contains:
    command:
      description: The command. Replace INVENTORY with your inventory.
      type: str
    playbook:
      description: The playbook of the command.
      type: str
    variables:
      description: The variables of the playbook.
      type: dict
    host:
      description: The host on which the module has to run instead.
      type: str
    module:
      description: The module that does the same.
      type: str
    options:
      description: The options of the module.
      type: dict
  sample:
    - command: >-
        ansible-playbook -i INVENTORY configmgr.scp.remove -e scp_provider=pri1.corp.example -e scp_server=pri1.corp.example
      playbook: configmgr.scp.remove
      variables: {scp_provider: pri1.corp.example, scp_server: pri1.corp.example}
      host: pri1.corp.example
      module: configmgr.scp.service_connection_point
      options: {state: absent, server: pri1.corp.example}
evidence:
  description:
    - The evidence that the role is installed or removed.
    - It consists of the row of the component summarizer, and status messages newer than the write.
  returned: success
  type: list
  elements: dict
  sample:
    - {source: component summarizer, component: SMS_DMP_DOWNLOADER, server: scp01.corp.example, state: started,
       last_started: "2026-11-22T10:00:00Z",
       text: "component summarizer: SMS_DMP_DOWNLOADER on scp01.corp.example is started since 2026-11-22 10:00:00 UTC"}
elapsed_seconds:
  description: How long the task took.
  returned: success
  type: float
  sample: 84.2
writer:
  description: The way in which the task wrote last, V(cim) or V(cmdlets); null when it wrote nothing.
  returned: success
  type: str
  sample: cim
writer_reason:
  description: Why it wrote in this way; null when it wrote nothing.
  returned: success
  type: str
  sample: CIM is the first choice, and the SMS Provider accepted it.
"""

from dataclasses import replace
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import read_site, servers_like
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import (
    SITE_CODE_OPTION,
    WAIT_OPTIONS,
    WRITER_OPTION,
    chosen_name,
    site_of,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import writer_result
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import RoleState, Wish, read_state, settled
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.declared import changed, unchanged
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.move import wish_problem
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure

SPEC: dict[str, Any] = {
    "argument_spec": {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "server": {"type": "str"},
        "mode": {"type": "str", "choices": ["online", "offline"]},
        "mode_change": {"type": "str", "choices": ["write", "report", "confirm"], "default": "write"},
        "move": {"type": "bool", "default": False},
        "move_from": {"type": "str"},
        "old_server_gone": {"type": "bool", "default": False},
        "expect_site_system": {"type": "bool", "default": False},
        "site_code": SITE_CODE_OPTION,
        "writer": WRITER_OPTION,
        **WAIT_OPTIONS,
        "allow_during_update": {"type": "bool", "default": False},
    },
    "required_if": [("state", "present", ["server"])],
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Bring the role to the requested state."""
    began = task.monotonic()
    wish = _wish(task)
    with site_of(task) as code:
        site = read_site(task.cim, code, task.host)
        state = read_state(task.cim, site, wish.server)
        named = _with_full_names(task, state, wish)
        if named.server != wish.server:
            state = read_state(task.cim, site, named.server)
        wish = named
        result = unchanged(task, state, wish) if settled(state, wish) else changed(task, state, wish)
        also: Result = {"problems": [], "cloud_services_affected": []}
        return {"site_code": code, **also, **result, **writer_result(task), "elapsed_seconds": round(task.monotonic() - began, 1)}


def _wish(task: Task) -> Wish:
    """The request of the task; a server may still have its short name."""
    params = task.params
    wish = Wish(
        present=params["state"] == "present",
        server=chosen_name(naming.computer_name, params["server"], "server") if params["server"] is not None else "",
        mode=params["mode"],
        allow_during_update=params["allow_during_update"],
        move=params["move"],
        move_from=chosen_name(naming.computer_name, params["move_from"], "move_from") if params["move_from"] is not None else "",
    )
    problem = wish_problem(wish, params["wait"])
    if problem:
        raise TaskFailure(problem)
    return wish


def _with_full_names(task: Task, state: RoleState, wish: Wish) -> Wish:
    """The request with the site's names of servers that were given by their short names.

    :raises TaskFailure: a short name matches no server of the hierarchy, or several.
    """

    def full(name: str, option: str) -> str:
        if not name or "." in name:
            return name
        known = [*(holder for holder, _code in state.holders), *servers_like(task.cim, state.site.code, name)]
        return chosen_name(lambda text, of: naming.full_name(text, known, of), name, option)

    return replace(wish, server=full(wish.server, "server"), move_from=full(wish.move_from, "move_from"))


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
