"""Inventory files for the estate of a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab.running.estate import Estate
from tests.lab.ansible_runs import CHECKOUT

LAB = CHECKOUT / "inventories" / "lab-hierarchy" / "lab.scp_hierarchy.yml"
WriteHierarchy = Callable[..., Path]


@pytest.fixture
def write_hierarchy(tmp_path: Path) -> WriteHierarchy:
    """Write the lab's file for the plugin with the addresses of an estate: ``write_hierarchy(estate, "name", cache=True)``.

    Keyword arguments replace options; None removes one. ``connection`` replaces single variables in the same way.
    """

    def write(estate: Estate, name: str = "lab", connection: dict[str, Any] | None = None, **options: Any) -> Path:
        given = yaml.safe_load(LAB.read_text(encoding="utf-8"))
        given["addresses"] = {server: str(estate.machine(server).address) for server in given["addresses"]}
        given["connection"] |= {"ansible_port": estate.description.http_port, **(connection or {})}
        given |= options
        given["connection"] = {key: value for key, value in given["connection"].items() if value is not None}
        file = tmp_path / f"{name}.scp_hierarchy.yml"
        file.write_text(yaml.safe_dump({key: value for key, value in given.items() if value is not None}), encoding="utf-8")
        return file

    return write
