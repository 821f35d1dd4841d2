"""Every option and suboption of every module, with values in the forms of inventories, surveys and ``-e``. Nothing is sent."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.plugin_utils.arguments import Arguments, read_arguments, rules_of

ROOT = Path(__file__).resolve().parents[3]
MODULES = {
    path.stem: importlib.import_module(f"ansible_collections.configmgr.scp.plugins.modules.{path.stem}")
    for path in sorted((ROOT / "plugins" / "modules").glob("*.py"))
    if path.stem != "__init__"
}
NUMBERS = ("int", "float")
TEXTS = ("str", "path")
TOO_MUCH = 10**15
# Options for which -5 is a valid number.
BELOW_ZERO_TOO = {"log_info.bias_minutes", "server_prerequisites.site_clock_offset_seconds"}


@dataclass(frozen=True)
class Option:
    """One option of a module; ``path`` is that of its rules, ``above`` are the options that contain it, outermost first."""

    module: str
    path: str
    kind: str
    spec: dict[str, Any]
    above: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.module}.{self.path}"

    @property
    def secret(self) -> bool:
        return bool(self.spec.get("no_log"))

    @property
    def in_list(self) -> bool:
        return any(kind == "list" for _, kind in self.above)

    def holding(self, value: Any) -> dict[str, Any]:
        """The arguments of a task with only this option, with that value."""
        given = {self.path.rpartition(".")[2]: value}
        for name, kind in reversed(self.above):
            given = {name: [given] if kind == "list" else given}
        return given

    def read(self, value: Any) -> Arguments:
        return read_arguments(MODULES[self.module].SPEC, self.holding(value), rules_of(MODULES[self.module]))

    def refusal(self, value: Any) -> str:
        """The messages about this option; those about the missing other options are ignored."""
        said = [part for part in (self.read(value).error or "").split("; ") if not part.startswith("missing")]
        return "; ".join(said) if any(self.path.rpartition(".")[2] in part for part in said) else ""

    def outcome(self, value: Any) -> Any:
        """The value that the module would receive."""
        found: Any = self.read(value).params
        for name in self.path.split("."):
            found = found[name]
            if isinstance(found, list) and found and isinstance(found[0], dict):
                found = found[0]
        return found


def options(module: str, spec: dict[str, Any], above: tuple[tuple[str, str], ...] = ()) -> Iterator[Option]:
    for name, option in spec.items():
        kind = option.get("type", "str")
        path = ".".join([*(name for name, _ in above), name])
        yield Option(module, path, kind, option, above)
        yield from options(module, option.get("options") or {}, (*above, (name, kind)))


EVERY = [option for name, module in MODULES.items() for option in options(name, module.SPEC["argument_spec"])]


def those(*kinds: str) -> pytest.MarkDecorator:
    chosen = [option for option in EVERY if option.kind in kinds]
    assert chosen
    return pytest.mark.parametrize("option", chosen, ids=str)


@pytest.mark.parametrize("option", EVERY, ids=str)
def test_null_is_an_option_that_is_not_given(option: Option) -> None:
    without, given = option.holding("x"), option.read(None)
    (without if not option.above else _innermost(without)).clear()
    bare = read_arguments(MODULES[option.module].SPEC, without, rules_of(MODULES[option.module]))
    assert (given.params, given.error, given.given) == (bare.params, bare.error, bare.given)


def _innermost(given: Any) -> Any:
    [value] = given.values()
    value = value[0] if isinstance(value, list) else value
    return _innermost(value) if isinstance(value, dict) and isinstance(next(iter(value.values())), dict) else value


@pytest.mark.parametrize("empty", ["", "  "])
@pytest.mark.parametrize("option", EVERY, ids=str)
def test_an_empty_text_is_refused_or_means_what_the_module_declares(option: Option, empty: str) -> None:
    if option.secret and empty:
        return
    if option.path in rules_of(MODULES[option.module]).empty:
        assert option.outcome(empty) == ""
    else:
        said = option.refusal(empty)
        assert "empty" in said, said
        assert said.startswith(option.path.split(".")[0])


def test_what_an_empty_text_means_is_documented() -> None:
    """The exceptions, with their reasons, and the text of the pages about them."""
    assert {name: module.EMPTY for name, module in MODULES.items() if hasattr(module, "EMPTY")} == {
        "endpoint_check": {"proxy.account": "the proxy needs no account"},
        "server_prerequisites": {"installation_account": "the site server's computer account"},
        "service_connection_tool": {"proxy.account": "the proxy needs no account"},
        "site_prerequisites": {
            "installation_account": "the site server's computer account",
            "proxy.account": "the proxy needs no account",
        },
        "site_system": {
            "public_fqdn": "no internet FQDN",
            "installation_account": "the site server's computer account",
            "proxy.account": "the proxy needs no account",
        },
    }
    for name, module in MODULES.items():
        for path in getattr(module, "EMPTY", ()):
            assert "mpty string means" in _description(module, path), f"{name}.{path}"


def _description(module: Any, path: str) -> str:
    found: Any = {"suboptions": yaml.safe_load(module.DOCUMENTATION)["options"]}
    for name in path.split("."):
        found = found["suboptions"][name]
    told = found["description"]
    return " ".join(told) if isinstance(told, list) else str(told)


@those("bool")
@pytest.mark.parametrize("no", [False, "false", "False", "0", "no", "off", 0])
def test_a_no_is_no_however_it_arrives(option: Option, no: Any) -> None:
    assert option.refusal(no) == ""
    assert option.outcome(no) is False


@those("bool")
def test_a_truth_value_is_yes_or_no(option: Option) -> None:
    assert option.outcome("yes") is True
    for other in ("perhaps", 2, 1.5, ["yes"]):
        assert option.refusal(other), other


@those(*NUMBERS)
@pytest.mark.parametrize(
    "wrong", [True, False, math.nan, math.inf, -math.inf, "nan", "inf", "soon", "0x10", "1_000", [5], "9" * 400]
)
def test_what_is_no_number_is_refused(option: Option, wrong: Any) -> None:
    assert "give" in option.refusal(wrong)


@those(*NUMBERS)
def test_every_number_has_limits_which_the_page_states(option: Option) -> None:
    limits = rules_of(MODULES[option.module]).limits_of(option.path)
    assert limits is not None
    if not option.path.endswith("port"):
        assert f"from {limits.least} to {limits.most}" in _description(MODULES[option.module], option.path)
    for value in (limits.least - 1, limits.most + 1, TOO_MUCH * 10, str(limits.most + 1)):
        said = option.refusal(value)
        assert f"out of range; give {limits.unit.replace('a number', '')}" in said.replace("a whole number", ""), said
    if str(option) not in BELOW_ZERO_TOO:
        assert "out of range" in option.refusal(-5)
    for value in (limits.least, limits.most):
        assert option.refusal(value) == ""
        assert option.outcome(value) == option.outcome(str(value)) == option.outcome(float(value)) == value


@those("int")
def test_a_part_of_a_number_is_none(option: Option) -> None:
    assert "not a whole number" in option.refusal(1.5)
    assert "not a whole number" in option.refusal("1.5")


@those(*TEXTS)
@pytest.mark.parametrize("wrong", [True, False, 1000.0, math.nan])
def test_a_text_that_became_something_else_is_to_be_put_in_quotes(option: Option, wrong: Any) -> None:
    said = option.refusal(wrong)
    assert "put it in quotes" in said
    assert not option.secret or str(wrong) not in said


@those(*TEXTS)
def test_a_list_is_no_text(option: Option) -> None:
    assert "give a string" in option.refusal(["a", "b"])


@those(*TEXTS)
def test_digits_are_a_text_but_for_a_secret(option: Option) -> None:
    if option.secret:
        assert "put it in quotes" in option.refusal(83)
    elif not option.spec.get("choices"):
        assert str(option.outcome(2403)).endswith("2403")


@those("list")
def test_a_list_has_no_holes(option: Option) -> None:
    assert f"{option.path}[1] is null" in option.refusal(["x", None] if not option.spec.get("options") else [{}, None])
    if not option.spec.get("options"):
        for value in (["x", ""], "x,,y", "x, "):
            assert f"{option.path}[1]: '' is empty; give a value, or remove it from the list" in option.refusal(value)
        assert "not a list" in option.refusal(True)


@those("dict")
def test_a_dictionary_is_no_other_thing(option: Option) -> None:
    for wrong in (True, 5, "garbage", ["x"]):
        said = option.refusal(wrong)
        assert said
        assert "garbage" not in said or not option.spec.get("options")


@pytest.mark.parametrize("option", ["server", "move_from"])
def test_nothing_is_removed_for_an_empty_variable(option: str) -> None:
    scp = MODULES["service_connection_point"]
    arguments = read_arguments(scp.SPEC, {"state": "absent", option: ""}, rules_of(scp))
    assert (arguments.error or "").startswith(f"{option}: '' is empty; give a value, or omit the option")
