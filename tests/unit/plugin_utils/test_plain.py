"""Ansible's values as plain ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.plain import plain


class Text(str):
    def __str__(self) -> str:
        return "another text"


class Number(int):
    pass


class Table(dict[Any, Any]):
    pass


class Secret:
    def __str__(self) -> str:
        return "decrypted"


def exact(value: Any) -> bool:
    if isinstance(value, dict):
        return type(value) is dict and all(exact(item) for pair in value.items() for item in pair)
    if isinstance(value, list):
        return type(value) is list and all(exact(item) for item in value)
    return type(value) in (str, int, float, bool, type(None))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Text("a"), "a"),
        (Number(5), 5),
        (True, True),
        (None, None),
        (1.5, 1.5),
        (b"\xc3\xa4\xff", "ä\ufffd"),
        (Table({Text("k"): (Text("v"), Number(1))}), {"k": ["v", 1]}),
        ({"x": [Secret()]}, {"x": ["decrypted"]}),
    ],
)
def test_only_plain_types_are_left(value: Any, expected: Any) -> None:
    result = plain(value)
    assert result == expected
    assert exact(result)
    json.dumps(result)


def test_tagged_texts_of_ansible_lose_their_tags() -> None:
    datatag = pytest.importorskip("ansible.module_utils._internal._datatag")
    tags = pytest.importorskip("ansible._internal._datatag._tags")
    tagged = tags.TrustedAsTemplate().tag("{{ x }}")
    assert datatag.AnsibleTagHelper.tags(tagged)
    assert type(plain(tagged)) is str
    assert plain({"a": [tagged]}) == {"a": ["{{ x }}"]}
