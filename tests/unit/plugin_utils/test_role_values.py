"""What a role is given, over a role made for the test: defaults, nothing, choices, accounts, secrets."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.configmgr.scp.plugins.plugin_utils.role_options import (
    Role,
    RoleOptions,
    read_role_options,
    unknown_variables,
)

OMIT = "__omit_place_holder__1"
ROLE = Role(
    "trial",
    {
        "trial_mode": {"type": "str", "choices": ["online", "offline"]},
        "trial_check": {"type": "str", "choices": ["true", "false", "auto"]},
        "trial_name": {"type": "str"},
        "trial_other": {"type": "str", "default": ""},
        "trial_site_code": {"type": "str"},
        "trial_list": {"type": "list", "elements": "str"},
        "trial_accounts": {"type": "list", "elements": "raw"},
        "trial_proxy": {"type": "dict", "options": {"port": {"type": "int"}, "password": {"type": "str", "no_log": True}}},
        "trial_wanted": {"type": "bool", "default": True},
    },
    {"trial_name": "{{ own }}", "trial_other": "", "trial_wanted": True},
)


def read(resolved: dict[str, Any] | None = None, **variables: Any) -> RoleOptions:
    def resolve(value: Any) -> Any:
        if value == "{{ bad }}":
            raise ValueError("no such variable. ")
        return (resolved or {"{{ own }}": ""}).get(value, value) if isinstance(value, str) else value

    return read_role_options(ROLE, {f"trial_{name}": value for name, value in variables.items()}, resolve, OMIT)


def options(**variables: Any) -> Any:
    found = read(**variables)
    assert found.problems == ()
    return found.options


def problem(**variables: Any) -> str:
    found = read(**variables)
    assert found.options == {}
    assert len(found.problems) == 1
    return found.problems[0]


def test_what_is_not_given_is_null_or_has_its_default() -> None:
    assert options() == {
        "mode": None,
        "check": None,
        "name": None,
        "other": None,
        "site_code": None,
        "list": None,
        "accounts": None,
        "proxy": None,
        "wanted": True,
    }


@pytest.mark.parametrize("nothing", [None, OMIT])
def test_null_and_omit_give_way_to_the_default(nothing: Any) -> None:
    assert options(wanted=nothing)["wanted"] is True
    assert read({"{{ own }}": "made of others"}, name=nothing).options["name"] == "made of others"


@pytest.mark.parametrize(("given", "value"), [("Online", "online"), (" offline ", "offline")])
def test_a_choice_in_any_case(given: str, value: str) -> None:
    assert options(mode=given)["mode"] == value


@pytest.mark.parametrize(("given", "value"), [(True, "true"), (False, "false"), ("Auto", "auto")])
def test_a_truth_value_for_a_choice_of_texts(given: Any, value: str) -> None:
    assert options(check=given)["check"] == value


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"mode": "half"}, "value of trial_mode must be one of: online, offline, got: half."),
        ({"mode": ""}, "trial_mode is empty. Allowed are online, offline. Give it a value, or remove the variable."),
        ({"list": ""}, "trial_list is empty. Give it a value, or remove the variable."),
        ({"name": "{{ bad }}"}, "trial_name cannot be resolved: no such variable. Correct the template."),
        (
            {"site_code": 10},
            'trial_site_code is the number 10, but it must be a string. Put it in quotes, as in trial_site_code: "010".',
        ),
        (
            {"proxy": {"password": 12345}},
            "trial_proxy.password is a number and not a string; put it in quotes, so that it is not converted.",
        ),
        ({"proxy": {"port": "x"}}, "trial_proxy.port: 'x' is not a whole number; give a port from 1 to 65535."),
        (
            {"accounts": [{"name": r"CORP\a"}, r"corp\A"]},
            r"trial_accounts has the account corp\A twice. Account names are not case-sensitive. Remove one of the two entries.",
        ),
    ],
)
def test_what_can_not_be_taken(variables: dict[str, Any], said: str) -> None:
    assert problem(**variables) == said


def test_other_lists_may_have_a_text_twice_and_accounts_that_differ() -> None:
    assert options(list=["a", "A"])["list"] == ["a", "A"]
    assert options(accounts=["a", {"name": "b"}])["accounts"] == ["a", {"name": "b"}]
    assert options(name=10)["name"] == "10"


def test_an_option_that_is_required_is_asked_for() -> None:
    found = read_role_options(Role("trial", {"trial_name": {"type": "str", "required": True}}, {}), {}, lambda value: value)
    assert found == RoleOptions({}, ("missing required arguments: trial_name.",))


def test_every_problem_is_told() -> None:
    assert len(read(mode="", name="{{ bad }}").problems) == 2


def test_secrets_are_left_out_and_product_keys_hidden() -> None:
    found = options(
        proxy={"port": 1, "password": "x"}, name="ABCDE-12345-ABCDE-12345-ABCDE", list=["A1B2C-12345-ABCDE-12345-ABCDE"]
    )
    assert found["proxy"] == {"port": 1}
    assert (found["name"], found["list"]) == ("(a product key, not shown)", ["(a product key, not shown)"])


def test_an_empty_text_where_the_default_is_one_says_nothing() -> None:
    assert options(other="")["other"] is None
    assert options(other="x")["other"] == "x"


@pytest.mark.parametrize(
    ("name", "refused", "doubtful"),
    [
        ("service_connection_point_bogus_thing", 1, 0),
        ("verify_thing", 1, 0),
        ("verify_something_else_of_mine", 0, 1),
        ("own_variable", 0, 0),
        ("verify_things", 0, 0),
    ],
)
def test_variables_that_nobody_reads(name: str, refused: int, doubtful: int) -> None:
    found = unknown_variables([name], {"verify_things", "scp_to"})
    assert (len(found[0]), len(found[1])) == (refused, doubtful)
    if name == "verify_thing":
        assert found[0] == [
            "The variable verify_thing is not known to any role or playbook of configmgr.scp. Did you mean verify_things? "
            "Correct the name, or remove the variable."
        ]
    if doubtful:
        assert found[1] == [f"The variable {name} is not known to any role or playbook of configmgr.scp. It is ignored."]
