# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Whether a run of ansible-playbook has hosts and tasks at all: Ansible itself ends such a run as if all was well."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import PurePath

_COLLECTION = "configmgr.scp."
# Tags that Ansible itself gives a meaning.
_ALL, _TAGGED, _UNTAGGED = "all", "tagged", "untagged"


def is_called(playbook: str, arguments: Sequence[str]) -> bool:
    """Whether the command line names the playbook itself; else another playbook imports it.

    :param arguments: the playbooks of the command line, by their names or paths.
    """
    return any(text == _COLLECTION + playbook or PurePath(text).stem == playbook for text in arguments)


def without_hosts(variable: str, pattern: str, hosts: Collection[str], limited_to: Collection[str] | None) -> str | None:
    """Why no host would be worked on, with what to do; None when there is one."""
    if not hosts:
        return (
            f"No host of the inventory matches {pattern!r}, so nothing was done. Name a group or host of the inventory with "
            f"{variable}, and see that -i names the right inventory."
        )
    if limited_to is not None and not set(hosts) & set(limited_to):
        return (
            f"The limit of the command line (--limit) leaves none of the hosts that this playbook works on "
            f"({', '.join(sorted(hosts))}), so nothing was done. Correct --limit, or name the host with {variable}."
        )
    return None


def without_tasks(run_tags: Collection[str], known: Collection[str], own: Collection[str]) -> str | None:
    """Why no task would be carried out, with what to do; None when there is one.

    :param run_tags: the tags of the command line, ``all`` where there are none.
    :param known: the tags of the playbook.
    :param own: further tags that the task itself has.
    """
    possible = {*known, *own, _ALL, _TAGGED if known else _UNTAGGED}
    if not run_tags or set(run_tags) & possible:
        return None
    allowed = f"Allowed are {', '.join(known)}." if known else "This playbook has no tags: leave --tags out."
    return f"Nothing of this playbook has the tag {', '.join(sorted(run_tags))}, so nothing was done. {allowed}"
