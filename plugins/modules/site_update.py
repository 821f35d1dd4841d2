#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Brings an update of a hierarchy to the requested state."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_update
short_description: Download, check or install an update of Configuration Manager
version_added: 1.1.0
description:
  - Brings an update of the hierarchy to a state. V(available) means that the site lists it and that it applies, V(downloaded)
    that its content is on the site, V(checked) that the prerequisite check of the product ran, and V(installed) that the central
    administration site and all primary sites have it.
  - The module reads the state, starts what is missing with the methods that the console uses, waits, and reads again. A phase
    that is under way is joined and never started again. A run that was interrupted is completed by running it again.
  - The wait continues over restarts of the site's services, of WinRM and of the server. Reads are sparse, because queries to the
    SMS Provider can delay the upgrade of the database.
  - Run it on the host of the SMS Provider of the top-level site. The role P(configmgr.scp.update#role) combines it with checks
    and an approval.
  - In check mode nothing is started. RV(planned_phases) shows which phases would run and at which sites, and refusals are the
    same, except that a closed window (O(within)) is a warning.
notes:
  - The account needs a security role with Read and Modify for update packages in the Default scope, such as Full Administrator.
  - Some of what the site does between the documented states is inferred, and nothing was tried on a live site; see
    C(docs/limits.md).
  - Secondary sites, consoles and clients are not updated. RV(duties) lists what remains to be done.
  - The update reset tool is never run. When it may help, RV(reset_command) has the command.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  update:
    description:
      - The update. A version such as V(2609), the number of an article such as V(KB37864969), the GUID of the package, its
        complete name as M(configmgr.scp.site_update_info) returns it, or V(latest) for the newest one that applies.
      - If the site already has the version, or V(latest) and there is nothing newer, there is nothing to do.
    type: str
    required: true
  kind:
    description:
      - Which updates O(update=latest) considers. V(version) means updates to a new version, V(hotfix) means hotfixes and hotfix
        rollups, and V(any) both.
    type: str
    choices: [version, hotfix, any]
    default: version
  state:
    description:
      - The requested state. An update that is already beyond it is left as it is.
      - A V(checked) update may have warnings, which RV(prerequisites) lists.
    type: str
    choices: [available, downloaded, checked, installed]
    required: true
  ignore_prerequisite_warnings:
    description:
      - Whether the update is installed although the prerequisite check ends with warnings. Otherwise the site stops, and the task
        fails with the warnings.
      - Only for O(state=installed).
    type: bool
    default: false
  retry:
    description:
      - Whether a phase that failed is started again, once. Fix the cause first.
      - A check that ended with warnings is made again too.
      - A retry never passes warnings unless O(ignore_prerequisite_warnings=true), unlike the retry of the console for the
        complete hierarchy.
    type: bool
    default: false
  within:
    description:
      - The time in which an installation may begin. Outside it, the task fails before it begins one. Downloads and checks may
        begin at any time, and an installation that has begun continues after the end.
      - Times are compared with the clock of the SMS Provider's host.
    type: dict
    suboptions:
      start:
        description:
          - A time of day such as V(22:00), in the server's local time, or a date and time with a zone, such as
            V(2026-11-28T22:00:00+01:00). Quote it in YAML.
        type: str
        required: true
      end:
        description:
          - The end, in the same form. A time of day that is not after O(within.start) is on the next day.
        type: str
        required: true
      days:
        description:
          - Days of the week on which the window starts. If empty, every day. Only for times of day.
        type: list
        elements: str
        choices: [monday, tuesday, wednesday, thursday, friday, saturday, sunday]
        default: []
  wait:
    description:
      - Whether to wait until the requested state is reached. With V(false), the task starts at most the next phase.
      - With O(state=available), also waits until the site lists the update.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum time to wait in seconds, from 1 to 86400. Public code waits up to 12 hours for an installation.
    type: int
    default: 21600
  outage_timeout:
    description:
      - Maximum time in seconds for which the SMS Provider may not answer during the wait, from 1 to 86400. The site stops its
        services during an installation, and the server may restart.
    type: int
    default: 3600
seealso:
  - module: configmgr.scp.update_prerequisites
  - module: configmgr.scp.site_update_info
  - module: configmgr.scp.site_update_check
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Download the newest update and run its prerequisite check
  configmgr.scp.site_update:
    update: latest
    state: checked
  register: checked

- name: Install version 2609 at the weekend
  configmgr.scp.site_update:
    update: "2609"
    state: installed
    within:
      start: "22:00"
      end: "04:00"
      days: [friday, saturday]

- name: Try an installation again whose cause of failure was fixed
  configmgr.scp.site_update:
    update: "2609"
    state: installed
    retry: true
"""

RETURN = r"""
site_code:
  description: Code of the top-level site.
  returned: always
  type: str
  sample: CAS
package:
  description: The update; null if there is nothing to install.
  returned: always
  type: dict
  contains:
    guid:
      description: The package's GUID.
      type: str
    name:
      description: Name of the package.
      type: str
    version:
      description: The version that it installs.
      type: str
    type:
      description: V(regular), V(weave) or V(qfe) (a hotfix).
      type: str
    impact:
      description: What it changes, such as V(site server) or V(client).
      type: list
      elements: str
  sample:
    {guid: 7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11, name: Configuration Manager 2609, version: 5.00.9152.1000, type: regular,
     impact: [site server, console, client, features, fixes]}
reached:
  description: Whether the requested state is reached.
  returned: always
  type: bool
  sample: true
state:
  description: Name of the update's state after the task, such as C(INSTALL_SUCCESS); null without an update.
  returned: always
  type: str
  sample: INSTALL_SUCCESS
state_number:
  description: Number of that state. A higher number does not mean a later state.
  returned: always
  type: int
  sample: 196612
previous_state:
  description: Name of the state before the task.
  returned: always
  type: str
  sample: DOWNLOAD_SUCCESS
asked:
  description: What the task asked the site to do, in order. Empty if the update was only joined.
  returned: always
  type: list
  elements: str
  sample: [the installation]
due:
  description:
    - Whether the task asked the site for something; in check mode, whether it would, now or when the phase that is under way has
      ended.
  returned: always
  type: bool
  sample: true
phases:
  description: The phases in the terms of the console.
  returned: always
  type: list
  elements: dict
  contains:
    phase:
      description: V(Download), V(Replication), V(Prerequisites Check), V(Installation) or V(Post Installation).
      type: str
    status:
      description: V(not started), V(in progress), V(waiting), V(waiting for a restart), V(completed), V(completed with warning)
        or V(failed).
      type: str
  sample:
    - {phase: Download, status: completed}
    - {phase: Replication, status: completed}
    - {phase: Prerequisites Check, status: completed}
    - {phase: Installation, status: completed}
    - {phase: Post Installation, status: in progress}
planned_phases:
  description: The phases that were still to run when the task began, each with the codes of its sites.
  returned: always
  type: list
  elements: dict
  contains:
    phase:
      description: Name of the phase.
      type: str
    sites:
      description: Codes of the sites.
      type: list
      elements: str
  sample:
    - {phase: Replication, sites: [CAS, PR1]}
    - {phase: Prerequisites Check, sites: [CAS, PR1]}
    - {phase: Installation, sites: [CAS, PR1]}
    - {phase: Post Installation, sites: [CAS, PR1]}
sites:
  description: The update at each site; empty before it is replicated.
  returned: always
  type: list
  elements: dict
  contains:
    site_code:
      description: Code of the site.
      type: str
    server:
      description: The site server.
      type: str
    state:
      description: Name of the state there.
      type: str
    state_number:
      description: Number of the state there.
      type: int
    phase:
      description: The phase, or null.
      type: str
    status:
      description: As in RV(phases).
      type: str
    step:
      description: The step that is in progress or failed, or null.
      type: str
    progress:
      description: Progress of that step in percent, or null.
      type: int
  sample:
    - {site_code: CAS, server: cas01.corp.example, state: INSTALL_SUCCESS, state_number: 196612, phase: Installation,
       status: completed, step: null, progress: null}
prerequisites:
  description: The results of the prerequisite check of the product, one for each rule and site.
  returned: always
  type: list
  elements: dict
  contains: &step
    site_code:
      description: Code of the site.
      type: str
    phase:
      description: The phase, or null.
      type: str
    name:
      description: Name of the rule or step.
      type: str
    status:
      description: V(not started), V(in progress), V(completed), V(completed with warning) or V(failed).
      type: str
    progress:
      description: Progress in percent.
      type: int
    description:
      description: The site's text.
      type: str
    logs:
      description: For a failure, the logs to read.
      type: list
      elements: str
  sample: []
failed_steps:
  description: The steps that failed, in the same form.
  returned: always
  type: list
  elements: dict
  contains: *step
  sample: []
advice:
  description: What to do about an update that failed or hangs, else null.
  returned: always
  type: str
  sample: null
reset_command:
  description:
    - The command of the update reset tool (C(cd.latest\SMSSETUP\TOOLS\CMUpdateReset) of the top-level site server) for a
      download or replication that cannot be completed, else null. Read its documentation first, and never use it once the
      installation has begun.
  returned: always
  type: str
  sample: null
site_server:
  description: The server of the top-level site.
  returned: always
  type: str
  sample: cas01.corp.example
site_version:
  description: Version of the top-level site after the task. A hotfix does not change it.
  returned: always
  type: str
  sample: 5.00.9152.1000
duties:
  description: What remains to be done manually after the installation, as in M(configmgr.scp.service_connection_point_info).
  returned: always
  type: list
  elements: dict
  sample:
    - {id: consoles, title: Configuration Manager consoles are updated, done: null, detail: "Configuration Manager 2609 changes
      the
       console; the SMS Provider does not show the version of each installed console.", how: Update each console., text: "To do,
       if it was not done: Update each console."}
outages:
  description: How often the SMS Provider stopped answering while the task waited.
  returned: always
  type: int
  sample: 1
elapsed_seconds:
  description: How long the task took.
  returned: always
  type: float
  sample: 5400.0
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import WAIT_SECONDS
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import SITE_CODE_OPTION, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating import choosing, deciding, window
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.course import Limits
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import Wish
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.work import bring
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure

SPEC: dict[str, Any] = {
    "argument_spec": {
        "update": {"type": "str", "required": True},
        "kind": {"type": "str", "choices": list(choosing.KINDS), "default": choosing.VERSION},
        "state": {"type": "str", "choices": list(deciding.STATES), "required": True},
        "ignore_prerequisite_warnings": {"type": "bool", "default": False},
        "retry": {"type": "bool", "default": False},
        "within": {
            "type": "dict",
            "options": {
                "start": {"type": "str", "required": True},
                "end": {"type": "str", "required": True},
                "days": {"type": "list", "elements": "str", "choices": list(window.WEEKDAYS), "default": []},
            },
        },
        "wait": {"type": "bool", "default": True},
        "wait_timeout": {"type": "int", "default": 21600},
        "outage_timeout": {"type": "int", "default": 3600},
        "site_code": SITE_CODE_OPTION,
    },
    "supports_check_mode": True,
}

LIMITS = {"outage_timeout": WAIT_SECONDS}


def run(task: Task) -> Result:
    """Bring the update to the requested state."""
    try:
        opening = window.window_from(task.params["within"])
    except window.BadWindow as error:
        raise TaskFailure(str(error)) from error
    wish = Wish(task.params["state"], task.params["ignore_prerequisite_warnings"], task.params["retry"])
    limits = Limits(task.params["wait"], task.params["wait_timeout"], task.params["outage_timeout"])
    with site_of(task) as code:
        return bring(task, code, wish, limits, opening)


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
