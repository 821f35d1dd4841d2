# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Update packages of a site and the names of their states."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from ansible_collections.configmgr.scp.plugins.module_utils.site import naming
from ansible_collections.configmgr.scp.plugins.module_utils.site.classes import SMS_CM_UPDATE_PACKAGES
from ansible_collections.configmgr.scp.plugins.module_utils.tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.session import CimSession
from ansible_collections.configmgr.scp.plugins.module_utils.wsman.wql import one_of, select


def state_name(number: int) -> str:
    """The name of a package state; an unknown one is shown as its number."""
    return _names().get(number, f"state {number}")


def installing_states() -> list[int]:
    """The states in which the site is at work on an installation."""
    return [row["number"] for row in table("update_states")["states"] if row["installing"]]


def packages_being_installed(session: CimSession, code: str) -> list[tuple[str, str]]:
    """(name, state name) of the packages that the site is installing; one request where there are none.

    An equality list, because the numbers of the states are no order.
    """
    query = select(SMS_CM_UPDATE_PACKAGES, one_of("State", installing_states()))
    found = session.query(naming.site_namespace(code), SMS_CM_UPDATE_PACKAGES, query)
    return named((str(row.get("Name") or row["PackageGuid"]), int(row["State"])) for row in found)


def named(packages: Iterable[tuple[str, int]]) -> list[tuple[str, str]]:
    """(name, state number) to (name, state name), sorted by name."""
    return sorted((name, state_name(number)) for name, number in packages)


@cache
def _names() -> dict[int, str]:
    return {row["number"]: row["name"] for row in table("update_states")["states"]}
