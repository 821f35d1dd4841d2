#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the logs of a site system tell: how far downloads and replication have come, and what stands in their way."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: log_info
short_description: What the logs of a site system tell
version_added: 1.0.0
description:
  - Finds the logs of components by the server's own registry, reads the end of each, with the rolled file where the range needs
    it, and returns what they tell - a timeline, the stage that downloads and replication have reached, state messages, and
    problems with cause and remedy.
  - Run it on any site system. On the server of the service connection point C(SMS_DMP_DOWNLOADER) tells of checks for updates and
    downloads; on the site server C(SMS_HIERARCHY_MANAGER) tells what became of them, C(SMS_DISTRIBUTION_MANAGER) of replication.
  - What could not be read is counted and returned. A line is never a reason to fail.
notes:
  - The server's own C(curl.exe) reads the ends of files, through a WinRM shell that is closed again. Windows Server 2019 and
    later have it; a server without it prints whole files with C(type), up to 16 MiB.
  - The account needs to be a local administrator of the server.
  - Texts out of logs are not to be trusted. They are returned as text, cut to a bounded length, with control characters spelled
    out; whoever makes a page of them has to escape markup.
  - What a line means is told by a table of the collection. Each problem says by RV(problems[].certainty) on what that rests.
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  components:
    description:
      - Components whose logs are read.
      - The default is C(SMS_DMP_DOWNLOADER) where O(paths) is left out, and nothing where it is given.
    type: list
    elements: str
  paths:
    description:
      - Logs to read besides, by their full path on the server, such as C(C:\ConfigMgrSetup.log).
    type: list
    elements: str
  hours:
    description:
      - How far the range goes back from the server's time, in hours from 1 to 8760.
      - Timeline, state messages and problems are about the range; stages are
        followed through all that was read.
    type: int
    default: 48
  max_bytes:
    description:
      - How much of each log is read, from its end, the rolled file included; from 4096 to 8388608.
    type: int
    default: 1048576
  max_events:
    description:
      - How many of the latest events the timeline has, from 0 to 2000.
    type: int
    default: 200
  ansi_encoding:
    description:
      - The code page of logs that are neither UTF-8 nor UTF-16, by its Python name. It is that of the server's language for
        programs that do not support Unicode.
    type: str
    choices: [cp874, cp932, cp936, cp949, cp950, cp1250, cp1251, cp1252, cp1253, cp1254, cp1255, cp1256, cp1257, cp1258]
    default: cp1252
  bias_minutes:
    description:
      - The zone of times that are written without one, as minutes to add to local time to get UTC. For Berlin in winter V(-60).
      - Minutes, from -840 to 840.
      - Left out, such times stay local, and their records count as being in the range.
    type: int
seealso:
  - module: configmgr.scp.component
  - module: configmgr.scp.endpoint_check
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: How the service connection point is doing
  configmgr.scp.log_info:
  register: log

- name: Stop where its last check for updates failed
  ansible.builtin.assert:
    that: log.download.outcome != 'failed'
    fail_msg: "{{ log.problems | map(attribute='title') | join(', ') }}"

- name: What the site server made of it
  configmgr.scp.log_info:
    components: [SMS_HIERARCHY_MANAGER, SMS_DISTRIBUTION_MANAGER]
    hours: 168
  delegate_to: cas01.contoso.com

- name: What setup said
  configmgr.scp.log_info:
    paths: ['C:\ConfigMgrSetup.log']
"""

RETURN = r"""
server_time:
  description: The server's time, UTC; null when it did not tell it.
  returned: success
  type: str
  sample: "2026-11-22T21:40:00.000Z"
since:
  description: The beginning of the range, UTC; null when the server did not tell its time.
  returned: success
  type: str
  sample: "2026-11-20T21:40:00.000Z"
logs:
  description: The logs, read or not.
  returned: success
  type: list
  elements: dict
  contains:
    component:
      description: The component; null for a log that was given by path.
      type: str
    path:
      description: Where the log is; null when that is unknown.
      type: str
    readable:
      description: Whether it was read.
      type: bool
    error:
      description: Why it was not read.
      type: str
    rolled_error:
      description: Why its rolled file was not read.
      type: str
    files:
      description:
        - What was read, oldest first, each with C(path), C(bytes), C(cut) (the file has more before it), C(encoding) and
          C(unreadable_characters).
      type: list
      elements: dict
download:
  description:
    - The latest check for updates. C(stage) is the furthest stage, C(title) its name for people, C(time) when something was last
      seen of it, C(started) when it began, C(stages) all that it showed, C(last_success) when a check last came to its end.
    - Its C(outcome) is V(completed), V(failed), V(stopped) (its thread was stopped), V(stalled) (no further stage for an hour) or
      V(running); null when nothing is known.
  returned: success
  type: dict
  sample:
    stage: manifest_handed_over
    title: Manifest handed over to the site
    time: "2026-11-22T20:10:18.000Z"
    started: "2026-11-22T20:10:03.000Z"
    outcome: completed
    last_success: "2026-11-22T20:10:18.000Z"
    stages:
      - stage: check_started
        title: A check for updates began
        time: "2026-11-22T20:10:03.000Z"
        log: 'D:\SMS\Logs\dmpdownloader.log'
packages:
  description: The same for each update that is or was downloaded, with its C(package), and without C(last_success).
  returned: success
  type: list
  elements: dict
manifest:
  description: The same for what the site made of the manifest (hman.log).
  returned: success
  type: dict
content:
  description: The same for the site's fetching an update's content from the service connection point (hman.log).
  returned: success
  type: dict
replication:
  description: The same for the replication of an update's content (hman, distmgr, schedule, sender, despool).
  returned: success
  type: dict
installation:
  description: The same for the preparation and installation of an update (CMUpdate.log).
  returned: success
  type: dict
threads:
  description: The last start or stop of each thread that the logs tell, each with C(component), C(running), C(time), C(log).
  returned: success
  type: list
  elements: dict
state_messages:
  description:
    - The last 200 state messages of the range, each with C(number), C(name) (V(progress) for a number without a published name),
      C(package) (null for the manifest), C(sent), C(time), C(local_time).
  returned: success
  type: list
  elements: dict
problems:
  description: Problems, current ones first, errors before warnings, the latest first. Lines of one cause are one problem.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Stable name, such as V(untrusted_certificate); V(unrecognised) for a failure that no pattern knows.
      type: str
    title:
      description: What is wrong.
      type: str
    severity:
      description: V(error) or V(warning).
      type: str
    status:
      description: V(over) when a complete pass of the same flow began after its last line, else V(current).
      type: str
    cause:
      description: Why.
      type: str
    remedy:
      description: What to do.
      type: str
    source:
      description: Where the pattern comes from.
      type: str
    certainty:
      description: V(documented), V(seen), V(inferred) or V(recalled).
      type: str
    http_status:
      description: The HTTP status in the text.
      type: int
    code:
      description: The HRESULT in the text, such as V(0x80072EE7).
      type: str
    log:
      description: The log.
      type: str
    component:
      description: The component that wrote the line.
      type: str
    package:
      description: The update that it is about.
      type: str
    first_time:
      description: When it was first told.
      type: str
    last_time:
      description: When it was last told.
      type: str
    count:
      description: How often.
      type: int
    related:
      description: Lines that only accompanied it.
      type: int
    lines:
      description: The first lines, each with C(time), C(local_time), C(text).
      type: list
      elements: dict
problems_left_out:
  description: Lines of further problems, where there are more than 200 different ones.
  returned: success
  type: int
  sample: 0
timeline:
  description:
    - The latest events of the range, oldest first, each with C(time), C(local_time), C(kind) (V(stage), V(state_message),
      V(thread), V(problem)), C(id), C(title), C(log), C(component), C(text).
  returned: success
  type: list
  elements: dict
timeline_left_out:
  description: How many events before them were left out.
  returned: success
  type: int
  sample: 0
unread:
  description: The first 20 lines that are no record of a known format, each with C(log) and C(text).
  returned: success
  type: list
  elements: dict
counts:
  description:
    - How many C(records) were read, how many of them are C(in_range), C(incomplete) (a part is missing), C(unread) (no known
      format), C(without_time) (or without a known zone), and how many tell of C(errors) and C(warnings) in the range.
  returned: success
  type: dict
  sample: {records: 412, in_range: 60, incomplete: 0, unread: 0, without_time: 0, errors: 0, warnings: 0}
oldest_time:
  description: The time of the oldest record read, UTC.
  returned: success
  type: str
  sample: "2026-11-02T09:00:00.000Z"
newest_time:
  description: The time of the newest record read, UTC.
  returned: success
  type: str
  sample: "2026-11-22T20:10:18.000Z"
"""

from datetime import timedelta
from functools import partial
from typing import Any

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import LOG_BYTES, LOG_HOURS, Range
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs import encodings, files
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.files import Limits, Log
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.judge import Judge
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.report import report
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.times import MOST_BIAS, iso
from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.options import chosen_name
from ansible_collections.configmgr.scp.plugins.module_utils.task import CONTROLLER_ONLY, Result, Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.windows.clock import read_clock
from ansible_collections.configmgr.scp.plugins.module_utils.windows.file_end import checked_path
from ansible_collections.configmgr.scp.plugins.module_utils.windows.registry import Registry, RegistryError

SPEC: dict[str, Any] = {
    "argument_spec": {
        "components": {"type": "list", "elements": "str"},
        "paths": {"type": "list", "elements": "str"},
        "hours": {"type": "int", "default": 48},
        "max_bytes": {"type": "int", "default": 1024 * 1024},
        "max_events": {"type": "int", "default": 200},
        "ansi_encoding": {"type": "str", "choices": list(encodings.ANSI), "default": encodings.DEFAULT_ANSI},
        "bias_minutes": {"type": "int"},
    },
    "supports_check_mode": True,
}

LIMITS = {
    "hours": LOG_HOURS,
    "max_bytes": LOG_BYTES,
    "max_events": Range(0, 2000),
    "bias_minutes": Range(-MOST_BIAS, MOST_BIAS, "minutes"),
}
_MOST_LOGS = 20


def run(task: Task) -> Result:
    """Read the logs and say what they tell; never changes anything."""
    components, paths = _wanted(task)
    clock = read_clock(task.cim)
    now = clock.now if clock else None
    since = None if now is None else now - timedelta(hours=task.params["hours"])
    judge = Judge(since=since, bias_minutes=task.params["bias_minutes"], most_events=task.params["max_events"])
    logs = [*_by_registry(task, components), *(Log("", path) for path in paths)]
    limits = Limits(since, task.params["max_bytes"], task.params["ansi_encoding"], judge.when)
    for log in _each_once(logs):
        files.read_log(task.cim, log, limits, partial(_tell, task, log))
    if all(log.error for log in logs):
        reasons = "; ".join(dict.fromkeys(log.error for log in logs))
        raise TaskFailure(
            f"None of the logs on {task.host} can be read: {reasons}. Run the task on the server that has the component, as a "
            "local administrator, or name the log in paths.",
            logs=[log.as_data() for log in logs],
        )
    judge.read({log.path: log.records() for log in logs if log.parts})
    return {
        "changed": False,
        "server_time": iso(now),
        "since": iso(since),
        "logs": [log.as_data() for log in logs],
        **report(judge, now),
    }


def _wanted(task: Task) -> tuple[list[str], list[str]]:
    paths = task.params["paths"] or []
    components = task.params["components"]
    if components is None:
        components = [] if paths else [naming.DOWNLOADER]
    if not 0 < len(components) + len(paths) <= _MOST_LOGS:
        raise TaskFailure(f"components and paths: give from 1 to {_MOST_LOGS} logs in all.")
    names = [chosen_name(naming.component_name, name, "components").upper() for name in components]
    try:
        return list(dict.fromkeys(names)), [checked_path(path.strip()) for path in paths]
    except ValueError as error:
        raise TaskFailure(f"paths: {error}.") from error


def _by_registry(task: Task, components: list[str]) -> list[Log]:
    registry = Registry(task.cim)
    logs = []
    for component in components:
        log = Log(component, "")
        try:
            log.path = files.log_path(registry, component)
        except (files.LogUnknown, RegistryError) as error:
            log.error = str(error)
        logs.append(log)
    return logs


def _each_once(logs: list[Log]) -> list[Log]:
    """Several components may write one log."""
    first: dict[str, Log] = {}
    for log in logs:
        if not log.error:
            first.setdefault(log.path.lower(), log)
    return list(first.values())


def _tell(task: Task, log: Log, seconds: float) -> None:
    task.progress(f"reading {log.path} on {task.host} since {seconds:.0f} s")


def main() -> None:
    """Say that the work is done by the action plugin, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
