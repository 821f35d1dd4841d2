#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads status messages about the service connection point, and the site's status of the role's server."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_status_info
short_description: Read status messages about the service connection point and the status of its server
version_added: 1.0.0
description:
  - Returns the status messages about the state of the service connection point, with their meaning and what to do, and the site's
    status summary of the roles on its server.
  - It reads the messages whose meaning is known, such as those of the site's own endpoint check, and all warnings and errors of
    the role's components. Other informational messages are omitted.
  - Run it on the host of the SMS Provider of the top-level site.
notes:
  - The states of the components are in RV(configmgr.scp.service_connection_point_info#module:components).
  - Texts are returned with a limited length and with control characters escaped.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  hours:
    description:
      - Length of the time range before the current time of the SMS Provider's host, in hours from 1 to 8760.
    type: int
    default: 168
seealso:
  - module: configmgr.scp.service_connection_point_info
  - module: configmgr.scp.log_info
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Read the status messages of the last day
  configmgr.scp.site_status_info:
    site_code: CAS
    hours: 24
  register: site_status

- name: Check that the last endpoint check of the site passed
  ansible.builtin.assert:
    that: (site_status.messages | selectattr('subject', 'eq', 'endpoints') | first).verdict == 'passed'
"""

RETURN = r"""
site_code:
  description: Code of the site.
  returned: success
  type: str
  sample: CAS
site_time:
  description: The clock of the SMS Provider's host, or of the controller when the account may not read it; ISO 8601 UTC.
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
  description: The site's status summary of the roles on that server.
  returned: success
  type: list
  elements: dict
  contains:
    role:
      description: Name of the role.
      type: str
    status:
      description: V(ok), V(warning), V(critical), or text such as V(status 7) for an unknown number.
      type: str
    down_since:
      description: Time since which the site has not reached the role, ISO 8601 UTC; null when it is reached.
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
      description: Number of this message at the site.
      type: int
    message_id:
      description: Message ID, which identifies the kind of message.
      type: int
    component:
      description: The component that sent it.
      type: str
    server:
      description: The server, as the site names it.
      type: str
    severity:
      description: V(information), V(warning) or V(error).
      type: str
    time:
      description: ISO 8601 UTC.
      type: str
    words:
      description: The insertion strings of the message, in their order. They are read only for the 20 newest messages.
      type: list
      elements: str
    title:
      description: Meaning of the message. This value and the following values are null for an unknown message ID.
      type: str
    subject:
      description: Subject of the message, such as V(endpoints).
      type: str
    lasting:
      description:
        - Whether the newest message of this subject shows the present state.
        - If V(false), the message reports a single event.
      type: bool
    verdict:
      description: V(passed), V(warning) or V(failed).
      type: str
    remedy:
      description: What to do.
      type: str
    source:
      description: Source of this interpretation.
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
    """Read the status messages and the role status; never changes anything."""
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
    """The role's row when there is exactly one; its NAL path identifies the server."""
    found = read_rows(task.cim, code, (naming.SERVICE_CONNECTION_POINT,))
    return found[0] if len(found) == 1 else None


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
