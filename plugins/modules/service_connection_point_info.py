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
  - With O(duties=true) it also lists what is left to do by hand once the role stands on its server, after a move or at any time,
    computed from what the site shows.
  - Run it on the host of the SMS Provider of the top-level site.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  duties:
    description:
      - Compute RV(duties) and RV(duties_left). Costs about ten requests more, and works at the top-level site only.
    type: bool
    default: false
  recovered:
    description:
      - The site was recovered from a backup. No site shows this, so it has to be told. RV(duties) then has those of a recovery.
    type: bool
    default: false
  entered_accounts:
    description:
      - Accounts whose passwords were entered again since the recovery, as V(DOMAIN\\user). No site shows this.
    type: list
    elements: str
    default: []
    version_added: 1.1.0
seealso:
  - module: configmgr.scp.cloud_service_info
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

- name: See what is left to do
  configmgr.scp.service_connection_point_info:
    duties: true
  register: scp

- name: Show it
  ansible.builtin.debug:
    msg: "{{ item.text }}"
  loop: "{{ scp.duties_left }}"
  loop_control:
    label: "{{ item.id }}"
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
    installed:
      description: Whether the site counts the role's downloader on this server as started.
      type: bool
    state:
      description: Its state there, such as V(started); null when the site knows of none. Of two rows it tells which one works.
      type: str
    last_started:
      description: When it started, ISO 8601 UTC.
      type: str
    last_heartbeat:
      description: When the site last heard of it, ISO 8601 UTC.
      type: str
    properties:
      description: Every embedded property of the row by name, with its fields C(Value), C(Value1) and C(Value2).
      type: dict
  sample:
    - {server: scp01.corp.example, site_code: CAS, mode: online, installed: true, state: started,
       last_started: "2026-11-22T10:00:00Z", last_heartbeat: "2026-11-22T14:00:00Z",
       properties: {OfflineMode: {Value: 0, Value1: "", Value2: ""}}}
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
    site_code:
      description: The site that counts it.
      type: str
    state:
      description: Such as V(started), V(stopped), V(installing).
      type: str
    status:
      description: Its health as the site sums it up, V(ok), V(warning), V(critical), or V(status 7) for an unknown number.
      type: str
    last_started:
      description: ISO 8601 UTC.
      type: str
    last_heartbeat:
      description: When the site last heard of it, ISO 8601 UTC.
      type: str
  sample:
    - {component: SMS_DMP_DOWNLOADER, server: scp01.corp.example, site_code: CAS, state: started, status: ok,
       last_started: "2026-11-22T10:00:00Z", last_heartbeat: "2026-11-22T14:00:00Z"}
installed:
  description: Whether there is a row, and the site counts the downloader on the server of every row as started.
  returned: success
  type: bool
  sample: true
duties:
  description: What there is to do by hand in this state, done or not.
  returned: when duties is true
  type: list
  elements: dict
  contains:
    id:
      description:
        - Stable name. V(role_running), V(no_update_in_progress), V(proxy), V(accounts_listed), V(app_secrets_renewed),
          V(app_secrets_valid), V(app_expiry_watched), V(gateways), V(discovery), V(out_of_band_hotfixes); with O(recovered=true)
          also V(passwords_entered) and, at a central administration site, V(external_notifications).
        - Those that are about the role's server are left out while there is none, or more than one.
      type: str
    title:
      description: The state that is to be reached.
      type: str
    detail:
      description: What the site shows; begins with C(Cannot tell:) where it does not show enough.
      type: str
    how:
      description: What to do; empty when it is done.
      type: str
    done:
      description: Null where the site does not show it.
      type: bool
    text:
      description: The same for people, as an order, such as C(To do:) with what to do and why.
      type: str
  sample:
    - id: app_secrets_renewed
      title: The secrets of the Entra applications were made after the role came to this server
      detail: "Made before 2026-11-22T10:00:00Z: ConfigMgr server app of 2026-05-06T10:00:00Z."
      how: "In the console: Administration > Cloud Services > Microsoft Entra tenants > the tenant > Renew Secret Key."
      done: false
      text: "To do: Renew the secret in the console. Made before 2026-11-22T10:00:00Z: ConfigMgr server app."
duties_left:
  description: The entries of RV(duties) that are not known to be done; empty when nothing is left.
  returned: when duties is true
  type: list
  elements: dict
  sample: []
"""

from collections.abc import Sequence
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.all_duties import duties
from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.duty import left
from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.duty_facts import read_facts
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import read_site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import SITE_CODE_OPTION, chosen_name, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import read_role_rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import status
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

SPEC: dict[str, Any] = {
    "argument_spec": {
        "site_code": SITE_CODE_OPTION,
        "duties": {"type": "bool", "default": False},
        "recovered": {"type": "bool", "default": False},
        "entered_accounts": {"type": "list", "elements": "str", "default": []},
    },
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Read the role's rows and components; never changes anything."""
    with site_of(task) as code:
        found = read_role_rows(task.cim, code)
        states = status.component_states(task.cim, code, naming.ROLE_COMPONENTS)
        configured = [_configured(row, states) for row in found]
        return {
            "changed": False,
            "site_code": code,
            "configured": configured,
            "components": [state.as_data() for state in states],
            "installed": bool(configured) and all(row["installed"] for row in configured),
            **(_duties(task, code, found, states) if task.params["duties"] else {}),
        }


def _configured(row: CimInstance, states: Sequence[status.ComponentState]) -> dict[str, Any]:
    """A row of the role, with what the site sums up of the downloader on its server. Of two rows it tells which one works."""
    server, code = rows.server_of(row), rows.site_of(row)
    own = [
        state
        for state in states
        if state.component.upper() == naming.DOWNLOADER
        and naming.same_computer(state.server, server)
        and state.site_code in ("", code)
    ]
    seen = own[0] if own else None
    return {
        "server": server,
        "site_code": code,
        "mode": rows.mode_of(row),
        "installed": seen is not None and seen.started,
        "state": seen.state if seen else None,
        "last_started": seen.last_started if seen else None,
        "last_heartbeat": seen.last_heartbeat if seen else None,
        "properties": rows.settings_as_data(row),
    }


def _duties(task: Task, code: str, found: Sequence[CimInstance], states: Sequence[status.ComponentState]) -> Result:
    """What is left to do by hand.

    :raises TaskFailure: a site that can not have the role: what its duties depend on is seen at the top-level site only.
    """
    entered = [chosen_name(naming.account_name, name, "entered_accounts") for name in task.params["entered_accounts"]]
    site = read_site(task.cim, code, task.host)
    if not site.top_level:
        raise TaskFailure(
            f"duties: site {code} is not the top-level site of its hierarchy. Run this on the host of the SMS Provider of the "
            "top-level site, with that site_code."
        )
    listed = duties(read_facts(task.cim, site, found, states, task.params["recovered"], entered))
    return {"duties": [duty.as_data() for duty in listed], "duties_left": [duty.as_data() for duty in left(listed)]}


def main() -> None:
    """Say that the work is done by the action plugin, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
