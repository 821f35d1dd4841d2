#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the service connection tool and judges it by what it leaves behind."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: service_connection_tool
short_description: Updates for a hierarchy without internet, by the service connection tool
version_added: 1.0.0
description:
  - Runs C(ServiceConnectionTool.exe) on the server of the task. Prepare, import and export run on the server of the service
    connection point, connect on a Windows host with internet.
  - Before a run the tool's version, the mode of the role, runtimes, rights, free space and the folders are checked. What would
    stop it is told before it starts.
  - A run is judged by what it leaves behind, never by its exit code, which is documented nowhere - the C(.cab) of a preparation,
    C(ConfigMgr.Update.Manifest.ENC) of a download, the state message 4 of an import, the C(.csv) of an export.
  - The tool overwrites its log with each run. The log is kept under a name with time and action in O(log_folder), and what went
    wrong by it is returned in RV(problems[]).
notes:
  - The account needs to be a local administrator of the server, and to prepare, import and export it needs to read the site
    database.
  - Where the site database is on another server, the tool logs on there with the account of the connection. Over WinRM that
    needs a logon that can be passed on - C(ansible_winrm_transport=credssp), or Kerberos with
    C(ansible_winrm_kerberos_delegation).
  - What is remembered of an import is its log in O(log_folder), whose name has the first digits of the pack's hash. A run that
    was cut off after the tool's end and before the copy of its log is repeated, which does no harm.
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  action:
    description:
      - V(prepare) writes the usage data, on the server of the service connection point.
      - V(connect) sends usage data to Microsoft and downloads updates, on a host with internet.
      - V(import) hands the downloaded updates to the site, on the server of the service connection point.
      - V(export) writes the usage data in clear to a C(.csv), to be read by people.
    type: str
    choices: [prepare, connect, import, export]
    required: true
  usage_data:
    description:
      - For V(prepare) the C(.cab) to write. Give it a name of its own for each hierarchy.
      - For V(connect) the C(.cab) of one hierarchy, or a folder with those of several.
    type: str
  update_packs:
    description:
      - For V(connect) the folder for the downloads, which has to be empty or missing. For V(import) the folder with them.
      - Where V(import) finds a list of hashes beside the folder (C(UpdatePacks.sha256), as M(configmgr.scp.folder_transfer)
        writes it), every file is compared with it before the tool runs.
    type: str
  export_file:
    description:
      - For V(export) the C(.csv) to write.
    type: str
  download:
    description:
      - What V(connect) downloads. V(latest) is the newest update for the site's version, V(site_version) all updates and
        hotfixes that are newer than the site, V(hotfixes) all hotfixes of any version, V(all) everything of any version.
      - V(latest) does not work for a site of version 2002 and is refused there.
    type: str
    choices: [latest, site_version, hotfixes, all]
    default: latest
  proxy:
    description:
      - The proxy that V(connect) goes through.
    type: dict
    suboptions:
      server:
        description:
          - Its name, with its domain.
        type: str
      port:
        description:
          - Its port. A wrong one makes the tool complain about the usage data.
        type: int
        default: 80
      account:
        description:
          - An account that the proxy wants. An empty string means none.
          - The tool asks for its password at a prompt, so a task with it is refused, with the command line to run by hand.
        type: str
  tool_path:
    description:
      - The tool, its folder, or the root of installation media. Its folder has to be whole.
      - Left out, it is looked for in C(CD.Latest) below the installation that the server's registry knows.
    type: str
  site_version:
    description:
      - The site's version, such as V(5.00.9152.1000) or V(2609). The tool has to have the same.
      - Left out, the versions are not compared, and the requirements are those of the tool's own version.
    type: str
  mode:
    description:
      - The mode of the service connection point, as M(configmgr.scp.service_connection_point_info) tells it. In V(online) nothing
        is prepared or imported. Left out, it is not checked.
    type: str
    choices: [online, offline]
  max_age_days:
    description:
      - A C(.cab), C(.csv) or download that is younger is not made again. The site renews its usage data every seven days.
      - Days, from 0 to 3650.
    type: float
    default: 7
  clear_destination:
    description:
      - Whether V(connect) may empty a folder in O(update_packs) that has something in it. What a run of its own left behind that
        was cut off is always removed.
    type: bool
    default: false
  required_free_bytes:
    description:
      - How much has to be free on the drive of the destination. Left out, it is estimated.
      - Bytes, from 0 to 1125899906842624.
    type: int
  log_folder:
    description:
      - Where logs of the runs are kept. Left out, where the server's C(SMS_DMP_DOWNLOADER) logs, else beside the tool.
    type: str
  run_timeout:
    description:
      - Longest run of the tool in seconds, from 60 to 604800. A run that takes longer is ended.
    type: int
    default: 14400
  force:
    description:
      - Whether the tool runs although what it would do is done.
    type: bool
    default: false
seealso:
  - module: configmgr.scp.folder_transfer
  - module: configmgr.scp.site_update_info
  - module: configmgr.scp.log_info
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Write the usage data, on the server of the service connection point
  configmgr.scp.service_connection_tool:
    action: prepare
    usage_data: D:\USB\UsageData_CAS.cab
    site_version: 5.00.9152.1000
    mode: offline

- name: Download the updates, on a host with internet
  configmgr.scp.service_connection_tool:
    action: connect
    tool_path: D:\USB\ServiceConnectionTool
    usage_data: D:\USB\UsageData
    update_packs: D:\USB\UpdatePacks
    download: site_version
    proxy:
      server: itproxy.contoso.com
      port: 8080

- name: Hand them to the site
  configmgr.scp.service_connection_tool:
    action: import
    update_packs: D:\USB\UpdatePacks
    site_version: 5.00.9152.1000
    mode: offline
  register: imported
"""

RETURN = r"""
action:
  description: What was asked for.
  returned: success
  type: str
  sample: import
done_already:
  description: Why nothing had to be done; null where the tool ran, or in check mode would run.
  returned: success
  type: str
  sample: null
command:
  description: The command line; null when nothing had to be done.
  returned: success
  type: str
  sample: ServiceConnectionTool.exe -import -updatepacksrc D:\USB\UpdatePacks
tool:
  description: The tool, with its C(path) and C(version).
  returned: success
  type: dict
  sample:
    path: 'D:\Media\SMSSETUP\TOOLS\ServiceConnectionTool\ServiceConnectionTool.exe'
    version: 5.0.9152.1000
checks:
  description:
    - What was checked before the run, each with C(id), C(title), C(status) (V(passed), V(warning), V(failed), V(skipped)),
      C(detail), C(remedy), C(required).
  returned: when the tool was about to run
  type: list
  elements: dict
files:
  description:
    - What proves the result, or for an import what is imported; the first 200, each with C(path), C(size_bytes), C(modified).
  returned: success
  type: list
  elements: dict
pack:
  description: The identity of the pack, a hash over its files; null for other actions than V(import).
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
packages:
  description: GUIDs of the update packages that have a folder in the download or pack; none for other actions.
  returned: success
  type: list
  elements: str
  sample: [7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11]
missing:
  description:
    - The option whose files are not there - V(tool_path), V(usage_data) or V(update_packs); null where they are there and not as
      they have to be.
  returned: when it failed before a run
  type: str
  sample: update_packs
exit_code:
  description: The tool's exit code. It is documented nowhere.
  returned: when the tool ran
  type: int
  sample: 0
saved_log:
  description: Where its log is kept on the server; null when it wrote none, or it could not be copied.
  returned: when the tool ran
  type: str
  sample: 'C:\SMS\Logs\ServiceConnectionTool-import-20261122T101500Z-9f86d081884c7d65.log'
problems:
  description: What its log and output tell of problems, as M(configmgr.scp.log_info) returns them.
  returned: when the tool ran
  type: list
  elements: dict
seconds:
  description: How long the tool ran.
  returned: when the tool ran
  type: float
  sample: 31.5
"""

from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import AGE_DAYS, RUN_TIMEOUT, Range
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.occasion import Occasion
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.connection_tool.request import DOWNLOADS
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task

SPEC: dict[str, Any] = {
    "argument_spec": {
        "action": {"type": "str", "choices": ["prepare", "connect", "import", "export"], "required": True},
        "usage_data": {"type": "str"},
        "update_packs": {"type": "str"},
        "export_file": {"type": "str"},
        "download": {"type": "str", "choices": list(DOWNLOADS), "default": "latest"},
        "proxy": {
            "type": "dict",
            "options": {"server": {"type": "str"}, "port": {"type": "int", "default": 80}, "account": {"type": "str"}},
        },
        "tool_path": {"type": "str"},
        "site_version": {"type": "str"},
        "mode": {"type": "str", "choices": ["online", "offline"]},
        "max_age_days": {"type": "float", "default": 7},
        "clear_destination": {"type": "bool", "default": False},
        "required_free_bytes": {"type": "int"},
        "log_folder": {"type": "str"},
        "run_timeout": {"type": "int", "default": 14400},
        "force": {"type": "bool", "default": False},
    },
    "required_if": [
        ("action", "prepare", ["usage_data"]),
        ("action", "connect", ["usage_data", "update_packs"]),
        ("action", "import", ["update_packs"]),
        ("action", "export", ["export_file"]),
    ],
    "supports_check_mode": True,
}

LIMITS = {
    "max_age_days": AGE_DAYS,
    "required_free_bytes": Range(0, 2**50, "bytes"),
    "run_timeout": RUN_TIMEOUT,
}
EMPTY = {"proxy.account": "the proxy wants no account"}


def run(task: Task) -> Result:
    """Look what is there, check, run the tool, prove what came of it."""
    return Occasion(task).carry_out()


def main() -> None:
    """Say that the work is done by the action plugin, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
