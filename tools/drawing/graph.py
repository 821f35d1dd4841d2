"""The folders of the project and the arrows between them, out of the imports of their files. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

Graph = dict[str, frozenset[str]]

# Folders whose subfolders are drawn as boxes of their own.
OPENED = ("plugins", "plugins/plugin_utils", "plugins/module_utils", "plugins/module_utils/site", "lab")


class DrawingError(Exception):
    """The drawing cannot be made; the text says what to change."""


def box_of(path: str) -> str:
    """The box of a file: the folder below one of ``OPENED``, or ``FOLDER/*.py`` for a file directly in one of these."""
    parents = [str(parent) for parent in PurePosixPath(path).parents]
    opened = next(parent for parent in parents if parent in OPENED)
    inside = parents.index(opened)
    return f"{opened}/*.py" if inside == 0 else parents[inside - 1]


def boxes_of(imports: Mapping[str, Collection[str]]) -> dict[str, str]:
    """The box of every file.

    Single files directly in ``lab`` are of two kinds: those that a folder beside them imports (``lab/*.py``), and those that only
    start and join the folders (``lab/*.py (start)``). One box of both would import what imports it.
    """
    boxes = {path: box_of(path) for path in imports}
    folders = {path for path, box in boxes.items() if not box.startswith("lab/*")}
    below = _reached([path for path in folders if path.startswith("lab/")], imports)
    return {path: f"{box} (start)" if box == "lab/*.py" and path not in below else box for path, box in boxes.items()}


def _reached(begin: Collection[str], imports: Mapping[str, Collection[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(begin)
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            waiting.extend(imports[path])
    return seen


def arrows(imports: Mapping[str, Collection[str]]) -> Graph:
    """Which boxes each box imports. A box that neither imports nor is imported is left out."""
    boxes = boxes_of(imports)
    graph: dict[str, set[str]] = {}
    for path, targets in imports.items():
        for target in targets:
            if boxes[path] != boxes[target]:
                graph.setdefault(boxes[path], set()).add(boxes[target])
                graph.setdefault(boxes[target], set())
    return {box: frozenset(graph[box]) for box in sorted(graph)}


def from_below(graph: Mapping[str, Collection[str]]) -> list[str]:
    """The boxes, each after all that it imports.

    :raises DrawingError: folders import each other in a circle.
    """
    try:
        return list(TopologicalSorter({box: sorted(graph[box]) for box in sorted(graph)}).static_order())
    except CycleError as error:
        raise DrawingError(
            f"Folders import each other in a circle: {' <- '.join(error.args[1])}. Move what both need into a folder below them."
        ) from error


def necessary(graph: Mapping[str, Collection[str]]) -> Graph:
    """The graph without each arrow that a longer way over other boxes implies."""
    below: dict[str, frozenset[str]] = {}
    for box in from_below(graph):
        below[box] = frozenset(graph[box]).union(*(below[target] for target in graph[box]))
    return {
        box: frozenset(target for target in targets if not any(target in below[other] for other in targets))
        for box, targets in graph.items()
    }


def layers(graph: Mapping[str, Collection[str]], fixed: str) -> dict[str, int]:
    """The layer of each box, 0 at the bottom: one above the highest of what it imports.

    Boxes whose path does not begin with ``fixed`` are then lifted as far as their importers allow, so that they stand beside
    what they belong to. ``fixed`` names the folder whose layers are to be read as they are.
    """
    order = from_below(graph)
    layer: dict[str, int] = {}
    for box in order:
        layer[box] = max((layer[target] + 1 for target in graph[box]), default=0)
    top = max(layer.values())
    for box in reversed(order):
        if not box.startswith(fixed):
            above = [layer[importer] for importer, targets in graph.items() if box in targets]
            layer[box] = min(above, default=top + 1) - 1
    return layer
