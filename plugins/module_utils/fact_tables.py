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
    """The content of ``data/<name>.yml``; ``name`` may contain a folder, as in ``logs/flows``."""
    import yaml  # a dependency of ansible-core; imported late so that modules load without it

    # The loader in C, where PyYAML has it, reads the tables of logs several times faster.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((_FOLDER / f"{name}.yml").read_text(encoding="utf-8"), Loader=loader)
