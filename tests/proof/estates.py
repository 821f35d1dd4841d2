"""Estates for trials: the parts of the default estate that a trial needs, so that a reset is fast."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import yaml

from tests.lab.estates import with_role
from tests.proof.looking import HIERARCHY

INSTALL = r"CORP\scpinstall"
_MACHINES = frozenset({"cas01", "pri1", "pri2", "sec1", "scp01", "scp02", "scp05"})


def estate_text(
    holder: str = "", mode: str = "online", *, site_systems: Collection[str] = (), style: str = "B", whole: bool = False
) -> str:
    """An estate file.

    :param holder: the server that has the role, with settings in its row that the collection does not know; empty for none.
    :param site_systems: servers that are already site systems of the top-level site.
    :param style: the form in which the provider's server answers errors (facts/wsman.md, section 8).
    :param whole: all machines and both hierarchies.
    """
    estate = yaml.safe_load(with_role(holder or "scp01", mode, [{"server": name} for name in site_systems]))
    if not holder:
        del next(found for found in estate["hierarchies"] if found["name"] == HIERARCHY)["service_connection_point"]
    next(machine for machine in estate["machines"] if machine["name"] == "cas01")["fault_style"] = style
    # An account that may not install on a server is an error that no repeated run can fix.
    next(account for account in estate["accounts"] if account["name"] == INSTALL)["administrator_of"] += site_systems
    return str(yaml.safe_dump(estate if whole else _small(estate)))


def _small(estate: dict[str, Any]) -> dict[str, Any]:
    """Hierarchy one with its site servers and a few others; no groups, and no members that are left out."""
    accounts = [account for account in estate["accounts"] if account.get("machine", "cas01") in _MACHINES]
    known = {account["name"] for account in accounts} | {f"CORP\\{name.upper()}$" for name in _MACHINES}
    machines = [machine for machine in estate["machines"] if machine["name"] in _MACHINES]
    for machine in machines:
        if "administrators" in machine:
            machine["administrators"] = [name for name in machine["administrators"] if name in known]
    return {
        **{name: value for name, value in estate.items() if name != "closed"},
        "domain": {name: value for name, value in estate["domain"].items() if name != "groups"},
        "accounts": accounts,
        "machines": machines,
        "hierarchies": [found for found in estate["hierarchies"] if found["name"] == HIERARCHY],
    }
