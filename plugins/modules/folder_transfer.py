#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Transfers a folder between a Windows server and the controller over SMB 3, hash-checked and resumable."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: folder_transfer
short_description: Transfer a folder or file between a Windows server and the controller
version_added: 1.0.0
description:
  - Fetches a folder or a single file from a server to the controller, or pushes one from the controller to a server, over SMB 3
    with signing and encryption. It is intended for several gigabytes of data, for which a WinRM connection is too slow.
  - Only what the other side does not have is transferred. An interrupted transfer resumes where the data on both sides still
    matches; a file keeps the extension C(.part) until its hash is verified.
  - A list of SHA-256 hashes is transferred too, in the file C(<name>.sha256) next to the folder or file, in the format of
    C(sha256sum). A folder that was copied manually is compared with this list, and refused when it was changed or is incomplete.
notes:
  - The share is the administrative share of the drive (C(D$)), which members of the server's Administrators group may use. The
    credentials are those of the WinRM connection (C(ansible_user), C(ansible_password)); a certificate cannot be used.
    With Kerberos and without a password, the ticket of the user on the controller is used; then C(ansible_host) must be the full
    name of the server.
  - A server without SMB 3, signing or encryption is refused.
  - Every resumed file and every pushed file is verified by a hash that C(certutil.exe) on the server computes. Where
    that is not possible, the file is read back over the network.
  - Links and other reparse points, and names that are not valid on both sides, are refused. Files that end in C(.part) are
    skipped.
  - Progress is reported as lines, as for all modules, not as a progress bar, because several hosts write to the same terminal and
    often to a log.
requirements:
  - smbprotocol >= 1.15.0 on the controller
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.change
options:
  action:
    description:
      - V(fetch) transfers from the server to the controller, V(push) from the controller to the server.
      - V(probe) transfers nothing. It returns in RV(reachable) whether the share can be used, and does not fail when it cannot.
    type: str
    choices: [fetch, push, probe]
    required: true
  path:
    description:
      - The folder or file on the server, such as C(D:\USB\UpdatePacks).
    type: str
    required: true
  local:
    description:
      - The folder or file on the controller, as a full path. Required for V(fetch) and V(push).
    type: path
  exclude:
    description:
      - Name patterns, with C(*) and C(?) and not case-sensitive, of files that are ignored on both sides.
    type: list
    elements: str
    default: []
  purge:
    description:
      - Whether files in the target that the source does not have are removed.
    type: bool
    default: false
  force:
    description:
      - Whether files that have the same size and time on both sides are transferred too.
    type: bool
    default: false
  port:
    description:
      - TCP port of the file share.
    type: int
    default: 445
seealso:
  - module: configmgr.scp.service_connection_tool
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Fetch the usage data to the controller
  configmgr.scp.folder_transfer:
    action: fetch
    path: D:\USB\UsageData_CAS.cab
    local: /srv/carry/UsageData/UsageData_CAS.cab

- name: Push the update packs to the server of the service connection point
  configmgr.scp.folder_transfer:
    action: push
    path: D:\USB\UpdatePacks
    local: /srv/carry/UpdatePacks
    purge: true

- name: Check whether the file share can be used
  configmgr.scp.folder_transfer:
    action: probe
    path: D:\USB
  register: share
"""

RETURN = r"""
reachable:
  description: Whether the share can be used.
  returned: success
  type: bool
  sample: true
reason:
  description: Why the share cannot be used; null when it can be used.
  returned: when O(action=probe)
  type: str
  sample: scp01.contoso.com cannot be reached on TCP port 445, which file shares need; Connection refused
files:
  description: Number of files in the source.
  returned: when O(action) is V(fetch) or V(push)
  type: int
  sample: 14
size_bytes:
  description: Total size of these files.
  returned: when O(action) is V(fetch) or V(push)
  type: int
  sample: 1843200000
transferred:
  description: Paths of the files that were transferred, or would be in check mode; the first 100.
  returned: when O(action) is V(fetch) or V(push)
  type: list
  elements: str
  sample: [ConfigMgr.Update.Manifest.ENC]
purged:
  description: Paths of the files that were removed, or would be in check mode; the first 100.
  returned: when O(action) is V(fetch) or V(push)
  type: list
  elements: str
  sample: []
moved_bytes:
  description: Size of the file content that was sent over the network.
  returned: when O(action) is V(fetch) or V(push)
  type: int
  sample: 1843200000
resumed_bytes:
  description: Size of the content that was already present in files whose transfer was resumed.
  returned: when O(action) is V(fetch) or V(push)
  type: int
  sample: 0
sha256:
  description:
    - One hash for everything, computed from the paths and hashes of the files; null in check mode when the files were not read.
  returned: when O(action) is V(fetch) or V(push)
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
"""

from functools import partial
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.file_share import Share, ShareClosed, ShareError
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.transfer import carrying, manifest, remote_files
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.local_files import LocalError
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.names import HostileName
from ansible_collections.configmgr.scp.plugins.module_utils.transfer.plan import Clash
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_commands import CommandFailed, sha256_of
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import checked_path
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault

SPEC: dict[str, Any] = {
    "argument_spec": {
        "action": {"type": "str", "choices": ["fetch", "push", "probe"], "required": True},
        "path": {"type": "str", "required": True},
        "local": {"type": "path"},
        "exclude": {"type": "list", "elements": "str", "default": []},
        "purge": {"type": "bool", "default": False},
        "force": {"type": "bool", "default": False},
        "port": {"type": "int", "default": 445},
    },
    "required_if": [("action", "fetch", ["local"]), ("action", "push", ["local"])],
    "supports_check_mode": True,
}

_MOST_SHOWN = 100


def run(task: Task) -> Result:
    """Transfer what is missing, verify it, and return what was transferred."""
    params = task.params
    drive, remote = _remote(params["path"])
    if params["action"] == "probe":
        return _probe(task, drive)
    local = _local(params["local"])
    share = _opened(task, drive)
    carriage = carrying.Carriage(
        share=share,
        remote=remote,
        local=local,
        purge=params["purge"],
        again=params["force"],
        check_mode=task.check_mode,
        hashing=partial(_remote_hash, task, share, drive),
        show=task.progress,
        say=task.say,
        warn=task.warn,
        exclude=params["exclude"],
    )
    carry = carrying.fetch if params["action"] == "fetch" else carrying.push
    try:
        outcome = carry(carriage)
    except (ShareError, LocalError, HostileName, Clash, OSError) as error:
        raise TaskFailure(f"{params['action']} of {params['path']} on {task.host}: {error}.") from error
    return _result(outcome, params)


def _remote(path: str) -> tuple[str, str]:
    try:
        full = checked_path(path.strip().rstrip("\\"))
    except ValueError as error:
        raise TaskFailure(f"path: {error}.") from error
    return f"{full[0].upper()}$", full[3:]


def _local(path: str) -> Path:
    local = Path(path)
    if not local.is_absolute() or local == Path(local.anchor):
        raise TaskFailure(f"local: {path!r} is not a full path of a folder or file; give one such as /srv/carry/UpdatePacks.")
    return local


def _probe(task: Task, drive: str) -> Result:
    try:
        task.share(drive, task.params["port"])
    except ShareError as error:
        return {"changed": False, "reachable": False, "reason": f"{error}."}
    return {"changed": False, "reachable": True, "reason": None}


def _opened(task: Task, drive: str) -> Share:
    try:
        return task.share(drive, task.params["port"])
    except ShareClosed as error:
        raise TaskFailure(
            f"{error}. Open this port for the controller in the firewalls, or copy the folder manually, together with the file "
            ".sha256 next to it.",
            reachable=False,
        ) from error
    except ShareError as error:
        raise TaskFailure(f"{error}.", reachable=False) from error


def _remote_hash(task: Task, share: Share, drive: str, path: str) -> str:
    try:
        return sha256_of(
            task.cim,
            f"{drive[0]}:\\{path}",
            lambda seconds: task.progress(f"computing the hash of {path} on the server: {seconds:.0f} s"),
        )
    except (CommandFailed, CimFault, ValueError):
        # Not every account may run commands, and not every file name can be part of one.
        return remote_files.hash_by_reading(share, path, lambda _count: task.progress(f"reading {path} back to compute its hash"))


def _result(outcome: carrying.Outcome, params: Any) -> Result:
    transferred = [item.path or "." for item in outcome.plan.transfer]
    purged = list(outcome.plan.extra) if params["purge"] else []
    return {
        "changed": outcome.changed,
        "reachable": True,
        "files": len(outcome.files),
        "size_bytes": sum(item.size_bytes for item in outcome.files.values()),
        "transferred": transferred[:_MOST_SHOWN],
        "purged": purged[:_MOST_SHOWN],
        "moved_bytes": outcome.moved_bytes,
        "resumed_bytes": outcome.resumed_bytes,
        "sha256": manifest.identity(outcome.hashes) if outcome.hashes else None,
        "diff": {
            "before": "",
            "after": "".join(f"{params['action']} {path}\n" for path in transferred)
            + "".join(f"remove {path}\n" for path in purged),
        },
    }


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
