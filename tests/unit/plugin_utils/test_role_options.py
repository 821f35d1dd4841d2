"""Every option of every role with the values that INI inventories, surveys and ``-e`` give in place of YAML's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.module_utils.site.preflight.role_options import impossible as impossible_preflight
from ansible_collections.configmgr.scp.plugins.module_utils.site.verify.role_options import impossible as impossible_verify
from ansible_collections.configmgr.scp.plugins.plugin_utils import role_options
from ansible_collections.configmgr.scp.plugins.plugin_utils.role_options import Role, RoleOptions, read_role_options, role

OMITTED = "__omit_place_holder__"
SERVER = "scp01.corp.example"
ROLES = role_options.role_names()
NOT_POSSIBLE = {"preflight": impossible_preflight, "verify": impossible_verify}
# The result of a template of the defaults if no other variable is set.
STAND_FOR: dict[str, Any] = {
    "default('', true)": "",
    "default('auto', true)": "auto",
    "default([]": [],
    "default(false)": False,
    "default(true)": True,
    "default(1800": 1800,
}


def read(known: Role, given: Mapping[str, Any]) -> RoleOptions:
    """With the templates of the defaults resolved as if no other variable was set."""

    def resolved(value: Any) -> Any:
        if not isinstance(value, str) or "{{" not in value:
            return value
        for text, found in STAND_FOR.items():
            if text in value:
                return found
        return "resolved"

    return read_role_options(known, {**known.defaults, **given}, resolved, OMITTED)


def every_option(*kinds: str) -> list[tuple[str, str, Mapping[str, Any]]]:
    options = [(name, variable, option) for name in ROLES for variable, option in role(name).options.items()]
    return [case for case in options if case[2].get("type", "str") in kinds]


def ids(case: Any) -> str:
    return str(case) if isinstance(case, str) else ""


def test_the_roles_are_found() -> None:
    assert {"preflight", "service_connection_point", "move", "verify", "offline_updates", "unattended_setup"} <= set(ROLES)


@pytest.mark.parametrize("name", ROLES)
def test_the_defaults_can_be_used(name: str) -> None:
    assert read(role(name), {}).problems == ()


@pytest.mark.parametrize("name", ROLES)
def test_defaults_are_told_once_and_alike(name: str) -> None:
    """The default in the specification is the value in defaults/main.yml."""
    known = role(name)
    for variable, option in known.options.items():
        given = known.defaults.get(variable)
        if "default" in option and variable in known.defaults and not (isinstance(given, str) and "{{" in given):
            assert str(given).lower() == str(option["default"]).lower(), variable
    assert set(known.defaults) <= set(known.options) | {"scp_hosts"}


@pytest.mark.parametrize(("name", "variable", "option"), every_option("bool"), ids=ids)
@pytest.mark.parametrize(
    ("text", "meant"), [("false", False), ("no", False), ("0", False), (0, False), ("True", True), ("yes", True)]
)
def test_a_truth_value_is_the_same_as_a_text(name: str, variable: str, option: Mapping[str, Any], text: Any, meant: bool) -> None:
    found = read(role(name), {variable: text})
    assert found.problems == ()
    assert found.options[role(name).short(variable)] is meant


@pytest.mark.parametrize(
    ("name", "variable", "option"), every_option("str", "bool", "int", "float", "list", "dict", "path"), ids=ids
)
@pytest.mark.parametrize("nothing", [None, OMITTED])
def test_null_and_omit_are_the_same_as_left_out(name: str, variable: str, option: Mapping[str, Any], nothing: Any) -> None:
    assert read(role(name), {variable: nothing}) == read(role(name), {})


@pytest.mark.parametrize(("name", "variable", "option"), every_option("str", "bool", "int", "float", "path"), ids=ids)
def test_an_empty_text_is_refused_or_says_that_nothing_is_given(name: str, variable: str, option: Mapping[str, Any]) -> None:
    found = read(role(name), {variable: ""})
    if variable in role_options.EMPTY:
        assert found.options[role(name).short(variable)] == ""
    elif option.get("default") == "":
        assert found.options[role(name).short(variable)] is None
    else:
        (problem,) = found.problems
        assert variable in problem


@pytest.mark.parametrize(("name", "variable", "option"), every_option("int", "float"), ids=ids)
@pytest.mark.parametrize("wrong", [True, False, "many", -5, 10**15, float("nan"), float("inf")])
def test_no_number_is_refused_by_the_name_of_its_variable(
    name: str, variable: str, option: Mapping[str, Any], wrong: Any
) -> None:
    found = read(role(name), {variable: wrong})
    assert found.options == {}
    assert any(variable in problem for problem in found.problems), found


@pytest.mark.parametrize(("name", "variable", "option"), every_option("int"), ids=ids)
def test_a_number_may_come_as_a_text(name: str, variable: str, option: Mapping[str, Any]) -> None:
    number = int(role_options.LIMITS[variable].least) + 1
    found = read(role(name), {variable: str(number)})
    assert found.problems == ()
    assert found.options[role(name).short(variable)] == number


def test_every_number_has_its_limits() -> None:
    assert {variable for _, variable, _ in every_option("int", "float")} == set(role_options.LIMITS)


@pytest.mark.parametrize(("name", "variable", "option"), every_option("str", "path"), ids=ids)
@pytest.mark.parametrize("wrong", [True, False, 1000.0])
def test_a_text_that_became_something_else_is_refused(name: str, variable: str, option: Mapping[str, Any], wrong: Any) -> None:
    if isinstance(wrong, bool) and "true" in (option.get("choices") or ()):
        # Its choices are texts that YAML reads as true or false.
        assert read(role(name), {"move_to": SERVER, variable: wrong}).problems == ()
        return
    (problem,) = read(role(name), {variable: wrong}).problems
    assert variable in problem
    assert "quotes" in problem


@pytest.mark.parametrize("variable", ["preflight_site_code", "service_connection_point_site_code", "move_site_code"])
def test_a_code_that_became_a_number_is_refused(variable: str) -> None:
    name = next(name for name in ROLES if variable in role(name).options)
    (problem,) = read(role(name), {variable: 8}).problems
    assert "quotes" in problem


@pytest.mark.parametrize(("given", "gone"), [(True, "true"), ("false", "false"), ("auto", "auto"), (False, "false")])
def test_the_old_server_of_a_move_may_be_told_gone_by_a_truth_value(given: Any, gone: str) -> None:
    assert read(role("move"), {"move_to": SERVER, "move_old_server_gone": given}).options["old_server_gone"] == gone


@pytest.mark.parametrize("number", [42, 4.2])
def test_a_number_for_a_server_is_refused(number: float) -> None:
    (problem,) = read(role("service_connection_point"), {"service_connection_point_server": number}).problems
    assert "service_connection_point_server" in problem


def test_an_alias_wins_and_is_named() -> None:
    known = role("move")
    assert read(known, {"move_to": "a.example", "scp_to": SERVER}).options["to"] == SERVER
    assert read(known, {"move_to": SERVER, "scp_to": None}).options["to"] == SERVER
    (problem,) = read(known, {"move_to": SERVER, "scp_from": ""}).problems
    assert problem.startswith("scp_from is empty")


def test_secrets_are_not_among_the_options() -> None:
    accounts = [{"name": "CORP\\a", "password": "S3cret-One"}]
    found = read(role("service_connection_point"), {"service_connection_point_accounts": accounts})
    assert found.options["accounts"][0]["name"] == "CORP\\a"
    assert "S3cret-One" not in repr(found)
    keys = {"unattended_setup_product_key": "S3cret-Two", "unattended_setup_further_keys": {"ProductID": "S3cret-Two"}}
    found = read(role("unattended_setup"), keys)
    assert found.problems == ()
    assert "S3cret-Two" not in repr(found)
    misplaced = "ABCDE-12345-FGHIJ-67890-KLMNO"
    assert misplaced not in repr(read(role("unattended_setup"), {"unattended_setup_branch": misplaced}))


def test_an_account_that_is_named_twice_is_refused() -> None:
    accounts = [{"name": "CORP\\a", "password": "S3cret-One"}, {"name": "corp\\A", "password": "S3cret-Two"}]
    (problem,) = read(role("service_connection_point"), {"service_connection_point_accounts": accounts}).problems
    assert "corp\\A" in problem
    assert "S3cret" not in problem


@pytest.mark.parametrize("wrong", ["../x", "a/b", ".."])
def test_a_report_keeps_to_its_folder(wrong: str) -> None:
    for name, impossible in NOT_POSSIBLE.items():
        (problem,) = impossible(read(role(name), {f"{name}_report_name": wrong}).options)
        assert problem.startswith(f"{name}_report_name")


@pytest.mark.parametrize("name", NOT_POSSIBLE)
def test_the_choices_of_the_defaults_are_possible(name: str) -> None:
    assert list(NOT_POSSIBLE[name](read(role(name), {}).options)) == []


def test_a_template_that_can_not_be_resolved_is_told_by_its_variable() -> None:
    def resolved(value: Any) -> Any:
        if value == "{{ typo }}":
            raise ValueError("'typo' is undefined")
        return "" if isinstance(value, str) and "{{" in value else value

    found = read_role_options(role("verify"), {"verify_site_code": "{{ typo }}"}, resolved)
    assert found.problems == ("verify_site_code cannot be resolved: 'typo' is undefined. Correct the template.",)


KNOWN = role_options.known_variables()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("service_connection_point_serverr", "service_connection_point_server"),
        ("service_connection_point_mod", "service_connection_point_mode"),
        ("offline_updates_tool", "offline_updates_tool_path"),
        ("preflight_fail_onn", "preflight_fail_on"),
        ("verify_secret_day", "verify_secret_days"),
        ("move_form", "move_from"),
        ("scp_too", "scp_to"),
        ("recover_enter_password", "recover_enter_passwords"),
    ],
)
def test_a_misspelt_variable_is_refused_with_the_nearest(name: str, nearest: str) -> None:
    (refused,), doubtful = role_options.unknown_variables([name, "inventory_hostname"], KNOWN)
    assert refused.startswith(f"The variable {name} is not known")
    assert f"Did you mean {nearest}?" in refused
    assert doubtful == []


def test_what_may_be_of_another_role_is_only_warned_of() -> None:
    refused, (doubtful,) = role_options.unknown_variables(["verify_ssl", "movement"], KNOWN)
    assert refused == []
    assert "verify_ssl" in doubtful


def test_a_variable_that_is_nobody_elses_is_refused_without_a_near_name() -> None:
    (refused,), _ = role_options.unknown_variables(["service_connection_point_zzzzzzzzzzzzzzzzzzzzzzzz"], KNOWN)
    assert "Did you mean" not in refused


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_no_known_variable_is_refused(name: str) -> None:
    assert role_options.unknown_variables([name], KNOWN) == ([], [])


@pytest.mark.parametrize("spelled", ["ONLINE", "Online", " online "])
def test_a_choice_may_be_written_in_any_case(spelled: str) -> None:
    found = read(role("service_connection_point"), {"service_connection_point_mode": spelled})
    assert found.options["mode"] == "online"
