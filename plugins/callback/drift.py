# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The callback that writes what a run in check mode would change."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drift
type: aggregate
short_description: Write what a run in check mode would change, for pipelines
version_added: 1.1.0
description:
  - Writes the tasks that reported a change, with their differences, to the files C(drift.json) and C(drift.xml) (JUnit XML) in
    O(output_dir). It does this for every playbook. Run the playbook with C(--check --diff) to find out what differs from the
    desired state. C(ansible-playbook) itself exits with 0 whether something would change or not.
  - In C(drift.json), C(changed) says whether a task would change something, and C(complete) whether the run ended on every host
    without an error. C(check_mode) says whether the run was in check mode. C(changes) has C(host), C(task), C(module) and
    C(difference). C(hosts) and C(incomplete_hosts) are names of the inventory. C(schema) increases when a name changes its
    meaning.
  - In C(drift.xml), each such task is a failed test case, and each host is one, which fails if the run failed on the host.
  - Without C(--diff), many modules of other collections do not return a difference.
  - Ansible reports an error of a callback as a warning, also when the files cannot be written. Therefore delete the files of an
    earlier run first.
requirements:
  - enable it in the configuration, with C(callbacks_enabled) or the environment variable C(ANSIBLE_CALLBACKS_ENABLED)
options:
  output_dir:
    description:
      - Folder of the files; it is created if it does not exist.
    type: path
    default: reports
    env:
      - name: SCP_DRIFT_DIR
    ini:
      - section: callback_scp_drift
        key: output_dir
author:
  - The configmgr.scp authors (@configmgr-scp)
"""

import json
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.callback import CallbackBase

from ansible_collections.configmgr.scp.plugins.plugin_utils.drift_report import Change, difference, drift, drift_junit
from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


class CallbackModule(CallbackBase):  # type: ignore[misc]
    """Collects the tasks that reported a change, and writes them at the end."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "configmgr.scp.drift"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        """Without changes."""
        super().__init__()
        self._changes: list[Change] = []
        self._check_mode = False

    def v2_playbook_on_play_start(self, play: Any) -> None:
        """Remember whether the run is in check mode."""
        self._check_mode = bool(play.check_mode)

    def v2_runner_on_ok(self, result: Any) -> None:
        """Keep a task that reported a change, with its difference, which Ansible has censored where the task says so."""
        found = result._result
        if found.get("changed"):
            task = result._task
            names = (plain(result._host.get_name()), plain(task.get_name()), plain(task.action))
            self._changes.append(Change(*names, difference(found)))

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Write the files.

        :raises AnsibleError: they cannot be written.
        """
        counts = {plain(host): stats.summarize(host) for host in stats.processed}
        folder = Path(self.get_option("output_dir"))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            data = json.dumps(drift(self._changes, counts, self._check_mode), indent=2, ensure_ascii=False)
            (folder / "drift.json").write_text(data + "\n", encoding="utf-8")
            text = drift_junit(self._changes, counts, self._check_mode, "drift")
            (folder / "drift.xml").write_text(text, encoding="utf-8")
        except OSError as error:
            raise AnsibleError(
                f"The drift report cannot be written to {folder}: {error.strerror}. Set SCP_DRIFT_DIR to a folder in which "
                "this user may write."
            ) from error
