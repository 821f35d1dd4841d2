"""Estates for tests in which the role is already installed at the start, and those that can be updated."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import yaml

from lab.configmgr.updates import AVAILABLE, HIDDEN, INSTALL_SUCCESS, READY_TO_INSTALL
from lab.estate_file.reader import DEFAULT_FILE

UPDATE_FILE = DEFAULT_FILE.with_name("update.yml")
UPDATE = "7D3A9C1E-52B4-4F0B-9E66-0C5D2A8F4B11"


def with_role(server: str, mode: str = "online", site_systems: Collection[Mapping[str, Any]] = (), hierarchy: str = "one") -> str:
    """The default estate with the role installed on a server, with settings in its row that the collection does not know.

    :param site_systems: further entries of the top-level site, as in the estate file: ``{"server": "scp02"}``.
    """
    estate = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
    chosen = next(found for found in estate["hierarchies"] if found["name"] == hierarchy)
    chosen["service_connection_point"] = {"server": server, "mode": mode}
    top = chosen["sites"][0]
    top["site_systems"] = [*top.get("site_systems", ()), *map(dict, site_systems)]
    return yaml.safe_dump(estate)


def before_update(mode: str = "online", state: int = READY_TO_INSTALL, **changes: Any) -> str:
    """The estate of version 2509 that can be updated to 2609.

    :param mode: the mode of both service connection points. Offline sites know only the update that they have installed.
    :param state: the state of the package 2609 at startup, and 393213 (hidden) for 2603, so that nothing downloads by itself.
        With 327682 both are as in the file: the online service connection point begins to download 2609.
    :param changes: other keys of the file, such as ``faults``.
    """
    estate = yaml.safe_load(UPDATE_FILE.read_text(encoding="utf-8"))
    for hierarchy in estate["hierarchies"]:
        hierarchy["service_connection_point"]["mode"] = mode
        packages = [dict(package) for package in hierarchy["updates"]]
        for package in packages:
            if package["state"] == AVAILABLE and state != AVAILABLE:
                package["state"] = state if package["guid"] == UPDATE else HIDDEN
        hierarchy["updates"] = packages if mode == "online" else [p for p in packages if p["state"] == INSTALL_SUCCESS]
    estate.update(changes)
    return yaml.safe_dump(estate)
