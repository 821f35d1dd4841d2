#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the service connection point as configured and as installed."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: service_connection_point_info
short_description: Read the service connection point as configured and as installed
version_added: 1.0.0
description:
  - Returns where the role is configured, and where its components run according to the site, with the evidence for each.
  - With O(duties=true) it also returns the tasks that remain to be done manually once the role is on its server, after a move or
    at any other time. They are computed from the present state of the site.
  - Run it on the host of the SMS Provider of the top-level site.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  duties:
    description:
      - Whether to compute RV(duties) and RV(duties_left). This needs about ten more requests, and works only at the top-level
        site.
    type: bool
    default: false
  recovered:
    description:
      - Whether the site was recovered from a backup. The site does not show this, so it must be specified. RV(duties) then also
        contains the manual tasks after a recovery.
    type: bool
    default: false
  entered_accounts:
    description:
      - Accounts whose passwords were entered again since the recovery, as V(DOMAIN\\user). The site does not show this.
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
- name: Read the service connection point
  configmgr.scp.service_connection_point_info:
    site_code: CAS
  register: scp

- name: Check that the configured role is installed
  ansible.builtin.assert:
    that: scp.installed

- name: Read what remains to be done manually
  configmgr.scp.service_connection_point_info:
    duties: true
  register: scp

- name: Show it to the user
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
  description: Rows of the role in the hierarchy; more than one is an error in the hierarchy.
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
      description: Whether the role's downloader on this server is started, according to the site.
      type: bool
    state:
      description:
        - State of the downloader, such as V(started); null when the site has no state for it.
        - If there are two rows, it shows which of them works.
      type: str
    last_started:
      description: When it started, ISO 8601 UTC.
      type: str
    last_heartbeat:
      description: When the site last received a heartbeat from it, ISO 8601 UTC.
      type: str
    properties:
      description: Every embedded property of the row by name, with its fields C(Value), C(Value1) and C(Value2).
      type: dict
  sample:
    - {server: scp01.corp.example, site_code: CAS, mode: online, installed: true, state: started,
       last_started: "2026-11-22T10:00:00Z", last_heartbeat: "2026-11-22T14:00:00Z",
       properties: {OfflineMode: {Value: 0, Value1: "", Value2: ""}}}
components:
  description: The component summarizer's state of the role's components, on every server for which it has one.
  returned: success
  type: list
  elements: dict
  contains:
    component:
      description: Name of the component.
      type: str
    server:
      description: The server, as the site names it.
      type: str
    site_code:
      description: The site that reports it.
      type: str
    state:
      description: State of the component, such as V(started), V(stopped) or V(installing).
      type: str
    status:
      description:
        - The site's status summary for the component, V(ok), V(warning) or V(critical).
        - Text such as V(status 7) for an unknown number.
      type: str
    last_started:
      description: When it started, ISO 8601 UTC.
      type: str
    last_heartbeat:
      description: When the site last received a heartbeat from it, ISO 8601 UTC.
      type: str
  sample:
    - {component: SMS_DMP_DOWNLOADER, server: scp01.corp.example, site_code: CAS, state: started, status: ok,
       last_started: "2026-11-22T10:00:00Z", last_heartbeat: "2026-11-22T14:00:00Z"}
installed:
  description: Whether there is a row, and the downloader on the server of every row is started, according to the site.
  returned: success
  type: bool
  sample: true
duties:
  description: The manual tasks that belong to this state, done or not.
  returned: when O(duties=true)
  type: list
  elements: dict
  contains:
    id:
      description:
        - Stable name. V(role_running), V(no_update_in_progress), V(proxy), V(accounts_listed), V(app_secrets_renewed),
          V(app_secrets_valid), V(app_expiry_watched), V(gateways), V(discovery), V(out_of_band_hotfixes); with O(recovered=true)
          also V(passwords_entered) and, at a central administration site, V(external_notifications).
        - Tasks that concern the role's server are omitted when there is no such server, or more than one.
      type: str
    title:
      description: The required state.
      type: str
    detail:
      description: What the site shows. It begins with C(Cannot tell:) when the site does not show enough.
      type: str
    how:
      description: What to do; empty when it is done.
      type: str
    done:
      description: Whether it is done; null when the site does not show it.
      type: bool
    text:
      description: The same as one text for display, such as C(To do:) followed by what to do and why.
      type: str
  sample:
    - id: app_secrets_renewed
      title: The secrets of the Entra applications were made after the role came to this server
      detail: "Created before 2026-11-22 10:00:00 UTC: ConfigMgr server app from 2026-05-06 10:00:00 UTC."
      how: "In the console: Administration > Cloud Services > Microsoft Entra tenants > the tenant > Renew Secret Key."
      done: false
      text: "To do: Renew the secret in the console. Created before 2026-11-22 10:00:00 UTC: ConfigMgr server app."
duties_left:
  description: The entries of RV(duties) that are not known to be done; empty when nothing remains.
  returned: when O(duties=true)
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
    """A row of the role, with the site's state of the downloader on its server, which shows which one of two rows works."""
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
    """What remains to be done manually.

    :raises TaskFailure: the site cannot have the role: only the top-level site shows what the duties depend on.
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
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
