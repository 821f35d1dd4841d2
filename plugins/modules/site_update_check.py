#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Requests a check for updates, and waits until it is made."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_update_check
short_description: Make the service connection point check for updates now
version_added: 1.0.0
description:
  - Requests a check for updates from the component SMS_DMP_DOWNLOADER, which otherwise checks once a day, and waits until the
    check is complete.
  - Run it on the server of the service connection point.
  - The check is complete when the component has updated the time of the last synchronisation. It does this after it has received
    the list of updates and passed it to the site. To see whether the site has processed the list, read hman.log on the site
    server with M(configmgr.scp.log_info), or use M(configmgr.scp.site_update_info).
  - In check mode no check is requested, and the module only returns the time of the last synchronisation.
notes:
  - Microsoft documents the console and a cmdlet for this, but not what they do internally. The module sets two registry values of
    the component, as public code does. This was not tested on a live site.
  - Between the request and the completed check, the registry does not contain the time of the last synchronisation. It is in
    RV(previous_synchronisation).
  - The account needs to be a local administrator of the server.
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  mode:
    description:
      - Mode of the service connection point, as M(configmgr.scp.service_connection_point_info) returns it. It is in the site's
        configuration and cannot be read on the role's server.
      - V(offline) is refused, because an offline service connection point does not check for updates.
    type: str
    choices: [online, offline]
    required: true
  wait:
    description:
      - Whether to wait until the check is complete.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum time to wait in seconds, from 1 to 86400. If a new update is found, it may be downloaded before the check is
        complete, which takes about 20 minutes.
    type: int
    default: 1800
seealso:
  - module: configmgr.scp.site_update_info
  - module: configmgr.scp.component
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Read where the role is, and its mode
  configmgr.scp.service_connection_point_info:
  register: scp

- name: Check for updates now
  configmgr.scp.site_update_check:
    mode: "{{ scp.configured[0].mode }}"
  delegate_to: "{{ scp.configured[0].server }}"
"""

RETURN = r"""
asked:
  description: Whether a check was requested; false in check mode.
  returned: success
  type: bool
  sample: true
previous_synchronisation:
  description: Time of the last synchronisation before the task, ISO 8601 UTC; null when none is recorded.
  returned: success
  type: str
  sample: "2026-11-21T10:00:00Z"
last_synchronisation:
  description: Time of the check, by the clock of the server; null when the module did not wait for it.
  returned: success
  type: str
  sample: "2026-11-22T10:00:18Z"
elapsed_seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 42.0
evidence:
  description: Evidence of the check; empty when the module did not wait for it.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: Where it was seen.
      type: str
    text:
      description: What was seen, as a text.
      type: str
  sample:
    - {source: registry, text: "LastSyncedTime of SMS_DMP_DOWNLOADER on scp01.corp.example is 2026-11-22 10:00:18 UTC"}
"""

from datetime import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import WAIT_OPTIONS
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.time_texts import at
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing import update_check
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import executive
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import Registry
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import iso

SPEC: dict[str, Any] = {
    "argument_spec": {"mode": {"type": "str", "choices": ["online", "offline"], "required": True}, **WAIT_OPTIONS},
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Request a check and wait until it is complete."""
    began = task.monotonic()
    refusal = update_check.mode_refusal(task.params["mode"], task.host)
    if refusal:
        raise TaskFailure(refusal)
    registry = Registry(task.cim)
    refusal = update_check.thread_refusal(executive.Thread(registry, naming.DOWNLOADER, task.host).state(), task.host)
    if refusal:
        raise TaskFailure(refusal)
    before = update_check.last_synced(task, registry)
    made: datetime | None = None
    if not task.check_mode:
        update_check.ask(task, registry, before)
        if task.params["wait"]:
            made = update_check.wait_for_proof(task, registry, task.params["wait_timeout"])
    previous = iso(update_check.time_of(before))
    return {
        "changed": True,
        "asked": not task.check_mode,
        "previous_synchronisation": previous,
        "last_synchronisation": iso(made),
        "elapsed_seconds": round(task.monotonic() - began, 1),
        "evidence": _evidence(task.host, made),
        "diff": {
            "before": {"last_synchronisation": previous},
            "after": {"last_synchronisation": iso(made) or "a check is requested"},
        },
    }


def _evidence(host: str, made: datetime | None) -> list[dict[str, str]]:
    if made is None:
        return []
    text = f"{update_check.LAST_SYNCED} of {naming.DOWNLOADER} on {host} is {at(made)}"
    return [{"source": "registry", "text": text}]


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
