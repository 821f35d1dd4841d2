# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options that several modules share, and how their values are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import (
    find_site_code,
    has_no_site,
    no_such_site,
)
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.faults import CimFault

SITE_CODE_OPTION: dict[str, Any] = {"type": "str"}
WAIT_OPTIONS: dict[str, Any] = {"wait": {"type": "bool", "default": True}, "wait_timeout": {"type": "int", "default": 1800}}
WRITER_OPTION: dict[str, Any] = {"type": "str", "choices": ["auto", "cim", "cmdlets"], "default": "auto"}


def chosen_name(check: Callable[[str, str], str], text: str, option: str) -> str:
    """The value of a naming option in its normal form.

    :param check: one of the functions of ``naming``.
    :raises TaskFailure: it is not such a name.
    """
    try:
        return check(text, option)
    except naming.BadName as error:
        raise TaskFailure(str(error)) from error


@contextmanager
def site_of(task: Task) -> Iterator[str]:
    """The code of the task's site; a fault that means that there is no such site becomes a message that says so."""
    code = _site_code(task)
    try:
        yield code
    except CimFault as fault:
        if has_no_site(task.cim, code, fault):
            raise no_such_site(task.cim, code, task.host) from fault
        raise


def _site_code(task: Task) -> str:
    """The site of the task: as declared, else the one that the host's SMS Provider serves (one request).

    :raises TaskFailure: not a site code, or the host's SMS Provider serves no site or several.
    """
    declared = task.params["site_code"]
    return chosen_name(naming.site_code, declared, "site_code") if declared else find_site_code(task.cim, task.host)
