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
  - Installs the service connection point on a site system server of the top-level site, sets its mode, moves or removes it.
  - Run it on the host of the SMS Provider of the top-level site. The row that it writes is only configuration; with O(wait=true)
    the module follows the site until the role is really installed, as far as the site tells.
    Whether its threads run is proved on the role's own server by M(configmgr.scp.component);
    the role P(configmgr.scp.service_connection_point#role) does both.
  - A changed mode is in effect only after a restart on the role's server, which is another host. Used alone, this module says so
    in RV(restart_required). The role stops the thread first, then has the mode written, and starts the thread when the site has
    processed the change, so that a run that was cut off is seen by the next one.
  - A move removes the role from the server that has it, waits until the site has taken it off there, and installs it on
    O(server). There is never more than one. When the site refuses the new server, the role is put back on the old one as it was.
    Only the mode is carried over; the rest of the new installation begins as after the product's own removal and installation.
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
      - Required for a move, because nothing tells it any more once the role is removed from the old server.
    type: str
    choices: [online, offline]
  mode_change:
    description:
      - V(write) writes a mode that differs.
      - V(report) does not write a difference that is of the mode alone; RV(mode_change_due) tells it. It is how the role
        P(configmgr.scp.service_connection_point#role) learns that the thread is to be stopped first. An installation that still
        goes on is waited for (O(wait)), because the thread is there only then.
      - V(confirm) also writes a mode that is there already, as it is, and waits until the site has processed it. It is meant for
        a thread that was found stopped, perhaps by a run that was cut off. The site's answer is waited for at most 300 seconds
        then, and its absence is a warning. Such a write does not count as a change.
    type: str
    choices: [write, report, confirm]
    default: write
  move:
    description:
      - Take the role from the server that has it, if that is not O(server).
      - When no server has it, it is installed on O(server), so a move that was cut off is finished by running it again.
      - Needs O(wait=true).
    type: bool
    default: false
  move_from:
    description:
      - Server that the role is to be taken from. When another one has it, other than O(server), nothing is done.
    type: str
  old_server_gone:
    description:
      - The server that has the role does not exist any more. Then a move does not wait until the site has taken the role off it.
    type: bool
    default: false
  expect_site_system:
    description:
      - In check mode, plan as if O(server) were made a site system of the site before.
    type: bool
    default: false
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
  configmgr.scp.service_connection_point: {server: scp01.contoso.com}
  check_mode: true
  diff: true

- name: Move it from wherever it is
  configmgr.scp.service_connection_point:
    server: scp02.contoso.com
    mode: online
    move: true

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
mode_change_due:
  description: Whether a mode that differs was left for later because of O(mode_change=report).
  returned: success
  type: bool
  sample: false
steps:
  description: What a move does, or would do in check mode, in order. Empty when the role is on O(server) already.
  returned: when O(move=true)
  type: list
  elements: str
  sample:
    - Remove the service connection point from scp01.corp.example (site CAS, online).
    - Wait until site CAS has taken the role off scp01.corp.example.
    - Install the service connection point on scp02.corp.example (site CAS, online).
    - Wait until site CAS has installed the role on scp02.corp.example.
previous_server:
  description: The server that the role was taken from, or would be; null when no other one has it.
  returned: when O(move=true)
  type: str
  sample: scp01.corp.example
left_behind:
  description:
    - Other servers where the site still counts the role's downloader, such as a dead old server.
    - The V(text) of each says what to do there.
  returned: when O(move=true) and not in check mode
  type: list
  elements: dict
  sample: []
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
  description: How long the task took.
  returned: success
  type: float
  sample: 84.2
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.site import naming, rows, status, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.duties.cloud_needs import needs_warning, read_cloud_needs
from ansible_collections.configmgr.scp.plugins.module_utils.site.hierarchy import Site, read_site, read_sites, servers_like
from ansible_collections.configmgr.scp.plugins.module_utils.site.options import (
    SITE_CODE_OPTION,
    WAIT_OPTIONS,
    chosen_name,
    site_of,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.role import absence, follow, placement, placing, ways
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import (
    Refusal,
    RoleState,
    Surroundings,
    Wish,
    decide,
    deletions,
    elsewhere,
    elsewhere_told,
    expecting_site_system,
    read_site_servers,
    read_state,
    read_surroundings,
    settled,
    with_providers,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.move import (
    install_steps,
    is_move,
    left_behind,
    move_refusal,
    move_steps,
    plan_move,
    wish_problem,
)
from ansible_collections.configmgr.scp.plugins.module_utils.site.writer import Change, Create, Delete, Step
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.instance import CimInstance

SPEC: dict[str, Any] = {
    "argument_spec": {
        "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        "server": {"type": "str"},
        "mode": {"type": "str", "choices": ["online", "offline"]},
        "mode_change": {"type": "str", "choices": ["write", "report", "confirm"], "default": "write"},
        "move": {"type": "bool", "default": False},
        "move_from": {"type": "str"},
        "old_server_gone": {"type": "bool", "default": False},
        "expect_site_system": {"type": "bool", "default": False},
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
    wish = _wish(task)
    with site_of(task) as code:
        site = read_site(task.cim, code, task.host)
        state = read_state(task.cim, site, wish.server)
        named = _with_full_names(task, state, wish)
        if named.server != wish.server:
            state = read_state(task.cim, site, named.server)
        wish = named
        result = _unchanged(task, state, wish) if settled(state, wish) else _changed(task, state, wish)
        return {"site_code": code, **result, "elapsed_seconds": round(task.monotonic() - began, 1)}


def _wish(task: Task) -> Wish:
    """The wish as declared; a server may still have its short name."""
    params = task.params
    wish = Wish(
        present=params["state"] == "present",
        server=chosen_name(naming.computer_name, params["server"], "server") if params["server"] else "",
        mode=params["mode"],
        allow_during_update=params["allow_during_update"],
        move=params["move"],
        move_from=chosen_name(naming.computer_name, params["move_from"], "move_from") if params["move_from"] else "",
    )
    problem = wish_problem(wish, params["wait"])
    if problem:
        raise TaskFailure(problem)
    return wish


def _with_full_names(task: Task, state: RoleState, wish: Wish) -> Wish:
    """The wish with the names that the site has for servers that were given by their short names.

    :raises TaskFailure: a short name that means no server of the hierarchy, or several.
    """

    def full(name: str, option: str) -> str:
        if not name or "." in name:
            return name
        known = [*(holder for holder, _code in state.holders), *servers_like(task.cim, state.site.code, name)]
        return chosen_name(lambda text, of: naming.full_name(text, known, of), name, option)

    return replace(wish, server=full(wish.server, "server"), move_from=full(wish.move_from, "move_from"))


def _unchanged(task: Task, state: RoleState, wish: Wish) -> Result:
    """The configuration is as wished; a run that was cut off may still have to see the site finish."""
    if not wish.present:
        return _absent_already(task, state, wish)
    site, limit = state.site, task.params["wait_timeout"]
    row = state.row_on(wish.server)
    seen = None
    if row is not None and task.params["mode_change"] == "confirm" and not task.check_mode:
        seen = placing.confirm_mode(task, site, row, limit, wish.allow_during_update)
    said = [follow.message_evidence(seen)] if seen is not None else []
    result = {**_outcome(False, row), "evidence": said, **_nothing_moved(wish), "problems": _problems(task, state, wish)}
    followed = _followed(task, state, wish)
    return {**result, **followed, "evidence": said + followed.get("evidence", [])}


def _absent_already(task: Task, state: RoleState, wish: Wish) -> Result:
    """No row is there that the absence is about. Others may be, and the site may still be removing the role."""
    result = {**_outcome(False, None), **_elsewhere(task, state, wish, state.rows, removed=False)}
    if not task.params["wait"]:
        return {**result, "left_behind": []}
    gone, limit = task.params["old_server_gone"], task.params["wait_timeout"]
    seen = absence.see_through(task, state.site, wish.server, state.rows, gone, limit)
    return {**result, **_seen(seen)}


def _elsewhere(task: Task, state: RoleState, wish: Wish, left: Sequence[CimInstance], removed: bool) -> Result:
    """Where the role still is after an absence of one server, told as a warning too."""
    if not left:
        return {"elsewhere": []}
    site = state.site
    sites = tuple(read_sites(task.cim, site.code))
    around = with_providers(task.cim, site, Surroundings(sites=sites, host=task.host))
    found = elsewhere(state, left, around)
    told = elsewhere_told(wish, found, removed)
    task.warn(told)
    return {"elsewhere": [one.as_data() for one in found], "msg": told}


def _problems(task: Task, state: RoleState, wish: Wish) -> list[str]:
    """What is wrong with the place of a role that is where it was asked for; each is a warning too."""
    if not state.on_site_server:
        return []
    site = state.site
    problem = placement.pair_problem(wish.server, site.code, read_site_servers(task.cim, site.code))
    if problem is None:
        return []
    row = state.row_on(wish.server)
    way = ways.relocation(wish.server, ways.SERVER, task.host, rows.mode_of(row) if row is not None else None)
    text = f"{problem.detail} {problem.remedy} That is: {way.command}"
    task.warn(text)
    return [text]


def _followed(task: Task, state: RoleState, wish: Wish) -> Result:
    """What the site says of the role's installation on the server, seen to its end unless in check mode."""
    site, server, limit = state.site, wish.server, task.params["wait_timeout"]
    if not task.params["wait"]:
        return {}
    states = status.component_states(task.cim, site.code, (naming.DOWNLOADER,))
    done, verdict = follow.see_through(task, site, server, states, limit)
    moved = {"left_behind": left_behind(states, server)} if wish.move else {}
    return {"installed": done, "evidence": follow.evidence(verdict), **moved}


def _changed(task: Task, state: RoleState, wish: Wish) -> Result:
    refusal = move_refusal(state, wish)
    if refusal:
        raise TaskFailure(refusal)
    around = read_surroundings(task.cim, state.site, wish.server, task.host)
    if task.check_mode and task.params["expect_site_system"] and wish.server:
        around = expecting_site_system(around, state.site, wish.server)
    if is_move(state, wish):
        return _moved(task, state, wish, around)
    step = decide(state, wish, around)
    if isinstance(step, Refusal):
        raise _refused(task, state, around, lambda told: decide(state, wish, told))
    moved = _nothing_moved(wish)
    if moved and isinstance(step, Create):
        moved["steps"] = install_steps(step)
    if isinstance(step, Change) and task.params["mode_change"] == "report" and not task.check_mode:
        # The thread has to be there before it can be stopped for the new mode.
        told = _told_before(task, state.site, around, step)
        return {**_outcome(False, step.before), **moved, **told, **_followed(task, state, wish), "mode_change_due": True}
    # The write that ends a change begun with `report` has been told of already.
    told = {} if task.params["mode_change"] == "confirm" else _told_before(task, state.site, around, step)
    diff = _diff(step)
    if isinstance(step, Delete):
        return {**told, **_removed(task, state, wish, step, around), "diff": diff}
    if task.check_mode:
        return {**_outcome(True, step.row, isinstance(step, Change), foretold=True), **moved, **told, "diff": diff}
    return {**moved, **told, **_written(task, state, wish, step), "diff": diff}


def _refused(task: Task, state: RoleState, around: Surroundings, decision: Callable[[Surroundings], object]) -> TaskFailure:
    """The refusal, with the hosts of the SMS Providers in it, which are read only now."""
    found = decision(with_providers(task.cim, state.site, around))
    if not isinstance(found, Refusal):
        raise TypeError(f"a refusal stays one, whatever the hosts of the providers are: {found}")
    return TaskFailure(found.message, way_out=[way.as_data() for way in found.ways])


def _told_before(task: Task, site: Site, around: Surroundings, step: Step) -> Result:
    """What a user has to know before the step is done: updates in an unknown state, and cloud services that need the role."""
    unknown = updates.unknown_state_warning(site.code, around.unknown_states)
    if unknown:
        task.warn(unknown)
    if isinstance(step, Delete):
        before, after = rows.mode_of(step.row), "no service connection point"
    elif isinstance(step, Change):
        before, after = rows.mode_of(step.before), "an offline service connection point"
    else:
        return {"cloud_services_affected": []}
    if before == rows.OFFLINE or (isinstance(step, Change) and rows.mode_of(step.row) != rows.OFFLINE):
        return {"cloud_services_affected": []}
    return _cloud_needs(task, site, after)


def _cloud_needs(task: Task, site: Site, after: str) -> Result:
    needs = read_cloud_needs(task.cim, site.code)
    warning = needs_warning(site.code, needs, after)
    if warning:
        task.warn(warning)
    return {"cloud_services_affected": needs}


def _removed(task: Task, state: RoleState, wish: Wish, step: Delete, around: Surroundings) -> Result:
    """Remove the role from one server, with each of its rows that may be removed here."""
    steps = deletions(state, wish, step, around)
    left = [row for row in state.rows if not any(row is one.row for one in steps)]
    wish = wish if wish.server else replace(wish, server=rows.server_of(step.row))
    if task.check_mode:
        return {**_outcome(True, None), "left_behind": [], **_elsewhere(task, state, wish, left, removed=True)}
    gone = task.params["old_server_gone"]
    seen = absence.carry_out(task, state.site, steps, task.params["wait"], gone, task.params["wait_timeout"])
    return {**_outcome(True, None), **_seen(seen), **_elsewhere(task, state, wish, left, removed=True)}


def _seen(seen: absence.Absence) -> Result:
    return {"installed": seen.installed, "evidence": seen.evidence, "left_behind": seen.left_behind}


def _written(task: Task, state: RoleState, wish: Wish, step: Create | Change) -> Result:
    """Carry out one step and follow it."""
    site, wait, limit = state.site, task.params["wait"], task.params["wait_timeout"]
    if isinstance(step, Change):
        row, seen = placing.change_mode(task, site, step, wait, limit)
        return {**_outcome(True, row, True), "evidence": [follow.message_evidence(seen)] if seen else []}
    if wish.move and not task.params["old_server_gone"]:
        placing.await_release(task, site, wish.server, limit)
    placed = placing.install(task, site, step, wait, limit)
    return {**_outcome(True, placed.row), **_proved(placed.verdict), **_left_behind(task, state, wish)}


def _moved(task: Task, state: RoleState, wish: Wish, around: Surroundings) -> Result:
    """Take the role from the server that has it to the wished one."""
    plan = plan_move(state, wish, around)
    if isinstance(plan, Refusal):
        raise _refused(task, state, around, lambda told: plan_move(state, wish, told))
    gone = task.params["old_server_gone"]
    steps = move_steps(plan, gone)
    lines = "".join(f"  {number}. {text}\n" for number, text in enumerate(steps, 1))
    unknown = updates.unknown_state_warning(state.site.code, around.unknown_states)
    if unknown:
        task.warn(unknown)
    goes_offline = rows.mode_of(plan.remove.row) != rows.OFFLINE and rows.mode_of(plan.install.row) == rows.OFFLINE
    told = {
        "steps": steps,
        "previous_server": plan.origin,
        "diff": {"before": _shown(plan.remove.row), "after": _shown(plan.install.row), "prepared": f"The steps:\n{lines}"},
        **(_cloud_needs(task, state.site, "an offline service connection point") if goes_offline else {}),
    }
    if task.check_mode:
        return {**_outcome(True, plan.install.row), **told}
    placed = placing.carry_out(task, state.site, plan, gone, task.params["wait_timeout"])
    return {**_outcome(True, placed.row), **_proved(placed.verdict), **told, **_left_behind(task, state, wish)}


def _outcome(changed: bool, row: CimInstance | None, mode_changed: bool = False, foretold: bool = False) -> Result:
    """:param foretold: nothing was written, so the texts say what would be."""
    server = rows.server_of(row) if row is not None else None
    mode = rows.mode_of(row) if row is not None else None
    result: Result = {
        "changed": changed,
        "server": server,
        "mode": mode,
        "installed": None,
        "restart_required": mode_changed,
        "mode_change_due": False,
        "evidence": [],
        "problems": [],
        "cloud_services_affected": [],
    }
    if mode_changed:
        text = "would change to {}; it would take" if foretold else "changed to {}; it takes"
        result["restart_reason"] = f"The mode {text.format(mode)} effect when {naming.DOWNLOADER} on {server} restarts."
    return result


def _proved(verdict: follow.Verdict | None) -> Result:
    return {} if verdict is None else {"installed": True, "evidence": follow.evidence(verdict)}


def _nothing_moved(wish: Wish) -> Result:
    return {"steps": [], "previous_server": None, "left_behind": []} if wish.move else {}


def _left_behind(task: Task, state: RoleState, wish: Wish) -> Result:
    if not wish.move:
        return {}
    states = status.component_states(task.cim, state.site.code, (naming.DOWNLOADER,))
    return {"left_behind": left_behind(states, wish.server)}


def _diff(step: Step) -> dict[str, Any]:
    before = step.before if isinstance(step, Change) else step.row if isinstance(step, Delete) else None
    after = None if isinstance(step, Delete) else step.row
    diff: dict[str, Any] = {"before": _shown(before), "after": _shown(after)}
    if isinstance(step, Change):
        diff["prepared"] = f"{naming.DOWNLOADER} on {rows.server_of(step.row)} has to be stopped and started for the new mode.\n"
    return diff


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
