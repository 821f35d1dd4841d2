#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Checks whether a server reaches TCP ports of other servers."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: port_check
short_description: Check whether a server reaches TCP ports of other servers
version_added: 1.0.0
description:
  - Opens TCP connections from the host of the task to all targets in parallel, sends nothing, and closes them again.
  - Run it on the site server for the ports of the service connection point's server (445 and 135), and on that server for the
    port of the site database (1433, or the one that the site's SQL Server uses).
notes:
  - The server's own C(curl.exe) makes the connections, in a WinRM shell that is closed afterwards. Windows Server 2019 and later
    include it; on a server without it every check is V(skipped). Version 7.75 or later is required, which current Windows
    updates install.
  - RPC assigns further ports dynamically (49152 to 65535 by default). They are not known before, so only port 135 is
    checked. To check a firewall, add one of these ports as a target.
  - UDP is not checked.
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  targets:
    description:
      - The addresses to connect to.
    type: list
    elements: dict
    required: true
    suboptions:
      host:
        description:
          - Name or IP address.
        type: str
        required: true
      port:
        description:
          - TCP port, from 1 to 65535.
        type: int
        required: true
      name:
        description:
          - A short name for the target, such as V(smb). The check is then named V(port_<name>). If omitted, the check is named
            after the host and port.
        type: str
  timeout:
    description:
      - Maximum time in seconds for a connection, from 1 to 60. The check also takes this long when a server accepts the
        connection but sends nothing.
    type: int
    default: 5
seealso:
  - module: configmgr.scp.endpoint_check
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Check that the site server reaches the server of the role
  configmgr.scp.port_check:
    targets:
      - {name: smb, host: scp01.contoso.com, port: 445}
      - {name: rpc, host: scp01.contoso.com, port: 135}

- name: Check that the server of the role reaches the site database
  configmgr.scp.port_check:
    targets:
      - {name: site_database, host: cas01.contoso.com, port: 1433}
  delegate_to: scp01.contoso.com
"""

RETURN = r"""
checks:
  description: One entry for each target, in the order of O(targets).
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Stable name of the check.
      type: str
    title:
      description: What was checked.
      type: str
    status:
      description: V(passed), V(warning), V(failed) or V(skipped).
      type: str
    detail:
      description: What was found.
      type: str
    remedy:
      description: What to do; empty when there is nothing to do.
      type: str
    required:
      description: Whether a failure of this check blocks the installation of the role; always true.
      type: bool
  sample:
    - {id: port_smb, title: "scp01.contoso.com, TCP port 445", status: passed,
       detail: "scp01.contoso.com, TCP port 445, accepts connections.", remedy: "", required: true}
counts:
  description: Number of checks by status.
  returned: success
  type: dict
  sample: {passed: 2, warning: 0, failed: 0, skipped: 0}
blocked:
  description: Whether a check failed.
  returned: success
  type: bool
  sample: false
ports:
  description: The same results as data for programs, one entry for each target.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Name of the check.
      type: str
    host:
      description: The host.
      type: str
    port:
      description: The port.
      type: int
    result:
      description:
        - V(reachable), V(name_resolution), V(refused), V(timeout) or V(other); null when it was not checked.
      type: str
  sample:
    - {id: port_smb, host: scp01.contoso.com, port: 445, result: reachable}
"""

import re
from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import PORT_TIMEOUT
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.check_result import Check, report
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach import curl, endpoints, reach_checks
from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.reach.trying import Tried, try_all
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure

SPEC: dict[str, Any] = {
    "argument_spec": {
        "targets": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                "host": {"type": "str", "required": True},
                "port": {"type": "int", "required": True},
                "name": {"type": "str"},
            },
        },
        "timeout": {"type": "int", "default": 5},
    },
    "supports_check_mode": True,
}

LIMITS = {"timeout": PORT_TIMEOUT}

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}")
# Additional time for starting and ending curl on a busy server.
_MARGIN_SECONDS = 30


def run(task: Task) -> Result:
    """Check the ports; never changes anything."""
    try:
        targets = _targets(task.params["targets"])
    except ValueError as error:
        raise TaskFailure(str(error)) from error
    timeout = task.params["timeout"]
    addresses = [(target.host, target.port) for target in targets]
    rounds = -(-len(targets) // curl.MAX_PARALLEL)
    tried = try_all(
        task,
        lambda token: curl.connect_run(addresses, token, timeout),
        len(targets),
        rounds * timeout + _MARGIN_SECONDS,
    )
    found = reach_checks.unique([_check(target, place, tried) for place, target in enumerate(targets)])
    data = [
        {"id": check.id, "host": target.host, "port": target.port, "result": _result(tried, place)}
        for place, (check, target) in enumerate(zip(found, targets, strict=True))
    ]
    return {"changed": False, **report(found), "ports": data}


def _check(target: reach_checks.Target, place: int, tried: Tried) -> Check:
    transfer = tried.transfers.get(place)
    if transfer is None:
        return tried.without_answer(reach_checks.target_id(target), reach_checks.target_title(target), True)
    return reach_checks.port_check(target, transfer)


def _result(tried: Tried, place: int) -> str | None:
    transfer = tried.transfers.get(place)
    return curl.judge_connection(transfer).value if transfer else None


def _targets(given: list[Mapping[str, Any]]) -> list[reach_checks.Target]:
    """The targets, checked.

    :raises BadName: there are no targets or too many, or one is invalid.
    """
    if not 1 <= len(given) <= endpoints.MAX_NAMED:
        raise naming.BadName(f"targets: there are {len(given)}; give 1 to {endpoints.MAX_NAMED} in one task.")
    targets = []
    for entry in given:
        name = entry["name"] or ""
        if name and not _NAME.fullmatch(name):
            raise naming.BadName(
                f"targets: {name[:60]!r} is not a valid name of a target; give up to 40 letters, digits, spaces, dots, hyphens "
                "and underscores, starting with a letter or digit."
            )
        host = endpoints.target_host(entry["host"], "targets.host")
        targets.append(reach_checks.Target(host, entry["port"], name))
    return targets


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
