#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs the service connection tool and checks its results."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: service_connection_tool
short_description: Run the service connection tool to update a hierarchy without internet access
version_added: 1.0.0
description:
  - Runs C(ServiceConnectionTool.exe) on the server of the task. Run V(prepare), V(import) and V(export) on the server of the
    service connection point, and V(connect) on a Windows host with internet access.
  - Before a run, the tool's version, the mode of the role, runtimes, rights, free space and the folders are checked. Anything
    that would make the tool fail is reported before it starts.
  - The result of a run is checked by what it produces, never by its exit code, which is not documented. These results are the
    C(.cab) for V(prepare), C(ConfigMgr.Update.Manifest.ENC) for V(connect), the state message 4 for V(import), and the C(.csv)
    for V(export).
  - The tool overwrites its log in each run. The log is saved in O(log_folder) under a name with time and action, and the
    problems in it are returned in RV(problems[]).
notes:
  - The account needs to be a local administrator of the server. For V(prepare), V(import) and V(export) it also needs read access
    to the site database.
  - The server of the service connection point and the host with internet access both need .NET Framework, the Visual C++ runtimes
    for x64 and x86, and from version 2309 the ODBC Driver 18 for SQL Server (x64). The tool's own version decides which versions
    of them are enough.
  - When the site database is on another server, the tool logs on there with the account of the connection. Over WinRM, this
    requires credentials that can be delegated - C(ansible_winrm_transport=credssp), or Kerberos with
    C(ansible_winrm_kerberos_delegation).
  - The only record of an import is its log in O(log_folder), whose name contains the first digits of the pack's hash. If a run is
    interrupted after the tool has ended and before its log is copied, the next run imports again, which does no harm.
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  action:
    description:
      - V(prepare) writes the usage data, on the server of the service connection point.
      - V(connect) sends usage data to Microsoft and downloads updates, on a host with internet access.
      - V(import) imports the downloaded updates into the site, on the server of the service connection point.
      - V(export) writes the usage data to a readable C(.csv).
    type: str
    choices: [prepare, connect, import, export]
    required: true
  usage_data:
    description:
      - For V(prepare), the C(.cab) to write. Use a different name for each hierarchy.
      - For V(connect), the C(.cab) of one hierarchy, or a folder with those of several hierarchies.
    type: str
  update_packs:
    description:
      - For V(connect), the folder for the downloads, which must be empty or missing. For V(import), the folder with these
        downloads.
      - If V(import) finds a list of hashes next to the folder (C(UpdatePacks.sha256), as M(configmgr.scp.folder_transfer)
        writes it), every file is compared with it before the tool runs.
    type: str
  export_file:
    description:
      - For V(export), the C(.csv) to write.
    type: str
  download:
    description:
      - What V(connect) downloads. V(latest) is the newest update for the site's version, V(site_version) all updates and
        hotfixes that are newer than the site, V(hotfixes) all hotfixes of any version, V(all) everything of any version.
      - V(latest) does not work for a site of version 2002 and is refused for it.
    type: str
    choices: [latest, site_version, hotfixes, all]
    default: latest
  proxy:
    description:
      - The proxy that V(connect) uses.
    type: dict
    suboptions:
      server:
        description:
          - Fully qualified domain name of the proxy.
        type: str
      port:
        description:
          - Port of the proxy. If it is wrong, the tool reports an error about the usage data.
        type: int
        default: 80
      account:
        description:
          - The account that the proxy requires. An empty string means no account.
          - The tool asks for the password at a prompt, so a task with an account is refused. The message contains the command
            line to run manually.
        type: str
  tool_path:
    description:
      - Path of the tool, of its folder, or of the root of installation media. The tool's folder must be complete.
      - If omitted, the tool is searched in C(CD.Latest) below the installation folder in the server's registry.
    type: str
  site_version:
    description:
      - The site's version, such as V(5.00.9152.1000) or V(2609). The tool must have the same version.
      - If omitted, the versions are not compared. What has to be installed depends on the tool's own version, and on this
        version only if Windows does not show the tool's.
    type: str
  mode:
    description:
      - The mode of the service connection point, as M(configmgr.scp.service_connection_point_info) returns it. With V(online),
        V(prepare) and V(import) are refused. If omitted, the mode is not checked.
    type: str
    choices: [online, offline]
  max_age_days:
    description:
      - A C(.cab), C(.csv) or download that is newer than this is not created again. The site renews its usage data every seven
        days.
      - Days, from 0 to 3650.
    type: float
    default: 7
  clear_destination:
    description:
      - Whether V(connect) may delete the content of the folder in O(update_packs). What an interrupted run of this module left in
        it is always deleted.
    type: bool
    default: false
  required_free_bytes:
    description:
      - Required free space on the drive of the destination. If omitted, it is estimated.
      - Bytes, from 0 to 1125899906842624.
    type: int
  log_folder:
    description:
      - Folder on the server in which the logs of the runs are saved. If omitted, the folder of the C(SMS_DMP_DOWNLOADER) log is
        used, or the tool's folder when the server has no such log.
    type: str
  run_timeout:
    description:
      - Maximum run time of the tool in seconds, from 60 to 604800. A run that takes longer is terminated.
    type: int
    default: 14400
  force:
    description:
      - Whether to run the tool even when its result already exists.
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

- name: Download the updates, on a host with internet access
  configmgr.scp.service_connection_tool:
    action: connect
    tool_path: D:\USB\ServiceConnectionTool
    usage_data: D:\USB\UsageData
    update_packs: D:\USB\UpdatePacks
    download: site_version
    proxy:
      server: itproxy.contoso.com
      port: 8080

- name: Import them into the site
  configmgr.scp.service_connection_tool:
    action: import
    update_packs: D:\USB\UpdatePacks
    site_version: 5.00.9152.1000
    mode: offline
  register: imported
"""

RETURN = r"""
action:
  description: The requested action.
  returned: success
  type: str
  sample: import
done_already:
  description: Why nothing had to be done; null when the tool ran, or would run in check mode.
  returned: success
  type: str
  sample: null
command:
  description: The command line; null when nothing had to be done.
  returned: success
  type: str
  sample: ServiceConnectionTool.exe -import -updatepacksrc D:\USB\UpdatePacks
tool:
  description: The C(path) and C(version) of the tool.
  returned: success
  type: dict
  sample:
    path: 'D:\Media\SMSSETUP\TOOLS\ServiceConnectionTool\ServiceConnectionTool.exe'
    version: 5.0.9152.1000
checks:
  description:
    - The checks before the run, each with C(id), C(title), C(status) (V(passed), V(warning), V(failed), V(skipped)),
      C(detail), C(remedy), C(required).
  returned: when the tool was about to run
  type: list
  elements: dict
files:
  description:
    - The files that prove the result, or for V(import) the imported files; the first 200, each with C(path), C(size_bytes),
      C(modified).
  returned: success
  type: list
  elements: dict
pack:
  description: The identity of the pack, a hash over its files; null for other actions than V(import).
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
packages:
  description: GUIDs of the update packages that have a folder in the download or pack; empty for other actions.
  returned: success
  type: list
  elements: str
  sample: [7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11]
missing:
  description:
    - The option whose files are missing - V(tool_path), V(usage_data) or V(update_packs); null when they exist but are not as
      required.
  returned: when the task failed before the run
  type: str
  sample: update_packs
exit_code:
  description: The tool's exit code. It is not documented.
  returned: when the tool ran
  type: int
  sample: 0
saved_log:
  description: Path of its saved log on the server; null when it wrote no log, or the log could not be copied.
  returned: when the tool ran
  type: str
  sample: 'C:\SMS\Logs\ServiceConnectionTool-import-20261122T101500Z-9f86d081884c7d65.log'
problems:
  description: The problems in its log and output, as M(configmgr.scp.log_info) returns them.
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
EMPTY = {"proxy.account": "the proxy needs no account"}


def run(task: Task) -> Result:
    """Check what already exists and the requirements, run the tool, and verify its result."""
    return Occasion(task).carry_out()


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
