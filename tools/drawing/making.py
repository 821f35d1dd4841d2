"""From the text of all sources to the drawing. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tools.drawing import graph, svg
from tools.drawing.about import ABOUT, SITE, WAY, Step
from tools.drawing.layout import GAP, laid_out
from tools.drawing.ordering import ordered, places
from tools.drawing.sources import imports_of

TITLE = "The folders of the project by layers, which of them import which, and the way of one task through them"
SHARED = "plugins/module_utils/"
WIRE = "WS-Management over HTTP or HTTPS: a Windows server, or the lab. The two parts import nothing of each other."


def drawing(sources: Mapping[str, str], way: Sequence[Step] = WAY) -> str:
    """The SVG.

    :param sources: the text of every Python file below ``plugins`` and ``lab``, by path relative to the checkout.
    :param way: the steps of one task.
    :raises DrawingError: folders import each other in a circle, a folder has no words in ``about.py``, or a step names what is
        not there.
    """
    _check(way, sources)
    imports = imports_of(sources)
    boxes = graph.boxes_of(imports)
    steps = [boxes[step.file] for step in way]
    arrows = graph.arrows(imports)
    plugins = {box: targets for box, targets in arrows.items() if box.startswith("plugins/")}
    lab = {box: targets for box, targets in arrows.items() if box.startswith("lab/")}
    return svg.drawn(
        TITLE,
        [_part("plugins/, in the collection", plugins, steps, f"{SITE}/"), _part("lab/, beside it", lab, steps, "")],
        WIRE,
        way,
    )


def _check(way: Sequence[Step], sources: Mapping[str, str]) -> None:
    for step in way:
        if not re.search(rf"^(def|class) {re.escape(step.name)}\b", sources.get(step.file, ""), re.MULTILINE):
            raise graph.DrawingError(
                f"A step in tools/drawing/about.py (WAY) names {step.name} in {step.file}, which is not there. "
                "Name the place that does this now."
            )


def _part(title: str, arrows: graph.Graph, steps: Sequence[str], frame: str) -> svg.Part:
    words = {box: _words(box, steps) for box in arrows}
    needed = graph.necessary(arrows)
    rows, links = places(needed, graph.layers(arrows, frame or title))
    layout = laid_out(ordered(rows, links, frame), links, {box: svg.box_width(said) for box, said in words.items()}, frame)
    if not frame:
        return svg.Part(title, layout, words)
    highest = min(top for box, (_, top, _) in layout.boxes.items() if box.startswith(SHARED))
    strangers = [box for box, (_, top, _) in layout.boxes.items() if top >= highest and not box.startswith(SHARED)]
    if strangers:
        raise graph.DrawingError(
            f"{strangers[0]} is imported by a folder of {SHARED}. Nothing there may import what is above it."
        )
    return svg.Part(title, layout, words, "site/", "module_utils/", highest - GAP / 2)


def _words(box: str, steps: Sequence[str]) -> svg.Words:
    if box not in ABOUT:
        raise graph.DrawingError(f"tools/drawing/about.py (ABOUT) says nothing of {box}. Add a line that says what it is for.")
    inside = next(folder for folder in (f"{SITE}/", SHARED, "plugins/", "lab/") if box.startswith(folder))
    name = box.removeprefix(inside).removesuffix(" (start)")
    return svg.Words(name, ABOUT[box], tuple(number for number, at in enumerate(steps, 1) if at == box))
