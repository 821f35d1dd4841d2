"""Values of an inventory: never templates, and readable in the output of ansible-inventory."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar

from ansible_collections.configmgr.scp.plugins.plugin_utils.inventory_values import as_text, is_template, is_vaulted

HOSTILE = [
    "{{ 7 * 7 }}",
    "{% if true %}x{% endif %}",
    "{# x #}",
    "#jinja2: trim_blocks: False\n{{ 1 }}",
    "x {{ y",
    "Site {{ 7 }}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_of_the_network_is_no_template(text: str) -> None:
    found = as_text({"name": [text]})["name"][0]
    assert Templar(loader=DataLoader()).template(found) == text


@pytest.mark.parametrize("value", ["Primary site one", "CORP\\x", "5.00.9152.1000", "Büro", "", None, 5, True, ["a"]])
def test_other_values_stay(value: Any) -> None:
    assert as_text(value) == value
    assert type(as_text(value)).__name__ in (type(value).__name__, "_AnsibleTaggedStr")


def test_what_is_vaulted_and_what_is_a_template(tmp_path: Path) -> None:
    file = tmp_path / "options.yml"
    file.write_text(
        "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3030\nb: '{{ x }}'\nc: plain\nd: !unsafe 'pass{{word'\n", encoding="utf-8"
    )
    # As inventory plugins read their options: the argument exists since ansible-core 2.19.
    read = DataLoader().load_from_file
    trusted = {"trusted_as_template": True} if "trusted_as_template" in inspect.signature(read).parameters else {}
    loaded = read(str(file), **trusted)
    assert [is_vaulted(loaded[name]) for name in "abcd"] == [True, False, False, False]
    assert [is_template(loaded[name]) for name in "abcd"] == [False, True, False, False]
