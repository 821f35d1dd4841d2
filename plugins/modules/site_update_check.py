#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""A check for updates now, with its proof."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_update_check
short_description: Ask the service connection point for a check for updates, and wait for its proof
version_added: 1.0.0
description:
  - Asks the component SMS_DMP_DOWNLOADER for a check for updates now, which it makes by itself once a day, and waits until it has
    made one.
  - Run it on the server of the service connection point.
  - The proof is the time of the last synchronisation, which the component writes once it has the list of updates and has handed
    it to the site. That the site took it in is shown by hman.log on the site server, see M(configmgr.scp.log_info), and by
    M(configmgr.scp.site_update_info).
  - In check mode nothing is asked for; it then tells when the last synchronisation was.
notes:
  - Microsoft documents the console and a cmdlet for this, not what they do. The module sets two values in the registry of the
    component, as public code does. It was not tried on a live site.
  - The registry does not show the time of the last synchronisation between the wish and the next check. It is in the result.
  - The account needs to be a local administrator of the server.
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  mode:
    description:
      - Mode of the service connection point, as M(configmgr.scp.service_connection_point_info) returns it. It stands in the
        site's configuration and can not be seen on the role's server.
      - V(offline) is refused, an offline service connection point does not check.
    type: str
    choices: [online, offline]
    required: true
  wait:
    description:
      - Whether to wait for the proof.
    type: bool
    default: true
  wait_timeout:
    description:
      - Longest wait in seconds, from 1 to 86400. A new update that is found may be downloaded before the proof shows, which
        takes about twenty minutes.
    type: int
    default: 1800
seealso:
  - module: configmgr.scp.site_update_info
  - module: configmgr.scp.component
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Where the role is, and its mode
  configmgr.scp.service_connection_point_info:
  register: scp

- name: Check for updates now
  configmgr.scp.site_update_check:
    mode: "{{ scp.configured[0].mode }}"
  delegate_to: "{{ scp.configured[0].server }}"
"""

RETURN = r"""
asked:
  description: Whether a check was asked for; false in check mode.
  returned: success
  type: bool
  sample: true
previous_synchronisation:
  description: When the last synchronisation before the task was, ISO 8601 UTC; null when none is recorded.
  returned: success
  type: str
  sample: "2026-11-21T10:00:00Z"
last_synchronisation:
  description: When the check was made, by the clock of the server; null when it was not waited for.
  returned: success
  type: str
  sample: "2026-11-22T10:00:18Z"
elapsed_seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 42.0
evidence:
  description: What proves the check; empty when it was not waited for.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: Where it was seen.
      type: str
    text:
      description: What was seen, for people.
      type: str
  sample:
    - {source: registry, text: "LastSyncedTime of SMS_DMP_DOWNLOADER on scp01.corp.example is 2026-11-22T10:00:18Z"}
"""

from datetime import datetime
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import WAIT_OPTIONS
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
    """Ask for a check and wait for its proof."""
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
            "after": {"last_synchronisation": iso(made) or "a check is asked for"},
        },
    }


def _evidence(host: str, made: datetime | None) -> list[dict[str, str]]:
    if made is None:
        return []
    text = f"{update_check.LAST_SYNCED} of {naming.DOWNLOADER} on {host} is {iso(made)}"
    return [{"source": "registry", "text": text}]


def main() -> None:
    """Say that the work is done by the action plugin, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
