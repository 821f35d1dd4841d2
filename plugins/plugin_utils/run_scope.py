# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a run of ansible-playbook has any hosts and tasks: without them, Ansible itself ends the run without an error."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import PurePath

_COLLECTION = "configmgr.scp."
# Tags with a special meaning in Ansible.
_ALL, _TAGGED, _UNTAGGED = "all", "tagged", "untagged"


def is_called(playbook: str, arguments: Sequence[str]) -> bool:
    """Whether the playbook itself is on the command line; otherwise another playbook imports it.

    :param arguments: the playbooks on the command line, by their names or paths.
    """
    return any(text == _COLLECTION + playbook or PurePath(text).stem == playbook for text in arguments)


def without_hosts(variable: str, pattern: str, hosts: Collection[str], limited_to: Collection[str] | None) -> str | None:
    """Why the run has no host, with what to do; None when it has one."""
    if not hosts:
        return (
            f"No host of the inventory matches {pattern!r}, so nothing was done. Set {variable} to a group or host of the "
            "inventory, and check that -i gives the right inventory."
        )
    if limited_to is not None and not set(hosts) & set(limited_to):
        return (
            f"The limit on the command line (--limit) excludes all hosts of this playbook ({', '.join(sorted(hosts))}), so "
            f"nothing was done. Correct --limit, or set {variable} to the right host."
        )
    return None


def without_tasks(run_tags: Collection[str], known: Collection[str], own: Collection[str]) -> str | None:
    """Why the run has no task, with what to do; None when it has one.

    :param run_tags: the tags on the command line, ``all`` when there are none.
    :param known: the tags of the playbook.
    :param own: additional tags of the task itself.
    """
    possible = {*known, *own, _ALL, _TAGGED if known else _UNTAGGED}
    if not run_tags or set(run_tags) & possible:
        return None
    allowed = f"Allowed are {', '.join(known)}." if known else "This playbook has no tags: remove --tags."
    return f"Nothing in this playbook has the tag {', '.join(sorted(run_tags))}, so nothing was done. {allowed}"
