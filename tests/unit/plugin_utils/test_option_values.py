"""The one meaning of each value of an option, and the sentence about one that has none."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.option_rules import OptionRules, Range
from ansible_collections.configmgr.scp.plugins.plugin_utils.option_values import settled

SPEC: dict[str, Any] = {
    "name": {"type": "str", "required": True, "aliases": ["title"]},
    "note": {},
    "code": {"type": "str", "no_log": True},
    "flag": {"type": "bool"},
    "count": {"type": "int"},
    "days": {"type": "int"},
    "share": {"type": "float"},
    "place": {"type": "path"},
    "free": {"type": "dict"},
    "any": {"type": "raw"},
    "tags": {"type": "list", "elements": "str"},
    "ports": {"type": "list", "elements": "int"},
    "loose": {"type": "list"},
    "proxy": {"type": "dict", "options": {"port": {"type": "int"}, "pin": {"type": "str", "no_log": True}}},
    "rows": {"type": "list", "elements": "dict", "options": {"size": {"type": "int"}}},
}
RULES = OptionRules({"days": Range(1, 30, "days"), "ports": Range(1, 9)}, {"note": "means none"})
OUT = "give a value, or omit the option (default(omit, true) does this for an empty variable)"


def values(**given: Any) -> dict[str, Any]:
    found, problems = settled(SPEC, given, RULES)
    assert problems == []
    return found


def problem(**given: Any) -> str:
    _found, problems = settled(SPEC, given, RULES)
    assert len(problems) == 1
    return problems[0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"name": "x", "note": None}, {"name": "x"}),
        ({"title": "x"}, {"name": "x"}),
        ({"title": "x", "name": None}, {"name": "x"}),
        ({"unknown": None}, {"unknown": None}),
        ({"note": ""}, {"note": ""}),
        ({"note": "  "}, {"note": ""}),
        ({"code": "  "}, {"code": "  "}),
        ({"note": 12}, {"note": "12"}),
        ({"place": 7}, {"place": "7"}),
        ({"flag": "no"}, {"flag": False}),
        ({"flag": 1}, {"flag": True}),
        ({"count": " 12 "}, {"count": 12}),
        ({"count": "1e3"}, {"count": 1000}),
        ({"count": 1000.0}, {"count": 1000}),
        ({"count": "-5"}, {"count": -5}),
        ({"share": "2.5"}, {"share": 2.5}),
        ({"share": 2}, {"share": 2.0}),
        ({"days": 1}, {"days": 1}),
        ({"days": 30}, {"days": 30}),
        ({"free": {"a": None}}, {"free": {"a": None}}),
        ({"any": 1.5}, {"any": 1.5}),
        ({"tags": "a, b"}, {"tags": ["a", "b"]}),
        ({"tags": 4}, {"tags": ["4"]}),
        ({"ports": ["1", 9]}, {"ports": [1, 9]}),
        ({"loose": [1.5, "x"]}, {"loose": [1.5, "x"]}),
        ({"proxy": {"port": "1", "pin": None}}, {"proxy": {"port": 1}}),
        ({"proxy": "port=8080"}, {"proxy": {"port": 8080}}),
        ({"rows": [{"size": "3"}]}, {"rows": [{"size": 3}]}),
    ],
)
def test_values_with_one_meaning(given: dict[str, Any], expected: dict[str, Any]) -> None:
    found = values(**given)
    assert found == expected
    assert {name: type(value) for name, value in found.items()} == {name: type(value) for name, value in expected.items()}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "x", "title": "y"}, "name is set twice, the second time under an alias; set it once"),
        ({"name": ""}, "name: '' is empty; give a value"),
        ({"place": " "}, f"place: ' ' is empty; {OUT}"),
        ({"code": ""}, f"code is empty; {OUT}"),
        ({"tags": ["a", ""]}, "tags[1]: '' is empty; give a value, or remove it from the list"),
        ({"tags": ["a", None]}, "tags[1] is null; give it a value, or remove it from the list"),
        ({"tags": True}, "tags is not a list; give a list"),
        ({"tags": {"a": 1}}, "tags is not a list; give a list"),
        ({"flag": "maybe"}, "flag: 'maybe' is not a Boolean; give true or false"),
        ({"count": True}, "count: True is a Boolean; give a whole number"),
        ({"count": "1.5"}, "count: '1.5' is not a whole number; give a whole number"),
        ({"count": float("nan")}, "count: nan is not a whole number; give a whole number"),
        ({"share": "x"}, "share: 'x' is not a number; give a number"),
        ({"share": float("inf")}, "share: inf is not a number; give a number"),
        ({"share": [1]}, "share: [1] is not a number; give a number"),
        ({"days": 0}, "days: 0 is out of range; give days from 1 to 30"),
        ({"days": 31}, "days: 31 is out of range; give days from 1 to 30"),
        ({"ports": ["1", 10]}, "ports[1]: 10 is out of range; give a whole number from 1 to 9"),
        ({"proxy": {"port": 0}}, "proxy.port: 0 is out of range; give a port from 1 to 65535"),
        ({"proxy": {"pin": 1}}, "proxy.pin is a number and not a string; put it in quotes, so that it is not converted"),
        ({"proxy": "no dictionary"}, "proxy is not a dictionary; give a dictionary"),
        ({"proxy": [1]}, "proxy is not a dictionary; give a dictionary"),
        ({"rows": [{"size": "x"}]}, "rows[0].size: 'x' is not a whole number; give a whole number"),
        ({"rows": ["x"]}, "rows[0] is not a dictionary; give a dictionary"),
        ({"note": True}, "note: True is a Boolean and not a string; put it in quotes, so that it is not converted"),
        ({"note": 1.5}, "note: 1.5 is a number and not a string; put it in quotes, so that it is not converted"),
        ({"code": 123}, "code is a number and not a string; put it in quotes, so that it is not converted"),
        ({"note": ["x"]}, "note: ['x'] is a list or a dictionary; give a string"),
        ({"count": "x" * 78}, f"count: '{'x' * 78}' is not a whole number; give a whole number"),
        ({"count": "x" * 79}, f"count: '{'x' * 76}... is not a whole number; give a whole number"),
    ],
)
def test_values_without_one(given: dict[str, Any], said: str) -> None:
    assert problem(**given) == said


def test_every_wrong_value_is_told_and_stays() -> None:
    found, problems = settled(SPEC, {"flag": "maybe", "count": True, "name": "x"}, RULES)
    assert found == {"flag": "maybe", "count": True, "name": "x"}
    assert len(problems) == 2
