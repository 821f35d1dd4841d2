"""The order of boxes and of passing arrows in each layer, with few crossings. Pure, and the same for the same input."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

_TRIES = 60


@dataclass(frozen=True, order=True)
class Item:
    """A box (``target`` is empty), or the place in a layer where the arrow from ``box`` to ``target`` passes."""

    layer: int
    box: str
    target: str = ""


Link = tuple[Item, Item]


def places(graph: Mapping[str, Collection[str]], layer: Mapping[str, int]) -> tuple[list[list[Item]], list[Link]]:
    """The items of each layer, topmost layer first, and the links between items of neighbouring layers, upper one first."""
    top = max(layer.values())
    rows: list[list[Item]] = [[] for _ in range(top + 1)]
    links: list[Link] = []
    for box in sorted(graph):
        rows[top - layer[box]].append(Item(layer[box], box))
        for target in sorted(graph[box]):
            last = Item(layer[box], box)
            for passed in range(layer[box] - 1, layer[target], -1):
                passing = Item(passed, box, target)
                rows[top - passed].append(passing)
                links.append((last, passing))
                last = passing
            links.append((last, Item(layer[target], target)))
    return rows, links


def is_inside(item: Item, frame: str) -> bool:
    """Whether the item is a box of the folder ``frame``, or an arrow that ends in one."""
    return (item.target or item.box).startswith(frame)


def ordered(rows: Sequence[Sequence[Item]], links: Sequence[Link], frame: str) -> list[list[Item]]:
    """The rows, each in an order with few crossings. What is inside ``frame`` stays together where boxes of it are in the row."""
    gaps = [[link for link in links if link[0] in row] for row in map(set, rows)]
    # Always the same numbers, so that the same sources give the same drawing.
    chance = random.Random(1)
    tries = [_improved(_shuffled(rows, frame, chance), gaps, frame) for _ in range(_TRIES)]
    return min(tries, key=lambda tried: _cost(tried, gaps, range(len(gaps))))


def _shuffled(rows: Sequence[Sequence[Item]], frame: str, chance: random.Random) -> list[list[Item]]:
    found = []
    for row in rows:
        items = chance.sample(sorted(row), len(row))
        if not _together(items, frame):
            inside = [item for item in items if is_inside(item, frame)]
            others = [item for item in items if not is_inside(item, frame)]
            at = chance.randint(0, len(others))
            items = [*others[:at], *inside, *others[at:]]
        found.append(items)
    return found


def _improved(rows: list[list[Item]], gaps: Sequence[Sequence[Link]], frame: str) -> list[list[Item]]:
    """Single items are moved within their rows as long as that helps."""
    improved = True
    while improved:
        improved = False
        for index in range(len(rows)):
            concerned = [gap for gap in (index - 1, index) if 0 <= gap < len(gaps)]
            cost = _cost(rows, gaps, concerned)
            for item in sorted(rows[index]):
                rest = [other for other in rows[index] if other != item]
                for place in range(len(rest) + 1):
                    kept, rows[index] = rows[index], [*rest[:place], item, *rest[place:]]
                    found = _cost(rows, gaps, concerned) if _together(rows[index], frame) else cost
                    if found < cost:
                        cost, improved = found, True
                    else:
                        rows[index] = kept
    return rows


def _together(row: Sequence[Item], frame: str) -> bool:
    if not any(not item.target and item.box.startswith(frame) for item in row):
        return True
    inside = [index for index, item in enumerate(row) if is_inside(item, frame)]
    return inside[-1] - inside[0] == len(inside) - 1


def _cost(rows: Sequence[Sequence[Item]], gaps: Sequence[Sequence[Link]], concerned: Iterable[int]) -> tuple[int, float]:
    """Crossings between the rows of these gaps, then how far the links lead sideways."""
    crossings, sideways = 0, 0.0
    for gap in concerned:
        ends = [
            {item: index - (len(row) - 1) / 2 for index, item in enumerate(row)}
            for row in (rows[gap], rows[gap + 1] if gap + 1 < len(rows) else [])
        ]
        places = [(ends[0][upper], ends[1][lower]) for upper, lower in gaps[gap]]
        crossings += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(places, 2))
        sideways += sum(abs(a - b) for a, b in places)
    return crossings, sideways
