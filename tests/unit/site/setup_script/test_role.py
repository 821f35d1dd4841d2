"""The role's own files have the same options as the table: its argument specification, its variables and the example."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.configmgr.scp.plugins.module_utils.site.setup_script.keys import all_keys, install_types, known_options
from tests.unit.site.setup_script.support import PRODUCT_KEY, mistakes, values

ROOT = Path(__file__).parents[4]
ROLE = ROOT / "roles" / "unattended_setup"
PREFIX = "unattended_setup_"
# An option that is not for the script, but for a file beside it.
BESIDE = {"after_setup_dest"}


def specified() -> dict[str, Any]:
    loaded = yaml.safe_load((ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    options: dict[str, Any] = loaded["argument_specs"]["main"]["options"]
    return {name.removeprefix(PREFIX): option for name, option in options.items()}


def paths(options: Mapping[str, Any], group: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, option in options.items():
        if "options" in option:
            yield from paths(option["options"], f"{group}{name}.")
        else:
            yield f"{group}{name}", option


def test_the_argument_specification_has_every_option() -> None:
    assert {path for path, _option in paths(specified())} == known_options() | BESIDE


def test_its_defaults_are_those_of_the_table() -> None:
    keys = {key.option: key for key in all_keys() if key.option}
    for path, option in paths(specified()):
        if "default" in option and path in keys:
            assert keys[path].values[str(option["default"]).lower()] == keys[path].default, path


def test_it_names_every_type_and_every_word() -> None:
    text = (ROLE / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    for name in install_types():
        assert f"V({name})" in text
    for key in all_keys():
        for word in set(key.values) - {"true", "false"} if key.option else ():
            assert f"V({word})" in text, (key.name, word)


def test_every_option_goes_to_the_filter() -> None:
    text = (ROLE / "vars" / "main.yml").read_text(encoding="utf-8")
    # All typed options except these, and the variables themselves if the typed options contain no secrets.
    assert set(re.findall(r"rejectattr\('key', 'eq', '(\w+)'\)", text)) == BESIDE
    given = dict(re.findall(r"'(\w+)': (\w+) \| default\(none\)", text))
    assert given == {name: f"{PREFIX}{name}" for name in ("product_key", "further_keys")}
    assert given.keys() <= specified().keys()


def test_the_example_is_right() -> None:
    loaded = yaml.safe_load((ROOT / "docs" / "examples" / "unattended_setup.yml").read_text(encoding="utf-8"))
    assert set(loaded) <= {f"{PREFIX}{name}" for name in specified()}
    wished = {name.removeprefix(PREFIX): value for name, value in loaded.items() if name.removeprefix(PREFIX) not in BESIDE}
    wished["product_key"] = PRODUCT_KEY
    assert mistakes(wished) == []
    assert values(wished)["CloudConnectorServer"] == "scp01.contoso.com"
