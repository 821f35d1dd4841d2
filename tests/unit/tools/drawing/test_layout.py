"""Order and places in the drawing."""

from __future__ import annotations

import random

import pytest

from tools.drawing.layout import BETWEEN, fitted
from tools.drawing.ordering import Item, ordered, places


def test_fitted_boxes_keep_their_order_and_their_distance() -> None:
    chance = random.Random(1)
    for count in range(1, 7):
        for _ in range(50):
            wanted = [chance.uniform(-500, 500) for _ in range(count)]
            widths = [chance.uniform(10, 200) for _ in range(count)]
            centres = fitted(wanted, widths, -1e6, 1e6)
            for index in range(count - 1):
                assert centres[index + 1] - centres[index] >= (widths[index] + widths[index + 1]) / 2 + BETWEEN - 1e-6


def test_a_box_stands_where_it_wants_to_within_its_limits() -> None:
    assert fitted([10.0], [20.0], -100.0, 100.0) == [10.0]
    assert fitted([500.0], [20.0], -100.0, 100.0) == [90.0]
    assert fitted([-500.0], [20.0], -100.0, 100.0) == [-90.0]


def test_two_boxes_that_want_the_same_place_share_it() -> None:
    assert fitted([0.0, 0.0], [20.0, 20.0], -1e6, 1e6) == pytest.approx([-(20 + BETWEEN) / 2, (20 + BETWEEN) / 2])


def test_an_arrow_passes_the_layers_between() -> None:
    rows, links = places({"a": ["b", "c"], "b": ["c"], "c": []}, {"a": 2, "b": 1, "c": 0})
    a, b, c, passing = Item(2, "a"), Item(1, "b"), Item(0, "c"), Item(1, "a", "c")
    assert [set(row) for row in rows] == [{a}, {b, passing}, {c}]
    assert set(links) == {(a, b), (a, passing), (passing, c), (b, c)}


def test_needless_crossings_are_taken_out() -> None:
    rows, links = places({"a": ["z"], "b": ["y"], "y": [], "z": []}, {"a": 1, "b": 1, "y": 0, "z": 0})
    upper, lower = ordered(rows, links, "")
    assert [item.box for item in upper] in (["a", "b"], ["b", "a"])
    assert [item.box for item in lower] == [{"a": "z", "b": "y"}[item.box] for item in upper]


def test_boxes_of_the_frame_stand_together() -> None:
    graph = {"up1": ["in/a"], "up2": ["out"], "up3": ["in/b"], "in/a": [], "in/b": [], "out": []}
    rows, links = places(graph, {"up1": 1, "up2": 1, "up3": 1, "in/a": 0, "in/b": 0, "out": 0})
    names = [item.box for item in ordered(rows, links, "in/")[1]]
    assert abs(names.index("in/a") - names.index("in/b")) == 1
