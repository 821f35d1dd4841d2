#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The service connection point of a hierarchy, as declared."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: service_connection_point
short_description: The service connection point of a Configuration Manager hierarchy
version_added: 1.0.0
description:
  - Installs the service connection point on a site system server of the top-level site, sets its mode, moves or removes it.
  - Run it on the host of the SMS Provider of the top-level site. The row that it writes is only configuration; with O(wait=true)
    the module follows the site until the role is really installed, as far as the site tells.
    Whether its threads run is proved on the role's own server by M(configmgr.scp.component);
    the role P(configmgr.scp.service_connection_point#role) does both.
  - A changed mode is in effect only after a restart on the role's server, which is another host. Used alone, this module says so
    in RV(restart_required). The role stops the thread first, then has the mode written, and starts the thread when the site has
    processed the change, so that a run that was cut off is seen by the next one.
  - A move removes the role from the server that has it, waits until the site has taken it off there, and installs it on
    O(server). There is never more than one. When the site refuses the new server, the role is put back on the old one as it was.
    Only the mode is carried over; the rest of the new installation begins as after the product's own removal and installation.
  - Everything that is read and not asked to change stays as it is.
notes:
  - Refuses to work on a site that is not the top-level site, when another server of the hierarchy has the role, on a server
    of an active/passive site server pair, on a server that is no site system of the site, and while an update of the site
    is being installed. The refusal names the command that leads on, and RV(way_out) has it as data.
  - A role that is on a server of an active/passive site server pair already stays there, with a warning and RV(problems).
  - The site keeps the row only. A removal that the site can not carry out on the server, such as a dead one, is a warning, and
    RV(left_behind) says what remains.
  - When a second service connection point appears while this one is being installed, the own one is taken back and the
    task fails.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  state:
    description:
      - V(present) installs the role on O(server) or leaves it there. V(absent) removes it from O(server),
        or from wherever it is when O(server) is left out.
      - A site removes its own row of the role only, so V(absent) runs on the host of the SMS Provider of that site. A row of
        a site that the hierarchy does not know any more is removed at the top-level site.
    type: str
    choices: [present, absent]
    default: present
  server:
    description:
      - Fully qualified domain name of the site system server. Required when O(state=present).
      - A short name will do where exactly one site system of the hierarchy has it.
    type: str
  mode:
    description:
      - V(online) contacts Microsoft by itself; V(offline) waits for the service connection tool.
      - Left out, an installed role keeps its mode and a new one is V(online), as setup does.
      - A changed mode takes effect when the thread C(SMS_DMP_DOWNLOADER) on the role's server restarts; see RV(restart_required).
      - Required for a move, because nothing tells it any more once the role is removed from the old server.
    type: str
    choices: [online, offline]
  mode_change:
    description:
      - V(write) writes a mode that differs.
      - V(report) does not write a difference that is of the mode alone; RV(mode_change_due) tells it. It is how the role
        P(configmgr.scp.service_connection_point#role) learns that the thread is to be stopped first. An installation that still
        goes on is waited for (O(wait)), because the thread is there only then.
      - V(confirm) also writes a mode that is there already, as it is, and waits until the site has processed it. It is meant for
        a thread that was found stopped, perhaps by a run that was cut off. The site's answer is waited for at most 300 seconds
        then, and its absence is a warning. Such a write does not count as a change.
    type: str
    choices: [write, report, confirm]
    default: write
  move:
    description:
      - Take the role from the server that has it, if that is not O(server).
      - When no server has it, it is installed on O(server), so a move that was cut off is finished by running it again.
      - Needs O(wait=true).
    type: bool
    default: false
  move_from:
    description:
      - Server that the role is to be taken from. When another one has it, other than O(server), nothing is done.
    type: str
  old_server_gone:
    description:
      - The server that has the role does not exist any more. Then neither a move nor an absence waits until the site has taken
        the role off it.
    type: bool
    default: false
  expect_site_system:
    description:
      - In check mode, plan as if O(server) were made a site system of the site before, by an earlier task of the same play.
    type: bool
    default: false
  wait:
    description:
      - Follow the site until it has installed or removed the role, or processed a changed mode.
      - A role that is configured but not yet installed is waited for too, so a run that was cut off is finished by running
        it again.
    type: bool
    default: true
  wait_timeout:
    description:
      - Longest wait in seconds, from 1 to 86400.
    type: int
    default: 1800
  allow_during_update:
    description:
      - Write although an update of the site is being installed. Microsoft warns against it.
    type: bool
    default: false
seealso:
  - module: configmgr.scp.service_connection_point_info
  - module: configmgr.scp.site_system
  - module: configmgr.scp.component
  - name: About the service connection point
    description: Microsoft's page on the role.
    link: https://learn.microsoft.com/intune/configmgr/core/servers/deploy/configure/about-the-service-connection-point
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: The service connection point is on scp01, online
  configmgr.scp.service_connection_point:
    server: scp01.contoso.com
    mode: online
    site_code: CAS

- name: See what would be done
  configmgr.scp.service_connection_point: {server: scp01.contoso.com}
  check_mode: true
  diff: true

- name: Move it from wherever it is
  configmgr.scp.service_connection_point:
    server: scp02.contoso.com
    mode: online
    move: true

- name: The hierarchy has no service connection point
  configmgr.scp.service_connection_point:
    state: absent
"""

RETURN = r"""
site_code:
  description: The site that was worked on.
  returned: success
  type: str
  sample: CAS
server:
  description: The server of the role; null when there is none.
  returned: success
  type: str
  sample: scp01.corp.example
mode:
  description: The configured mode, V(online) or V(offline); null when there is no role.
  returned: success
  type: str
  sample: online
installed:
  description:
    - Whether the site says that the role is installed.
    - Null when it was not looked at, as with O(wait=false) or in check mode before a change.
  returned: success
  type: bool
  sample: true
restart_required:
  description: Whether the thread SMS_DMP_DOWNLOADER on the role's server must restart before the mode takes effect.
  returned: success
  type: bool
  sample: false
restart_reason:
  description: Why, in one sentence.
  returned: when RV(restart_required) is true
  type: str
  sample: The mode changed to offline; it takes effect when SMS_DMP_DOWNLOADER on scp01.corp.example restarts.
mode_change_due:
  description: Whether a mode that differs was left for later because of O(mode_change=report).
  returned: success
  type: bool
  sample: false
steps:
  description: What a move does, or would do in check mode, in order. Empty when the role is on O(server) already.
  returned: when O(move=true)
  type: list
  elements: str
  sample:
    - Remove the service connection point from scp01.corp.example (site CAS, online).
    - Wait until site CAS has taken the role off scp01.corp.example.
    - Install the service connection point on scp02.corp.example (site CAS, online).
    - Wait until site CAS has installed the role on scp02.corp.example.
previous_server:
  description: The server that the role was taken from, or would be; null when no other one has it.
  returned: when O(move=true)
  type: str
  sample: scp01.corp.example
left_behind:
  description:
    - Servers where the site still counts the role's downloader though they are not to have the role, such as a dead old server.
    - The V(text) of each says what to do there.
  returned: when O(move=true) or O(state=absent), and not in check mode
  type: list
  elements: dict
  sample: []
elsewhere:
  description:
    - Where the hierarchy still has the role after an absence of O(server), as rows of the role tell.
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
      description: The host to run on to remove it there.
      type: str
    command:
      description: What to type to remove it there; INVENTORY stands for the inventory.
      type: str
  sample:
    - server: scp02.corp.example
      site_code: CAS
      provider: cas01.corp.example
      command: >-
        ansible-playbook -i INVENTORY configmgr.scp.remove -e scp_provider=cas01.corp.example -e scp_server=scp02.corp.example
problems:
  description:
    - What is wrong with the place of a role that is where it was asked for, one sentence each, with the way out.
    - Such as a server of an active/passive site server pair.
  returned: success
  type: list
  elements: str
  sample: []
cloud_services_affected:
  description:
    - Gateways, discovery and tenants that need an online role, when the change takes it offline or away.
    - Also in check mode. Empty when no such change is due.
  returned: success
  type: list
  elements: str
  sample: ["cloud management gateway CORPCMG"]
way_out:
  description:
    - The steps that the message of a refusal names, as data. Where there are several, each is to be done, or one is to be chosen,
      as the message says.
  returned: when the wish is refused
  type: list
  elements: dict
  contains:
    command:
      description: What to type; INVENTORY stands for the inventory.
      type: str
    playbook:
      description: The playbook of the command.
      type: str
    variables:
      description: Its variables.
      type: dict
    host:
      description: The host on which the module has to run instead.
      type: str
    module:
      description: The module that does the same.
      type: str
    options:
      description: Its options.
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
    - What proves that the role is installed or removed.
    - The row of the component summarizer, and status messages newer than the write.
  returned: success
  type: list
  elements: dict
  sample:
    - {source: component summarizer, component: SMS_DMP_DOWNLOADER, server: scp01.corp.example, state: started,
       last_started: "2026-11-22T10:00:00Z",
       text: "component summarizer: SMS_DMP_DOWNLOADER on scp01.corp.example is started since 2026-11-22T10:00:00Z"}
elapsed_seconds:
  description: How long the task took.
  returned: success
  type: float
  sample: 84.2
"""

from dataclasses import replace
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import read_site, servers_like
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import (
    SITE_CODE_OPTION,
    WAIT_OPTIONS,
    chosen_name,
    site_of,
)
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
        **WAIT_OPTIONS,
        "allow_during_update": {"type": "bool", "default": False},
    },
    "required_if": [("state", "present", ["server"])],
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Bring the role to the declared state."""
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
        return {"site_code": code, **also, **result, "elapsed_seconds": round(task.monotonic() - began, 1)}


def _wish(task: Task) -> Wish:
    """The wish as declared; a server may still have its short name."""
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
    """The wish with the names that the site has for servers that were given by their short names.

    :raises TaskFailure: a short name that means no server of the hierarchy, or several.
    """

    def full(name: str, option: str) -> str:
        if not name or "." in name:
            return name
        known = [*(holder for holder, _code in state.holders), *servers_like(task.cim, state.site.code, name)]
        return chosen_name(lambda text, of: naming.full_name(text, known, of), name, option)

    return replace(wish, server=full(wish.server, "server"), move_from=full(wish.move_from, "move_from"))


def main() -> None:
    """Say that the work is done by the action plugin, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
