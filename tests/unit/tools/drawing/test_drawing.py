"""The drawing of the folders: the committed one is what the sources give, everything in it can be read."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest

from tools.drawing.__main__ import CHECKOUT, DRAWING, read_sources
from tools.drawing.about import ABOUT, WAY, Step
from tools.drawing.graph import DrawingError, boxes_of
from tools.drawing.making import drawing
from tools.drawing.sources import imports_of
from tools.drawing.svg import text_width

SVG = "{http://www.w3.org/2000/svg}"
Rectangle = tuple[float, float, float, float]
Point = tuple[float, float]


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return read_sources(CHECKOUT)


@pytest.fixture(scope="module")
def committed() -> ET.Element:
    return ET.fromstring(DRAWING.read_text(encoding="utf-8"))


def test_the_committed_drawing_is_what_the_sources_give(sources: dict[str, str]) -> None:
    said = f"{DRAWING.relative_to(CHECKOUT)} does not fit the imports any more: run `make drawing`, commit what it writes."
    assert drawing(sources) == DRAWING.read_text(encoding="utf-8"), said


def test_nothing_is_said_of_a_folder_that_is_gone(sources: dict[str, str]) -> None:
    assert ABOUT.keys() - set(boxes_of(imports_of(sources)).values()) == set()


def test_a_new_folder_needs_words(sources: dict[str, str]) -> None:
    new = {"plugins/module_utils/site/moon/x.py": "import ansible_collections.configmgr.scp.plugins.module_utils.task"}
    with pytest.raises(DrawingError, match=r"says nothing of plugins/module_utils/site/moon\. Add a line"):
        drawing(sources | new)


def test_shared_code_must_not_import_what_is_above_it(sources: dict[str, str]) -> None:
    new = {"plugins/module_utils/transfer/x.py": "import ansible_collections.configmgr.scp.plugins.plugin_utils.page.render"}
    with pytest.raises(
        DrawingError, match=r"^plugins/plugin_utils/page is imported by a folder of plugins/module_utils/\. Nothing"
    ):
        drawing(sources | new)


def test_a_step_names_something_that_is_there(sources: dict[str, str]) -> None:
    with pytest.raises(DrawingError, match=r"names gone in plugins/action/cim\.py, which is not there"):
        drawing(sources, [*WAY, Step("plugins/action/cim.py", "gone", "does nothing")])


def test_a_new_import_changes_the_drawing(sources: dict[str, str]) -> None:
    path = "plugins/module_utils/site/setup_script/script.py"
    line = "\nimport ansible_collections.configmgr.scp.plugins.module_utils.site.signals.status\n"
    assert drawing(sources | {path: sources[path] + line}) != DRAWING.read_text(encoding="utf-8")


def test_each_text_of_a_box_is_in_it(committed: ET.Element) -> None:
    for group, (left, top, right, bottom) in boxes(committed):
        inside = [text for text in group.findall(f"{SVG}text") if within(text, left, top, right, bottom)]
        assert len(inside) >= 2
        for text in inside:
            width = text_width("".join(text.itertext()), float(text.attrib["font-size"]), "font-weight" in text.attrib)
            middle = text.get("text-anchor") == "middle"
            assert float(text.attrib["x"]) + (width / 2 if middle else width) <= right, ET.tostring(text)


def test_arrows_lead_down_and_through_no_box(committed: ET.Element) -> None:
    count = 0
    for group in committed.findall(f"{SVG}g"):
        own = [rectangle for of, rectangle in boxes(committed) if of is group]
        for path in group.findall(f"{SVG}path"):
            points = list(curve(path.attrib["d"]))
            count += 1
            assert all(before[1] <= after[1] for before, after in pairwise(points))
            for x, y in points:
                assert not any(left < x < right and top + 0.5 < y < bottom - 0.5 for left, top, right, bottom in own), (
                    path.attrib["d"]
                )
    assert count > 20


def test_arrows_touch_no_text_outside_of_boxes(committed: ET.Element) -> None:
    for group in committed.findall(f"{SVG}g"):
        own = [rectangle for of, rectangle in boxes(committed) if of is group]
        loose = [text for text in group.findall(f"{SVG}text") if not any(within(text, *rectangle) for rectangle in own)]
        points = [point for path in group.findall(f"{SVG}path") for point in curve(path.attrib["d"])]
        for text in loose:
            size, x, y = (float(text.attrib[name]) for name in ("font-size", "x", "y"))
            right = x + text_width(text.text or "", size, "font-weight" in text.attrib)
            assert not any(x - 2 < px < right + 2 and y - size < py < y + 4 for px, py in points), text.text


def test_it_has_a_background_and_words_for_those_who_cannot_see_it(committed: ET.Element) -> None:
    background = committed.find(f"{SVG}rect")
    assert background is not None
    assert (background.attrib["width"], background.attrib["fill"]) == ("100%", "#ffffff")
    assert committed.find(f"{SVG}title") is not None
    assert committed.attrib["role"] == "img"


def boxes(root: ET.Element) -> list[tuple[ET.Element, Rectangle]]:
    """The boxes with the group that each is in."""
    found = []
    for group in root.findall(f"{SVG}g"):
        for rectangle in group.findall(f"{SVG}rect[@rx='5']"):
            left, top, width, height = (float(rectangle.attrib[name]) for name in ("x", "y", "width", "height"))
            found.append((group, (left, top, left + width, top + height)))
    return found


def within(text: ET.Element, left: float, top: float, right: float, bottom: float) -> bool:
    return left <= float(text.attrib["x"]) <= right and top <= float(text.attrib["y"]) <= bottom


def curve(path: str) -> Iterator[Point]:
    """Points on a path of cubic curves and straight lines."""
    at = (0.0, 0.0)
    for letter, rest in re.findall(r"([MLC])([^MLC]*)", path):
        numbers = [float(number) for number in rest.split()]
        ends = list(zip(numbers[::2], numbers[1::2], strict=True))
        if letter == "C":
            yield from (cubic((at, *ends), step / 20) for step in range(21))
        elif letter == "L":
            yield from (
                (at[0] + (ends[0][0] - at[0]) * step / 20, at[1] + (ends[0][1] - at[1]) * step / 20) for step in range(21)
            )
        at = ends[-1]


def cubic(points: Sequence[Point], share: float) -> Point:
    rest = 1 - share
    weights = (rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3)
    pairs = list(zip(weights, points, strict=True))
    return sum(weight * point[0] for weight, point in pairs), sum(weight * point[1] for weight, point in pairs)
