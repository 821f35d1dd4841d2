#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The service connection point of a hierarchy, as declared."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: service_connection_point
short_description: The service connection point of a Configuration Manager hierarchy
version_added: 1.0.0
description:
  - Installs the service connection point on a site system server of the top-level site, sets its mode, or removes it.
  - Run it on the host of the SMS Provider of the top-level site. The row that it writes is only configuration; with O(wait=true)
    the module follows the site until the role is really installed, as far as the site tells.
    Whether its threads run is proved on the role's own server by M(configmgr.scp.component);
    the role P(configmgr.scp.service_connection_point#role) does both.
  - Everything that is read and not asked to change stays as it is.
notes:
  - Refuses to work on a site that is not the top-level site, when another server of the hierarchy has the role, on a server
    of an active/passive site server pair, on a server that is no site system of the site, and while an update of the site
    is being installed.
  - When a second service connection point appears while this one is being installed, the own one is taken back and the
    task fails.
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
  - configmgr.scp.attributes.site
options:
  state:
    description:
      - V(present) installs the role on O(server) or leaves it there. V(absent) removes it from O(server),
        or from wherever it is when O(server) is left out.
    type: str
    choices: [present, absent]
    default: present
  server:
    description:
      - Fully qualified domain name of the site system server. Required when O(state=present).
    type: str
  mode:
    description:
      - V(online) contacts Microsoft by itself; V(offline) waits for the service connection tool.
      - Left out, an installed role keeps its mode and a new one is V(online), as setup does.
      - A changed mode takes effect when the thread C(SMS_DMP_DOWNLOADER) on the role's server restarts; see RV(restart_required).
    type: str
    choices: [online, offline]
  wait:
    description:
      - Follow the site until it has installed or removed the role, or processed a changed mode.
      - A role that is configured but not yet installed is waited for too, so a run that was cut off is finished by running
        it again.
    type: bool
    default: true
  wait_timeout:
    description:
      - Longest wait in seconds.
    type: int
    default: 1800
  allow_during_update:
    description:
      - Write although an update of the site is being installed. Microsoft warns against it.
    type: bool
    default: false
seealso:
  - module: configmgr.scp.service_connection_point_info
  - module: configmgr.scp.site_system
  - module: configmgr.scp.component
  - name: About the service connection point
    description: Microsoft's page on the role.
    link: https://learn.microsoft.com/intune/configmgr/core/servers/deploy/configure/about-the-service-connection-point
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: The service connection point is on scp01, online
  configmgr.scp.service_connection_point:
    server: scp01.contoso.com
    mode: online
    site_code: CAS

- name: See what would be done
  configmgr.scp.service_connection_point:
    server: scp01.contoso.com
  check_mode: true
  diff: true

- name: The hierarchy has no service connection point
  configmgr.scp.service_connection_point:
    state: absent
"""

RETURN = r"""
site_code:
  description: The site that was worked on.
  returned: success
  type: str
  sample: CAS
server:
  description: The server of the role; null when there is none.
  returned: success
  type: str
  sample: scp01.corp.example
mode:
  description: The configured mode, V(online) or V(offline); null when there is no role.
  returned: success
  type: str
  sample: online
installed:
  description:
    - Whether the site says that the role is installed.
    - Null when it was not looked at, as with O(wait=false) or in check mode before a change.
  returned: success
  type: bool
  sample: true
restart_required:
  description: Whether the thread SMS_DMP_DOWNLOADER on the role's server must restart before the mode takes effect.
  returned: success
  type: bool
  sample: false
restart_reason:
  description: Why, in one sentence.
  returned: when RV(restart_required) is true
  type: str
  sample: The mode changed to offline; it takes effect when SMS_DMP_DOWNLOADER on scp01.corp.example restarts.
evidence:
  description:
    - What proves that the role is installed or removed.
    - The row of the component summarizer, and status messages newer than the write.
  returned: success
  type: list
  elements: dict
  sample:
    - {source: component summarizer, component: SMS_DMP_DOWNLOADER, server: scp01.corp.example, state: started,
       last_started: "2026-11-22T10:00:00Z",
       text: "component summarizer: SMS_DMP_DOWNLOADER on scp01.corp.example is started since 2026-11-22T10:00:00Z"}
elapsed_seconds:
  description: How long the task followed the site.
  returned: success
  type: float
  sample: 84.2
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site import follow, naming, placement, rows, status
from ansible_collections.configmgr.scp.plugins.module_utils.site.follow import Mark
from ansible_collections.configmgr.scp.plugins.module_utils.site.hierarchy import Site, read_site
from ansible_collections.configmgr.scp.plugins.module_utils.site.options import (
    SITE_CODE_OPTION,
    WAIT_OPTIONS,
    chosen_name,
    site_of,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import (
    Refusal,
    RoleState,
    Wish,
    decide,
    read_role_rows,
    read_surroundings,
    settled,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.writer import Change, CimWriter, Create, Delete, Step
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

SPEC: dict[str, Any] = {
    "argument_spec": {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "server": {"type": "str"},
        "mode": {"type": "str", "choices": ["online", "offline"]},
        "site_code": SITE_CODE_OPTION,
        **WAIT_OPTIONS,
        "allow_during_update": {"type": "bool", "default": False},
    },
    "required_if": [("state", "present", ["server"])],
    "supports_check_mode": True,
}


def run(task: Task) -> Result:
    """Bring the role to the declared state."""
    began = task.monotonic()
    wish = Wish(
        present=task.params["state"] == "present",
        server=chosen_name(naming.server_name, task.params["server"], "server") if task.params["server"] else "",
        mode=task.params["mode"],
        allow_during_update=task.params["allow_during_update"],
    )
    with site_of(task) as code:
        site = read_site(task.cim, code, task.host)
        state = RoleState(site, read_role_rows(task.cim, code))
        result = _unchanged(task, state, wish) if settled(state, wish) else _changed(task, state, wish)
        return {"site_code": code, **result, "elapsed_seconds": round(task.monotonic() - began, 1)}


def _unchanged(task: Task, state: RoleState, wish: Wish) -> Result:
    """The configuration is as wished; a run that was cut off may still have to see the site finish."""
    row = state.row_on(wish.server) if wish.present else None
    result = _outcome(False, row)
    if not task.params["wait"] or not wish.server:
        return result
    site, server = state.site, wish.server
    summary = status.component_state(task.cim, site.code, server, naming.DOWNLOADER)
    verdict = follow.judge_installation(summary, (), after_write=False) if wish.present else follow.judge_removal(summary, ())
    if not verdict.done and not task.check_mode:
        since = follow.mark(task, site.code, naming.DOWNLOADER, follow.OUTCOME_IDS)
        verdict = _followed(task, site, server, since, wish.present, after_write=False)
    return {**result, "installed": verdict.done == wish.present, "evidence": follow.evidence(verdict)}


def _changed(task: Task, state: RoleState, wish: Wish) -> Result:
    site = state.site
    step = decide(state, wish, read_surroundings(task.cim, site))
    if isinstance(step, Refusal):
        raise TaskFailure(step.message)
    diff = _diff(step)
    after = None if isinstance(step, Delete) else step.row
    if task.check_mode:
        return {**_outcome(True, after, isinstance(step, Change)), "diff": diff}
    # The moment before the write, in the site's own numbering.
    awaited = (
        (status.HIERARCHY_MANAGER, (status.SITE_CONTROL_CHANGED,))
        if isinstance(step, Change)
        else (naming.DOWNLOADER, follow.OUTCOME_IDS)
    )
    since = follow.mark(task, site.code, *awaited)
    writer = CimWriter(task.cim, task.host)
    written = writer.write(step)
    if isinstance(step, Create):
        _take_back_if_second(task, site, written or step.row, writer)
    result = {**_outcome(True, written, isinstance(step, Change)), "diff": diff}
    if not task.params["wait"]:
        return result
    if isinstance(step, Change):
        seen = follow.wait_for_distribution(task, site, since, task.params["wait_timeout"])
        return {**result, "evidence": [follow.message_evidence(seen)]}
    server = rows.server_of(step.row)
    verdict = _followed(task, site, server, since, wish.present, after_write=True)
    if isinstance(step, Create):
        _take_back_if_second(task, site, written or step.row, writer)
    return {**result, "installed": wish.present, "evidence": follow.evidence(verdict)}


def _followed(task: Task, site: Site, server: str, since: Mark, present: bool, after_write: bool) -> follow.Verdict:
    limit = task.params["wait_timeout"]
    if present:
        return follow.wait_for_installation(task, site, server, since, limit, after_write)
    return follow.wait_for_removal(task, site, server, since, limit)


def _take_back_if_second(task: Task, site: Site, own: CimInstance, writer: CimWriter) -> None:
    """Another controller may have installed the role elsewhere between the reading and the writing of this one.

    :raises TaskFailure: there is a second row; the own one was removed.
    """
    present = read_role_rows(task.cim, site.code)
    server = rows.server_of(own)
    others = [(rows.server_of(row), rows.site_of(row)) for row in present if rows.server_of(row) != server]
    mine = next((row for row in present if rows.server_of(row) == server), None)
    if mine is None:
        raise TaskFailure(
            f"The service connection point on {server} was written and then removed by somebody else; the hierarchy now has "
            f"{placement.listed(others) or 'none'}. Find out who works on site {site.code} before you run this again.",
            changed=True,
        )
    if others:
        writer.write(Delete(f"the service connection point on {server}", mine))
        raise TaskFailure(
            f"Another service connection point appeared on {placement.listed(others)} while this one was installed on {server}. "
            f"The one on {server} was taken back, so that the hierarchy has only one. Decide which server it is to be, then "
            "run this again.",
            changed=True,
        )


def _outcome(changed: bool, row: CimInstance | None, mode_changed: bool = False) -> Result:
    server = rows.server_of(row) if row is not None else None
    mode = rows.mode_of(row) if row is not None else None
    result: Result = {
        "changed": changed,
        "server": server,
        "mode": mode,
        "installed": None,
        "restart_required": mode_changed,
        "evidence": [],
    }
    if mode_changed:
        result["restart_reason"] = f"The mode changed to {mode}; it takes effect when {naming.DOWNLOADER} on {server} restarts."
    return result


def _diff(step: Step) -> dict[str, Any]:
    before = step.before if isinstance(step, Change) else step.row if isinstance(step, Delete) else None
    after = None if isinstance(step, Delete) else step.row
    return {"before": _shown(before), "after": _shown(after)}


def _shown(row: CimInstance | None) -> dict[str, Any]:
    if row is None:
        return {"service_connection_point": None}
    return {
        "service_connection_point": {
            "server": rows.server_of(row),
            "site_code": rows.site_of(row),
            "mode": rows.mode_of(row),
            "properties": rows.settings_as_data(row),
        }
    }


def main() -> None:
    """Say that the work is done by the action plugin, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
