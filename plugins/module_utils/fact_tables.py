# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The collection's tables of facts, kept as YAML in ``data/``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "data"


@cache
def table(name: str) -> Any:
    """The content of ``data/<name>.yml``."""
    import yaml  # a dependency of ansible-core; imported late so that modules load without it

    return yaml.safe_load((_FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
