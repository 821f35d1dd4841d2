# Copyright: (c) 2026, the configmgr.scp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What remains to be transferred of a folder. Pure: the two sides are listed elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# FAT stores times in steps of two seconds.
_SAME_TIME_NS = 2_000_000_000


@dataclass(frozen=True)
class Item:
    """A file on one side.

    :param path: below the folder, with slashes; empty for a single file.
    :param modified_ns: nanoseconds since 1970, UTC.
    """

    path: str
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True)
class Plan:
    """What to do.

    :param transfer: files that the other side does not have, or that differ there.
    :param kept: files that it already has, by path.
    :param extra: paths that only the other side has.
    """

    transfer: tuple[Item, ...]
    kept: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def transfer_bytes(self) -> int:
        return sum(item.size_bytes for item in self.transfer)


class Clash(ValueError):
    """Two names of the source are the same file on Windows."""


def remaining(source: Mapping[str, Item], target: Mapping[str, Item], *, again: bool = False) -> Plan:
    """Compare the two sides by path, size and time of the last change.

    :param again: transfer every file, even if the two sides look the same.
    :raises Clash: paths of the source that differ in case only.
    """
    present = {path.casefold(): item for path, item in target.items()}
    wanted: dict[str, Item] = {}
    for path, item in sorted(source.items()):
        other = wanted.setdefault(path.casefold(), item)
        if other is not item:
            raise Clash(f"{other.path!a} and {path!a} are the same file on Windows; rename one of them")
    transfer = [item for key, item in wanted.items() if again or key not in present or not alike(item, present[key])]
    left = {item.path for item in transfer}
    return Plan(
        tuple(transfer),
        tuple(item.path for item in wanted.values() if item.path not in left),
        tuple(sorted(item.path for key, item in present.items() if key not in wanted)),
    )


def alike(one: Item, other: Item) -> bool:
    """Whether two files look the same without reading them."""
    return one.size_bytes == other.size_bytes and abs(one.modified_ns - other.modified_ns) <= _SAME_TIME_NS
