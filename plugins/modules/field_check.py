#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks on a live site what the collection assumes about Configuration Manager and Windows."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: field_check
short_description: Check on a live site what the collection assumes
version_added: 1.1.0
description:
  - The collection was built without a live site. This module reads what can settle its assumptions, and returns a verdict for
    each.
  - It only reads. With O(part=server) it starts curl.exe and whoami.exe on the server, which change nothing and connect to
    nothing; on a server without curl.exe, cmd.exe prints the log.
  - The module does not fail because of a verdict, nor because the account may not read something. Then the verdict is
    V(cannot tell), with the reason.
  - Run it with O(part=site) on the host of the SMS Provider of the top-level site, and with O(part=server) on the server of the
    service connection point. The role P(configmgr.scp.field_check#role) does both.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  part:
    description:
      - What is on the host. V(site) is an SMS Provider, V(server) is the server of the service connection point.
    type: str
    choices: [site, server]
    required: true
  record:
    description:
      - Whether to return the requests and answers too, in RV(recorded). They contain names of the site, which
        P(configmgr.scp.field_check_bundle#filter) replaces. Give the task C(no_log=true), so that they are not shown.
    type: bool
    default: false
seealso:
  - plugin: configmgr.scp.field_check_bundle
    plugin_type: filter
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Check what is assumed about a site
  configmgr.scp.field_check:
    part: site
  register: field

- name: Show what is different
  ansible.builtin.debug:
    msg: "{{ field.probes | selectattr('verdict', 'eq', 'otherwise') }}"
"""

RETURN = r"""
part:
  description: O(part).
  returned: success
  type: str
  sample: site
site_code:
  description: Code of the site; null with O(part=server).
  returned: success
  type: str
  sample: CAS
role_servers:
  description: Servers that have the role according to the site. Empty with O(part=server), or if the site did not show it.
  returned: success
  type: list
  elements: str
  sample: [scp01.corp.example]
versions:
  description: Versions of what answered, as texts.
  returned: success
  type: list
  elements: str
  sample: [site 5.00.9152.1000]
probes:
  description: A verdict for each assumption, in a fixed order.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of the probe; the page about limits in C(docs) has it in the row of the assumption.
      type: str
    part:
      description: V(site) or V(server).
      type: str
    assumed:
      description: The assumption.
      type: str
    verdict:
      description:
        - V(as assumed), V(otherwise) or V(cannot tell).
      type: str
    seen:
      description: What was read, or why it does not decide.
      type: str
  sample:
    - {id: network_paths, part: site, assumed: 'NetworkOSPath is \\server.', verdict: as assumed,
       seen: '\\ and the server of the NAL path'}
recorded:
  description: The requests and answers; null without O(record).
  returned: success
  type: dict
  contains:
    exchanges:
      description: Each with C(request) and C(answer), in their order. Output of programs is not among them.
      type: list
      elements: dict
    readings:
      description: What was read with programs, by name.
      type: dict
"""

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.field import envelopes
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probe import SITE, judged
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.probes import probes_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.reading import Readers, read_all, versions_in
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.server_reading import KEPT_AS_READINGS, server_readers
from ansible_collections.configmgr.scp.plugins.module_utils.site.field.site_reading import site_readers
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import SITE_CODE_OPTION, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task
from ansible_collections.configmgr.scp.plugins.module_utils.windows.reading import Unread

SPEC: dict[str, Any] = {
    "argument_spec": {
        "part": {"type": "str", "choices": ["site", "server"], "required": True},
        "record": {"type": "bool", "default": False},
        "site_code": SITE_CODE_OPTION,
    },
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Read, and judge what was read; never changes anything."""
    exchanges = task.keep_exchanges() if task.params["record"] else []
    if task.params["part"] == SITE:
        with site_of(task) as code:
            return _result(task, site_readers(task.cim, code), exchanges, code)
    return _result(task, server_readers(task.cim), exchanges, None)


def _result(task: Task, readers: Readers, exchanges: list[tuple[bytes, bytes]], code: str | None) -> Result:
    readings = read_all(readers)
    holders = readings.get("holders", [])
    return {
        "changed": False,
        "part": task.params["part"],
        "site_code": code,
        "role_servers": [] if isinstance(holders, Unread) else list(holders),
        "versions": versions_in(readings),
        "probes": [judged(probe, readings) for probe in probes_of(task.params["part"])],
        "recorded": _recorded(exchanges, readings) if task.params["record"] else None,
    }


def _recorded(exchanges: list[tuple[bytes, bytes]], readings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "exchanges": [
            {"request": request.decode("utf-8", "replace"), "answer": answer.decode("utf-8", "replace")}
            for request, answer in list(exchanges)
            if envelopes.is_kept(request)
        ],
        "readings": {
            name: {"unread": value.why} if isinstance(value, Unread) else value
            for name, value in readings.items()
            if name in KEPT_AS_READINGS
        },
    }


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
