#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads or sets the level of usage data of a hierarchy."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: usage_data
short_description: Read or set the level of diagnostics and usage data of a Configuration Manager hierarchy
version_added: 1.0.0
description:
  - Reads or sets the level of the data that a hierarchy collects about itself, which its service connection point sends to
    Microsoft.
  - The collection of this data cannot be turned off. With an offline service connection point, the data is sent only when the
    service connection tool sends it.
  - Run it on the host of the SMS Provider of the top-level site.
notes:
  - The level is written to the row of the site control file from which public code reads it. This was not tested on a live site.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes.writer
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  level:
    description:
      - The level to set. If omitted, the level is only read.
      - V(basic) covers setup, upgrades, enabled features and counts. V(enhanced), the default of a new site, adds how features
        are used. V(full) adds Endpoint Protection, update compliance and advanced diagnostics, which may unintentionally contain
        personal data.
    type: str
    choices: [basic, enhanced, full]
seealso:
  - module: configmgr.scp.service_connection_point
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Read the level
  configmgr.scp.usage_data:
  register: usage

- name: Set the lowest level
  configmgr.scp.usage_data:
    level: basic
    site_code: CAS
"""

RETURN = r"""
site_code:
  description: Code of the site.
  returned: success
  type: str
  sample: CAS
level:
  description: The level after the task, or what it would be in check mode; null for an unknown number.
  returned: success
  type: str
  sample: basic
level_number:
  description: The number that the site stores for the level.
  returned: success
  type: int
  sample: 1
previous_level:
  description: The level before the task; null for an unknown number.
  returned: success
  type: str
  sample: enhanced
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

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import read_site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import (
    SITE_CODE_OPTION,
    WRITER_OPTION,
    site_of,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.writer import site_writer, writer_result
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing import usage
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

SPEC: dict[str, Any] = {
    "argument_spec": {
        "level": {"type": "str", "choices": ["basic", "enhanced", "full"]},
        "site_code": SITE_CODE_OPTION,
        "writer": WRITER_OPTION,
    },
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Bring the level to the requested one; only read it when none is requested."""
    with site_of(task) as code:
        found = usage.read_rows(task.cim, code)
        row = usage.row_of(found, code)
        if row is None:
            raise TaskFailure(usage.missing(code, found))
        level = task.params["level"]
        step = usage.change_to(row, level, code) if level else None
        if step is None:
            return {**_result(code, row, row), **writer_result(task)}
        refusal = usage.place_refusal(read_site(task.cim, code, task.host))
        if refusal:
            raise TaskFailure(refusal)
        written = step.row if task.check_mode else site_writer(task).write(step)
        diff = {"before": {"level": _shown(row)}, "after": {"level": level}}
        return {**_result(code, row, written or step.row), "changed": True, "diff": diff, **writer_result(task)}


def _result(code: str, before: CimInstance, after: CimInstance) -> Result:
    return {
        "changed": False,
        "site_code": code,
        "level": usage.level_of(after),
        "level_number": after.get("Value"),
        "previous_level": usage.level_of(before),
    }


def _shown(row: CimInstance) -> str:
    return usage.level_of(row) or f"level {row.get('Value')}"


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
