#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings a thread of SMS_EXECUTIVE on a site system server to the requested state."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: component
short_description: Query, start, stop or restart a thread of SMS_EXECUTIVE, or the service itself
version_added: 1.0.0
description:
  - Queries, starts, stops or restarts a component that runs as a thread of the service SMS_EXECUTIVE, and waits until the
    server confirms the new state.
  - A thread is controlled through its values in the server's registry, as the Configuration Manager Service Manager does it.
  - Run it on the server of the role, for the service connection point usually on C(SMS_DMP_DOWNLOADER).
notes:
  - The account needs to be a local administrator of the server.
  - A restart of a thread does not restart the process. What the process has cached is cleared only by a restart of the service,
    O(name=SMS_EXECUTIVE), which restarts every component on the server.
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  name:
    description:
      - Name of the component; V(SMS_EXECUTIVE) is the Windows service with all its threads.
    type: str
    default: SMS_DMP_DOWNLOADER
  state:
    description:
      - V(queried) only reads the state. V(started) and V(stopped) change it only if necessary. V(restarted) always stops and
        starts the component; a component that is already stopped is only started.
    type: str
    choices: [queried, started, stopped, restarted]
    default: queried
  wait_timeout:
    description:
      - Maximum time in seconds to wait for the stop, and the same for the start, from 1 to 86400.
    type: int
    default: 180
seealso:
  - module: configmgr.scp.service_connection_point
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Make sure that the downloader runs
  configmgr.scp.component:
    name: SMS_DMP_DOWNLOADER
    state: started

- name: Restart the downloader so that a changed mode takes effect
  configmgr.scp.component:
    state: restarted
  delegate_to: scp01.contoso.com

- name: Restart all components on the server
  configmgr.scp.component:
    name: SMS_EXECUTIVE
    state: restarted
    wait_timeout: 600
"""

RETURN = r"""
name:
  description: The component.
  returned: success
  type: str
  sample: SMS_DMP_DOWNLOADER
state:
  description: Its state after the task, in lower case, such as V(running) or V(stopped).
  returned: success
  type: str
  sample: running
previous_state:
  description: Its state before the task.
  returned: success
  type: str
  sample: stopped
elapsed_seconds:
  description: How long the stop and the start took.
  returned: success
  type: float
  sample: 12.4
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import chosen_name
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import executive
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task

SPEC: dict[str, Any] = {
    "argument_spec": {
        "name": {"type": "str", "default": naming.DOWNLOADER},
        "state": {"type": "str", "choices": ["queried", "started", "stopped", "restarted"], "default": "queried"},
        "wait_timeout": {"type": "int", "default": 180},
    },
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Bring the component to the requested state."""
    began = task.monotonic()
    name = chosen_name(naming.component_name, task.params["name"], "name")
    unit = executive.unit(task, name)
    before = unit.state()
    wish = task.params["state"]
    steps = () if wish == "queried" else executive.operations(before, wish)
    after = before
    if steps:
        limit = task.params["wait_timeout"]
        after = steps[-1].proof if task.check_mode else executive.carry_out(task, unit, before, steps, limit)
    result: Result = {
        "changed": bool(steps) if task.check_mode else bool(task.done),
        "name": name,
        "state": after,
        "previous_state": before,
        "elapsed_seconds": round(task.monotonic() - began, 1),
    }
    if steps:
        result["diff"] = {"before": {name: before}, "after": {name: " then ".join(step.proof for step in steps)}}
    return result


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
