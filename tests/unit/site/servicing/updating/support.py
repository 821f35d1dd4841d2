"""Packages and what a site shows of them."""

from __future__ import annotations

from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.model.updates import Package
from ansible_collections.configmgr.scp.plugins.module_utils.site.servicing.updating.deciding import Seen

GUID = "7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11"
NUMBERS: dict[str, int] = {row["name"]: row["number"] for row in table("update_states")["states"]}
OLD, NEW = "5.00.9146.1000", "5.00.9152.1000"


def package(state: str | int, **more: Any) -> Package:
    """The update to 2609 in a state, by its name or number."""
    number = NUMBERS[state] if isinstance(state, str) else state
    values = {"guid": GUID, "name": "Configuration Manager 2609", "version": NEW, "type": "regular", "minimum": "5.00.9135.1000"}
    return Package(**{**values, "number": number, **more})


def seen(state: str | int, flag: int = 0, **more: Any) -> Seen:
    """What a site of version 2603 shows of it."""
    return Seen(package(state, flag=flag), **{"queued": False, "site_version": OLD, **more})
