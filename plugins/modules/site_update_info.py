#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the updates of a site and their states, and how long the site's version is supported."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: site_update_info
short_description: Read the updates of a Configuration Manager site, and how long its version is supported
version_added: 1.0.0
description:
  - Returns the update packages of a site with the names of their states, which of them are ready, downloading, installing,
    failed or hang, until when the site's version is supported, whether the newest known security update is installed, and when
    the site last synchronised, if that can be read.
  - Times are compared with the clock of the SMS Provider's host, not with the controller's clock.
  - Run it on the host of the SMS Provider of the top-level site.
extends_documentation_fragment:
  - configmgr.scp.attributes.site
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  hangs_after_minutes:
    description:
      - Time after which an unchanged package is reported as hanging, if it is in a state that it should leave by itself.
      - Minutes, from 1 to 100000.
      - A download takes about 20 minutes; public code stops waiting after two hours.
    type: int
    default: 120
seealso:
  - module: configmgr.scp.site_update_check
  - module: configmgr.scp.log_info
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Read the updates
  configmgr.scp.site_update_info:
    site_code: CAS
  register: updates

- name: Check that the site is supported for at least a month, and that no update hangs or has failed
  ansible.builtin.assert:
    that:
      - updates.support.days_left is not none and updates.support.days_left >= 30
      - updates.hanging_packages | length == 0
      - updates.failed_packages | length == 0
"""

RETURN = r"""
site_code:
  description: Code of the site.
  returned: success
  type: str
  sample: CAS
site_time:
  description: The clock of the SMS Provider's host, ISO 8601 UTC; null when the account may not read it.
  returned: success
  type: str
  sample: "2026-11-22T10:00:00Z"
packages:
  description: All update packages of the site, the newest release first.
  returned: success
  type: list
  elements: dict
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
    state:
      description: Name of the state, such as C(DOWNLOAD_SUCCESS); C(state N) for an unknown number.
      type: str
    state_number:
      description: Number of the state at the site. A higher number does not mean a later state.
      type: int
    phase:
      description:
        - What the state means. V(available) can be downloaded, V(ready) can be installed.
        - One of V(checking), V(available), V(downloading), V(ready), V(enabled), V(installing), V(restart_pending), V(installed),
          V(failed), V(hidden), V(unknown).
      type: str
    released:
      description: When it was released, ISO 8601 UTC.
      type: str
    last_updated:
      description: When the site last wrote the package, ISO 8601 UTC.
      type: str
    unchanged_seconds:
      description: Time since then; null when it is not known.
      type: int
    hangs:
      description: Whether it hangs; null when that is not known.
      type: bool
    advice:
      description: What to do about a package that hangs or failed, else null.
      type: str
  sample:
    - {guid: 7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11, name: Configuration Manager 2609, version: 5.00.9152.1000, type: regular,
       impact: [site server, console, client, features, fixes], state: INSTALL_SUCCESS, state_number: 196612, phase: installed,
       released: "2026-10-13T10:00:00Z", last_updated: "2026-11-02T10:00:00Z", unchanged_seconds: 1728000, hangs: false,
       advice: null}
available_packages:
  description: Names of the packages that can be downloaded.
  returned: success
  type: list
  elements: str
  sample: []
ready_packages:
  description: Names of the packages that are downloaded and can be installed.
  returned: success
  type: list
  elements: str
  sample: []
downloading_packages:
  description: Names of the packages that are being downloaded.
  returned: success
  type: list
  elements: str
  sample: []
installing_packages:
  description: Names of the packages that are being replicated, checked or installed.
  returned: success
  type: list
  elements: str
  sample: []
restart_pending_packages:
  description: Names of the packages that wait for a restart.
  returned: success
  type: list
  elements: str
  sample: []
failed_packages:
  description: Names of the packages that failed.
  returned: success
  type: list
  elements: str
  sample: []
unknown_packages:
  description: Names of the packages in an unknown state.
  returned: success
  type: list
  elements: str
  sample: []
hanging_packages:
  description: The packages that hang.
  returned: success
  type: list
  elements: dict
  contains:
    guid:
      description: The package's GUID.
      type: str
    name:
      description: Name of the package.
      type: str
    state:
      description: The state that it does not leave.
      type: str
    since:
      description: Time since which it is in this state, ISO 8601 UTC.
      type: str
    advice:
      description: What to do, or null.
      type: str
  sample: []
support:
  description: Support of the site's version.
  returned: success
  type: dict
  contains:
    version:
      description: The site's version.
      type: str
    name:
      description: Such as V(2609); null when the version is not known.
      type: str
    released:
      description:
        - Date of its early update ring, from which the support is counted. Microsoft's updates page calls it availability date.
      type: str
    available:
      description:
        - Date of its general availability, usually one to four weeks later; null when no source of it was read.
      type: str
    baseline:
      description: Whether new sites can be installed from it; null when the version is not known.
      type: bool
    state:
      description: V(supported), V(ended) or V(unknown).
      type: str
    ends:
      description: The last day of support.
      type: str
    days_left:
      description: Days until the end of support by the site's clock, negative after it; null when that is not known.
      type: int
    warning:
      description: Why the end of support or the days are not known, else null.
      type: str
  sample:
    {version: 5.00.9152.1000, name: "2609", released: "2026-09-28", available: null, baseline: true, state: supported,
     ends: "2028-03-28", days_left: 492, warning: null}
security_update:
  description:
    - The newest security update that this release of the collection knows for the site's version, and whether it is installed.
    - It does not change the version of the site, so it is recognised by the KB number in the name of its package.
  returned: success
  type: dict
  contains:
    state:
      description:
        - V(installed), V(restart_pending), V(not_installed) (the site lists it), V(not_listed), V(contained) (in the release of
          the version), V(perhaps_contained) (a newer installed update may contain it), or V(not_known) (nothing is known for the
          version).
      type: str
    known_on:
      description: Year and month in which the list of updates was read. Later updates are not known.
      type: str
    kb:
      description: Number of the update; null when nothing is known for the version.
      type: str
    rollup:
      description: The update that must be installed first; null when there is none.
      type: str
    rollup_installed:
      description: Whether the site lists it as installed; null when there is none.
      type: bool
    cves:
      description: Vulnerabilities that it fixes, as far as they have a CVE number.
      type: list
      elements: str
    package:
      description: Name of its package; null when the site does not list it.
      type: str
    package_state:
      description: Name of the package's state; null when the site does not list it.
      type: str
    newer_packages:
      description: Names of installed packages for this version that were released later.
      type: list
      elements: str
  sample:
    {state: installed, known_on: "2026-11", kb: KB39398030, rollup: null, rollup_installed: null, cves: [CVE-2026-47301],
     package: Configuration Manager 2603 Hotfix (KB39398030), package_state: INSTALL_SUCCESS, newer_packages: []}
last_synchronisation:
  description:
    - When the service connection point last checked for updates. This is recorded only on the role's server, so this module can
      read it only when that server is the SMS Provider's host. Otherwise run M(configmgr.scp.site_update_check) in check mode on
      the role's server.
  returned: success
  type: dict
  contains:
    time:
      description: ISO 8601 UTC; null when there was none or it cannot be read.
      type: str
    server:
      description: The role's server; null when there is not exactly one.
      type: str
    mode:
      description: Mode of the role, V(online) or V(offline).
      type: str
    text:
      description: Where the time was read, or why it was not read.
      type: str
  sample:
    {time: null, server: scp01.corp.example, mode: online, text: "It is recorded only on scp01.corp.example."}
"""

from datetime import timedelta
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import Range
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming, rows, updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import read_site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import SITE_CODE_OPTION, site_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.security_updates import security_update
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.support import support_of
from ansible_collections.configmgr.scp.plugins.module_utils.site.role.deciding import read_role_rows
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing import update_check
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import ServerClock, clock_if_allowed
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import Registry
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.datetimes import iso

SPEC: dict[str, Any] = {
    "argument_spec": {"site_code": SITE_CODE_OPTION, "hangs_after_minutes": {"type": "int", "default": 120}},
    "supports_check_mode": True,
}

LIMITS = {"hangs_after_minutes": Range(1, 100_000, "minutes")}

# Each gets its own list, such as failed_packages: the key "failed" is reserved by Ansible in a result.
_LISTED = (
    updates.AVAILABLE,
    updates.READY,
    updates.DOWNLOADING,
    updates.INSTALLING,
    updates.RESTART_PENDING,
    updates.FAILED,
    updates.UNKNOWN,
)


def run(task: Task) -> Result:
    """Read the updates; never changes anything."""
    minutes = task.params["hangs_after_minutes"]
    after = timedelta(minutes=minutes)
    with site_of(task) as code:
        packages = updates.read_packages(task.cim, code)
        site = read_site(task.cim, code, task.host)
        clock = clock_if_allowed(task.cim)
        now = clock.now if clock else None
        support = support_of(site.version, now.date() if now else None)
        if support.warning:
            task.warn(f"Site {code}: {support.warning}")
        return {
            "changed": False,
            "site_code": code,
            "site_time": iso(now),
            "packages": [package.as_data(now, after) for package in packages],
            **{f"{phase}_packages": [package.name for package in packages if package.phase == phase] for phase in _LISTED},
            "hanging_packages": [_hanging(package) for package in packages if package.hangs(now, after)],
            "support": support.as_data(),
            "security_update": security_update(support.name, packages).as_data(),
            "last_synchronisation": _last_synchronisation(task, code, clock),
        }


def _hanging(package: updates.Package) -> dict[str, Any]:
    return {
        "guid": package.guid,
        "name": package.name,
        "state": package.state,
        "since": iso(package.updated),
        "advice": updates.advice(package),
    }


def _last_synchronisation(task: Task, code: str, clock: ServerClock | None) -> dict[str, Any]:
    found = read_role_rows(task.cim, code)
    if len(found) != 1:
        text = f"The hierarchy has {len(found)} service connection points." if found else "There is no service connection point."
        return {"time": None, "server": None, "mode": None, "text": text}
    server = rows.server_of(found[0])
    # The registry belongs to this host; a value left by a role that has moved to another server must not be used.
    if clock is not None and naming.same_computer(clock.computer, server):
        last = update_check.read_last(Registry(task.cim), server)
    else:
        how = f"configmgr.scp.site_update_check with mode: {rows.mode_of(found[0]) or rows.ONLINE} and check_mode: true"
        last = update_check.Last(None, f"It is recorded only on {server}. Run {how} there to read it.")
    return {"time": iso(last.time), "server": server, "mode": rows.mode_of(found[0]), "text": last.text}


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
