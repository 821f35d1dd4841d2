# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The keys of setup's script (``data/setup_script.yml``), and in which type of installation each is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ansible_collections.configmgr.scp.plugins.module_utils.fact_tables import table

PREFIX = "unattended_setup_"
REQUIRED, OPTIONAL, CONDITIONAL, UNUSED = "R", "o", "c", "-"

# Options without a key in the script: setup cannot set them, or they are about the script itself.
SAID_AFTERWARDS = (
    "service_connection_point.mode",
    "service_connection_point.usage_data",
    "service_connection_point.installation_account",
    "service_connection_point.proxy.account",
)
ABOUT_THE_SCRIPT = ("type", "dest", "further_keys")

# The values that a key may have if its condition is not met: one of its ``otherwise``; here, any value.
ANY: tuple[str, ...] = ()


@dataclass(frozen=True)
class InstallType:
    """What setup has to do."""

    name: str
    action: str
    title: str

    @property
    def recovery(self) -> bool:
        return self.name.startswith("recover_")


@dataclass(frozen=True)
class Key:
    """A key of the script; the comment at the top of the table explains the parts."""

    section: str
    name: str
    kind: str
    use: Mapping[str, str]
    option: str
    values: Mapping[str, str]
    default: str
    fixed: Mapping[str, str]
    when: Mapping[str, tuple[str, ...]]
    otherwise: tuple[str, ...] | None
    condition: str
    needed: Mapping[str, str]
    secret: bool

    def used_in(self, kind: InstallType) -> bool:
        return self.use[kind.name] != UNUSED

    @property
    def shown(self) -> str:
        """The key as messages name it, with the option that sets it."""
        place = f"{self.name} in [{self.section}]"
        return f"{PREFIX}{self.option} ({place})" if self.option else place


@cache
def install_types() -> dict[str, InstallType]:
    """Every type of installation, by its name."""
    return {name: InstallType(name, row["action"], row["title"]) for name, row in table("setup_script")["types"].items()}


@cache
def all_keys() -> tuple[Key, ...]:
    """Every key, in the order in which a script has them."""
    names = list(install_types())
    return tuple(_key(row, names) for row in table("setup_script")["keys"])


@cache
def known_options() -> frozenset[str]:
    """Every option, with its group as prefix if it is a suboption."""
    return frozenset([*SAID_AFTERWARDS, *ABOUT_THE_SCRIPT, *(key.option for key in all_keys() if key.option)])


def _key(row: Mapping[str, Any], types: list[str]) -> Key:
    return Key(
        section=row["section"],
        name=row["key"],
        kind=row["kind"],
        use=dict(zip(types, row["use"], strict=True)),
        option=row.get("option", ""),
        values=row.get("values", {}),
        default=row.get("default", ""),
        fixed=row.get("fixed", {}),
        when={name: tuple(values) for name, values in row.get("when", {}).items()},
        otherwise=_otherwise(row),
        condition=row.get("condition", ""),
        needed=row.get("needed", {}),
        secret=row.get("secret", False),
    )


def _otherwise(row: Mapping[str, Any]) -> tuple[str, ...] | None:
    allowed = row.get("otherwise")
    if allowed is None:
        return None
    return ANY if allowed == "all" else tuple(allowed)
