#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What a site says of its service connection point: status messages, and how it sees the role's server."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_status_info
short_description: Status messages about the service connection point, and how the site sees its server
version_added: 1.0.0
description:
  - Returns the status messages that tell how the service connection point is doing, with what they mean and what to do, and how
    the site sums up the roles of its server.
  - Asked for are messages whose meaning is known, such as those of the site's own endpoint check, and all warnings and errors of
    the role's components. What merely informs is left out.
  - Run it on the host of the SMS Provider of the top-level site.
notes:
  - The components themselves are in RV(configmgr.scp.service_connection_point_info#module:components).
  - Texts are returned as text, cut to a bounded length, with control characters spelled out.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  hours:
    description:
      - How far to look back from the time of the SMS Provider's host, in hours from 1 to 8760.
    type: int
    default: 168
seealso:
  - module: configmgr.scp.service_connection_point_info
  - module: configmgr.scp.log_info
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: What the site says of the last day
  configmgr.scp.site_status_info:
    site_code: CAS
    hours: 24
  register: said

- name: The last endpoint check of the site passed
  ansible.builtin.assert:
    that: (said.messages | selectattr('subject', 'eq', 'endpoints') | first).verdict == 'passed'
"""

RETURN = r"""
site_code:
  description: The site that was asked.
  returned: success
  type: str
  sample: CAS
site_time:
  description: The clock of the SMS Provider's host, ISO 8601 UTC; the controller's where the account may not read it.
  returned: success
  type: str
  sample: "2026-11-22T10:00:00Z"
since:
  description: The beginning of the range, ISO 8601 UTC.
  returned: success
  type: str
  sample: "2026-11-15T10:00:00Z"
server:
  description: The role's server; null when there is not exactly one.
  returned: success
  type: str
  sample: scp01.corp.example
roles:
  description: How the site sums up the roles of that server.
  returned: success
  type: list
  elements: dict
  contains:
    role:
      description: Name of the role.
      type: str
    status:
      description: V(ok), V(warning), V(critical), or V(status 7) for a number that is not known.
      type: str
    down_since:
      description: Since when the site has not reached it, ISO 8601 UTC.
      type: str
  sample:
    - {role: SMS Dmp Connector, status: ok, down_since: null}
messages:
  description: Status messages, the newest first.
  returned: success
  type: list
  elements: dict
  contains:
    record_id:
      description: The site's own number of the message.
      type: int
    message_id:
      description: What kind of message it is.
      type: int
    component:
      description: The component that sent it.
      type: str
    server:
      description: The server as the site names it.
      type: str
    severity:
      description: V(information), V(warning) or V(error).
      type: str
    time:
      description: ISO 8601 UTC.
      type: str
    words:
      description: The insertion strings of the 20 newest, in their order.
      type: list
      elements: str
    title:
      description: What it means; null for a kind that is not known, as are the values that follow.
      type: str
    subject:
      description: What it is about, such as V(endpoints).
      type: str
    lasting:
      description: Whether the newest message of its subject tells the present state; else it tells of something that happened.
      type: bool
    verdict:
      description: V(passed), V(warning) or V(failed).
      type: str
    remedy:
      description: What to do.
      type: str
    source:
      description: Where that comes from.
      type: str
    certainty:
      description: V(documented), V(seen) or V(recalled).
      type: str
  sample:
    - {record_id: 72057594037928001, message_id: 11410, component: SMS_SERVICE_CONNECTOR, server: SCP01.corp.example,
       severity: information, time: "2026-11-22T09:30:00Z", words: [], title: Every cloud endpoint was reached,
       subject: endpoints, lasting: true, verdict: passed, remedy: "", source: EP, certainty: documented}
more_messages:
  description: Whether there were more than 2000 in the range, so that some are missing.
  returned: success
  type: bool
  sample: false
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import STATUS_HOURS
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import read_rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import SITE_CODE_OPTION, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals import site_status
from ansible_collections.configmgr.scp.plugins.module_utils.site.signals.role_health import read_role_health
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import time_if_allowed
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import iso
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

SPEC: dict[str, Any] = {
    "argument_spec": {"site_code": SITE_CODE_OPTION, "hours": {"type": "int", "default": 168}},
    "supports_check_mode": True,
}

LIMITS = {"hours": STATUS_HOURS}


def run(task: Task) -> Result:
    """Read what the site says; never changes anything."""
    hours = task.params["hours"]
    with site_of(task) as code:
        system = _role_server(task, code)
        now = time_if_allowed(task.cim) or datetime.now(UTC)
        since = now - timedelta(hours=hours)
        messages, more = site_status.read_messages(task.cim, code, since)
        return {
            "changed": False,
            "site_code": code,
            "site_time": iso(now),
            "since": iso(since),
            "server": rows.server_of(system) if system else None,
            "roles": [health.as_data() for health in read_role_health(task.cim, code, system)],
            "messages": [message.as_data() for message in messages],
            "more_messages": more,
        }


def _role_server(task: Task, code: str) -> CimInstance | None:
    """The role's row when there is exactly one; its NAL path is that of its server."""
    found = read_rows(task.cim, code, (naming.SERVICE_CONNECTION_POINT,))
    return found[0] if len(found) == 1 else None


def main() -> None:
    """Say that the work is done by the action plugin, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
