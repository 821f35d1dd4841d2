# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether the run that a task belongs to still exists.

Since ansible-core 2.19 each task's process is in a session of its own. A job runner that kills the process group of
ansible-playbook (ansible-runner does so at a time limit and when a job is cancelled) does not reach it: the task would wait and
write for as long as its time limits allow, although the job is reported as ended.
"""

from __future__ import annotations

import os
from collections.abc import Callable


class RunEnded(BaseException):
    """Ansible's main process no longer exists. No Exception, so that no module handles it as an error of its request."""


def while_run_exists(send: Callable[[bytes], bytes], parent: Callable[[], int] = os.getppid) -> Callable[[bytes], bytes]:
    """The function ``send``, which sends nothing more as soon as the parent of this process has ended.

    :param send: sends one request and returns its answer.
    :param parent: the process id of the present parent.
    """
    started_by = parent()

    def guarded(envelope: bytes) -> bytes:
        if parent() != started_by:
            raise RunEnded("ansible-playbook has ended, so this task sends no further request")
        return send(envelope)

    return guarded
