#!/usr/bin/python
# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Reads the logs of a site system: how far downloads and replication have progressed, and what prevents them."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: log_info
short_description: Read and interpret the logs of a site system
version_added: 1.0.0
description:
  - Finds the log files of components through the server's registry, reads the end of each file, and of the rolled-over file when
    the time range requires it, and returns a timeline, the stage that downloads and replication have reached, state messages,
    and problems with cause and remedy.
  - Run it on any site system. On the server of the service connection point, the log of C(SMS_DMP_DOWNLOADER) shows checks for
    updates and downloads. On the site server, C(SMS_HIERARCHY_MANAGER) shows how the site processed them, and
    C(SMS_DISTRIBUTION_MANAGER) shows replication.
  - Lines that cannot be read are counted and returned. A line never makes the task fail.
notes:
  - The server's own C(curl.exe) reads the ends of files, in a WinRM shell that is closed afterwards. Windows Server 2019 and
    later include it. On a server without it, the complete file is read with C(type), up to 16 MiB.
  - The account needs to be a local administrator of the server.
  - Do not trust texts from logs. They are returned as text of a limited length, with control characters escaped; escape markup
    when you put them in an HTML page.
  - A table of the collection defines what a line means. For each problem, RV(problems[].certainty) shows how reliable this is.
extends_documentation_fragment:
  - configmgr.scp.attributes
  - configmgr.scp.attributes.info
options:
  components:
    description:
      - Components whose logs are read.
      - The default is C(SMS_DMP_DOWNLOADER), and an empty list when only O(paths) is given.
    type: list
    elements: str
  names:
    description:
      - Names of additional logs in the folder of the first component's log, such as V(EndpointConnectivityCheckWorker). C(.log)
        is added to a name without an extension.
      - The registry shows the logs of components only. Workers of C(SMS_SERVICE_CONNECTOR) write to other files of that folder.
    type: list
    elements: str
    version_added: 1.1.0
  paths:
    description:
      - Full paths on the server of additional logs to read, such as C(C:\ConfigMgrSetup.log).
      - A log is recognised by its file name, also when it was rolled over or copied under a similar name; in a file with another
        name, by the component of each record.
    type: list
    elements: str
  hours:
    description:
      - Length of the time range before the server's current time, in hours from 1 to 8760.
      - The timeline, state messages and problems are limited to this range. Stages are determined from everything that was read.
    type: int
    default: 48
  max_bytes:
    description:
      - How many bytes of each log are read, counted from its end and including the rolled-over file, from 4096 to 8388608.
    type: int
    default: 1048576
  max_events:
    description:
      - Maximum number of events in the timeline, from 0 to 2000. The latest events are returned.
    type: int
    default: 200
  ansi_encoding:
    description:
      - The Python name of the code page for logs that are neither UTF-8 nor UTF-16. It is the code page of the server's language
        for non-Unicode programs.
    type: str
    choices: [cp874, cp932, cp936, cp949, cp950, cp1250, cp1251, cp1252, cp1253, cp1254, cp1255, cp1256, cp1257, cp1258]
    default: cp1252
  bias_minutes:
    description:
      - The time zone of times that are logged without one, as the number of minutes to add to local time to get UTC. For Berlin
        in winter, this is V(-60).
      - Minutes, from -840 to 840.
      - If omitted, such times stay local, and their records count as being in the range.
    type: int
seealso:
  - module: configmgr.scp.component
  - module: configmgr.scp.endpoint_check
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

EXAMPLES = r"""
- name: Read the log of the service connection point
  configmgr.scp.log_info:
  register: log

- name: Fail when the last check for updates failed
  ansible.builtin.assert:
    that: log.download.outcome != 'failed'
    fail_msg: "{{ log.problems | map(attribute='title') | join(', ') }}"

- name: Read how the site server processed the updates
  configmgr.scp.log_info:
    components: [SMS_HIERARCHY_MANAGER, SMS_DISTRIBUTION_MANAGER]
    hours: 168
  delegate_to: cas01.contoso.com

- name: Read which endpoints the site itself cannot reach
  configmgr.scp.log_info:
    names: [EndpointConnectivityCheckWorker]

- name: Read the log of setup
  configmgr.scp.log_info:
    paths: ['C:\ConfigMgrSetup.log']
"""

RETURN = r"""
server_time:
  description: The server's time, UTC; null when it could not be read.
  returned: success
  type: str
  sample: "2026-11-22T21:40:00.000Z"
since:
  description: The beginning of the range, UTC; null when the server's time could not be read.
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
      description: Why its rolled-over file was not read.
      type: str
    files:
      description:
        - The files that were read, oldest first, each with C(path), C(bytes), C(cut) (an earlier part was not read),
          C(encoding) and C(unreadable_characters).
      type: list
      elements: dict
download:
  description:
    - The latest check for updates. C(stage) is the last stage that it reached, C(title) a readable name of that stage, C(time)
      the time of the last line about it, C(started) when it began, C(stages) all stages that it reached, C(last_success) when a
      check last completed.
    - Its C(outcome) is V(completed), V(failed), V(stopped) (its thread was stopped), V(stalled) (no further stage for an hour) or
      V(running); null when nothing is known.
    - C(history) has this check and up to 100 before it, as far as the log was read, the oldest first, with C(started), C(time),
      C(stage), C(title) and C(outcome), which is V(unfinished) for one that the next one followed without a result.
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
  description: The same data for each update that is or was downloaded, with C(package), without C(last_success) and C(history).
  returned: success
  type: list
  elements: dict
manifest:
  description: The same data for the site's processing of the manifest (hman.log).
  returned: success
  type: dict
content:
  description:
    - The same data for the preparation of an update's content, from the request to install or check it until hman.log reports the
      content as ready.
  returned: success
  type: dict
replication:
  description:
    - The same data for the replication of an update's content (hman, distmgr, schedule, sender, despool). A package of the
      content library counts only when a line shows that it contains updates.
  returned: success
  type: dict
installation:
  description: The same data for the preparation and installation of an update (CMUpdate.log).
  returned: success
  type: dict
threads:
  description: The last start or stop of each thread in the logs, each with C(component), C(running), C(time), C(log).
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
  description:
    - Problems, sorted by status (current ones first), severity (errors first) and time (latest first).
    - Lines with the same cause are one problem.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Stable name, such as V(untrusted_certificate); V(unrecognised) for a failure that no pattern matches.
      type: str
    title:
      description: What is wrong.
      type: str
    severity:
      description: V(error) or V(warning).
      type: str
    status:
      description: V(over) when the same process later started again and completed, else V(current).
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
      description: An HRESULT (V(0x80072EE7)), an error of SQL Server (V(SQL 08001 2)), a package's state or a step's number.
      type: str
    log:
      description: The log.
      type: str
    component:
      description: The component that wrote the line.
      type: str
    flow:
      description: The flow that it stopped, such as V(download), V(payload) or V(replication); null if none.
      type: str
    package:
      description: The update that it is about.
      type: str
    first_time:
      description: Time of its first line.
      type: str
    last_time:
      description: Time of its last line.
      type: str
    count:
      description: Number of its lines.
      type: int
    related:
      description: Number of lines that only accompany it.
      type: int
    lines:
      description: The first lines, each with C(time), C(local_time), C(text).
      type: list
      elements: dict
    around:
      description: For a failure that no pattern matches, the lines C(before) and C(after) the first one in the log; else null.
      type: dict
problems_left_out:
  description: Number of lines of further problems, when there are more than 200 different problems.
  returned: success
  type: int
  sample: 0
timeline:
  description:
    - The latest events of the range, oldest first, each with C(time), C(local_time), C(kind) (V(stage), V(state_message),
      V(package_state), V(thread), V(problem)), C(id), C(title), C(log), C(component), C(text).
  returned: success
  type: list
  elements: dict
timeline_left_out:
  description: Number of earlier events that were left out.
  returned: success
  type: int
  sample: 0
unread:
  description: The first 20 lines that are not in a known format, each with C(log) and C(text).
  returned: success
  type: list
  elements: dict
counts:
  description:
    - The number of C(records) that were read, how many of them are C(in_range), C(incomplete) (a part is missing), C(unread) (not
      in a known format), C(without_time) (no time, or no known time zone), and how many C(errors) and C(warnings) are in the
      range.
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

from collections.abc import Callable
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
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.overlap import read_all
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession

SPEC: dict[str, Any] = {
    "argument_spec": {
        "components": {"type": "list", "elements": "str"},
        "names": {"type": "list", "elements": "str"},
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
# The size of a log, and a command that prints its end.
_EXCHANGES = 6


def run(task: Task) -> Result:
    """Read the logs and return what they contain; never changes anything."""
    components, names, paths = _wanted(task)
    several = len(components) + len(names) + len(paths) > 1
    lookups: list[Callable[[CimSession], Any]] = [read_clock, *(partial(files.log_of, component) for component in components)]
    # The connections for several logs log on at the same time.
    clock, *found = read_all(task.cim, lookups, _EXCHANGES if several else 1)
    now = clock.now if clock else None
    since = None if now is None else now - timedelta(hours=task.params["hours"])
    judge = Judge(since=since, bias_minutes=task.params["bias_minutes"], most_events=task.params["max_events"])
    logs = [*found, *(files.beside(found, name) for name in names), *(Log("", path) for path in paths)]
    limits = Limits(since, task.params["max_bytes"], task.params["ansi_encoding"], judge.when)
    read_all(task.cim, [partial(_read, task, log, limits) for log in _each_once(logs)], _EXCHANGES)
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


def _wanted(task: Task) -> tuple[list[str], list[str], list[str]]:
    paths, names = task.params["paths"] or [], task.params["names"] or []
    components = task.params["components"]
    if components is None:
        components = [] if paths and not names else [naming.DOWNLOADER]
    if names and not components:
        raise TaskFailure(
            "names: they are names of logs beside the log of a component; give at least one component, or use paths."
        )
    if not 0 < len(components) + len(names) + len(paths) <= _MOST_LOGS:
        raise TaskFailure(f"components, names and paths: give from 1 to {_MOST_LOGS} logs in total.")
    chosen = [chosen_name(naming.component_name, name, "components").upper() for name in components]
    try:
        found = [checked_path(path.strip()) for path in paths]
    except ValueError as error:
        raise TaskFailure(f"paths: {error}.") from error
    try:
        return list(dict.fromkeys(chosen)), [files.checked_name(name.strip()) for name in names], found
    except ValueError as error:
        raise TaskFailure(f"names: {error}.") from error


def _read(task: Task, log: Log, limits: Limits, session: CimSession) -> None:
    files.read_log(session, log, limits, partial(_tell, task, log))


def _each_once(logs: list[Log]) -> list[Log]:
    """Each log once: several components may write to the same one."""
    first: dict[str, Log] = {}
    for log in logs:
        if not log.error:
            first.setdefault(log.path.lower(), log)
    return list(first.values())


def _tell(task: Task, log: Log, seconds: float) -> None:
    task.progress(f"reading {log.path} on {task.host} for {seconds:.0f} s")


def main() -> None:
    """Report that the action plugin does the work, on the controller."""
    AnsibleModule(**SPEC).fail_json(msg=CONTROLLER_ONLY)


if __name__ == "__main__":
    main()
