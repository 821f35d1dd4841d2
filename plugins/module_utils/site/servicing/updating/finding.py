# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finds the update that a task names, at the top-level site of its hierarchy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.site.model import updates
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.hierarchy import Site, read_sites, top_level_site
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import Package
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.choosing import Choice, choose
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.course import Limits
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import AVAILABLE, Wish
from ansible_collections.configmgr.scp.plugins.module_utils.task import Task, TaskFailure
from ansible_collections.configmgr.scp.plugins.module_utils.waiting import wait_until

_HOW_TO_GET = (
    "An online service connection point gets new updates with a check (configmgr.scp.site_update_check on the role's server), an "
    "offline one by an import (playbook configmgr.scp.offline_updates)."
)


@dataclass(frozen=True)
class Found:
    """The hierarchy and the update. ``package`` is None if there is nothing to do."""

    top: Site
    sites: tuple[Site, ...]
    packages: tuple[Package, ...]
    package: Package | None


def find_update(task: Task, code: str, wish: Wish, limits: Limits) -> Found:
    """The update of the options ``update`` and ``kind``. Two requests, more while a site does not list it yet.

    :raises TaskFailure: the site is not the top-level site, lists no such update, or several.
    """
    sites, top = read_top(task, code)
    packages, choice = _chosen(task, code, top, task.params)
    if choice.missing and wish.state == AVAILABLE and limits.wait and not task.check_mode:
        packages, choice = _listed(task, code, top, limits) or (packages, choice)
    if choice.refusal:
        raise TaskFailure(f"{choice.refusal}{f' {_HOW_TO_GET}' if choice.missing else ''}")
    return Found(top, tuple(sites), tuple(packages), choice.package)


def read_top(task: Task, code: str) -> tuple[Sequence[Site], Site]:
    """The sites, and the top-level one, which alone has the updates.

    :raises TaskFailure: ``code`` is another site.
    """
    sites = read_sites(task.cim, code)
    return sites, top_of(sites, code)


def top_of(sites: Sequence[Site], code: str) -> Site:
    """The top-level site, if it is the site with this code.

    :raises TaskFailure: ``code`` is another site.
    """
    top = top_level_site(sites)
    if top.code != code:
        raise TaskFailure(
            f"Updates are installed at the top-level site {top.code}, and {code} is not that. Run this on the host of the SMS "
            f"Provider of {top.code} (its site server is {top.server})."
        )
    return top


def _chosen(task: Task, code: str, top: Site, options: Mapping[str, Any]) -> tuple[Sequence[Package], Choice]:
    packages = updates.read_packages(task.cim, code)
    return packages, choose(packages, options["update"], options["kind"], top.version)


def _listed(task: Task, code: str, top: Site, limits: Limits) -> tuple[Sequence[Package], Choice] | None:
    """Wait until the site lists the update; None if it does not in time."""

    def look() -> tuple[Sequence[Package], Choice] | None:
        found = _chosen(task, code, top, task.params)
        return None if found[1].missing else found

    return wait_until(task, look, f"site {code} to list the update {task.params['update']}", limits.wait_seconds)
