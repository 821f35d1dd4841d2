"""Boxes, arrows and layers of the drawing."""

from __future__ import annotations

import pytest

from tools.drawing.graph import DrawingError, arrows, box_of, from_below, layers, necessary


@pytest.mark.parametrize(
    ("path", "box"),
    [
        ("plugins/action/cim.py", "plugins/action"),
        ("plugins/plugin_utils/link.py", "plugins/plugin_utils/*.py"),
        ("plugins/plugin_utils/page/render.py", "plugins/plugin_utils/page"),
        ("plugins/module_utils/task.py", "plugins/module_utils/*.py"),
        ("plugins/module_utils/wsman/names.py", "plugins/module_utils/wsman"),
        ("plugins/module_utils/site/preflight/reach/curl.py", "plugins/module_utils/site/preflight"),
        ("lab/windows/curl/words.py", "lab/windows"),
        ("lab/clock.py", "lab/*.py"),
    ],
)
def test_the_box_of_a_file(path: str, box: str) -> None:
    assert box_of(path) == box


def test_single_files_of_the_lab_are_in_two_boxes() -> None:
    imports = {
        "lab/server.py": {"lab/cim/wql.py", "lab/estate.py"},
        "lab/cim/wql.py": {"lab/estate.py"},
        "lab/estate.py": {"lab/estate_yaml.py"},
        "lab/estate_yaml.py": set[str](),
    }
    assert arrows(imports) == {
        "lab/*.py (start)": {"lab/cim", "lab/*.py"},
        "lab/cim": {"lab/*.py"},
        "lab/*.py": set(),
    }


def test_a_box_without_arrows_is_left_out() -> None:
    imports = {
        "plugins/doc_fragments/x.py": set[str](),
        "plugins/action/a.py": {"plugins/modules/a.py"},
        "plugins/modules/a.py": set[str](),
    }
    assert set(arrows(imports)) == {"plugins/action", "plugins/modules"}


def test_arrows_that_others_imply_are_left_out() -> None:
    graph = {"a": {"b", "c", "d"}, "b": {"c"}, "c": {"d"}, "d": set[str]()}
    assert necessary(graph) == {"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": set()}


def test_a_circle_is_named() -> None:
    with pytest.raises(DrawingError, match=r"in a circle: (a <- b <- a|b <- a <- b)\. Move"):
        from_below({"a": {"b"}, "b": {"a"}})


def test_each_box_stands_above_what_it_imports() -> None:
    graph = {
        "site/top": {"site/low"},
        "site/low": {"wire"},
        "action": {"site/top", "utils"},
        "utils": {"wire"},
        "wire": set[str](),
    }
    assert layers(graph, "site/") == {"wire": 0, "site/low": 1, "site/top": 2, "action": 3, "utils": 2}


def test_the_layers_of_the_fixed_folder_are_counted_from_below() -> None:
    graph = {
        "action": {"site/a", "site/script"},
        "site/a": {"site/b"},
        "site/b": {"site/c"},
        "site/c": set[str](),
        "site/script": {"site/c"},
    }
    assert layers(graph, "site/")["site/script"] == 1
    assert layers(graph, "elsewhere/")["site/script"] == 2
