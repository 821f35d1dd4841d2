from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.configmgr.scp.plugins.filter.setup_script import setup_script
from tests.unit.site.setup_script.support import PROXY, ROLE, mistakes, wish

ROLES = Path(__file__).parents[4] / "roles"
SCP = ROLE["service_connection_point"]


def after(kind: str, **changes: Any) -> dict[str, Any]:
    found = setup_script(wish(kind, **changes))
    assert found["mistakes"] == []
    return found


def test_everything_that_setup_can_not_say() -> None:
    found = setup_script(wish("primary", most=True))
    assert found["after_setup"] == {
        "service_connection_point_server": "scp01.contoso.com",
        "service_connection_point_site_code": "PS1",
        "service_connection_point_mode": "offline",
        "service_connection_point_installation_account": r"CONTOSO\svc-install",
        "service_connection_point_proxy": {
            "enabled": True,
            "server": "proxy.contoso.com",
            "port": 8080,
            "account": r"CONTOSO\svc-proxy",
        },
        "after_setup_usage_data": "basic",
    }
    assert found["accounts"] == [r"CONTOSO\svc-install", r"CONTOSO\svc-proxy"]
    text = " ".join(found["reasons"])
    for word in ("mode", "usage data", "of the proxy", "that installs the role"):
        assert word in text


def test_the_variables_are_options_of_the_role_that_takes_them() -> None:
    file = ROLES / "service_connection_point" / "meta" / "argument_specs.yml"
    options = yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"]["main"]["options"]
    found = setup_script(wish("primary", most=True))["after_setup"]
    assert set(found) - set(options) == {"after_setup_usage_data"}
    assert set(found["service_connection_point_proxy"]) == set(options["service_connection_point_proxy"]["options"])
    assert found["service_connection_point_mode"] in options["service_connection_point_mode"]["choices"]


def test_what_setup_does_anyway_needs_no_reason() -> None:
    found = after("primary", service_connection_point={**SCP, "mode": "online", "usage_data": "enhanced", "proxy": PROXY})
    assert found["reasons"] == []
    assert found["after_setup"]["service_connection_point_mode"] == "online"
    assert found["after_setup"]["service_connection_point_proxy"] == {"enabled": True, **PROXY}


@pytest.mark.parametrize("kind", ["primary", "child_primary", "recover_primary"])
def test_without_the_role_nothing_is_left(kind: str) -> None:
    found = after(kind)
    assert (found["after_setup"], found["accounts"], found["reasons"]) == ({}, [], [])


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("primary", {"cd_latest": True}, "installed from baseline media"),
        ("central_administration_site", {"cd_latest": True}, "installed from baseline media"),
        ("recover_primary", {"cd_latest": False}, "runs from a copy of CD.Latest"),
        ("expansion", {}, "configmgr.scp.expand with expand_phase=before"),
    ],
)
def test_what_somebody_has_to_know(kind: str, changes: dict[str, Any], words: str) -> None:
    [reason] = after(kind, **changes)["reasons"]
    assert words in reason


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"mode": "auto"},
            "unattended_setup_service_connection_point.mode: 'auto' is not possible; allowed: online or offline.",
        ),
        (
            {"usage_data": "none"},
            "service_connection_point.usage_data: 'none' is not possible; allowed: basic or enhanced or full.",
        ),
        (
            {"installation_account": "svc"},
            r"installation_account: 'svc' is not an account; allowed: one such as CONTOSO\svc-scp.",
        ),
        ({"proxy": {**PROXY, "account": "a@b.c"}}, "service_connection_point.proxy.account: 'a@b.c' is not an account; allowed"),
    ],
)
def test_mistakes(changes: dict[str, Any], words: str) -> None:
    [found] = mistakes(wish("primary", service_connection_point={**SCP, **changes}))
    assert words in found


def test_nothing_is_returned_with_mistakes() -> None:
    found = setup_script(wish("primary", most=True, site_code="CON"))
    assert found["mistakes"]
    assert (found["sections"], found["after_setup"], found["accounts"], found["reasons"]) == ([], {}, [], [])


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ({}, []),
        ({"mode": "offline"}, ["service_connection_point_mode"]),
        ({"usage_data": "full"}, ["after_setup_usage_data"]),
        ({"installation_account": r"CONTOSO\x"}, ["service_connection_point_installation_account"]),
        ({"proxy": PROXY}, ["service_connection_point_proxy"]),
    ],
)
def test_only_what_was_told_is_left_to_say(told: dict[str, Any], names: list[str]) -> None:
    variables = after("primary", service_connection_point={**SCP, **told})["after_setup"]
    assert list(variables) == ["service_connection_point_server", "service_connection_point_site_code", *names]


def test_an_account_that_is_used_twice_is_named_once() -> None:
    account = r"CONTOSO\x"
    told = {**SCP, "installation_account": account, "proxy": {**PROXY, "account": account}}
    assert after("primary", service_connection_point=told)["accounts"] == [account]
