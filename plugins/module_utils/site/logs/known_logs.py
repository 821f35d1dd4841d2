# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The logs of the table ``data/logs/known_logs.yml``: which log a file or a record is from."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table
from ansible_collections.configmgr.scp.plugins.module_utils.site.logs.log_names import log_name


def by_file(path: str) -> str:
    """The log that a file contains, by its name; the name itself where the table does not know it."""
    name = log_name(path)
    known = _by_name().get(name)
    # The instances of a gateway write their own number into the name.
    return known or next((log for pattern, log in _by_name().items() if "*" in pattern and fnmatchcase(name, pattern)), name)


def is_known(name: str) -> bool:
    """Whether the tables know a log by this name."""
    return name in _by_name()


def by_component(component: str) -> str:
    """The log of a component; empty for one that the table does not know."""
    return _by_component().get(component.lower(), "")


@cache
def _by_name() -> Mapping[str, str]:
    return {name: row["name"] for row in table("logs/known_logs")["logs"] for name in (row["name"], *row["names"])}


@cache
def _by_component() -> Mapping[str, str]:
    return {component.lower(): row["name"] for row in table("logs/known_logs")["logs"] for component in row["components"]}
