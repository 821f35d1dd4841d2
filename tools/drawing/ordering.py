"""The order of boxes and of passing arrows in each layer, with few crossings. Pure, and the same for the same input."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations


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
    """The rows, each in the order that crosses least. What is inside ``frame`` stays together where boxes of it are in the row."""
    best = [list(row) for row in rows]
    cost = _cost(best, links)
    improved = True
    while improved:
        improved = False
        for index, row in enumerate(rows):
            for order in permutations(sorted(row)):
                if not _together(order, frame):
                    continue
                tried = [*best[:index], list(order), *best[index + 1 :]]
                found = _cost(tried, links)
                if found < cost:
                    best, cost, improved = tried, found, True
    return best


def _together(row: Sequence[Item], frame: str) -> bool:
    if not any(not item.target and item.box.startswith(frame) for item in row):
        return True
    inside = [index for index, item in enumerate(row) if is_inside(item, frame)]
    return inside[-1] - inside[0] == len(inside) - 1


def _cost(rows: Sequence[Sequence[Item]], links: Sequence[Link]) -> tuple[int, float]:
    """Crossings, then how far the links lead sideways."""
    at = {item: (number, index - (len(row) - 1) / 2) for number, row in enumerate(rows) for index, item in enumerate(row)}
    crossings = sum(
        1
        for (a, b), (c, d) in combinations(links, 2)
        if at[a][0] == at[c][0] and (at[a][1] - at[c][1]) * (at[b][1] - at[d][1]) < 0
    )
    return crossings, sum(abs(at[a][1] - at[b][1]) for a, b in links)
