"""Arguments and a SPEC: conversion, secrets at any depth, names that were given."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.module_utils.common.parameters import remove_values

from ansible_collections.configmgr.scp.plugins.plugin_utils.arguments import MASK, read_arguments

SPEC: dict[str, Any] = {
    "argument_spec": {
        "server": {"type": "str", "required": True, "aliases": ["name"]},
        "wait": {"type": "bool", "default": True},
        "mode": {"type": "str", "choices": ["online", "offline"]},
        "password": {"type": "str", "no_log": True, "aliases": ["secret"]},
        "proxy": {
            "type": "dict",
            "options": {
                "host": {"type": "str"},
                "account": {"type": "dict", "options": {"pin": {"type": "int", "no_log": True}, "user": {"type": "str"}}},
            },
        },
        "accounts": {"type": "list", "elements": "dict", "options": {"key": {"type": "str", "no_log": True}}},
        "tokens": {"type": "list", "elements": "str", "no_log": True},
    },
    "mutually_exclusive": [("password", "tokens")],
    "required_if": [("mode", "offline", ("proxy",))],
    "required_by": {"accounts": ("mode",)},
    "supports_check_mode": True,
}


def test_values_are_converted_and_defaults_filled_in() -> None:
    arguments = read_arguments(SPEC, {"name": "scp01", "wait": "no"})
    assert arguments.error is None
    assert arguments.params["server"] == "scp01"
    assert arguments.params["wait"] is False
    assert arguments.params["mode"] is None
    assert "name" not in arguments.params


@pytest.mark.parametrize(
    ("raw", "given"),
    [
        ({"name": "x"}, {"server"}),
        ({"server": "x", "wait": True}, {"server", "wait"}),
        ({"server": "x", "mode": None}, {"server"}),
        ({"server": "x", "secret": "y"}, {"server", "password"}),
    ],
)
def test_given_holds_what_the_user_set_under_its_first_name(raw: dict[str, Any], given: set[str]) -> None:
    assert read_arguments(SPEC, raw).given == given


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({}, ("missing required arguments", "server")),
        ({"server": "x", "colour": 1}, ("colour", "wait", "mode")),
        ({"server": "x", "mode": "half"}, ("mode", "online", "offline", "half")),
        ({"server": "x", "wait": "maybe"}, ("wait: 'maybe' is not a Boolean", "true or false")),
        ({"server": "x", "mode": "offline"}, ("mode is offline", "proxy")),
        ({"server": "x", "password": "p", "tokens": ["t"]}, ("mutually exclusive", "password", "tokens")),
        ({"server": "x", "accounts": [{"key": "k"}]}, ("mode", "accounts")),
        ({"server": "x", "proxy": {"hots": "p"}}, ("proxy.hots", "host")),
    ],
)
def test_what_is_wrong_is_said_in_one_line(raw: dict[str, Any], words: tuple[str, ...]) -> None:
    error = read_arguments(SPEC, raw).error
    assert error is not None
    assert [word for word in words if word not in error] == []
    assert "\n" not in error
    assert error.endswith(".")


@pytest.mark.parametrize(
    ("raw", "secrets"),
    [
        ({"server": "x", "password": "Pa ss"}, {"Pa ss"}),
        ({"server": "x", "secret": "Pa ss"}, {"Pa ss"}),
        ({"server": "x", "password": ""}, set()),
        ({"server": "x", "tokens": ["t1", "t2"]}, {"t1", "t2"}),
        ({"server": "x", "proxy": {"account": {"pin": 4711, "user": "u"}}}, {"4711"}),
        ({"server": "x", "proxy": {"account": {"pin": "4711"}}}, {"4711"}),
        ({"server": "x", "proxy": '{"account": {"pin": 4711}}'}, {"4711"}),
        ({"server": "x", "accounts": [{"key": "a"}, {"key": "b"}], "mode": "online"}, {"a", "b"}),
        # Also when the arguments are rejected.
        ({"password": "Pa ss", "colour": "red"}, {"Pa ss"}),
        ({"server": "x", "proxy": {"account": {"pin": "no number"}}}, {"no number"}),
    ],
)
def test_secrets_are_found_at_any_depth_and_masked(raw: dict[str, Any], secrets: set[str]) -> None:
    arguments = read_arguments(SPEC, raw)
    assert arguments.secrets == secrets
    shown = str(remove_values(dict(arguments.shown), arguments.secrets))
    assert [secret for secret in secrets if f"'{secret}'" in shown] == []


def test_a_secret_in_a_value_that_is_not_taken_is_one_all_the_same() -> None:
    options = {"account": {"type": "dict", "aliases": ["user"], "options": {"pin": {"type": "str", "no_log": True}}}}
    found = read_arguments({"argument_spec": options}, {"account": '{"pin": "first"}', "user": "pin=second"})
    assert found.error == "account is set twice, the second time under an alias; set it once."
    assert found.secrets == {"first", "second"}
    assert read_arguments({"argument_spec": options}, {"account": "no dictionary"}).secrets == frozenset()


def test_masked_arguments_keep_everything_else() -> None:
    shown = read_arguments(
        SPEC, {"server": "x", "password": "p", "proxy": {"host": "h", "account": {"pin": 1, "user": "u"}}}
    ).shown
    assert shown["server"] == "x"
    assert shown["password"] == MASK
    assert shown["proxy"] == {"host": "h", "account": {"pin": MASK, "user": "u"}}
    assert shown["tokens"] is None
    in_a_list = read_arguments(SPEC, {"server": "x", "accounts": [{"key": "k"}, {"key": None}], "mode": "online"})
    assert in_a_list.shown["accounts"] == [{"key": MASK}, {"key": None}]
    assert in_a_list.params["accounts"] == [{"key": "k"}, {"key": None}]


def test_an_option_that_does_not_exist_is_called_so() -> None:
    error = read_arguments(SPEC, {"server": "x", "foo": 1}).error
    assert error is not None
    assert error.startswith("Unsupported options: foo. Supported parameters include:")
