"""Estates for tests in which the role is already installed at the start."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import yaml

from lab.estate_file.reader import DEFAULT_FILE


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
