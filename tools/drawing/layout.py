"""Where each box and each arrow stands, in pixels. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.drawing.ordering import Item, Link, is_inside

BOX_HEIGHT = 50.0
GAP = 40.0
PITCH = BOX_HEIGHT + GAP
BETWEEN = 18.0
# A passing arrow needs less room than a box.
PASSING_WIDTH = 10.0
# Room around the boxes of the inner frame; on its left for the numbers of the layers.
PADDING = 14.0
LABELS = 74.0
_ROUNDS = 200
_STRAIGHT = 8


@dataclass(frozen=True)
class Arrow:
    """From a box down to a box: points at the lower and upper edges of rows, in pairs that are joined by curves."""

    box: str
    target: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Layout:
    """Everything with its place. ``boxes``: left, top, width. ``frame``: left, top, right, bottom of the inner frame, if any."""

    boxes: Mapping[str, tuple[float, float, float]]
    arrows: tuple[Arrow, ...]
    frame: tuple[float, float, float, float] | None
    width: float
    height: float


def laid_out(rows: Sequence[Sequence[Item]], links: Sequence[Link], widths: Mapping[str, float], frame: str) -> Layout:
    """Places for the items.

    :param rows: items from top to bottom, each row from left to right.
    :param widths: of the boxes, in pixels.
    :param frame: boxes whose path begins so stand in a frame; empty for none.
    """
    wide = {item: PASSING_WIDTH if item.target else widths[item.box] for row in rows for item in row}
    centre = _centres(rows, links, wide, frame)
    left = min(centre[item] - wide[item] / 2 for item in wide)
    edges = _frame(rows, centre, wide, frame)
    if edges is not None:
        left = min(left, edges[0])
    centre = {item: round(x - left, 1) for item, x in centre.items()}
    boxes = {
        item.box: (round(centre[item] - wide[item] / 2, 1), number * PITCH, wide[item])
        for number, row in enumerate(rows)
        for item in row
        if not item.target
    }
    if edges is not None:
        edges = (round(edges[0] - left, 1), edges[1], round(edges[2] - left, 1), edges[3])
    right = max([centre[item] + wide[item] / 2 for item in wide] + ([edges[2]] if edges else []))
    return Layout(boxes, _arrows(rows, links, centre, wide), edges, right, len(rows) * PITCH - GAP)


def fitted(wanted: Sequence[float], widths: Sequence[float], low: float, high: float) -> list[float]:
    """Centres as near to ``wanted`` as their order, widths and the limits allow (least squares)."""
    offsets = [sum(widths[:i]) + i * BETWEEN + width / 2 for i, width in enumerate(widths)]
    total = sum(widths) + max(len(widths) - 1, 0) * BETWEEN
    # Blocks of items that touch each other: the sum of their wishes, and how many they are.
    blocks: list[tuple[float, int]] = []
    for wish, offset in zip(wanted, offsets, strict=True):
        blocks.append((wish - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            last, before = blocks.pop(), blocks.pop()
            blocks.append((before[0] + last[0], before[1] + last[1]))
    starts = [min(max(total_wish / count, low), max(high - total, low)) for total_wish, count in blocks for _ in range(count)]
    return [start + offset for start, offset in zip(starts, offsets, strict=True)]


def _centres(rows: Sequence[Sequence[Item]], links: Sequence[Link], wide: Mapping[Item, float], frame: str) -> dict[Item, float]:
    near: dict[Item, list[tuple[Item, int]]] = {item: [] for item in wide}
    for upper, lower in links:
        # An arrow that passes several layers is to pass them straight down.
        pull = _STRAIGHT if upper.target and lower.target else 1
        near[upper].append((lower, pull))
        near[lower].append((upper, pull))
    inner = max((_width([item for item in row if frame and is_inside(item, frame)], wide) for row in rows), default=0.0)
    centre: dict[Item, float] = {}
    for row in rows:
        centre.update(zip(row, fitted([0.0] * len(row), [wide[item] for item in row], -1e6, 1e6), strict=True))
    for turn in range(_ROUNDS):
        for row in rows if turn % 2 else list(reversed(rows)):
            for part, low, high in _parts(row, frame, inner):
                wanted = [_middle(near[item], centre) for item in part]
                centre.update(zip(part, fitted(wanted, [wide[item] for item in part], low, high), strict=True))
    _straighten(rows, centre, wide, frame, inner)
    return centre


def _straighten(
    rows: Sequence[Sequence[Item]], centre: dict[Item, float], wide: Mapping[Item, float], frame: str, inner: float
) -> None:
    """Let each arrow pass as many layers as possible straight down, where its neighbours leave room for that."""
    passing = sorted({(item.box, item.target) for item in wide if item.target})
    for box, target in passing:
        chain = [item for row in rows for item in row if (item.box, item.target) == (box, target)]
        while len(chain) > 1:
            free = [_free(item, rows, centre, wide, frame, inner) for item in chain]
            low, high = max(low for low, _ in free), min(high for _, high in free)
            if low <= high:
                for item in chain:
                    centre[item] = min(max(sum(centre[item] for item in chain) / len(chain), low), high)
                break
            chain = chain[:-1]


def _free(
    item: Item,
    rows: Sequence[Sequence[Item]],
    centre: Mapping[Item, float],
    wide: Mapping[Item, float],
    frame: str,
    inner: float,
) -> tuple[float, float]:
    """The limits of the item between its neighbours."""
    row = next(row for row in rows if item in row)
    part, low, high = next(found for found in _parts(row, frame, inner) if item in found[0])
    at = part.index(item)
    if at > 0:
        low = max(low, centre[part[at - 1]] + wide[part[at - 1]] / 2 + BETWEEN)
    if at + 1 < len(part):
        high = min(high, centre[part[at + 1]] - wide[part[at + 1]] / 2 - BETWEEN)
    half = wide[item] / 2
    return low + half, high - half


def _middle(near: Sequence[tuple[Item, int]], centre: Mapping[Item, float]) -> float:
    return sum(centre[other] * pull for other, pull in near) / max(sum(pull for _, pull in near), 1)


def _parts(row: Sequence[Item], frame: str, inner: float) -> list[tuple[list[Item], float, float]]:
    """The items of a row that are left of the frame, in it, and right of it, with the limits of each part."""
    if not frame or not any(not item.target and item.box.startswith(frame) for item in row):
        return [(list(row), -1e6, 1e6)]
    inside = [index for index, item in enumerate(row) if is_inside(item, frame)]
    half = inner / 2
    return [
        (list(row[: inside[0]]), -1e6, -half - LABELS - PADDING - BETWEEN),
        (list(row[inside[0] : inside[-1] + 1]), -half, half),
        (list(row[inside[-1] + 1 :]), half + PADDING + BETWEEN, 1e6),
    ]


def _width(items: Sequence[Item], wide: Mapping[Item, float]) -> float:
    return sum(wide[item] for item in items) + max(len(items) - 1, 0) * BETWEEN


def _frame(
    rows: Sequence[Sequence[Item]], centre: Mapping[Item, float], wide: Mapping[Item, float], frame: str
) -> tuple[float, float, float, float] | None:
    framed = [n for n, row in enumerate(rows) if frame and any(not i.target and i.box.startswith(frame) for i in row)]
    if not framed:
        return None
    inside = [item for n in framed for item in rows[n] if is_inside(item, frame)]
    return (
        min(centre[item] - wide[item] / 2 for item in inside) - LABELS,
        framed[0] * PITCH - PADDING,
        max(centre[item] + wide[item] / 2 for item in inside) + PADDING,
        framed[-1] * PITCH + BOX_HEIGHT + PADDING,
    )


def _arrows(
    rows: Sequence[Sequence[Item]], links: Sequence[Link], centre: Mapping[Item, float], wide: Mapping[Item, float]
) -> tuple[Arrow, ...]:
    number = {item: n for n, row in enumerate(rows) for item in row}
    leaving = _ports(links, centre, wide, upper=True)
    arriving = _ports(links, centre, wide, upper=False)
    points: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for upper, lower in links:
        names = (upper.box, upper.target or lower.target or lower.box)
        points.setdefault(names, []).extend(
            [
                (leaving[upper, lower], number[upper] * PITCH + BOX_HEIGHT),
                (arriving[upper, lower], number[lower] * PITCH),
            ]
        )
    return tuple(Arrow(box, target, tuple(found)) for (box, target), found in points.items())


def _ports(links: Sequence[Link], centre: Mapping[Item, float], wide: Mapping[Item, float], upper: bool) -> dict[Link, float]:
    """Where each link leaves its upper item, or arrives at its lower one: side by side, in the order of the other ends."""
    ports: dict[Link, float] = {}
    for item in wide:
        own = [link for link in links if link[0 if upper else 1] == item]
        own.sort(key=lambda link: centre[link[1 if upper else 0]])
        for index, link in enumerate(own):
            share = 0.0 if len(own) == 1 else index / (len(own) - 1) - 0.5
            ports[link] = round(centre[item] + share * (0.0 if item.target else min(wide[item] * 0.55, 44.0 * (len(own) - 1))), 1)
    return ports
